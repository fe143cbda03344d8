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
  #events: ProxyEvent[] = [];
  #bytes = 0;
  #dropped = 0;
  #lastDropped = '';

  constructor(limit: number = eventHoldBytes) {
    this.#limit = limit;
  }

  /** Whether `take` would give nothing. */
  get empty(): boolean {
    return this.#events.length === 0 && this.#dropped === 0;
  }

  /** Whether an event of this size would be kept. */
  fits(bytes: number): boolean {
    return this.#dropped === 0 && this.#bytes + bytes <= this.#limit;
  }

  /** Keeps an event of `bytes` bytes; after the first that does not fit, none until `take`. */
  add(event: ProxyEvent, bytes: number): void {
    if (this.fits(bytes)) {
      this.#events.push(event);
      this.#bytes += bytes;
    } else {
      this.#dropped += 1;
      this.#lastDropped = event.time;
    }
  }

  /** Hands over what was kept, oldest first, the count of the dropped at its end. */
  take(): readonly ProxyEvent[] {
    const events = this.#events;
    if (this.#dropped > 0) {
      events.push({ time: this.#lastDropped, event: 'events.dropped', count: this.#dropped });
    }
    this.#events = [];
    this.#bytes = 0;
    this.#dropped = 0;
    return events;
  }
}
