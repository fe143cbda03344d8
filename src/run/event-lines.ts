/**
 * Events as lines on stdout. Whoever reads them may stall, or go away, and the relay must not
 * notice: lines wait in memory up to a bound, then they are dropped and counted, and where the
 * gap is, a line says how many are missing.
 */
import type { Clock } from '../clock.ts';
import { lineOf } from '../event-log/event-line.ts';
import type { ProxyEvent } from '../events.ts';

/** The part of a stream that lines need; `process.stdout` has it. */
export type LineStream = {
  readonly writableLength: number;
  readonly write: (text: string | Uint8Array, done?: (error?: Error | null) => void) => boolean;
  readonly on: (event: 'drain' | 'error', listener: (error: Error) => void) => unknown;
};

/** What a reader that stalls may hold, in bytes. */
const MOST_WAITING = 1024 * 1024;

/** Lines of a moment are written together, up to so many bytes. */
const TOGETHER = 16 * 1024;

/** That moment, in milliseconds: nobody who reads along sees it, and a storm has dozens of lines in it. */
const MOMENT_MS = 5;

const inAMoment = (run: () => void): void => void setTimeout(run, MOMENT_MS);

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
  /** Told of events that the reader did not get, while there is one. */
  onDropped: (count: number) => void = () => {};
  readonly #soon: (run: () => void) => void;
  /** Lines that are written together, soon. */
  #lines = '';
  #linesSize = 0;
  #dropped = 0;
  #isUsed = false;
  #lost: string | null = null;
  #onLost: ((reason: string) => void) | null;

  /**
   * `onLost` is called once, for the first event that nobody can read; all are then dropped.
   * `soon` runs something in a moment: a write for each line would be a system call for each,
   * and every visit has two lines.
   */
  constructor(
    stream: LineStream,
    clock: Clock,
    onLost: (reason: string) => void,
    soon: (run: () => void) => void = inAMoment,
  ) {
    this.#stream = stream;
    this.#clock = clock;
    this.#onLost = onLost;
    this.#soon = soon;
    stream.on('drain', () => this.#fillGap());
    stream.on('error', (error) => {
      this.#lost ??= error.message;
      if (this.#isUsed) this.#tellLost(this.#lost);
    });
  }

  /** Writes one event, or counts it as dropped; after the first dropped one until all is read. */
  readonly write = (event: ProxyEvent): void => {
    this.#isUsed = true;
    if (this.#lost !== null) {
      this.#tellLost(this.#lost);
      return;
    }
    const line = lineOf(event);
    const size = Buffer.byteLength(line);
    if (this.#linesSize + size > TOGETHER) this.#put();
    const waiting = this.#stream.writableLength + this.#linesSize;
    const full = waiting > 0 && waiting + size > MOST_WAITING;
    if (this.#dropped === 0 && !full) {
      this.#add(line, size);
      return;
    }
    this.#dropped += 1;
    this.onDropped(1);
  };

  /** Waits at most `withinMs` for the reader to take what waits. */
  async flush(withinMs: number): Promise<void> {
    this.#put();
    const whole = await drained(this.#stream, this.#clock, withinMs);
    // The line for a gap comes only now.
    this.#put();
    if (whole) await drained(this.#stream, this.#clock, withinMs);
  }

  /** Under the console the same stream may fail without an event for it. */
  #tellLost(reason: string): void {
    const tell = this.#onLost;
    this.#onLost = null;
    tell?.(reason);
  }

  #add(line: string, size: number): void {
    const isFirst = this.#linesSize === 0;
    this.#lines += line;
    this.#linesSize += size;
    if (isFirst) this.#soon(this.#put);
  }

  readonly #put = (): void => {
    if (this.#linesSize === 0) return;
    const lines = this.#lines;
    this.#lines = '';
    this.#linesSize = 0;
    if (this.#lost === null) this.#stream.write(Buffer.from(lines));
  };

  #fillGap(): void {
    if (this.#dropped === 0) return;
    const count = this.#dropped;
    this.#dropped = 0;
    this.write({ time: this.#clock.date().toISOString(), event: 'events.dropped', count });
  }
}
