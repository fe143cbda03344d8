/** The real program without a terminal: its lines, its exit, its signals. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { ProxyEvent } from '../../src/events.ts';
import { childEnvironment, programFile } from './child-environment.ts';
import { onCleanup } from './cleanup.ts';
import { endProgram } from './ending.ts';
import { named } from './events.ts';
import { Inbox } from './inbox.ts';
import { viewerUrl } from './viewer-url.ts';
import { type Patience, within } from './within.ts';

/** How a process ended. */
export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** How the program is run. */
export type RunOptions = {
  /** Added to a user's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Another script in its place. */
  readonly script?: string;
  /** The most descriptors that it may have. */
  readonly descriptors?: number;
  /** A descriptor that is open from the start, and stays so. */
  readonly held?: number;
};

type Child = {
  readonly pid: number;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly exited: (patience?: Patience) => Promise<Exit>;
  readonly signal: (signal: NodeJS.Signals) => void;
};

const start = (
  args: readonly string[],
  { env, script = programFile, descriptors, held }: RunOptions,
  reader: { line?: (line: string) => void; end?: (why: string) => void } = {},
): Child => {
  const program = [process.execPath, script, ...args];
  // The shell becomes the program, with the same process id. `sh` knows no two digits behind `exec`.
  const hold = held === undefined ? '' : `exec ${held}< /dev/null && `;
  const prelude = `ulimit -n ${descriptors} && ${hold}exec "$0" "$@"`;
  const limited = ['/bin/bash', '-c', prelude, ...program];
  const [command = '', ...rest] = descriptors === undefined ? program : limited;
  const child = spawn(command, rest, {
    env: childEnvironment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  createInterface({ input: child.stdout }).on('line', (line) => reader.line?.(line));
  const { promise, resolve } = Promise.withResolvers<Exit>();
  // 'close', not 'exit': only then is everything read that it wrote.
  child.on('close', (code, signal) => {
    reader.end?.(`the program has ended (${code ?? signal}); stderr: ${stderr}`);
    resolve({ code, signal });
  });
  onCleanup(() => endProgram((signal) => child.kill(signal), promise));
  return {
    pid: child.pid!,
    stdout: () => stdout,
    stderr: () => stderr,
    exited: (patience) =>
      within('the program to end', promise, { saw: () => `stderr: ${stderr}`, ...patience }),
    signal: (signal) => void child.kill(signal),
  };
};

/** The program, listening. */
export type Program = Child & {
  readonly address: string;
  /** Every line as an event, the first included. */
  readonly events: Inbox<ProxyEvent>;
  readonly url: (session: string, rest?: string) => string;
  /** Sends a signal (default SIGTERM) and waits for the end. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<Exit>;
};

const eventOf = (line: string): ProxyEvent => {
  try {
    return JSON.parse(line) as ProxyEvent;
  } catch {
    // An uncaught error in a listener of the child's stdout: the run fails and names the line.
    throw new Error(`not an event on stdout: ${line}`);
  }
};

/**
 * Runs the program headless on a free port, unless `args` say otherwise, and waits for its
 * `proxy.listening`. Fails with its stderr if it ends before. Killed after the test.
 */
export const runProgram = async (
  args: readonly string[],
  options: RunOptions = {},
): Promise<Program> => {
  const listens = args.some((arg) => arg.startsWith('--listen'));
  const events = new Inbox<ProxyEvent>('events of the program');
  const all = [...args, ...(listens ? [] : ['--listen', '127.0.0.1:0']), '--headless'];
  const child = start(all, options, {
    line: (line) => events.push(eventOf(line)),
    end: events.end,
  });
  const { address } = await events.next(named('proxy.listening'), 'proxy.listening');
  return {
    ...child,
    address,
    events,
    url: (session, rest = '') => viewerUrl(address, `/ws/${session}${rest}`),
    stop: (signal = 'SIGTERM') => {
      child.signal(signal);
      return child.exited();
    },
  };
};

/** What a run left behind. */
export type Run = Exit & {
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
};

/** Runs the program until it ends by itself: wrong options, `--help`, `--for`. */
export const runToEnd = async (
  args: readonly string[],
  { patience, ...options }: RunOptions & { readonly patience?: Patience } = {},
): Promise<Run> => {
  const began = performance.now();
  const child = start(args, options);
  const exit = await child.exited(patience);
  return { ...exit, stdout: child.stdout(), stderr: child.stderr(), ms: performance.now() - began };
};
