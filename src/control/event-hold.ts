/**
 * Events that wait for a reader. It is bounded, so that a reader that stalls costs the proxy a
 * fixed amount of memory and learns exactly how many events it missed, and where.
 */
import type { ProxyEvent } from '../events.ts';

/** Bytes of events held for one reader, as they are written: 1 MiB is some 4,000 of them. */
export const eventHoldBytes = 1024 * 1024;

/** Keeps the oldest events up to its size and counts those after them. */
export class EventHold {
  readonly #limit: number;
  #events: string[] = [];
  #bytes = 0;
  #dropped = 0;
  #lastDropped = '';

  constructor(limit: number = eventHoldBytes) {
    this.#limit = limit;
  }

  /** Whether an event of this size would be kept. */
  fits(bytes: number): boolean {
    return this.#dropped === 0 && this.#bytes + bytes <= this.#limit;
  }

  /**
   * Keeps an event, as its text of JSON of so many `bytes`, and with its `time`; after the first that
   * does not fit, none until `take`.
   */
  add(event: string, bytes: number, time: string): void {
    if (this.fits(bytes)) {
      this.#events.push(event);
      this.#bytes += bytes;
    } else {
      this.#dropped += 1;
      this.#lastDropped = time;
    }
  }

  /** Hands over what was kept, oldest first, the count of the dropped at its end. */
  take(): readonly string[] {
    const events = this.#events;
    if (this.#dropped > 0) {
      const time = this.#lastDropped;
      const dropped: ProxyEvent = { time, event: 'events.dropped', count: this.#dropped };
      events.push(JSON.stringify(dropped));
    }
    this.#events = [];
    this.#bytes = 0;
    this.#dropped = 0;
    return events;
  }
}
