/**
 * Events as lines on stdout. Whoever reads them may stall, or go away, and the relay must not
 * notice: lines wait in memory up to a bound, then they are dropped and counted, and where the
 * gap is, a line says how many are missing.
 */
import type { Clock } from '../clock.ts';
import type { ProxyEvent } from '../events.ts';

/** The part of a stream that lines need; `process.stdout` has it. */
export type LineStream = {
  readonly writableLength: number;
  readonly write: (text: string | Uint8Array, done?: (error?: Error | null) => void) => boolean;
  readonly on: (event: 'drain' | 'error', listener: (error: Error) => void) => unknown;
};

/** What a reader that stalls may hold, in bytes. */
const MOST_WAITING = 1024 * 1024;

/**
 * Makes writes return at once where Node would wait for the reader, as it does for terminals:
 * a terminal that nobody reads would hang the process, its signal handlers included. The call
 * is private to Node, hence the guards.
 */
export const writeWithoutWaiting = (stream: object): void => {
  const { _handle: handle } = stream as {
    readonly _handle?: { readonly setBlocking?: (on: boolean) => unknown } | null;
  };
  handle?.setBlocking?.(false);
};

/** Settles with true when all that was written has left the process, with false after `withinMs`. */
export const drained = async (
  stream: LineStream,
  clock: Clock,
  withinMs: number,
): Promise<boolean> => {
  if (stream.writableLength === 0) return true;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const cancel = clock.after(withinMs, () => resolve(false));
  // Called after everything before it, and also when the stream fails.
  stream.write('', () => resolve(true));
  const whole = await promise;
  cancel();
  return whole;
};

/** Writes events, one JSON object on a line. Never throws and never waits. */
export class EventLines {
  readonly #stream: LineStream;
  readonly #clock: Clock;
  #dropped = 0;
  #lost = false;

  /** `onLost` is called once, when nobody can read any more; events are then dropped for good. */
  constructor(stream: LineStream, clock: Clock, onLost: (reason: string) => void) {
    this.#stream = stream;
    this.#clock = clock;
    stream.on('drain', () => this.#fillGap());
    stream.on('error', (error) => {
      if (!this.#lost) onLost(error.message);
      this.#lost = true;
    });
  }

  /** Writes one event, or counts it as dropped; after the first dropped one until all is read. */
  readonly write = (event: ProxyEvent): void => {
    if (this.#lost) return;
    const line = Buffer.from(`${JSON.stringify(event)}\n`);
    const waiting = this.#stream.writableLength;
    const full = waiting > 0 && waiting + line.length > MOST_WAITING;
    if (this.#dropped > 0 || full) this.#dropped += 1;
    else this.#stream.write(line);
  };

  /** Waits at most `withinMs` for the reader to take what waits. */
  async flush(withinMs: number): Promise<void> {
    const whole = await drained(this.#stream, this.#clock, withinMs);
    // The line for a gap comes only now.
    if (whole) await drained(this.#stream, this.#clock, withinMs);
  }

  #fillGap(): void {
    if (this.#dropped === 0) return;
    const count = this.#dropped;
    this.#dropped = 0;
    this.write({ time: this.#clock.date().toISOString(), event: 'events.dropped', count });
  }
}
