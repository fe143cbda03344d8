/**
 * How fast bytes go to a viewer, over the last seconds. One number fades into the next, so that
 * it costs the same whatever flows, and nothing is kept of the past but that number.
 */

/** Time after which a change has shown by 63 %; by 95 % after three of it. */
const FADE_MS = 2_000;

/** A rate below it is none: what fades would never end otherwise. */
const LEAST = 1;

/**
 * The rate in bytes per second after `bytes` more within `elapsedMs`, above 0, when it was
 * `before`. Never above the larger of the two.
 */
export const nextRate = (before: number, bytes: number, elapsedMs: number): number => {
  const rate = (bytes / elapsedMs) * 1_000;
  const next = rate + (before - rate) * Math.exp(-elapsedMs / FADE_MS);
  return next < LEAST ? 0 : next;
};

/** The rate of one counter that only grows. */
export class Rate {
  #perSecond = 0;
  #counted = 0;

  /** Bytes per second. */
  get perSecond(): number {
    return this.#perSecond;
  }

  /** The counter stands at `total`, `elapsedMs` after the last call. */
  count(total: number, elapsedMs: number): void {
    const bytes = total - this.#counted;
    if ((bytes === 0 && this.#perSecond === 0) || elapsedMs <= 0) return;
    this.#counted = total;
    this.#perSecond = nextRate(this.#perSecond, bytes, elapsedMs);
  }
}
