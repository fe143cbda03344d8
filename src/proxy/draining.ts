/**
 * Sends viewers away over a window, as many at each moment as `core/drain.ts` says, the oldest
 * first, and says when nobody is left.
 */
import type { Cancel, Clock } from '../clock.ts';
import { drainLeftMs, type DrainPlan, mayStay, nextGoesAt } from '../core/drain.ts';
import type { Viewer } from './viewer.ts';

/** What a drain works on. */
export type DrainParts = {
  readonly clock: Clock;
  /** Those that hold a slot, the oldest first. */
  readonly viewers: () => Iterable<Viewer>;
  /** How many those are. */
  readonly present: () => number;
  /** Nobody is left; called once at most, with who wanted that last. */
  readonly empty: (actor: string) => void;
};

/** The drain of one proxy; it begins once and ends with the proxy. */
export class Draining {
  readonly #parts: DrainParts;
  #plan: DrainPlan | null = null;
  #actor = '';
  #cancel: Cancel | null = null;
  #over = false;

  constructor(parts: DrainParts) {
    this.#parts = parts;
  }

  /** Time left of the window, in milliseconds; null: there is none. */
  get leftMs(): number | null {
    return this.#plan === null ? null : drainLeftMs(this.#plan, this.#parts.clock.now());
  }

  /** Begins, or goes on with a new window; whoever is beyond that goes now. */
  begin(windowMs: number, actor: string): void {
    const { clock, present } = this.#parts;
    this.#actor = actor;
    this.#plan = { since: clock.now(), windowMs, viewers: present() };
    this.#go();
  }

  /** A viewer gave its slot back. */
  left(): void {
    if (this.#plan !== null && this.#parts.present() === 0) this.#end();
  }

  /** The proxy ends, for whatever reason: nobody is sent away any more, and nothing is said. */
  stop(): void {
    this.#over = true;
    this.#disarm();
  }

  #disarm(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #go(): void {
    const { clock, viewers, present } = this.#parts;
    this.#disarm();
    if (this.#plan === null) return;
    let over = present() - mayStay(this.#plan, clock.now());
    for (const viewer of viewers()) {
      if (over <= 0) break;
      over -= 1;
      viewer.happen({ on: 'drained' });
    }
    if (this.#over) return;
    const now = clock.now();
    const nextAt = nextGoesAt(this.#plan, present(), now);
    if (nextAt === null) this.#end();
    else this.#cancel = clock.after(Math.max(1, Math.ceil(nextAt - now)), () => this.#go());
  }

  #end(): void {
    if (this.#over) return;
    this.stop();
    this.#parts.empty(this.#actor);
  }
}
