/** The real program under its console, in front of a real backend, with real viewers. */
import { join } from 'node:path';
import type { WebSocket } from 'ws';
import { privateFolder } from '../api/ask.ts';
import { echoBackend } from '../support/backends.ts';
import { programFile } from '../support/child-environment.ts';
import {
  keys,
  type ShellRun,
  startInShell,
  type TerminalOptions,
  type TerminalRun,
} from '../support/pty.ts';
import { type Program, runProgram } from '../support/program.ts';
import { connectViewer, echo } from '../support/viewer.ts';
import { viewerUrl } from '../support/viewer-url.ts';

/** What stands on the primary screen before the program takes the terminal. */
export const promptLine = '$ wsbouncer';

/** Keys and screen of a program, and where its viewers connect. */
export type Desk<Run extends TerminalRun = ShellRun> = Run & {
  readonly url: (session: string) => string;
  /** Connects one after the other; with nobody before them, they are `v1`, `v2`, and so on. */
  readonly join: (session: string, viewers?: number) => Promise<WebSocket[]>;
  /** Sends a signal to the program that has the proxy. */
  readonly signalProxy: (signal: NodeJS.Signals) => void;
  /** Waits until the proxy has ended well and the operator has left, if the console is still there. */
  readonly leftAfterProxy: () => Promise<void>;
};

/** How the program is run; on a free port unless `address` says another place. */
export type Service = {
  readonly args?: readonly string[];
  /** For a screen on which it cannot be read. */
  readonly address?: string;
  /** Where a session is served; default: an echo. */
  readonly backend?: string;
};

/** How the program is run in a shell. */
export type ShellOptions = TerminalOptions & {
  /** What runs it; default: this Node. */
  readonly node?: readonly string[];
  /** A file for its stderr. */
  readonly errors?: string;
};

/** The program in a shell. */
export const startProgram = (
  args: readonly string[],
  { node = [process.execPath], errors, ...terminal }: ShellOptions = {},
): ShellRun => {
  const redirect = errors === undefined ? '' : `2>'${errors}'`;
  return startInShell([...node, programFile, ...args], {
    ...terminal,
    command: ['bash', '-c', `echo '${promptLine}'; exec "$0" "$@" ${redirect}`],
  });
};

/** The address in the title. */
const addressOn = (screen: readonly string[]): string => {
  const [, address] = /ws:\/\/(\S+)/.exec(screen[0] ?? '') ?? [];
  if (address === undefined) throw new Error(`no address in ${screen[0]}`);
  return address;
};

/** Has `start` run the program in front of an echo backend; waits for its first picture. */
export const openDeskIn = async <Run extends TerminalRun>(
  start: (args: readonly string[]) => Run,
  { args = [], address, backend }: Service = {},
): Promise<Desk<Run>> => {
  const served = backend ?? (await echoBackend()).url;
  const run = start(['--backend', served, '--listen', address ?? '127.0.0.1:0', ...args]);
  const at = address ?? addressOn(await run.until(/LIVE/));
  const url = (session: string): string => viewerUrl(at, `/ws/${session}`);
  const join = async (session: string, viewers = 1): Promise<WebSocket[]> => {
    const joined: WebSocket[] = [];
    while (joined.length < viewers) joined.push(await connectViewer(url(session)));
    return joined;
  };
  const leftAfterProxy = async (): Promise<void> => void (await run.exited());
  return { ...run, url, join, signalProxy: run.signal, leftAfterProxy };
};

/** The same in a shell. */
export const openDesk = (options: ShellOptions & Service = {}): Promise<Desk> =>
  openDeskIn((args) => startProgram(args, options), options);

/** What is said to the console and not to the proxy. */
const isForConsole = (arg: string): boolean =>
  /^--(?:read-only|ascii|no-color|name|accent|confirm)\b/.test(arg);

/** A console in a terminal of its own, attached to a program that runs without one. */
export type AttachedDesk = Desk & { readonly program: Program; readonly socketPath: string };

/** Attaches one more console to a program. */
export const attachDesk = async (
  program: Program,
  socketPath: string,
  { args = [], ...terminal }: ShellOptions & Service = {},
): Promise<AttachedDesk> => {
  const run = startProgram(['attach', socketPath, ...args], terminal);
  await run.until(/LIVE/);
  const join = async (session: string, viewers = 1): Promise<WebSocket[]> => {
    const joined: WebSocket[] = [];
    while (joined.length < viewers) joined.push(await connectViewer(program.url(session)));
    return joined;
  };
  return {
    ...run,
    url: (session) => program.url(session),
    join,
    program,
    socketPath,
    signalProxy: program.signal,
    leftAfterProxy: async () => {
      const exit = await program.exited();
      if (exit.code !== 0) throw new Error(`the proxy has ended with ${JSON.stringify(exit)}`);
      await run.until(/STOPPED [^]*waiting for the next/);
      run.press('q');
      await run.until(/Quit this console\?/);
      run.press(keys.enter);
    },
  };
};

/** The same flows as in `openDesk`, over the control socket. */
export const openAttachedDesk = async ({
  args = [],
  backend,
  ...rest
}: ShellOptions & Service = {}): Promise<AttachedDesk> => {
  const served = backend ?? (await echoBackend()).url;
  const socketPath = join(await privateFolder(), 'c.sock');
  const proxyArgs = args.filter((arg) => !isForConsole(arg));
  const program = await runProgram(['--backend', served, '--control', socketPath, ...proxyArgs]);
  const consoleArgs = ['--actor=console', ...args.filter(isForConsole)];
  return attachDesk(program, socketPath, { ...rest, args: consoleArgs });
};

/** Both ways to have a console, for flows that are the same in both. */
export const desks: readonly {
  readonly way: string;
  readonly open: (options?: ShellOptions & Service) => Promise<Desk>;
}[] = [
  { way: 'of the program itself', open: openDesk },
  { way: 'attached to a program', open: openAttachedDesk },
];

/** Every one of them still has its backend. */
export const allEcho = async (viewers: readonly WebSocket[]): Promise<void> => {
  await Promise.all(viewers.map((viewer, at) => echo(viewer, `still here ${at}`)));
};

/** The local port of a viewer, as the console shows it. */
export const portOf = (viewer: WebSocket): number => {
  const socket: unknown = Reflect.get(viewer, '_socket');
  return Number(Reflect.get(socket as object, 'localPort'));
};

/** The port of the viewer under the cursor, as drawn; null where none is. */
export const chosenOn = (screen: readonly string[]): number | null => {
  const row = screen.find((line) => /^▸. .*\bv\d+ .*127\.0\.0\.1:\d+/.test(line));
  const [, port] = /127\.0\.0\.1:(\d+)/.exec(row ?? '') ?? [];
  return port === undefined ? null : Number(port);
};

/** Waits until the clock has moved: whatever was pressed before has been drawn by then. */
export const nextSecond = async (desk: Desk): Promise<void> => {
  const [title] = await desk.screen();
  await desk.until(([now]) => now !== title, 'the next second');
};

/** What a terminal is like after the program. */
export type Aftermath = {
  readonly exitCode: number;
  readonly cooked: boolean;
  readonly buffer: 'normal' | 'alternate';
  readonly cursorShown: boolean;
  /** Pasted text is still marked as such. */
  readonly pasteMarked: boolean;
};

/** A terminal that is as it was before a program that ended well. */
export const asBefore: Aftermath = {
  exitCode: 0,
  cooked: true,
  buffer: 'normal',
  cursorShown: true,
  pasteMarked: false,
};

/** Waits for the end and looks at the terminal. */
export const aftermath = async (run: ShellRun): Promise<Aftermath> => {
  const { exitCode, stty } = await run.afterwards();
  const settings = stty.split(/\s+/);
  const output = run.output();
  return {
    exitCode,
    cooked: ['icanon', 'echo', 'isig', 'icrnl', 'opost'].every((name) => settings.includes(name)),
    buffer: await run.bufferType(),
    cursorShown: await run.cursorShown(),
    pasteMarked: output.lastIndexOf('\u001B[?2004h') > output.lastIndexOf('\u001B[?2004l'),
  };
};

/** A row of the viewers that need a hand, as drawn. */
export type Needy = { readonly digit: string; readonly viewer: string; readonly row: string };

/** The viewers that need a hand, with the digits beside them. */
export const needyOn = (screen: readonly string[]): readonly Needy[] => {
  const title = screen.findIndex((row) => row.includes('Needs you'));
  const rows = title < 0 ? [] : screen.slice(title + 1);
  const end = rows.findIndex((row) => /── |-- /.test(row));
  return rows.slice(0, end < 0 ? rows.length : end).flatMap((row) => {
    const [, digit, viewer] = /^.(\d) . .*?\b(v\d+)\b/.exec(row) ?? [];
    return digit === undefined || viewer === undefined ? [] : [{ digit, viewer, row }];
  });
};

/** The colours in all sequences that set how text looks. */
export const coloursIn = (output: string): number[] =>
  output
    .split('\u001B[')
    .flatMap((part) => /^([\d;]*)m/.exec(part)?.[1]?.split(';') ?? [])
    .map(Number)
    .filter((code) => (code >= 30 && code <= 49) || code >= 90);
