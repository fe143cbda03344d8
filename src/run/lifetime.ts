/**
 * From the start to the exit code. Whoever asks for the end, a signal, the console, `--for`, or
 * a proxy that broke, there is one end, and it comes within a bound even where a part of the
 * program no longer answers.
 */
import type { Clock } from '../clock.ts';
import { BouncerError } from '../errors.ts';
import type { Launched } from './launch.ts';

/** How it ended. */
export type Ending = {
  readonly code: 0 | 1;
  /** What to say on stderr; null where all is as asked for. */
  readonly line: string | null;
};

/** The proxy gives close handshakes 2 s; what has not answered a second later never will. */
const STOP_WITHIN_MS = 3000;
/** Enough to cut the connections; whoever asks twice waits for nothing. */
const STOP_NOW_WITHIN_MS = 250;

/** What a proxy says that was stopped, or has drained, by an order from elsewhere. */
const ORDERLY: ReadonlySet<string> = new Set(['stopped', 'drained']);

/** What stderr gets for an error: one line for what can happen, the stack for a bug. */
const errorText = (error: unknown): string => {
  if (error instanceof BouncerError) return error.line;
  return `wsbouncer: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
};

/** One run of the program. */
export class Lifetime {
  /** Settles once, with the first end. */
  readonly ended: Promise<Ending>;
  readonly #end: (ending: Ending) => void;
  readonly #clock: Clock;
  #launched: Launched | null = null;
  #wishes = 0;
  #actor: string | null = null;
  #draining = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    const { promise, resolve } = Promise.withResolvers<Ending>();
    this.ended = promise;
    this.#end = resolve;
  }

  /** It runs; a wish to stop that came during the start is granted now. */
  begin(launched: Launched): void {
    this.#launched = launched;
    void launched.control.closed.then((reason) => {
      if (this.#wishes > 0) return;
      if (ORDERLY.has(reason)) this.#stop(launched, false, STOP_WITHIN_MS);
      else this.fail(new BouncerError('environment', reason, 'start it again'));
    });
    if (this.#wishes > 0) this.#stop(launched, false, STOP_WITHIN_MS);
  }

  /** Whether `drain` has begun the end. */
  get isDraining(): boolean {
    return this.#draining;
  }

  /**
   * Begins to end with 0 when the last viewer has gone, at the end of the window at the latest;
   * false where there is no window, nothing runs, or the end has begun before.
   */
  drain(windowMs: number): boolean {
    const launched = this.#launched;
    if (windowMs === 0 || launched === null || this.#wishes > 0 || this.#draining) return false;
    this.#draining = true;
    launched.control.command({ do: 'drain', windowMs, actor: 'signal' }).then(
      ({ ok }) => {
        if (!ok && this.#wishes === 0) this.stop('signal');
      },
      (error: unknown) => this.fail(error),
    );
    return true;
  }

  /**
   * Ends with 0: the first time when the viewers have been closed, the second time, or with
   * `atOnce`, without waiting for anybody. The first `actor` is on record.
   */
  stop(actor: string | null, atOnce = false): void {
    this.#wishes += 1;
    this.#actor ??= actor;
    const now = atOnce || this.#wishes > 1;
    if (this.#launched !== null) {
      this.#stop(this.#launched, now, now ? STOP_NOW_WITHIN_MS : STOP_WITHIN_MS);
    } else if (now) {
      this.#end({ code: 0, line: null });
    }
  }

  /** Ends with 1 and says why. */
  fail(error: unknown): void {
    this.#end({ code: 1, line: errorText(error) });
  }

  #stop(launched: Launched, now: boolean, withinMs: number): void {
    const end = () => this.#end({ code: 0, line: null });
    const cancel = this.#clock.after(withinMs, end);
    launched
      .stop(now, this.#actor)
      .then(end, (error: unknown) => this.fail(error))
      .finally(cancel);
  }
}
