/**
 * Asking a viewer that is late, out of turn, whether it lives, because a newcomer would take
 * its slot. Only what it sends from then on is an answer. That costs a viewer one Ping, and not
 * another one in the time in which it gets one anyway, however many newcomers come.
 */

/** The question that a viewer has been asked. */
export type Question = {
  /** When, in milliseconds. */
  readonly since: number;
  /** It is asked just now. */
  readonly isNew: boolean;
};

/**
 * What one viewer is asked out of turn. Times are milliseconds of one monotonic clock;
 * `lifeAt` is that of the viewer's last life, see `Liveness`.
 */
export class Probe {
  readonly #pingIntervalMs: number;
  #since = Number.NEGATIVE_INFINITY;
  #lifeAt = Number.NaN;
  #spared = false;

  constructor(pingIntervalMs: number) {
    this.#pingIntervalMs = pingIntervalMs;
  }

  /**
   * Asks, or says what was asked and is still unanswered; null: the viewer has answered, or has
   * been spared, within the ping interval.
   */
  ask(now: number, lifeAt: number): Question | null {
    if (now - this.#since < this.#pingIntervalMs) {
      return this.isUnanswered(lifeAt) ? { since: this.#since, isNew: false } : null;
    }
    this.#since = now;
    this.#lifeAt = lifeAt;
    this.#spared = false;
    return { since: now, isNew: true };
  }

  /** When the viewer was last asked. */
  get since(): number {
    return this.#since;
  }

  /** Whether it has been silent since it was asked. */
  isUnanswered(lifeAt: number): boolean {
    return !this.#spared && lifeAt === this.#lifeAt;
  }

  /** The viewer cannot be blamed for its silence: the question is withdrawn. */
  spare(): void {
    this.#spared = true;
  }
}
