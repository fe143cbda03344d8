/**
 * The console on a real terminal: takes it over, draws, and gives it back. It never ends the
 * process and never stops the proxy: quitting and failing are told to whoever started it.
 */
import { type Instance, render } from 'ink';
import { glyphsFor } from '../src/console/glyphs.ts';
import { wantsColor } from '../src/console/theme.ts';
import type { ProxyControl } from '../src/contract.ts';
import { Console } from './Console.tsx';
import { ConsoleStore, type Time } from './console-store.ts';
import { blank, giveBack, isBehind, neverWait } from './terminal.ts';

/** Where the console is shown. */
export type ConsoleStreams = {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
};

/** How the console is shown. */
export type ConsoleSettings = {
  /** The line that says how to join; null for none. */
  readonly join: string | null;
  /** Read for `NO_COLOR`, and for the locale and `TERM` that decide about 7-bit signs. */
  readonly env: NodeJS.ProcessEnv;
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

/** After a size that stayed this long, all is drawn anew; before, it would be drawn in vain. */
const resizedMs = 100;

/** How long the end of the console waits for a slow terminal to take its last bytes. */
const flushMs = 500;

/** Shows the console of `control`; `time` is for tests. */
export const showConsole = (
  control: ProxyControl,
  { stdin, stdout }: ConsoleStreams,
  settings: ConsoleSettings,
  time: Time = systemTime,
): ShownConsole => {
  const done = Promise.withResolvers<'quit'>();
  // Whoever does not ask must not be ended by an answer.
  done.promise.catch(() => {});
  let closed = false;
  let app: Instance | null = null;
  let cancelRedraw: (() => void) | null = null;

  const draw = () => (
    <Console store={store} glyphs={glyphsFor(settings.env)} colored={wantsColor(settings.env)} />
  );
  // A line that was drawn for a wider terminal has wrapped and pushed others away, and the
  // library draws only what has changed since: what it does not know of would stay.
  const redraw = (): void => {
    if (isBehind(stdout)) {
      redrawSoon();
      return;
    }
    blank(() => app?.clear(), stdout);
    app?.rerender(draw());
  };
  const redrawSoon = (): void => {
    cancelRedraw?.();
    cancelRedraw = time.after(resizedMs, redraw);
  };

  const close = (): void => {
    if (closed) return;
    closed = true;
    cancelRedraw?.();
    stdout.off('resize', redrawSoon);
    store.close();
    giveBack(() => app?.unmount(), stdin, stdout);
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

  const store = new ConsoleStore(control, {
    size: { columns: stdout.columns || 80, rows: stdout.rows || 24 },
    join: settings.join,
    time,
    isBehind: () => isBehind(stdout),
    onQuit: () => end(() => done.resolve('quit')),
    onFailure: fail,
  });

  neverWait(stdout);
  // A terminal that goes away must not take the process with it, not even after the end.
  stdout.on('error', fail);
  stdin.on('error', fail);
  stdin.once('end', () => fail(new Error('the terminal has gone')));

  stdout.on('resize', redrawSoon);

  app = render(draw(), {
    stdin,
    stdout,
    // Whether there is a terminal to draw on was decided before; `CI` is not asked again.
    interactive: true,
    alternateScreen: true,
    incrementalRendering: true,
    exitOnCtrlC: false,
    // Nothing here writes to the console; others need not find it changed.
    patchConsole: false,
  });
  // An error while drawing unmounts by itself and comes out here.
  app.waitUntilExit().catch(fail);
  store.start();
  const tell = (text: string): void => store.dispatch({ type: 'told', text });
  return { done: done.promise, tell, close };
};
