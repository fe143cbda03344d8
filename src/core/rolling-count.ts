/** Counts what happened in the last five minutes, to within ten seconds and in fixed memory. */

const SLOT_MS = 10_000;
const SLOTS = 30;

/** One rolling count; all times are milliseconds of one monotonic clock. */
export class RollingCount {
  readonly #slots = new Uint32Array(SLOTS);
  #newest = 0;

  /** Another one that has counted the same, and goes on by itself. */
  copy(): RollingCount {
    const other = new RollingCount();
    other.#slots.set(this.#slots);
    other.#newest = this.#newest;
    return other;
  }

  /** Counts one. */
  add(now: number): void {
    this.#advance(now);
    const at = this.#newest % SLOTS;
    this.#slots[at] = (this.#slots[at] ?? 0) + 1;
  }

  /** How many were counted in the last five minutes. */
  count(now: number): number {
    this.#advance(now);
    return this.#slots.reduce((sum, slot) => sum + slot, 0);
  }

  #advance(now: number): void {
    const current = Math.floor(now / SLOT_MS);
    const steps = Math.min(SLOTS, current - this.#newest);
    for (let i = 1; i <= steps; i += 1) this.#slots[(current - steps + i) % SLOTS] = 0;
    this.#newest = Math.max(this.#newest, current);
  }
}
