/**
 * The console of a proxy that is part of another program, in that program's terminal. What draws
 * is loaded only when it is shown, and the terminal is given back whatever happens.
 */
import type { Accent } from '../contract.ts';
import { readScreen } from '../cli/option-screen.ts';
import { BouncerError } from '../errors.ts';
import { wantsConsole } from '../run/front.ts';
import { saveFile } from '../run/save-file.ts';
import type { Bouncer } from './bouncer.ts';
import { consoleReader, inOwnWords } from './settings.ts';

/** How the console looks and what it lets the operator do; as on the command line. */
export type ConsoleOptions = {
  /** Nothing that changes or stops the proxy; default false. */
  readonly readOnly?: boolean;
  /** 7-bit signs, whatever the locale says; default false. */
  readonly ascii?: boolean;
  /** Default true; `NO_COLOR` counts as well. */
  readonly color?: boolean;
  /** A title for this instance, at most 32 characters. */
  readonly name?: string;
  /** Colour of the title. */
  readonly accent?: Accent;
  /** `undo`, the default: an eviction waits 3 s; `always`: a question comes first. */
  readonly confirm?: 'undo' | 'always';
  /** Default: those of the process. */
  readonly stdin?: NodeJS.ReadStream;
  readonly stdout?: NodeJS.WriteStream;
};

/** A console that is shown. */
export type ShownConsole = Disposable & {
  /**
   * Resolves when the terminal has been given back: with `quit` where the operator has quit, and
   * the proxy goes on until the program ends it; with `ended` where the proxy has, as by `:stop`.
   * Rejects with what broke if the console failed.
   */
  readonly done: Promise<'quit' | 'ended'>;
  /** Shows a message of the program for a minute; in one line. */
  readonly tell: (text: string) => void;
  /** Gives the terminal back at once; a second call does nothing. */
  readonly close: () => void;
};

/** What the libraries that draw look for while they are loaded. */
const DRAWING: Readonly<Record<string, string>> = {
  // What is coloured is decided by the console; without this some terminals would lose inverse.
  FORCE_COLOR: '1',
  // React's other build keeps timings of every render, and grows.
  NODE_ENV: 'production',
};

/** Loads with `DRAWING` in the environment; afterwards that is the program's again. */
const loadDrawing = async () => {
  const { env } = process;
  const before = Object.keys(DRAWING).map((name) => [name, env[name]] as const);
  Object.assign(env, DRAWING);
  try {
    return await import('../../components/show-console.tsx');
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete env[name];
      else env[name] = value;
    }
  }
};

/**
 * Shows the console on the terminal, until the operator quits, `close`, or the end of the proxy.
 * What the program prints meanwhile lands in the picture. Rejects with a BouncerError where an
 * option will not do or there is no terminal.
 */
export const showConsole = async (
  { control }: Pick<Bouncer, 'control'>,
  options: ConsoleOptions = {},
): Promise<ShownConsole> => {
  const { stdin = process.stdin, stdout = process.stdout, color = true, ...look } = options;
  const screen = inOwnWords(() => readScreen(consoleReader(look)));
  const terminals = {
    stdinIsTerminal: stdin.isTTY,
    stdoutIsTerminal: stdout.isTTY,
  };
  if (!wantsConsole({ headless: false, env: process.env, ...terminals })) {
    throw new BouncerError(
      'environment',
      'the console needs a terminal',
      'run the program in one, without CI in the environment, or do not show it',
    );
  }
  const { showConsole: show } = await loadDrawing();
  const shown = show(
    control,
    { stdin, stdout },
    {
      ...screen,
      color,
      join: null,
      stopWith: `kill ${process.pid}`,
      actor: 'console',
      // Quitting leaves the proxy alone: that is the program's to end.
      attached: true,
      env: process.env,
      save: saveFile,
    },
  );
  const close = (): void => {
    process.off('exit', close);
    shown.close();
  };
  process.on('exit', close);
  const ended = control.closed.then((): 'ended' => {
    close();
    return 'ended';
  });
  const done = Promise.race([shown.done, ended]);
  // Whoever does not ask must not be ended by an answer.
  done.then(close, close);
  return { done, tell: shown.tell, close, [Symbol.dispose]: close };
};
