/**
 * Time that moves only when a test moves it. Timers fire in the order in which they are due,
 * those due at the same instant in the order in which they were set, and each sees its own
 * instant as `now()`.
 */
import type { Cancel, Clock } from '../../src/clock.ts';
import { within } from './within.ts';

type Timer = { dueAt: number; readonly everyMs: number | null; readonly run: () => void };

/** A `Clock` that stands still between calls of `advance`. */
export class FakeClock implements Clock {
  readonly #startsAt: number;
  readonly #timers = new Set<Timer>();
  readonly #looks = new Set<() => void>();
  #now = 0;
  #advancing = false;

  /** `date` is the wall clock at `now() === 0`. */
  constructor(date = new Date('2026-01-01T00:00:00Z')) {
    this.#startsAt = date.getTime();
  }

  readonly now = (): number => this.#now;

  readonly date = (): Date => new Date(this.#startsAt + this.#now);

  readonly after = (ms: number, run: () => void): Cancel => this.#set(ms, null, run);

  /** As with the machine's own timers, less than a millisecond counts as one. */
  readonly every = (ms: number, run: () => void): Cancel =>
    this.#set(Math.max(1, ms), Math.max(1, ms), run);

  /** Timers that are set and neither fired nor cancelled; repeating ones count as one. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Resolves when so many timers are set: what sockets brought about has been taken in. */
  readonly whenPending = async (count: number): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = (): void => {
      if (this.pending === count) resolve();
    };
    this.#looks.add(look);
    look();
    try {
      await within(`${count} timers to be set`, promise, { saw: () => `${this.pending} are` });
    } finally {
      this.#looks.delete(look);
    }
  };

  /**
   * Lets time pass in steps until something happens, with a turn of the event loop after each,
   * so that real sockets keep up. How long it waits for that is for `happens` to bound.
   */
  readonly advanceUntil = async <T>(happens: Promise<T>, stepMs: number): Promise<T> => {
    const running = Symbol('running');
    const turn = (): Promise<typeof running> =>
      new Promise((resolve) => {
        setImmediate(resolve, running);
      });
    for (;;) {
      this.advance(stepMs);
      const first = await Promise.race([happens, turn()]);
      if (first !== running) return first;
    }
  };

  /** Moves time by `ms`, firing on the way what falls due, what those set included. */
  readonly advance = (ms: number): void => {
    if (ms < 0) throw new Error(`time never goes back: advance(${ms})`);
    if (this.#advancing) throw new Error('advance was called by a timer that advance fired');
    this.#advancing = true;
    try {
      const end = this.#now + ms;
      for (let timer = this.#next(end); timer !== undefined; timer = this.#next(end)) {
        this.#now = Math.max(this.#now, timer.dueAt);
        // Set anew at its end of the order, so that timers of one instant take turns.
        this.#timers.delete(timer);
        if (timer.everyMs !== null) {
          timer.dueAt += timer.everyMs;
          this.#timers.add(timer);
        }
        timer.run();
        this.#tell();
      }
      this.#now = end;
    } finally {
      this.#advancing = false;
    }
  };

  #set(ms: number, everyMs: number | null, run: () => void): Cancel {
    const timer: Timer = { dueAt: this.#now + Math.max(0, ms), everyMs, run };
    this.#timers.add(timer);
    this.#tell();
    return () => {
      this.#timers.delete(timer);
      this.#tell();
    };
  }

  #tell(): void {
    for (const look of this.#looks) look();
  }

  #next(end: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueAt <= end && (next === undefined || timer.dueAt < next.dueAt)) next = timer;
    }
    return next;
  }
}
