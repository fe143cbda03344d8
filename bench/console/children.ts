/** The processes of the benchmark: started, asked, and ended by their ids, on Ctrl-C too. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../../test/support/child-environment.ts';
import { onCleanup } from '../../test/support/cleanup.ts';
import { endProgram } from '../../test/support/ending.ts';
import { within } from '../../test/support/within.ts';
import type { Answer } from './orders.ts';

/** Longest wait for an answer, in milliseconds: far beyond the longest window. */
const PATIENCE_MS = 60_000;

/** Ends a child with this process, whatever ends that; returns what ends it before. */
export const endWithUs = (child: ChildProcess): (() => Promise<void>) => {
  const ended = once(child, 'exit');
  // Whatever ends this process, nothing of it stays.
  const kill = (): void => void child.kill('SIGKILL');
  process.on('exit', kill);
  void ended.then(() => process.off('exit', kill));
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      await endProgram((signal) => child.kill(signal), ended);
    }
  };
  onCleanup(stop);
  return stop;
};

/** A load process. */
export type Load<Order> = {
  readonly pid: number;
  /** Rejects with what the process could not do, or when it has ended. */
  readonly ask: <Value>(order: Order) => Promise<Value>;
  readonly stop: () => Promise<void>;
};

/** Starts `file` of this folder as a load process. */
export const startLoad = <Order extends object>(file: string): Load<Order> => {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), [], {
    env: childEnvironment(),
  });
  const stop = endWithUs(child);
  let settle: ((answer: Answer) => void) | null = null;
  const answered = (answer: Answer): void => {
    settle?.(answer);
    settle = null;
  };
  child.on('message', (answer) => answered(answer as Answer));
  child.on('exit', () => answered({ ok: false, error: 'the process has ended' }));
  return {
    pid: child.pid!,
    ask: async <Value>(order: Order): Promise<Value> => {
      const { promise, resolve } = Promise.withResolvers<Answer>();
      settle = resolve;
      // Without this, a process that has ended meanwhile would be an error nobody takes.
      child.send(order, (error) => {
        if (error !== null) answered({ ok: false, error: error.message });
      });
      const answer = await within(`the answer of ${file}`, promise, { ms: PATIENCE_MS });
      if (!answer.ok) throw new Error(`${file}: ${answer.error}`);
      return answer.value as Value;
    },
    stop,
  };
};

/** A proxy without a terminal. */
export type Headless = {
  readonly pid: number;
  readonly port: number;
  /** Changes of state in its lines so far. */
  readonly changes: () => number;
  readonly stop: () => Promise<void>;
};

const CHANGE = /"event":"viewer\.(?:late|expiring|stuck|recovered)"/g;

/** Starts a script that says on its first line where it listens; `nodeArgs` are for Node itself. */
export const startHeadless = async (
  script: string,
  args: readonly string[],
  nodeArgs: readonly string[] = [],
): Promise<Headless> => {
  const child = spawn(process.execPath, [...nodeArgs, script, ...args], {
    env: childEnvironment({ NODE_ENV: 'production' }),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stop = endWithUs(child);
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let changes = 0;
  let first = '';
  child.stdout.setEncoding('latin1').on('data', (text: string) => {
    changes += text.match(CHANGE)?.length ?? 0;
    if (first.includes('\n')) return;
    first += text;
    const port = /"address":"127\.0\.0\.1:(\d+)"/.exec(first)?.[1];
    if (port !== undefined) resolve(Number(port));
  });
  child.on('exit', () => reject(new Error(`${script} ended before it listened`)));
  return { pid: child.pid!, port: await promise, changes: () => changes, stop };
};
