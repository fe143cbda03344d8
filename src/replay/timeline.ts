/**
 * The cursor in a log: how many of its events have happened, and what time it is there, which
 * may be between two events. Going forward takes what comes. What an event did cannot be undone:
 * going back begins at the nearest past that was kept on the way, and takes what came since; so
 * does going far ahead where the way has been gone before.
 */
import type { ProxyEvent } from '../events.ts';
import { Past } from './past.ts';

/** Pasts that are kept of one log. */
const MOST_KEPT = 64;

/** So many events are taken in a moment. */
const LEAST_APART = 2000;

/** Events that were passed and are told one by one. */
const MOST_PASSED = 1000;

/** A log and a place in it. */
export class Timeline {
  readonly #events: readonly ProxyEvent[];
  readonly #times: readonly number[];
  /** By how many events had happened. */
  readonly #kept = new Map<number, Past>();
  readonly #apart: number;
  #past = new Past();
  #taken = 0;
  #now: number;

  /**
   * Events in the order of the log; it begins with the first of them. `leastApart` events are
   * between two pasts that are kept, or more in a long log.
   */
  constructor(events: readonly ProxyEvent[], leastApart = LEAST_APART) {
    this.#events = events;
    this.#apart = Math.max(leastApart, Math.ceil(events.length / MOST_KEPT));
    let last = -Infinity;
    // A wall clock may be set back; the order of the lines is what happened.
    this.#times = events.map(({ time }) => {
      last = Math.max(last, Date.parse(time));
      return last;
    });
    this.#now = this.startsAt;
    this.toIndex(1);
  }

  /** What was, at the cursor. */
  get past(): Past {
    return this.#past;
  }

  /** How many events have happened. */
  get index(): number {
    return this.#taken;
  }

  /** How many there are. */
  get count(): number {
    return this.#events.length;
  }

  /** Milliseconds since 1970, here and below. */
  get now(): number {
    return this.#now;
  }

  /** When the first event happened; 0 without one. */
  get startsAt(): number {
    return this.#times[0] ?? 0;
  }

  /** When the last one did. */
  get endsAt(): number {
    return this.#times.at(-1) ?? 0;
  }

  /**
   * To the moment of the event with this number, from 1 on; gives the events that were passed on
   * the way forward, of very many the newest and how many came before them.
   */
  toIndex(index: number): readonly ProxyEvent[] {
    const wanted = Math.max(Math.min(1, this.count), Math.min(Math.round(index), this.count));
    return this.#go(wanted, this.#times[wanted - 1] ?? 0);
  }

  /** So many events on, or back. */
  step(by: number): readonly ProxyEvent[] {
    return this.toIndex(this.#taken + by);
  }

  /** To a time, within the log. */
  toTime(time: number): readonly ProxyEvent[] {
    const now = Math.max(this.startsAt, Math.min(time, this.endsAt));
    return this.#go(this.#countUntil(now), now);
  }

  #go(index: number, now: number): readonly ProxyEvent[] {
    const from = this.#taken;
    this.#begin(index, index < from || now < this.#now);
    while (this.#taken < index) {
      const event = this.#events[this.#taken];
      if (event === undefined) break;
      this.#past.take(event);
      this.#taken += 1;
      this.#keep();
    }
    this.#now = now;
    this.#past.clock.moveTo(now);
    return this.#passed(from, index);
  }

  /** At the last past that was kept at or before that event, or where the cursor is. */
  #begin(index: number, isBack: boolean): void {
    const at = Math.floor(index / this.#apart) * this.#apart;
    const kept = this.#kept.get(at);
    if (!isBack && (kept === undefined || at <= this.#taken)) return;
    this.#past = kept?.copy() ?? new Past();
    this.#taken = kept === undefined ? 0 : at;
  }

  #keep(): void {
    if (this.#taken % this.#apart !== 0 || this.#kept.has(this.#taken)) return;
    this.#kept.set(this.#taken, this.#past.copy());
  }

  #passed(from: number, index: number): readonly ProxyEvent[] {
    const first = Math.max(from, index - MOST_PASSED);
    const passed = this.#events.slice(first, Math.max(first, index));
    const [newest] = passed;
    return first === from || newest === undefined
      ? passed
      : [{ time: newest.time, event: 'events.dropped', count: first - from }, ...passed];
  }

  /** How many events happened until then: the first place whose time is later. */
  #countUntil(time: number): number {
    let [low, high] = [0, this.#times.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#times[middle] ?? Infinity) <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
