/**
 * Readers of the event stream. The relay comes first: what is new goes out at most twenty times
 * a second, in portions that all readers share, and to nobody who has not taken the last one.
 */
import type { ServerResponse } from 'node:http';
import type { Cancel, Clock } from '../clock.ts';
import { longestStalled } from './places.ts';
import type { Recall } from './recall.ts';

/** Between two rounds, in milliseconds. */
const ROUND_MS = 50;

/** Bytes that go to all readers together in a round, and the least to one. */
const ROUND_BYTES = 1024 * 1024;
const LEAST_BYTES = 16 * 1024;

/** A line that nobody reads tells a dead connection from a quiet proxy. */
const STILL_THERE_MS = 15_000;

type Reader = {
  readonly response: ServerResponse;
  /** Where he reads from, as far as others share it. */
  readonly address: string | null;
  /** The number of the next event that is his. */
  next: number;
  /** Since when he has not taken what was sent last; null: he has. */
  stillSince: number | null;
  /** The number of his last one; null: he follows. */
  readonly last: number | null;
};

type Portion = { readonly from: number; readonly next: number; readonly text: string };

/** All streams of one proxy. */
export class Streams {
  readonly #recall: Recall;
  readonly #clock: Clock;
  readonly #readers = new Set<Reader>();
  readonly #missed: (count: number) => void;
  #round: Cancel | null = null;
  #wanted = false;
  #still: Cancel | null = null;

  /** `missed` is told how many events one of them did not get. */
  constructor(recall: Recall, clock: Clock, missed: (count: number) => void = () => {}) {
    this.#recall = recall;
    this.#clock = clock;
    this.#missed = missed;
  }

  get count(): number {
    return this.#readers.size;
  }

  /** Streams what comes after the event `after`, beginning with what is kept of it. */
  open(
    response: ServerResponse,
    after: number,
    {
      restarted = false,
      last = null,
      address = null,
    }: { restarted?: boolean; last?: number | null; address?: string | null } = {},
  ): void {
    const reader: Reader = { response, address, next: after + 1, stillSince: null, last };
    this.#readers.add(reader);
    response.on('close', () => this.#leave(reader));
    response.on('drain', () => {
      reader.stillSince = null;
      this.wake();
    });
    this.#write(reader, 'retry: 1000\n\n');
    if (restarted) this.#tellGap(reader, true);
    this.#still ??= this.#clock.every(STILL_THERE_MS, () => this.#stillThere());
    this.wake();
  }

  /** Something is new, or somebody can take more. */
  wake(): void {
    this.#wanted = true;
    if (this.#round !== null || this.#readers.size === 0) return;
    this.#pump();
    this.#round = this.#clock.after(ROUND_MS, () => {
      this.#round = null;
      if (this.#wanted) this.wake();
    });
  }

  /**
   * Ends the one that has stalled for longest, of all or of those at an address; false where none
   * has. Its reader goes on behind its last event when it reads again.
   */
  makeRoom(address: string | null = null): boolean {
    const among = [...this.#readers].filter((each) => address === null || each.address === address);
    const stalled = longestStalled(among, this.#clock.now());
    if (stalled === null) return false;
    this.#leave(stalled);
    stalled.response.destroy();
    return true;
  }

  /** The last events, as far as they are taken, and the end. */
  end(): void {
    this.#pump();
    for (const { response } of this.#readers) response.end();
    this.#round?.();
    this.#still?.();
  }

  #leave(reader: Reader): void {
    this.#readers.delete(reader);
    if (this.#readers.size > 0) return;
    this.#still?.();
    this.#still = null;
  }

  #pump(): void {
    this.#wanted = false;
    const most = Math.max(LEAST_BYTES, ROUND_BYTES / Math.max(1, this.#readers.size));
    let shared: Portion | null = null;
    for (const reader of this.#readers) {
      if (reader.last !== null && reader.next > reader.last) {
        reader.response.end();
        this.#leave(reader);
        continue;
      }
      if (reader.response.writableNeedDrain || reader.next > this.#recall.newest) continue;
      if (reader.next < this.#recall.oldest) this.#tellGap(reader, false);
      if (shared?.from !== reader.next) shared = this.#portion(reader.next, most);
      reader.next = shared.next;
      if (shared.text !== '') this.#write(reader, shared.text);
      if (reader.next <= this.#recall.newest || reader.last !== null) this.#wanted = true;
    }
  }

  #portion(from: number, most: number): Portion {
    let text = '';
    let next = from;
    while (next <= this.#recall.newest && text.length < most) {
      text += this.#recall.textOf(next) ?? '';
      next += 1;
    }
    return { from, next, text };
  }

  /** Says how many are missing, and goes on with the oldest that is kept. */
  #tellGap(reader: Reader, restarted: boolean): void {
    const { oldest } = this.#recall;
    const count = Math.max(0, oldest - reader.next);
    if (count > 0) this.#missed(count);
    const time = this.#clock.date().toISOString();
    const event = { time, event: 'events.dropped', count, ...(restarted ? { restarted } : {}) };
    reader.next = Math.max(reader.next, oldest);
    this.#write(reader, this.#recall.frame(reader.next - 1, event.event, event));
  }

  #stillThere(): void {
    for (const reader of this.#readers) {
      if (!reader.response.writableNeedDrain) this.#write(reader, ':\n\n');
    }
  }

  #write(reader: Reader, text: string): void {
    reader.response.write(text);
    if (reader.response.writableNeedDrain) reader.stillSince ??= this.#clock.now();
  }
}
