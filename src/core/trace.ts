/**
 * The last five minutes of one viewer as small lists of numbers, for a close look at it: single
 * samples, and the peak of each step of time. In bounded memory, and none for what never was.
 */

const SPAN_MS = 300_000;

/** Most numbers of either list. */
const MOST = 60;

/** Milliseconds of one step of `Peaks`. */
export const PEAK_STEP_MS = SPAN_MS / MOST;

/** Samples that are kept for the trend, however old. */
const NEWEST = 8;

const isValue = (_: number, at: number): boolean => at % 2 === 1;

/** The newest samples, at most 60, of the last five minutes. */
export class Samples {
  /** Time, value, time, value, …, oldest first: one list is smaller than two, or than pairs. */
  #pairs: readonly number[] = [];

  /** One more, at `now` in milliseconds of one monotonic clock. */
  add(now: number, value: number): void {
    const known = this.#pairs.length / 2;
    const old = Math.min(this.#old(now), known + 1 - NEWEST);
    const from = Math.max(0, old, known + 1 - MOST);
    // Unlike a list that is pushed to, this one has no room to spare.
    this.#pairs = this.#pairs.slice(2 * from).concat(now, value);
  }

  /** The last 8, whatever their age, oldest first. */
  get newest(): readonly number[] {
    return this.#pairs.slice(-2 * NEWEST).filter(isValue);
  }

  /** Those not older than five minutes, oldest first. */
  values(now: number): readonly number[] {
    return this.#pairs.slice(2 * this.#old(now)).filter(isValue);
  }

  /** How many are older than five minutes. */
  #old(now: number): number {
    const { length } = this.#pairs;
    let at = 0;
    while (at < length && now - (this.#pairs[at] ?? 0) > SPAN_MS) at += 2;
    return at / 2;
  }
}

/** The highest value in each step of 5 s; takes memory only while one is above 0. */
export class Peaks {
  readonly #startedAt: number;
  #steps: Float64Array | null = null;
  /** The step that was written last, and the last one with a value above 0. */
  #newest = 0;
  #raised = 0;

  /** All times are milliseconds of one monotonic clock. */
  constructor(startedAt: number) {
    this.#startedAt = startedAt;
  }

  /** Whether it holds memory. */
  get isHeld(): boolean {
    return this.#steps !== null;
  }

  /** The value of this moment, 0 or more. */
  sample(now: number, value: number): void {
    if (value === 0 && this.#steps === null) return;
    const current = this.#stepOf(now);
    if (value === 0 && current - this.#raised >= MOST) {
      this.#steps = null;
      return;
    }
    this.#steps ??= new Float64Array(MOST);
    for (let step = Math.max(this.#newest + 1, current - MOST + 1); step <= current; step += 1) {
      this.#steps[step % MOST] = 0;
    }
    this.#newest = current;
    if (value > 0) this.#raised = current;
    const at = current % MOST;
    this.#steps[at] = Math.max(this.#steps[at] ?? 0, value);
  }

  /** One number for each step since the start, the running one included; the last 60, oldest first. */
  values(now: number): readonly number[] {
    const current = this.#stepOf(now);
    const first = Math.max(0, current - MOST + 1);
    const known = Math.min(this.#newest, current);
    return Array.from({ length: current - first + 1 }, (_, at) =>
      first + at > known ? 0 : (this.#steps?.[(first + at) % MOST] ?? 0),
    );
  }

  #stepOf(now: number): number {
    return Math.max(0, Math.floor((now - this.#startedAt) / PEAK_STEP_MS));
  }
}
