/** The program with a stdout that is the subject of a test. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { childEnvironment, programFile } from './child-environment.ts';
import { onCleanup } from './cleanup.ts';
import { within } from './within.ts';

/** Runs it headless with this as its stdout, and its stderr as a pipe; killed after the test. */
export const runOnto = (stdout: 'pipe' | number, args: readonly string[]): ChildProcess => {
  const child = spawn(process.execPath, [programFile, ...args, '--headless'], {
    env: childEnvironment(),
    stdio: ['ignore', stdout, 'pipe'],
  });
  const exited = once(child, 'exit');
  onCleanup(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  return child;
};

/** Its code and signal, once everything is read that it wrote. */
export const exitOf = (child: ChildProcess): Promise<unknown[]> =>
  within('the program to end', once(child, 'close'));
