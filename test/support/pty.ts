/**
 * The real program in a real pseudo-terminal, drawn into a headless one. A wait looks at the
 * screen again after everything that the program writes, and never in the middle of a frame.
 * Nothing here needs a test runner: a script calls `cleanUp` (cleanup.ts) at its end.
 */
import { closeSync, constants, openSync } from 'node:fs';
import { type IPty, spawn } from '@lydell/node-pty';
import { childEnvironment, programFile } from './child-environment.ts';
import { onCleanup } from './cleanup.ts';
import { endProgram } from './ending.ts';
import { newTerminal, rowsOf, type Run, runsOf, wrappedIn } from './screen.ts';
import { type Patience, within } from './within.ts';

/** What the keys send that have a name. */
export const keys = {
  up: '\u001B[A',
  down: '\u001B[B',
  right: '\u001B[C',
  left: '\u001B[D',
  home: '\u001B[H',
  end: '\u001B[F',
  pageUp: '\u001B[5~',
  pageDown: '\u001B[6~',
  enter: '\r',
  tab: '\t',
  escape: '\u001B',
  space: ' ',
  backspace: '\u007F',
  ctrlC: '\u0003',
  ctrlZ: '\u001A',
} as const;

/** How the terminal is, and the environment of what runs in it. */
export type TerminalOptions = {
  /** Default 80. */
  readonly cols?: number;
  /** Default 24. */
  readonly rows?: number;
  /** Added to a user's environment. */
  readonly env?: Readonly<Record<string, string>>;
};

/** How what ran in the terminal ended; `signal` is a number, 0 or absent without one. */
export type TerminalExit = { readonly exitCode: number; readonly signal?: number };

/** A program in a terminal. */
export type TerminalRun = {
  /** The process that the terminal was opened for. */
  readonly pid: number;
  /** The visible rows, once everything read so far is drawn. */
  readonly screen: () => Promise<string[]>;
  /** The visible rows as runs of one look, for pictures and for tests of colour. */
  readonly cells: () => Promise<Run[][]>;
  /** Waits until a whole frame matches, `rows` joined by line breaks for a pattern; the rows. */
  readonly until: (
    matches: RegExp | ((rows: readonly string[]) => boolean),
    what?: string,
    patience?: Patience,
  ) => Promise<string[]>;
  /** Rows, as drawn so far, that go on from the one above: that line was wider than the terminal. */
  readonly wrapped: () => number;
  readonly press: (text: string) => void;
  readonly resize: (cols: number, rows: number) => void;
  /** Stops reading, as a stalled link does: after some KiB, what the program writes waits. */
  readonly pauseReading: () => void;
  readonly resumeReading: () => void;
  /** `alternate` while a full-screen program has the terminal, `normal` when it gave it back. */
  readonly bufferType: () => Promise<'normal' | 'alternate'>;
  /** Whether the cursor is shown, as the last DECTCEM sequence said. */
  readonly cursorShown: () => Promise<boolean>;
  /** Everything read so far, escape sequences included. */
  readonly output: () => string;
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Takes the terminal away, as a link that breaks does; what ran in it is still looked after. */
  readonly hangUp: () => void;
  /** What is left of the output when it ends is read first, unless reading is paused. */
  readonly exited: (patience?: Patience) => Promise<TerminalExit>;
};

const draw = (rows: readonly string[], cols: number): string => {
  const edge = `+${'-'.repeat(cols)}+`;
  return [edge, ...rows.map((row) => `|${row.padEnd(cols)}|`), edge].join('\n');
};

const frameBegins = '\u001B[?2026h';
const frameEnds = '\u001B[?2026l';

/**
 * Whether a frame has begun and not ended (synchronized output, DEC mode 2026) in what is drawn,
 * the first `drawn` characters: until it has, rows are half of the last picture and half of the
 * next.
 */
const inFrame = (output: string, drawn: number): boolean => {
  const last = (sequence: string): number => output.lastIndexOf(sequence, drawn - sequence.length);
  return last(frameBegins) > last(frameEnds);
};

/**
 * Holds the program's side of the terminal open until `release`. Without a holder the end of
 * the program hangs the terminal up, and what was not read by then, beyond the next 4 KiB, is
 * lost: of a full-screen program, that is how it gave the screen back.
 */
const holdOpen = (pty: IPty): { release: () => void } => {
  const name: unknown = Reflect.get(pty, 'ptsName');
  if (typeof name !== 'string')
    throw new Error('node-pty no longer tells the name of the terminal');
  const held = openSync(name, constants.O_RDWR | constants.O_NOCTTY);
  return { release: () => closeSync(held) };
};

/** Runs any command in a terminal; killed after the test. */
export const startCommandInTerminal = (
  file: string,
  args: readonly string[],
  { cols = 80, rows = 24, env = {} }: TerminalOptions = {},
): TerminalRun => {
  const terminal = newTerminal(cols, rows);
  const pty: IPty = spawn(file, [...args], {
    name: 'xterm-256color',
    cols,
    rows,
    env: childEnvironment({ TERM: 'xterm-256color', ...env }),
  });
  const holder = holdOpen(pty);
  let output = '';
  let drawnTo = 0;
  let ended = false;
  const looks = new Set<() => void>();
  const drawn = (): Promise<void> => new Promise((resolve) => terminal.write('', resolve));
  pty.onData((data) => {
    output += data;
    const end = output.length;
    terminal.write(data, () => {
      drawnTo = end;
      for (const look of looks) look();
    });
  });
  // The terminal's answers to what the program asks it.
  terminal.onData((data) => {
    if (!ended) pty.write(data);
  });
  const shown = (): string => draw(rowsOf(terminal), terminal.cols);
  const exit = Promise.withResolvers<TerminalExit>();
  pty.onExit(({ exitCode, signal }) => {
    ended = true;
    holder.release();
    void drawn().then(() => {
      exit.resolve({ exitCode, ...(signal !== undefined && { signal }) });
      for (const look of looks) look();
    });
  });
  onCleanup(async () => {
    // Its group: a shell's program gets it too.
    if (!ended) await endProgram((signal) => process.kill(-pty.pid, signal), exit.promise);
    terminal.dispose();
  });

  return {
    pid: pty.pid,
    screen: async () => {
      await drawn();
      return rowsOf(terminal);
    },
    cells: async () => {
      await drawn();
      return runsOf(terminal);
    },
    until: async (matches, what, patience) => {
      const { promise, resolve, reject } = Promise.withResolvers<string[]>();
      const sought = what ?? String(matches);
      const look = (): void => {
        if (inFrame(output, drawnTo) && !ended) return;
        const screen = rowsOf(terminal);
        const found = matches instanceof RegExp ? matches.test(screen.join('\n')) : matches(screen);
        if (found) resolve(screen);
        else if (ended) reject(new Error(`the program ended before ${sought}\n${shown()}`));
      };
      await drawn();
      looks.add(look);
      try {
        look();
        return await within(`the screen to show ${sought}`, promise, { saw: shown, ...patience });
      } finally {
        looks.delete(look);
      }
    },
    wrapped: () => wrappedIn(terminal),
    press: (text) => pty.write(text),
    resize: (newCols, newRows) => {
      terminal.resize(newCols, newRows);
      pty.resize(newCols, newRows);
    },
    pauseReading: () => pty.pause(),
    resumeReading: () => pty.resume(),
    bufferType: async () => {
      await drawn();
      return terminal.buffer.active.type;
    },
    cursorShown: async () => {
      await drawn();
      return output.lastIndexOf('\u001B[?25h') >= output.lastIndexOf('\u001B[?25l');
    },
    output: () => output,
    signal: (signal) => void process.kill(pty.pid, signal),
    hangUp: () => {
      const destroy: unknown = Reflect.get(pty, 'destroy');
      if (typeof destroy !== 'function') throw new Error('node-pty no longer hangs up');
      ended = true;
      Reflect.apply(destroy, pty, []);
    },
    exited: (patience) =>
      within('the program in the terminal to end', exit.promise, {
        saw: shown,
        ...patience,
      }),
  };
};

/** Runs the program in a terminal. */
export const startInTerminal = (
  args: readonly string[],
  options: TerminalOptions = {},
): TerminalRun => startCommandInTerminal(process.execPath, [programFile, ...args], options);

// The shell outlives the signals that the program gets with it, and forwards none.
const shellText = `trap : TERM INT HUP QUIT
"$0" "$@"
echo "exit code $?"
stty -a`;

/** A run whose terminal a shell looks at afterwards. */
export type ShellRun = TerminalRun & {
  /** Waits for the end of both: the program's exit code (128 + n for signal n), and `stty -a`. */
  readonly afterwards: (patience?: Patience) => Promise<{ exitCode: number; stty: string }>;
};

/**
 * Runs the program under a shell that then prints its exit code and the settings of the
 * terminal: `icanon` and `echo` in them (not `-icanon`) mean that cooked mode is back.
 * `signal` goes to both, and the shell survives it.
 */
export const startInShell = (
  args: readonly string[],
  options: TerminalOptions & { readonly command?: readonly string[] } = {},
): ShellRun => {
  const command = options.command ?? [process.execPath, programFile];
  const run = startCommandInTerminal('bash', ['-c', shellText, ...command, ...args], options);
  return {
    ...run,
    signal: (signal) => void process.kill(-run.pid, signal),
    afterwards: async (patience) => {
      await run.exited(patience);
      const printed = /exit code (\d+)\s([\s\S]*)$/.exec(run.output());
      if (printed === null) throw new Error(`the shell printed no exit code:\n${run.output()}`);
      return { exitCode: Number(printed[1]), stty: printed[2]! };
    },
  };
};
