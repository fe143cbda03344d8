/**
 * Notices that the process has no descriptor left. Node reports nothing by itself: it takes
 * the newcomers and closes them at once, and the proxy would look idle from within.
 */
import { closeSync, openSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import { descriptorLimit, lookAtDescriptors, type Shortage } from '../core/descriptors.ts';
import type { EventBody } from '../events.ts';

/** The process's table of descriptors. */
export type DescriptorTable = {
  /** The most that it may have; null where that is not known. */
  readonly limit: number | null;
  /** Whether one more is to be had. */
  readonly isLeft: () => boolean;
};

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : null;

/** Whether that error means that there is none left, in the process or in the whole machine. */
export const isShortage = (code: unknown): boolean => code === 'EMFILE' || code === 'ENFILE';

/** This process's. The limit is read now: without a descriptor it could not be. */
export const ownDescriptors = (): DescriptorTable => {
  let limit: number | null = null;
  try {
    limit = descriptorLimit(readFileSync('/proc/self/limits', 'utf8'));
  } catch {
    // No /proc: not Linux.
  }
  return {
    limit: limit === Infinity ? null : limit,
    isLeft: () => {
      try {
        closeSync(openSync('/dev/null', 'r'));
        return true;
      } catch (error) {
        return !isShortage(codeOf(error));
      }
    },
  };
};

/** The kernel gives out the lowest that is free, so that the highest one is the last. */
const descriptorOf = (socket: Socket): number => {
  // Private to Node, hence the guards; without it the look that comes every second is left.
  const { _handle: handle } = socket as { readonly _handle?: { readonly fd?: unknown } | null };
  return typeof handle?.fd === 'number' ? handle.fd : -1;
};

/** A look costs some 20 microseconds. */
const LOOK_EVERY_MS = 1_000;

/** Looks, and records when there are none left and when there are some again. */
export class Descriptors {
  readonly #clock: Clock;
  readonly #table: DescriptorTable;
  readonly #record: (event: EventBody) => void;
  #shortage: Shortage = null;
  #lookedAt: number;

  constructor(clock: Clock, table: DescriptorTable, record: (event: EventBody) => void) {
    this.#clock = clock;
    this.#table = table;
    this.#record = record;
    this.#lookedAt = clock.now();
  }

  /** To be called several times a second: looks once a second. */
  tick(): void {
    if (this.#clock.now() - this.#lookedAt >= LOOK_EVERY_MS) this.look();
  }

  /** A newcomer was accepted: looks where it took the last descriptor. */
  accepted(socket: Socket): void {
    const { limit } = this.#table;
    if (limit !== null && descriptorOf(socket) >= limit - 1) this.look();
  }

  /** Looks now. */
  look(): void {
    this.#seen(this.#table.isLeft());
  }

  /** Somebody asked for one in vain: a look might find the one that has come free since. */
  missed(): void {
    this.#seen(false);
  }

  #seen(isLeft: boolean): void {
    const now = this.#clock.now();
    this.#lookedAt = now;
    const { shortage, event } = lookAtDescriptors(this.#shortage, isLeft, now);
    this.#shortage = shortage;
    if (event === null) return;
    const { limit } = this.#table;
    if (event === 'exhausted') {
      this.#record({ event: 'descriptors.exhausted', ...(limit === null ? {} : { limit }) });
    } else {
      const exhaustedMs = Math.round(event.recoveredAfterMs);
      this.#record({ event: 'descriptors.recovered', exhaustedMs });
    }
  }
}
