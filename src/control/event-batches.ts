/**
 * Events on their way to one reader: those of one turn of the event loop go together, and no
 * batch goes before the last one was acknowledged. What waits meanwhile is an `EventHold`'s.
 */
import type { ProxyEvent } from '../events.ts';
import { EventHold } from './event-hold.ts';

/** Sends events in batches through `send`. */
export class EventBatches {
  readonly #send: (events: readonly ProxyEvent[]) => void;
  readonly #hold = new EventHold();
  /** A batch is on its way and not acknowledged. */
  #unheard = false;
  #flushing = false;

  constructor(send: (events: readonly ProxyEvent[]) => void) {
    this.#send = send;
  }

  /** Sends the event with the others of this turn, or later, or drops and counts it. */
  add(event: ProxyEvent): void {
    const bytes = Buffer.byteLength(JSON.stringify(event));
    if (!this.#unheard && !this.#hold.fits(bytes)) {
      // Nobody is slow: there is just much of it in this turn.
      this.flush();
    }
    this.#hold.add(event, bytes);
    if (!this.#unheard && !this.#flushing) {
      this.#flushing = true;
      setImmediate(() => {
        this.#flushing = false;
        if (!this.#unheard) {
          this.flush();
        }
      });
    }
  }

  /** The last batch was acknowledged. */
  heard(): void {
    this.#unheard = false;
    this.flush();
  }

  /** Sends what is held, acknowledged or not. */
  flush(): void {
    if (!this.#hold.empty) {
      this.#unheard = true;
      this.#send(this.#hold.take());
    }
  }

  /** Forgets what is held. */
  clear(): void {
    this.#hold.take();
  }
}
