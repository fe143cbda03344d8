/**
 * The newest events, numbered, for readers that come back. All readers read from this one list
 * at their own pace: whoever stalls holds nothing but his place in it, and when the list has
 * moved on he is told how many he missed.
 */
import type { ProxyEvent } from '../events.ts';

/** Events that are kept: some 2 MiB. */
export const keptEvents = 4_096;

/** Events by number, from 1 up; the newest stay. */
export class Recall {
  readonly #epoch: string;
  readonly #most: number;
  readonly #kept: ProxyEvent[] = [];
  /** As they stand in a stream, where somebody has asked for that. */
  readonly #texts: (string | null)[] = [];
  /** Where the oldest stands in the list that is written round and round. */
  #start = 0;
  #newest = 0;

  /** `epoch` tells the numbers of this proxy from those of one before it: letters and digits. */
  constructor(epoch: string, most: number = keptEvents) {
    this.#epoch = epoch;
    this.#most = most;
  }

  /** The number of the newest event; 0 before the first. */
  get newest(): number {
    return this.#newest;
  }

  /** The number of the oldest that is kept; one more than the newest where there is none. */
  get oldest(): number {
    return this.#newest - this.#kept.length + 1;
  }

  add(event: ProxyEvent): void {
    this.#newest += 1;
    if (this.#kept.length < this.#most) {
      this.#kept.push(event);
      this.#texts.push(null);
      return;
    }
    this.#kept[this.#start] = event;
    this.#texts[this.#start] = null;
    this.#start = (this.#start + 1) % this.#most;
  }

  /** What a reader is to send to go on behind this event. */
  idOf(number: number): string {
    return `${this.#epoch}-${number}`;
  }

  /**
   * The number in an id: null where it is no id at all, and `restarted` where it is one of
   * another proxy, whose events nobody has.
   */
  numberOf(id: string): { readonly number: number; readonly restarted: boolean } | null {
    const [, epoch, digits] = /^([a-z0-9]{1,16})-(\d{1,15})$/.exec(id) ?? [];
    if (epoch === undefined) return null;
    const number = Number(digits);
    // A number that was never given out is no place to go on from either.
    return epoch === this.#epoch && number <= this.#newest
      ? { number, restarted: false }
      : { number: 0, restarted: true };
  }

  /** The event; null where it is not kept. */
  eventAt(number: number): ProxyEvent | null {
    const place = this.#placeOf(number);
    return place === null ? null : (this.#kept[place] ?? null);
  }

  /** The event as it stands in a stream; null where it is not kept. */
  textOf(number: number): string | null {
    const place = this.#placeOf(number);
    if (place === null) return null;
    const event = this.#kept[place];
    if (event === undefined) return null;
    const text = this.#texts[place] ?? this.frame(number, event.event, event);
    this.#texts[place] = text;
    return text;
  }

  /** One message of a stream (HTML, 9.2.6); JSON has no line break. */
  frame(number: number, name: string, data: object): string {
    return `id: ${this.idOf(number)}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
  }

  /** Where an event stands in the list; null where it is not kept. */
  #placeOf(number: number): number | null {
    const at = number - this.oldest;
    return at < 0 || number > this.#newest ? null : (this.#start + at) % this.#most;
  }
}
