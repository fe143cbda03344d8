/** A socket that whoever started the proxy has open, and that listens already. */
import { fstatSync, readFileSync, readlinkSync } from 'node:fs';
import { BouncerError } from '../errors.ts';

/**
 * Throws a BouncerError where no socket is: what Node cannot listen on it closes, and it might be
 * a descriptor of its own.
 */
export const checkSocket = (fd: number): void => {
  let isSocket = false;
  try {
    isSocket = fstatSync(fd).isSocket();
  } catch {
    // Nothing is open there.
  }
  if (isSocket) return;
  throw new BouncerError(
    'environment',
    `cannot listen on fd:${fd}: no socket was handed over there`,
    'start it by a socket unit, or pass --listen with host:port',
  );
};

/** The path of a Unix socket, which Node does not tell; null where it cannot be known. */
export const socketPathOf = (fd: number): string | null => {
  try {
    const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1];
    if (inode === undefined) return null;
    // Number, references, protocol, flags, type, state, inode, path (proc_net_unix(5)).
    const row = new RegExp(`^\\S+: \\S+ \\S+ \\S+ \\S+ \\S+ +${inode} (/.*)$`, 'm');
    return row.exec(readFileSync('/proc/net/unix', 'utf8'))?.[1] ?? null;
  } catch {
    return null;
  }
};
