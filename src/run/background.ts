/**
 * A proxy in the background, as whoever starts it sees it: a process in a session of its own,
 * which says over a channel that it serves, or why it does not. The wait for that is bounded, and
 * what goes wrong is told as if it had happened here.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import type { Clock } from '../clock.ts';
import { BouncerError } from '../errors.ts';
import {
  BACKGROUND_MARK,
  type BackgroundPlace,
  type BackgroundReport,
} from './background-child.ts';

/** What came of it; the process id is that of the proxy. */
export type BackgroundEnd =
  | (Extract<BackgroundReport, { ok: true }> & { readonly pid: number })
  | Extract<BackgroundReport, { ok: false }>;

/** The program as it was started. */
export type Program = {
  readonly execPath: string;
  readonly execArgv: readonly string[];
  /** The script and its arguments. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
};

/** Starts the program once more, as the one in the background: nothing of the terminal is its own. */
const spawnInBackground = ({ execPath, execArgv, args, env }: Program): ChildProcess =>
  spawn(execPath, [...execArgv, ...args], {
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { ...env, [BACKGROUND_MARK]: '1' },
  });

/** Names are looked up and disks are asked on the way; who waits longer waits for nothing. */
const READY_WITHIN_MS = 30_000;

const cannot = (what: string, cause?: unknown): BouncerError =>
  new BouncerError(
    'environment',
    `the proxy in the background ${what}`,
    'start it without --background to see why',
    cause,
  );

/**
 * Waits until it serves, or says why it does not, and lets go of it. In the end none is left that
 * does not serve.
 * @throws BouncerError where it says nothing
 */
export const whenInBackground = async (
  child: ChildProcess,
  clock: Clock,
  withinMs = READY_WITHIN_MS,
): Promise<BackgroundEnd> => {
  const { promise, resolve, reject } = Promise.withResolvers<BackgroundReport>();
  child.on('message', (report: BackgroundReport) => resolve(report));
  child.on('error', (error) => reject(cannot(`cannot be started (${error.message})`, error)));
  child.on('exit', (code, signal) =>
    reject(cannot(`ended before it was ready (${signal ?? `exit code ${code}`})`)),
  );
  const cancel = clock.after(withinMs, () =>
    reject(cannot(`was not ready within ${Math.round(withinMs / 1000)}s`)),
  );
  try {
    const report = await promise;
    if (report.ok) return { ...report, pid: child.pid ?? 0 };
    if (report.line === null) throw cannot('was stopped before it was ready');
    return report;
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  } finally {
    cancel();
    if (child.connected) child.disconnect();
    child.unref();
  }
};

/** A path as a shell takes it. */
const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/** What is said of it on stdout: where it is found, and how it is ended. */
export const placeLines = (place: BackgroundPlace & { readonly pid: number }): string => {
  const { address, pid, socketPath, log, join } = place;
  const rows: readonly (readonly [string, string])[] = [
    ['address', address],
    ['pid', String(pid)],
    ['control', socketPath ?? 'none'],
    ['log', log],
    ...(socketPath === null
      ? []
      : [['attach', `wsbouncer attach ${shellWord(socketPath)}`] as const]),
    ['stop', `kill ${pid}`],
  ];
  const widest = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, value]) => `  ${name.padEnd(widest)}  ${value}`);
  const all = ['wsbouncer runs in the background', ...lines, ...(join === null ? [] : [join])];
  return `${all.join('\n')}\n`;
};

/** Where people read what came of it. */
export type BackgroundOutlets = {
  readonly stdout: { readonly write: (text: string) => unknown };
  /** Writes a line to stderr. */
  readonly say: (line: string) => void;
};

/**
 * Starts it, and says where it is, or why not: then there is an exit code.
 * @throws BouncerError where it says nothing
 */
export const startInBackground = async (
  program: Program,
  clock: Clock,
  { stdout, say }: BackgroundOutlets,
): Promise<(BackgroundPlace & { readonly code: null }) | { readonly code: number }> => {
  const end = await whenInBackground(spawnInBackground(program), clock);
  if (end.ok) {
    stdout.write(placeLines(end));
    const { address, socketPath, log, join } = end;
    return { code: null, address, socketPath, log, join };
  }
  say(end.line ?? '');
  return { code: end.code };
};
