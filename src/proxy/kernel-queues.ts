/**
 * What the kernel still holds for TCP connections: Linux's own table, read off the event loop
 * and only when somebody is under suspicion.
 */
import { type FileHandle, open } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { endianness, platform } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { queueKey, readQueues, type SocketQueue } from '../core/socket-queues.ts';

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

/** More than the kernel gives at once; rows are some 150 bytes long. */
const PIECE = 64 * 1024;

/**
 * Goes through one table piece by piece: whole, that of a machine with thousands of connections
 * would take megabytes of memory several times a second.
 */
const search = async (
  table: FileHandle,
  keys: ReadonlySet<string>,
  found: Map<string, SocketQueue>,
): Promise<void> => {
  const piece = Buffer.allocUnsafe(PIECE);
  let rest = '';
  for (;;) {
    const { bytesRead } = await table.read(piece, 0, PIECE, null);
    const text = rest + piece.toString('latin1', 0, bytesRead);
    const whole = bytesRead === 0 ? text.length : text.lastIndexOf('\n') + 1;
    for (const [key, queue] of readQueues(text.slice(0, whole), keys)) found.set(key, queue);
    if (bytesRead === 0 || found.size === keys.size) return;
    rest = text.slice(whole);
  }
};

/**
 * What is not acknowledged on the connections asked for; those that it cannot tell are missing.
 * Resolves after the sockets were polled: a verdict is due, and what has come counts first.
 */
export const readKernelQueues = async (
  keys: ReadonlySet<string>,
  tables = TABLES,
): Promise<ReadonlyMap<string, SocketQueue>> => {
  const found = new Map<string, SocketQueue>();
  for (const path of tables) {
    if (found.size === keys.size) break;
    try {
      const table = await open(path);
      try {
        await search(table, keys, found);
      } finally {
        await table.close();
      }
    } catch {
      // Without /proc, as in some containers, Node's own counters have to do.
    }
  }
  await setImmediate();
  return found;
};
