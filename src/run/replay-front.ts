/**
 * The console on an event log: reads the log, says what of it is no event, and shows the rest
 * with a cursor in time. Nothing runs behind it, so whatever ends it harms nobody.
 */
import { closeSync, openSync } from 'node:fs';
import { isatty, ReadStream } from 'node:tty';
import type { ShownConsole } from '../../components/show-console.tsx';
import { quoted, usageError } from '../cli/option-reader.ts';
import type { Clock } from '../clock.ts';
import type { ScreenOptions } from '../contract.ts';
import { BouncerError } from '../errors.ts';
import { codeOf } from '../event-log/file-trouble.ts';
import { type LogBounds, type ReadLog, readLog, readLogFrom } from '../event-log/read-log.ts';
import { replay } from '../replay/replay-control.ts';
import { Timeline } from '../replay/timeline.ts';
import { type Drawing, loadDrawing } from './drawing.ts';
import { saveFile } from './save-file.ts';
import { ignoreSuspension, onStopSignals } from './signals.ts';

/** How much of a log is replayed: half a million events are a few hundred megabytes of memory. */
const MOST: LogBounds = { events: 500_000, characters: 256 * 1024 * 1024 };

/** After so long without a picture the operator is told what takes the time. */
const STILL_READING_MS = 1000;

/** What a replay is asked for. */
export type ReplayWish = {
  /** `-` is stdin. */
  readonly path: string;
  readonly screen: ScreenOptions;
};

/** What it needs of the process. */
export type ReplayProcess = {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly env: NodeJS.ProcessEnv;
  readonly say: (line: string) => void;
  readonly clock: Clock;
  /** Whether a console can be drawn there with these keys. */
  readonly canDraw: (stdinIsTerminal: boolean) => boolean;
};

const unreadable: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'it is a directory',
  EACCES: 'you may not read it',
  EPERM: 'you may not read it',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its links lead nowhere',
};

const remedy = 'name the file that --event-log wrote';

/** Why a log cannot be read. */
const unreadableLog = (path: string, error: unknown): BouncerError => {
  const code = codeOf(error) ?? String(error);
  const why = unreadable[code] ?? code;
  return new BouncerError('environment', `cannot read ${quoted(path)}: ${why}`, remedy, error);
};

const count = (many: number, noun: string): string =>
  `${many.toLocaleString('en-US')} ${noun}${many === 1 ? '' : 's'}`;

/** What of a log is not shown: one line each for stderr, and all in few words for the screen. */
export const leftOut = (
  { wrong, wrongCount, older }: ReadLog,
  most = MOST.events,
): { readonly lines: readonly string[]; readonly short: string | null } => {
  const [first] = wrong;
  const lines: string[] = [];
  const short: string[] = [];
  if (first !== undefined && !first.line.ok) {
    const where = `the first is line ${first.number} of ${quoted(first.path)}: ${first.line.error}`;
    lines.push(`wsbouncer: left out ${count(wrongCount, 'line')} that are no events; ${where}`);
    short.push(count(wrongCount, 'line'));
  }
  if (older > 0) {
    const kept = `of a long log the newest ${most.toLocaleString('en-US')} at most are replayed`;
    lines.push(`wsbouncer: left out ${count(older, 'older event')}; ${kept}`);
    short.push(count(older, 'older event'));
  }
  return { lines, short: short.length === 0 ? null : `left out of the log: ${short.join(', ')}` };
};

/**
 * The keys while a log comes in on stdin: those of the terminal of this session.
 * @throws BouncerError where stdin is the terminal itself
 */
const keyboardFor = (path: string, stdin: NodeJS.ReadStream): NodeJS.ReadStream | null => {
  if (path !== '-') return isatty(0) ? stdin : null;
  if (isatty(0)) {
    throw usageError(
      'stdin is the terminal',
      'pipe a log into it: zcat log.gz | wsbouncer replay -',
    );
  }
  let descriptor: number | null = null;
  try {
    descriptor = openSync('/dev/tty', 'r');
    return new ReadStream(descriptor);
  } catch {
    if (descriptor !== null) closeSync(descriptor);
    return null;
  }
};

/** Reads all of it; rejects with a BouncerError where there is nothing to show. */
export const logToReplay = async (
  path: string,
  stdin: AsyncIterable<unknown>,
  most = MOST,
): Promise<ReadLog> => {
  let log: ReadLog;
  try {
    log = path === '-' ? await readLogFrom(stdin, 'stdin', most) : await readLog(path, most);
  } catch (error) {
    throw unreadableLog(path, error);
  }
  if (log.events.length > 0) return log;
  const [first] = log.wrong;
  const why = first?.line.ok === false ? ` (line ${first.number}: ${first.line.error})` : '';
  throw new BouncerError('environment', `${quoted(path)} has no event in it${why}`, remedy);
};

/**
 * Shows the log until the operator leaves or a signal ends it, and gives the exit code. The
 * terminal has been given back by then.
 * @throws BouncerError where there is no terminal, or no log
 */
export const runReplay = async (
  { path, screen }: ReplayWish,
  { stdin, stdout, env, say, clock, canDraw }: ReplayProcess,
  drawing: () => Promise<Drawing> = loadDrawing,
): Promise<0 | 1> => {
  const keyboard = keyboardFor(path, stdin);
  if (keyboard === null || !canDraw(true)) {
    throw usageError('replay needs a terminal', 'a log is JSON lines: jq has answers without one');
  }
  const ended = Promise.withResolvers<0 | 1>();
  let shown: ShownConsole | null = null;
  let over = false;
  const end = (code: 0 | 1): void => {
    over = true;
    shown?.close();
    ended.resolve(code);
  };
  const fail = (error: unknown): void => {
    const text = error instanceof Error ? error.message : String(error);
    end(1);
    say(`wsbouncer: the console failed (${text.split('\n')[0] ?? ''})`);
  };
  ignoreSuspension(process);
  onStopSignals(process, clock, () => end(0));
  process.on('uncaughtException', fail);

  const told = clock.after(STILL_READING_MS, () => say(`wsbouncer: reading ${quoted(path)}`));
  const log = await Promise.race([logToReplay(path, stdin), ended.promise]).finally(told);
  if (typeof log === 'number') return log;
  const { lines, short } = leftOut(log);
  for (const line of lines) say(line);

  const { control, cursor, close } = replay(new Timeline(log.events), clock);
  const settings = {
    ...screen,
    readOnly: true,
    replay: true,
    move: cursor.move,
    join: null,
    stopWith: 'q',
    actor: 'replay',
    attached: false,
    env,
    save: saveFile,
  };
  const { showConsole } = await drawing();
  if (over) return ended.promise;
  shown = showConsole(control, { stdin: keyboard, stdout }, settings);
  if (short !== null) shown.tell(short);
  shown.done.then(() => end(0), fail);
  const code = await ended.promise;
  close();
  return code;
};
