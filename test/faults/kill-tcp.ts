/** TCP connections as the kernel has them: what it holds for one, and the end of one by force. */
import { execFile } from 'node:child_process';
import type { Socket } from 'node:net';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** One end of a connection; the other end is that with both addresses changed round. */
export type End = { readonly local: string; readonly remote: string };

/** The end that is `socket`. */
export const endOf = ({ localAddress, localPort, remoteAddress, remotePort }: Socket): End => ({
  local: `${localAddress}:${localPort}`,
  remote: `${remoteAddress}:${remotePort}`,
});

/** The end of whoever `socket` is connected to. */
export const farEndOf = (socket: Socket): End => {
  const { local, remote } = endOf(socket);
  return { local: remote, remote: local };
};

const ss = async (args: readonly string[], { local, remote }: End): Promise<string[]> => {
  const { stdout } = await run('ss', [...args, '-tnH', 'src', local, 'dst', remote]);
  return stdout.split('\n').filter((line) => line !== '');
};

/** What the kernel knows of an end on this side of every cable. */
export type Kernel = {
  /** Such as `ESTAB`. */
  readonly state: string;
  /** Bytes that were handed over and that the far side has not acknowledged. */
  readonly unacknowledged: number;
  /** A process has a descriptor of it; false: only the kernel still says farewell. */
  readonly held: boolean;
};

/** Asks the kernel for a connection; null where there is none. */
export const askKernel = async (end: End): Promise<Kernel | null> => {
  const [line] = await ss(['-p'], end);
  if (line === undefined) return null;
  const [state = '', , sendQueue = ''] = line.split(/\s+/);
  return { state, unacknowledged: Number(sendQueue), held: line.includes('users:') };
};

/**
 * Kills a connection at one end, as `ss -K` does: whoever has it gets an error, the other end a
 * reset. Rejects where the kernel does not.
 */
export const killTcp = async (which: Socket | End): Promise<void> => {
  const end = 'local' in which ? which : endOf(which);
  const killed = await ss(['-K'], end);
  if (killed.length === 1) return;
  throw new Error(`ss -K killed ${killed.length} of ${end.local} to ${end.remote}`);
};
