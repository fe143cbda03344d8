/**
 * The proxy under the console: the relay in a thread of its own, the terminal in this one. When
 * the console fails, the terminal is given back, the reason is said, and the proxy goes on with
 * its events as lines; viewers notice nothing.
 */
import type { ShownConsole } from '../../components/show-console.tsx';
import type { Clock } from '../clock.ts';
import type { startThread } from '../control/thread.ts';
import type { ScreenOptions } from '../contract.ts';
import type { ProxyEvent } from '../events.ts';
import { type Drawing, loadDrawing } from './drawing.ts';
import type { Front, Outlets } from './front.ts';
import { giveWay } from './give-way.ts';
import type { Launched } from './launch.ts';
import { durationText } from '../cli/option-values.ts';
import { saveFile } from './save-file.ts';

/** What the console needs of the process. */
export type Terminal = {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly env: NodeJS.ProcessEnv;
  /** Writes a line to stderr. */
  readonly say: (line: string) => void;
  /** Whether the terminal is still there; null: its end is not survived, or not as a terminal. */
  readonly isThere?: (() => boolean) | null;
};

/** What is heavy, and so is loaded only to be used. */
export type Parts = {
  readonly drawing: () => Promise<Drawing>;
  readonly thread: () => Promise<{ readonly startThread: typeof startThread }>;
  readonly giveWay: () => void;
};

const ownParts: Parts = {
  drawing: loadDrawing,
  thread: () => import('../control/thread.ts'),
  giveWay,
};

const oneLine = (error: unknown): string => {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.split('\n')[0] ?? text;
};

/** After how long without an end the operator is told what is being waited for. */
const STILL_THERE_MS = 300;

/** Lines that had to wait because the console had the screen; the newest count. */
const MOST_NOTES = 20;

/** The front in a terminal. */
export class ConsoleFront implements Front {
  readonly #terminal: Terminal;
  readonly #screen: ScreenOptions;
  readonly #outlets: Outlets;
  readonly #clock: Clock;
  readonly #parts: Parts;
  readonly #startedMs: number;
  readonly #counts = new Map<ProxyEvent['event'], number>();
  #shown: Pick<ShownConsole, 'close' | 'tell'> | null = null;
  #mode: 'console' | 'lines' | 'alone' | 'closed' = 'console';
  #notes: string[] = [];
  #errorsSince = 0;

  constructor(
    terminal: Terminal,
    screen: ScreenOptions,
    outlets: Outlets,
    clock: Clock,
    parts = ownParts,
  ) {
    this.#terminal = terminal;
    this.#screen = screen;
    this.#outlets = outlets;
    this.#clock = clock;
    this.#parts = parts;
    this.#startedMs = clock.now();
  }

  readonly start: Front['start'] = async (options, control) => {
    const relay = await this.#parts.thread();
    const listening = await relay.startThread(options, {
      control,
      onEvent: (event) => this.#onEvent(event),
      onRestart: (reason) => {
        this.#note(`wsbouncer: the relay broke and was started again: ${reason}`);
        this.#shown?.tell('the relay broke and was started again; all viewers are gone');
      },
      // A warning of the process would land in the middle of the picture.
      onFault: (fault) => this.#note(`wsbouncer: an onlooker failed: ${oneLine(fault)}`),
    });
    // Not before: the relay's thread would be as nice.
    this.#parts.giveWay();
    return listening;
  };

  readonly show: Front['show'] = (launched, onQuit) => {
    this.#show(launched, onQuit).catch((error: unknown) => this.#fall(error));
  };

  readonly fallBack = (error: unknown): boolean => {
    if (this.#mode === 'closed' || (this.#mode === 'console' && this.#shown === null)) return false;
    if (this.#mode === 'console') this.#fall(error);
    // What is left of a broken console may break again; the relay is not in this thread.
    else if (this.#errorsSince++ < MOST_NOTES) this.#note(`wsbouncer: and then: ${oneLine(error)}`);
    return true;
  };

  readonly hangUp = (): void => {
    if (this.#mode === 'closed' || this.#mode === 'alone') return;
    if (this.#mode === 'console') this.#giveBack();
    this.#mode = 'alone';
    // Nothing is read any more, and so nothing asks a dead terminal again and again.
    this.#terminal.stdin.destroy();
    this.#note('wsbouncer: the terminal has gone; the proxy goes on: wsbouncer attach shows it');
  };

  readonly close = (): void => {
    if (this.#mode === 'console') {
      this.#giveBack();
      this.#mode = 'closed';
      // Close handshakes may take two seconds; an empty screen would look like a hang.
      this.#clock.after(STILL_THERE_MS, () =>
        this.#terminal.say('wsbouncer: closing the viewers; ctrl-c ends at once'),
      );
    }
    this.#sayNotes();
  };

  readonly farewell = (): string => {
    const uptime = durationText(1000 * Math.ceil((this.#clock.now() - this.#startedMs) / 1000));
    return `wsbouncer: stopped after ${uptime}; viewers: ${this.#count('viewer.admitted')} admitted, ${this.#count('viewer.refused')} refused, ${this.#count('viewer.evicted')} evicted`;
  };

  async #show({ control, join }: Launched, onQuit: () => void): Promise<void> {
    const drawing = await this.#parts.drawing();
    if (this.#mode !== 'console') return;
    const { stdin, stdout, env } = this.#terminal;
    const settings = {
      ...this.#screen,
      join,
      env,
      stopWith: `kill ${process.pid}`,
      actor: 'console',
      attached: false,
      save: saveFile,
    };
    const shown = drawing.showConsole(control, { stdin, stdout }, settings);
    this.#shown = shown;
    await shown.done;
    if (this.#mode === 'console') onQuit();
  }

  #fall(error: unknown): void {
    if (this.#mode !== 'console') return;
    if (this.#terminal.isThere?.() === false) {
      this.hangUp();
      return;
    }
    this.#giveBack();
    this.#mode = 'lines';
    this.#note(
      `wsbouncer: the console failed (${oneLine(error)}); the proxy goes on, its events follow`,
    );
  }

  #giveBack(): void {
    try {
      this.#shown?.close();
    } catch (error) {
      this.#notes.push(`wsbouncer: the terminal may need a reset: ${String(error)}`);
    }
  }

  #count(name: ProxyEvent['event']): number {
    return this.#counts.get(name) ?? 0;
  }

  #onEvent(event: ProxyEvent): void {
    this.#counts.set(event.event, this.#count(event.event) + 1);
    this.#outlets.keep(event);
    if (this.#mode === 'lines') this.#outlets.lines.write(event);
  }

  #note(line: string): void {
    this.#notes = [...this.#notes, line].slice(-MOST_NOTES);
    if (this.#mode !== 'console') this.#sayNotes();
  }

  #sayNotes(): void {
    for (const line of this.#notes.splice(0)) this.#terminal.say(line);
  }
}
