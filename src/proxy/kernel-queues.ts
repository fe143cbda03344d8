/**
 * What the kernel still holds for TCP connections: Linux's own table, read off the event loop
 * and only when somebody is under suspicion.
 */
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { endianness, platform } from 'node:os';
import { queueKey, readQueues } from '../core/socket-queues.ts';

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];
const LITTLE_ENDIAN = endianness() === 'LE';
const IS_LINUX = platform() === 'linux';

/** The socket's place in the table; null where there is none: not TCP, not Linux, not connected. */
export const kernelKey = (socket: Socket): string | null => {
  const { localAddress, localPort, remoteAddress, remotePort } = socket;
  if (!IS_LINUX || localAddress === undefined || localPort === undefined) return null;
  if (remoteAddress === undefined || remotePort === undefined) return null;
  return queueKey({ localAddress, localPort, remoteAddress, remotePort }, LITTLE_ENDIAN);
};

/** Unacknowledged bytes of the connections asked for; those that it cannot tell are missing. */
export const readKernelQueues = async (
  keys: ReadonlySet<string>,
): Promise<ReadonlyMap<string, number>> => {
  const found = new Map<string, number>();
  for (const table of TABLES) {
    if (found.size === keys.size) break;
    // Without /proc, as in some containers, Node's own counters have to do.
    const text = await readFile(table, 'latin1').catch(() => '');
    for (const [key, queued] of readQueues(text, keys)) found.set(key, queued);
  }
  return found;
};
