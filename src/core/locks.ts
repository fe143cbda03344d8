/**
 * Which sessions take no newcomer. A lock is an operator's word and outlives the viewers: a
 * session that is empty stays locked. So their number is bounded; all sessions together are one
 * lock and need no room.
 */
import type { SessionId } from '../contract.ts';

/** Sessions that may be locked each alone. */
export const MOST_LOCKS = 1_000;

/** What came of locking: `already` changes nothing, and neither does `too-many`. */
export type Locked = 'locked' | 'already' | 'too-many';

/**
 * What came of unlocking; only `unlocked` changes anything. `all-locked`: a session alone is not
 * let out of the lock of all.
 */
export type Unlocked = 'unlocked' | 'not-locked' | 'all-locked';

/** The locks of one proxy. */
export class Locks {
  #all = false;
  readonly #own = new Set<SessionId>();

  /** All sessions are locked. */
  get all(): boolean {
    return this.#all;
  }

  /** The sessions that are locked each alone, the one locked first first. */
  get own(): Iterable<SessionId> {
    return this.#own;
  }

  /** How many sessions are locked each alone. */
  get size(): number {
    return this.#own.size;
  }

  /** Whether `session` takes no newcomer. */
  holds(session: SessionId): boolean {
    return this.#all || this.#own.has(session);
  }

  /** Locks a session, or all (null). */
  lock(session: SessionId | null): Locked {
    if (session === null) {
      if (this.#all) return 'already';
      this.#all = true;
      return 'locked';
    }
    if (this.#own.has(session)) return 'already';
    if (this.#own.size >= MOST_LOCKS) return 'too-many';
    this.#own.add(session);
    return 'locked';
  }

  /** Unlocks a session; with null nothing is locked any more, whether all were or each alone. */
  unlock(session: SessionId | null): Unlocked {
    if (session === null) {
      if (!this.#all && this.#own.size === 0) return 'not-locked';
      this.#all = false;
      this.#own.clear();
      return 'unlocked';
    }
    if (this.#all) return 'all-locked';
    return this.#own.delete(session) ? 'unlocked' : 'not-locked';
  }
}
