/** Programs of other people, run as they are installed and ended after the test. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import type { Writable } from 'node:stream';
import { once } from 'node:events';
import { onCleanup } from '../support/cleanup.ts';
import { Inbox } from '../support/inbox.ts';
import { within } from '../support/within.ts';

const endGroup = (leader: number): void => {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    // The usual case: nothing is left of the group.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
};

/** A program that runs. */
export type Foreign = {
  readonly stdin: Writable;
  /** What it writes, on stdout and on stderr. */
  readonly lines: Inbox<string>;
};

/** How a program is run. */
export type ForeignOptions = {
  /** Gets the lines of stdout, which then are not in `lines`. */
  readonly onStdout?: (line: string) => void;
  /** Gets the reason in words, with the last lines, when the program has ended. */
  readonly onEnd?: (why: string) => void;
  /** Default: SIGTERM. SIGKILL, for one that may miss the other, goes to its whole group. */
  readonly endBy?: 'SIGTERM' | 'SIGKILL';
};

/**
 * Starts a program as the leader of a group of its own, so that what it forks ends with it:
 * SIGTERM to the program, and once that has ended SIGKILL to what is left of its group.
 */
export const startForeign = (
  command: string,
  args: readonly string[],
  { onStdout, onEnd, endBy = 'SIGTERM' }: ForeignOptions = {},
): Foreign => {
  const env = { ...process.env, PYTHONUNBUFFERED: '1' };
  const child = spawn(command, args, { detached: true, env });
  const lines = new Inbox<string>(`lines of ${command}`, (line) => line.slice(0, 200));
  createInterface({ input: child.stdout }).on('line', onStdout ?? lines.push);
  createInterface({ input: child.stderr }).on('line', lines.push);
  // It may end while something is written to it; how it ended says more.
  child.stdin.on('error', () => undefined);
  const ended = Promise.withResolvers<void>();
  const end = (why: string): void => {
    onEnd?.([why, ...lines.all.slice(-20)].join('\n'));
    lines.end(why);
    ended.resolve();
  };
  child.on('error', (error) => end(`${command} did not start: ${error.message}`));
  child.on('close', (code, signal) => end(`${command} has ended (${code ?? signal})`));
  const { pid } = child;
  onCleanup(async () => {
    if (pid === undefined) return;
    child.stdin.end();
    if (endBy === 'SIGKILL') endGroup(pid);
    else child.kill('SIGTERM');
    try {
      await within(`${command} to end`, ended.promise, { ms: 3_000 });
    } finally {
      endGroup(pid);
    }
  });
  return { stdin: child.stdin, lines };
};

/** Ports below those that the kernel hands out, so that nothing else of a test run takes one. */
const FIRST_PORT = 20_000;
const PORTS = 10_000;

/** A port of 127.0.0.1 that nobody has, for programs that cannot pick one themselves. */
export const freePort = async (): Promise<number> => {
  const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
  const server = createServer();
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return freePort();
  }
  server.close();
  await once(server, 'close');
  return port;
};
