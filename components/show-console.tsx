/**
 * The console on a real terminal: takes it over, drawn or as lines, and gives it back. It never
 * ends the process and never stops the proxy: quitting and failing are told to whoever started it.
 */
import { asciiGlyphs, glyphsFor } from '../src/console/glyphs.ts';
import type { Settings } from '../src/console/state.ts';
import { wantsColor } from '../src/console/theme.ts';
import type { LogMove, ProxyControl, ScreenOptions } from '../src/contract.ts';
import { ConsoleStore, type Time } from './console-store.ts';
import { openDashboard } from './dashboard.tsx';
import { carriesOut } from './effects.ts';
import type { Save } from './export.ts';
import type { ConsoleStreams, Face, FaceParts } from './face.ts';
import { openLog } from './log-mode.ts';
import { giveBack, isBehind, neverWait } from './terminal.ts';

/** How the console is shown. */
export type ConsoleSettings = Settings &
  ScreenOptions & {
    /**
     * Read for `NO_COLOR`, for the locale and `TERM` that decide about 7-bit signs, and for
     * `INK_SCREEN_READER`: with `true`, lines are all that is ever shown.
     */
    readonly env: NodeJS.ProcessEnv;
    readonly save: Save;
    /** Moves the cursor in a log that is replayed. */
    readonly move?: (move: LogMove) => void;
  };

/** A console that is shown. */
export type ShownConsole = {
  /**
   * Resolves when the operator has confirmed quitting; rejects with what broke if the console
   * failed or its terminal is gone. Either way the terminal has been given back before. Stays
   * open after `close`.
   */
  readonly done: Promise<'quit'>;
  /** Shows a message of the program itself for a minute; in one line. */
  readonly tell: (text: string) => void;
  /** The link to a proxy that runs elsewhere is down, until the next picture comes. */
  readonly linkDown: (reason: string, stopped: boolean) => void;
  /** Gives the terminal back at once; a second call does nothing. */
  readonly close: () => void;
};

const systemTime: Time = {
  now: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** How long the end of the console waits for a slow terminal to take its last bytes. */
const flushMs = 500;

/** Shows the console of `control`; `time` is for tests. */
export const showConsole = (
  control: ProxyControl,
  { stdin, stdout }: ConsoleStreams,
  { ascii, color, env, save, move, ...settings }: ConsoleSettings,
  time: Time = systemTime,
): ShownConsole => {
  const done = Promise.withResolvers<'quit'>();
  // Whoever does not ask must not be ended by an answer.
  done.promise.catch(() => {});
  const readAloud = env['INK_SCREEN_READER'] === 'true';
  let closed = false;
  let face: Face | null = null;
  let shows: 'dashboard' | 'log' = readAloud ? 'log' : 'dashboard';

  const close = (): void => {
    if (closed) return;
    closed = true;
    store.close();
    if (face === null) giveBack(null, stdin, stdout);
    else face.close();
  };
  const end = (settle: () => void): void => {
    if (closed) return;
    close();
    const cancel = time.after(flushMs, settle);
    stdout.write('', () => {
      cancel();
      settle();
    });
  };
  const fail = (error: unknown): void => end(() => done.reject(error));

  const open = (): Face =>
    shows === 'dashboard'
      ? openDashboard(parts)
      : openLog(control, parts, readAloud ? null : () => switchTo('dashboard'));
  const switchTo = (next: typeof shows): void => {
    if (shows === next) return;
    shows = next;
    // Not in the middle of what asked for it: that is the face that goes.
    queueMicrotask(() => {
      if (closed) return;
      try {
        const old = face;
        face = null;
        old?.close();
        face = open();
      } catch (error) {
        fail(error);
      }
    });
  };

  const store = new ConsoleStore(control, {
    size: { columns: stdout.columns || 80, rows: stdout.rows || 24 },
    settings,
    time,
    isBehind: () => isBehind(stdout),
    carryOut: carriesOut({
      stdout,
      control,
      save,
      say: (tone, text) => store.dispatch({ type: 'said', tone, text }),
      redraw: () => face?.redraw(),
      move: (wanted) => move?.(wanted),
      log: () => switchTo('log'),
      quit: () => end(() => done.resolve('quit')),
    }),
    onFailure: fail,
  });
  const parts: FaceParts = {
    store,
    time,
    stdin,
    stdout,
    glyphs: ascii ? asciiGlyphs : glyphsFor(env),
    colored: color && wantsColor(env),
    onFailure: fail,
  };

  neverWait(stdout);
  // A terminal that goes away must not take the process with it, not even after the end.
  stdout.on('error', fail);
  stdin.on('error', fail);
  stdin.once('end', () => fail(new Error('the terminal has gone')));

  try {
    face = open();
  } catch (error) {
    close();
    throw error;
  }
  store.start();
  const tell = (text: string): void => store.dispatch({ type: 'told', text });
  const linkDown = (reason: string, stopped: boolean): void => store.linkDown(reason, stopped);
  return { done: done.promise, tell, linkDown, close };
};
