/**
 * Who holds which slot. Check and reservation are one synchronous step, so that newcomers
 * that race cannot pass the cap together; a slot is an object that is given back once,
 * whatever ends the connection and however often. An empty session leaves nothing behind but the
 * cap and the lock that it was given.
 */
import type { CapPreview, SessionId } from '../contract.ts';
import { Locks } from './locks.ts';

/** One reserved place in a session; only the ledger that made it can take it back. */
export type Slot = { readonly session: SessionId };

/** Why nobody gets a slot, free or not: the proxy takes no newcomer any more, or not there. */
export type Shut = 'draining' | 'locked';

/** Why there is no slot: the session's cap, that of all sessions together, or the door is shut. */
export type NoSlot = 'cap' | 'max-viewers' | Shut;

/** What came of asking for a slot; `viewers` counts the slots taken after the answer. */
export type Admission =
  | { readonly ok: true; readonly slot: Slot; readonly viewers: number; readonly cap: number }
  | {
      readonly ok: false;
      readonly cause: NoSlot;
      readonly viewers: number;
      readonly cap: number;
    };

/** Sessions that may have a cap of their own: it outlives the viewers, as a lock does. */
export const MOST_OWN_CAPS = 10_000;

/** How many sessions a preview names. */
const PREVIEW_NAMES = 10;

/** Slots, caps and locks of all sessions. */
export class Ledger {
  readonly locks = new Locks();
  readonly #maxViewers: number;
  #cap: number;
  readonly #ownCaps = new Map<SessionId, number>();
  readonly #taken = new Map<SessionId, number>();
  readonly #held = new Set<Slot>();
  #draining = false;

  /** `cap` and `maxViewers` are 1 or more. */
  constructor(cap: number, maxViewers: number) {
    this.#cap = cap;
    this.#maxViewers = maxViewers;
  }

  /** The default cap. */
  get cap(): number {
    return this.#cap;
  }

  /** Slots taken in all sessions. */
  get total(): number {
    return this.#held.size;
  }

  /** Slots taken in `session`: 0 for one that nobody is in. */
  viewers(session: SessionId): number {
    return this.#taken.get(session) ?? 0;
  }

  /** The cap that holds for `session`. */
  capOf(session: SessionId): number {
    return this.#ownCaps.get(session) ?? this.#cap;
  }

  /** Whether the cap of `session` was set for it alone. */
  hasOwnCap(session: SessionId): boolean {
    return this.#ownCaps.has(session);
  }

  /** The sessions that have a cap of their own. */
  get ownCaps(): Iterable<SessionId> {
    return this.#ownCaps.keys();
  }

  /** Whether `session` may have a cap of its own. */
  hasRoomForCap(session: SessionId): boolean {
    return this.hasOwnCap(session) || this.#ownCaps.size < MOST_OWN_CAPS;
  }

  /** From now on there is no slot any more, for anybody. */
  drain(): void {
    this.#draining = true;
  }

  /** Why `session` takes no newcomer, however many slots are free; null: it does. */
  shut(session: SessionId): Shut | null {
    if (this.#draining) return 'draining';
    return this.locks.holds(session) ? 'locked' : null;
  }

  /** Takes a slot, or says why there is none; a refusal changes nothing. */
  reserve(session: SessionId): Admission {
    const taken = this.viewers(session);
    const cap = this.capOf(session);
    const shut = this.shut(session);
    if (shut !== null) return { ok: false, cause: shut, viewers: taken, cap };
    if (taken >= cap) return { ok: false, cause: 'cap', viewers: taken, cap };
    if (this.total >= this.#maxViewers) {
      return { ok: false, cause: 'max-viewers', viewers: taken, cap };
    }
    const slot: Slot = { session };
    this.#held.add(slot);
    this.#taken.set(session, taken + 1);
    return { ok: true, slot, viewers: taken + 1, cap };
  }

  /** Gives a slot back; true the first time, false and without effect after that. */
  release(slot: Slot): boolean {
    if (!this.#held.delete(slot)) return false;
    const left = this.viewers(slot.session) - 1;
    if (left > 0) this.#taken.set(slot.session, left);
    else this.#taken.delete(slot.session);
    return true;
  }

  /** Changes the default cap, or that of one session. Evicts nobody; returns the cap before. */
  setCap(cap: number, session?: SessionId): number {
    if (session === undefined) {
      const before = this.#cap;
      this.#cap = cap;
      return before;
    }
    const before = this.capOf(session);
    this.#ownCaps.set(session, cap);
    return before;
  }

  /** Lets `session` go by the default again; returns its cap before. */
  liftCap(session: SessionId): number {
    const before = this.capOf(session);
    this.#ownCaps.delete(session);
    return before;
  }

  /** What `setCap` would mean for the sessions that have viewers, or for that one. */
  preview(cap: number, session?: SessionId): CapPreview {
    const over: { session: SessionId; viewers: number }[] = [];
    let freeNow = 0;
    let freeThen = 0;
    for (const [id, viewers] of this.#taken) {
      if (session !== undefined && id !== session) continue;
      const now = this.capOf(id);
      const applies = session !== undefined || !this.hasOwnCap(id);
      const then = applies ? cap : now;
      freeNow += Math.max(0, now - viewers);
      freeThen += Math.max(0, then - viewers);
      if (applies && viewers > then) over.push({ session: id, viewers });
    }
    over.sort((a, b) => b.viewers - a.viewers || (a.session < b.session ? -1 : 1));
    return { cap, over: over.slice(0, PREVIEW_NAMES), overCount: over.length, freeNow, freeThen };
  }
}
