/**
 * Events on their way to one reader: those of one turn of the event loop go together, and no
 * batch goes before the last one was acknowledged and a moment has passed. What waits meanwhile is
 * an `EventHold`'s.
 */
import type { ProxyEvent } from '../events.ts';
import { EventHold } from './event-hold.ts';

/** Milliseconds: nobody sees it, and a storm has hundreds of events in it; a batch wakes two threads. */
const MOMENT_MS = 20;

/** Sends events in batches through `send`, each event as a text of JSON. */
export class EventBatches {
  readonly #send: (events: readonly string[]) => void;
  readonly #hold = new EventHold();
  /** A batch is on its way and not acknowledged. */
  #unheard = false;
  #flushing = false;
  /** The moment after an acknowledgement. */
  #moment: NodeJS.Timeout | null = null;
  /** Somebody's order is held: whoever keeps those must not miss it if the proxy dies at once. */
  #hasOrder = false;

  constructor(send: (events: readonly string[]) => void) {
    this.#send = send;
  }

  /** Sends the event with the others of this turn, or later, or drops and counts it. */
  add(event: ProxyEvent): void {
    const text = JSON.stringify(event);
    const bytes = Buffer.byteLength(text);
    if (!this.#unheard && !this.#hold.fits(bytes)) {
      // Nobody is slow: there is just much of it in this turn.
      this.flush();
    }
    this.#hold.add(text, bytes, event.time);
    this.#hasOrder ||= 'actor' in event;
    const mustWait = this.#unheard || (this.#moment !== null && !this.#hasOrder);
    if (!mustWait && !this.#flushing) {
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
    if (this.#hasOrder) this.flush();
    else this.#moment ??= setTimeout(() => this.flush(), MOMENT_MS);
  }

  /** Sends what is held, acknowledged or not. */
  flush(): void {
    const events = this.#take();
    if (events.length > 0) {
      this.#unheard = true;
      this.#send(events);
    }
  }

  /** Forgets what is held. */
  clear(): void {
    this.#take();
  }

  #take(): readonly string[] {
    if (this.#moment !== null) clearTimeout(this.#moment);
    this.#moment = null;
    this.#hasOrder = false;
    return this.#hold.take();
  }
}
