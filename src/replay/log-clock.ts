/** The time of a log: what keeps counts and tombstones in the proxy keeps them here by it. */
import type { Clock } from '../clock.ts';

/** A clock that stands at the time of an event; it never goes back, and nothing waits on it. */
export class LogClock implements Clock {
  #at = 0;

  readonly now = (): number => this.#at;

  readonly date = (): Date => new Date(this.#at);

  readonly after = (): (() => void) => () => undefined;

  readonly every = (): (() => void) => () => undefined;

  /** Milliseconds since 1970. */
  moveTo(at: number): void {
    this.#at = Math.max(this.#at, at);
  }
}
