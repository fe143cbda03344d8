/**
 * Events on their way to one reader who may come back: he reads at his own pace from the list
 * that is kept of them, and each batch says how far he has got. Over a new link he goes on
 * behind that; what the list has lost by then is said with its number, and nothing is held for
 * him meanwhile.
 */
import type { ProxyEvent } from '../events.ts';

/** The newest events of a proxy, by number, from 1 up. */
export type PastEvents = {
  /** 0 before the first. */
  readonly newest: number;
  /** One more than the newest where nothing is kept. */
  readonly oldest: number;
  readonly idOf: (number: number) => string;
  /** Null: no id at all; of another proxy: the place before the first event of this one. */
  readonly numberOf: (id: string) => { readonly number: number } | null;
  /** Null where it is not kept. */
  readonly eventAt: (number: number) => ProxyEvent | null;
};

/** Events of one batch: some 256 KiB. */
const MOST = 1_024;

/** Sends events in batches through `send`, each with the place behind it. */
export class EventTrail {
  readonly #past: PastEvents;
  readonly #send: (events: readonly ProxyEvent[], place: string) => void;
  #next: number;
  /** A batch is on its way and not acknowledged. */
  #unheard = true;
  #waking = false;
  #open = true;

  /** Goes on behind the place `after`; null begins with what happens from now on. */
  constructor(
    past: PastEvents,
    after: string | null,
    send: (events: readonly ProxyEvent[], place: string) => void,
  ) {
    this.#past = past;
    this.#send = send;
    const before = after === null ? null : past.numberOf(after);
    this.#next = (before?.number ?? past.newest) + 1;
    // He may have to come back before anything has happened.
    send([], past.idOf(this.#next - 1));
  }

  /** Something is new: it goes out with the rest of this turn, unless a batch is under way. */
  wake(): void {
    if (this.#unheard || this.#waking) return;
    this.#waking = true;
    setImmediate(() => {
      this.#waking = false;
      if (this.#open && this.#next <= this.#past.newest) this.#pass(MOST);
    });
  }

  /** The last batch was acknowledged. */
  heard(): void {
    this.#unheard = false;
    this.wake();
  }

  /** Sends all that is left, acknowledged or not. */
  flush(): void {
    if (this.#open && this.#next <= this.#past.newest) this.#pass(Infinity);
  }

  /** Sends nothing any more. */
  close(): void {
    this.#open = false;
  }

  #pass(most: number): void {
    const { oldest, newest } = this.#past;
    const events: ProxyEvent[] = [];
    const count = oldest - this.#next;
    if (count > 0) {
      const time = this.#past.eventAt(oldest)?.time;
      if (time !== undefined) events.push({ time, event: 'events.dropped', count });
      this.#next = oldest;
    }
    const last = Math.min(newest, this.#next + most - 1);
    for (; this.#next <= last; this.#next += 1) {
      const event = this.#past.eventAt(this.#next);
      if (event !== null) events.push(event);
    }
    this.#unheard = true;
    this.#send(events, this.#past.idOf(last));
  }
}
