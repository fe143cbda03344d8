/**
 * How long the next refusal is held. A page that comes back at once after each refusal learns
 * nothing from being refused; a client learns from waiting, and waits for free: without a slot
 * and without a dial. The first refusal is immediate, so that whoever meets a full session by
 * chance is told so; who keeps coming back waits longer each time.
 */

import { OldestFirst } from './oldest-first.ts';

/** The first wait is this part of the longest, and each further one twice the one before. */
const FIRST_PART = 16;

/**
 * Milliseconds after a refusal in which coming back is too soon: less than the 5 s that a
 * refusal by HTTP asks for, so that who heeds them is told at once again.
 */
const TOO_SOON_MS = 4_000;

/** Origins that are remembered; beyond them the one that was refused longest ago is forgotten. */
const MOST_KNOWN = 4_096;

type Known = { readonly refusals: number; readonly forgetAt: number };

/** Who was refused lately, and how often; all times are milliseconds of one monotonic clock. */
export class RefusalPace {
  readonly #mostMs: number;
  /** By origin, the one refused longest ago first. */
  readonly #known = new OldestFirst<string, Known>();

  /** No refusal is held for longer than `mostMs`. */
  constructor(mostMs: number) {
    this.#mostMs = mostMs;
  }

  /** Origins that are remembered. */
  get size(): number {
    return this.#known.size;
  }

  /** Counts that `origin` found no slot, though a held one may get one, and says for how long it is held, in milliseconds; 0: not. */
  next(origin: string, now: number): number {
    const known = this.#known.get(origin);
    const refusals = known !== undefined && now < known.forgetAt ? known.refusals : 0;
    const growing = (this.#mostMs / FIRST_PART) * 2 ** (refusals - 1);
    const holdMs = refusals === 0 ? 0 : Math.min(this.#mostMs, Math.ceil(growing));
    this.#known.set(origin, { refusals: refusals + 1, forgetAt: now + holdMs + TOO_SOON_MS });
    this.#forget(now);
    return holdMs;
  }

  /** Those at the front whose time is over, and whoever is beyond the bound. */
  #forget(now: number): void {
    for (let { oldest } = this.#known; oldest !== null; { oldest } = this.#known) {
      if (this.#known.size <= MOST_KNOWN && now < oldest.value.forgetAt) break;
      this.#known.delete(oldest.key);
    }
  }
}
