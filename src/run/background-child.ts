/**
 * The proxy's own side of a start in the background. Until it serves, whoever started it waits
 * on a channel; afterwards there is nobody to talk to, and what would have gone to stderr goes
 * into a file beside its log.
 */
import { appendFileSync } from 'node:fs';
import type { Clock } from '../clock.ts';

/** What marks the process in the background; alone it means nothing. */
export const BACKGROUND_MARK = 'WSBOUNCER_BACKGROUND_CHILD';

/** Where a proxy in the background is found. */
export type BackgroundPlace = {
  readonly address: string;
  /** Null: it has no control socket. */
  readonly socketPath: string | null;
  /** The file that gets its events. */
  readonly log: string;
  /** How to join the demo; null without one. */
  readonly join: string | null;
};

/** What the process in the background says, once. */
export type BackgroundReport =
  | ({ readonly ok: true } & BackgroundPlace)
  | {
      readonly ok: false;
      readonly code: number;
      /** What belongs on stderr; null: it was stopped before it served. */
      readonly line: string | null;
    };

/** The part of a process that this needs. */
export type ChildProcess = {
  readonly env: NodeJS.ProcessEnv;
  readonly connected?: boolean;
  readonly send?:
    | ((report: BackgroundReport, done: (error: Error | null) => void) => unknown)
    | undefined;
  readonly disconnect?: (() => void) | undefined;
  readonly once: (event: 'disconnect', listener: () => void) => unknown;
  readonly chdir: (directory: string) => void;
};

/** Lines that are kept while there is no file for them. */
const MOST_LINES = 20;

/** This process, started to be in the background. */
export class BackgroundChild {
  readonly #process: ChildProcess;
  readonly #clock: Clock;
  #early: string[] = [];
  #told = false;
  #file: string | null = null;

  private constructor(process: ChildProcess, clock: Clock) {
    this.#process = process;
    this.#clock = clock;
  }

  /** Null where nobody started this process for that, and waits. */
  static of(process: ChildProcess, clock: Clock): BackgroundChild | null {
    const isMarked = process.env[BACKGROUND_MARK] === '1';
    delete process.env[BACKGROUND_MARK];
    return isMarked && process.send !== undefined ? new BackgroundChild(process, clock) : null;
  }

  /** Calls `onLeft` when whoever waits has gone without an answer: nobody would know of it. */
  whenLeft(onLeft: () => void): void {
    this.#process.once('disconnect', () => {
      if (!this.#told) onLeft();
    });
  }

  /** A line for stderr. */
  readonly say = (line: string): void => {
    if (this.#file === null) {
      this.#early = [...this.#early, line].slice(-MOST_LINES);
      return;
    }
    const lines = line.split('\n').map((part) => `${this.#clock.date().toISOString()} ${part}\n`);
    try {
      appendFileSync(this.#file, lines.join(''), { mode: 0o600 });
    } catch {
      // There is nowhere to say that.
    }
  };

  /** Says that it serves, and lets go of the caller and of the directory it was called in. */
  async ready(place: BackgroundPlace): Promise<void> {
    this.#file = `${place.log}.err`;
    for (const line of this.#early.splice(0)) this.say(line);
    // Whatever it is, it must not be kept from being unmounted.
    this.#process.chdir('/');
    await this.#tell({ ok: true, ...place });
  }

  /** Says that it does not, and why; does nothing once it has served. */
  async failed(code: number, line: string | null): Promise<void> {
    await this.#tell({ ok: false, code, line });
  }

  /** Whether the caller has its answer. */
  get hasTold(): boolean {
    return this.#told;
  }

  async #tell(report: BackgroundReport): Promise<void> {
    if (this.#told) return;
    this.#told = true;
    const { promise, resolve } = Promise.withResolvers<void>();
    // A caller that has gone is noticed by `whenLeft`, or has nothing to be told any more.
    this.#process.send?.(report, () => resolve());
    await promise;
    if (this.#process.connected === true) this.#process.disconnect?.();
  }
}
