/**
 * The last five minutes of one viewer as small lists of numbers, for a close look at it: single
 * samples, and the peak of each step of time. In bounded memory, and none for what never was.
 */

const SPAN_MS = 300_000;

/** Most numbers of either list. */
const MOST = 60;

/** Milliseconds of one step of `Peaks`. */
export const PEAK_STEP_MS = SPAN_MS / MOST;

/** The newest samples, at most 60, of the last five minutes. */
export class Samples {
  readonly #times: number[] = [];
  readonly #values: number[] = [];

  /** One more, at `now` in milliseconds of one monotonic clock. */
  add(now: number, value: number): void {
    this.#times.push(now);
    this.#values.push(value);
    if (this.#times.length <= MOST) return;
    this.#times.shift();
    this.#values.shift();
  }

  /** Those not older than five minutes, oldest first. */
  values(now: number): readonly number[] {
    const from = this.#times.findIndex((time) => now - time <= SPAN_MS);
    return from === -1 ? [] : this.#values.slice(from);
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
