/**
 * The newcomers that wait at a full house without a slot: until late viewers have been asked
 * whether they live, until their refusal is due, or until a slot frees. Who came first is first
 * in line. How many wait is bounded, in all, for each session and from each origin: beyond that
 * a newcomer is refused at once.
 */
import type { SessionId } from '../contract.ts';
import type { NoSlot } from './ledger.ts';

/** How many may wait. */
export type RoomBounds = {
  readonly inAll: number;
  readonly perSession: number;
  /** So that one who storms leaves room for others. */
  readonly perOrigin: number;
};

/**
 * The bounds of a proxy. Each that waits takes a descriptor. The default of `--max-viewers` leaves
 * two sevenths of its number over, and 64 at least: no more than half of that may wait, so that
 * refusals and connections that are being closed have the rest.
 */
export const boundsFor = (maxViewers: number): RoomBounds => {
  const inAll = Math.min(256, Math.max(16, Math.floor(maxViewers / 8)));
  return { inAll, perSession: Math.min(64, inAll), perOrigin: Math.min(16, Math.floor(inAll / 4)) };
};

/** How a newcomer waits; all times are milliseconds of one monotonic clock. */
export type Stay = {
  readonly session: SessionId;
  /** Where it comes from, as a key, whatever the session; see `originKey`. */
  readonly origin: string;
  readonly cause: NoSlot;
  readonly since: number;
  /** When its refusal is due; null: it is. */
  readonly holdUntil: number | null;
  /** When the last of the viewers that were asked for its sake is judged; null: all are. */
  readonly probeUntil: number | null;
};

const without = (counts: Map<string, number>, key: string): void => {
  const left = (counts.get(key) ?? 0) - 1;
  if (left > 0) counts.set(key, left);
  else counts.delete(key);
};

/** Who waits; a guest is whatever its owner calls one. */
export class WaitingRoom<Guest> {
  readonly #bounds: RoomBounds;
  /** The oldest first. */
  readonly #stays = new Map<Guest, Stay>();
  readonly #bySession = new Map<string, number>();
  readonly #byOrigin = new Map<string, number>();

  constructor(bounds: RoomBounds) {
    this.#bounds = bounds;
  }

  /** How many wait. */
  get size(): number {
    return this.#stays.size;
  }

  /** How many wait for a slot of `session`. */
  waitingFor(session: SessionId): number {
    return this.#bySession.get(session) ?? 0;
  }

  /** How a guest waits; null where it is not inside. */
  find(guest: Guest): Stay | null {
    return this.#stays.get(guest) ?? null;
  }

  /** Whether one more may wait. */
  hasRoom(session: SessionId, origin: string): boolean {
    const { inAll, perSession, perOrigin } = this.#bounds;
    const ofSession = this.waitingFor(session);
    const ofOrigin = this.#byOrigin.get(origin) ?? 0;
    return this.size < inAll && ofSession < perSession && ofOrigin < perOrigin;
  }

  /** Lets a guest in that is not inside; false where there is no room, or nothing to wait for. */
  enter(guest: Guest, stay: Stay): boolean {
    const { session, origin } = stay;
    const waits = stay.holdUntil !== null || stay.probeUntil !== null;
    if (!waits || this.#stays.has(guest) || !this.hasRoom(session, origin)) return false;
    this.#stays.set(guest, stay);
    this.#bySession.set(session, this.waitingFor(session) + 1);
    this.#byOrigin.set(origin, (this.#byOrigin.get(origin) ?? 0) + 1);
    return true;
  }

  /** Takes a guest out, whatever became of it; null where it has already left. */
  leave(guest: Guest): Stay | null {
    const stay = this.#stays.get(guest);
    if (stay === undefined) return null;
    this.#stays.delete(guest);
    without(this.#bySession, stay.session);
    without(this.#byOrigin, stay.origin);
    return stay;
  }

  /** The refusal of a guest is due; true where nothing else keeps it. */
  holdEnds(guest: Guest): boolean {
    return this.#change(guest, { holdUntil: null });
  }

  /**
   * Viewers of `session` were judged, and the next of those still asked is at `nextAt`; null:
   * none is left. Returns the guests that nothing keeps any more, the oldest first.
   */
  probesEnd(session: SessionId, nextAt: number | null): readonly Guest[] {
    const over: Guest[] = [];
    for (const [guest, { session: theirs, probeUntil }] of this.#stays) {
      if (theirs !== session || probeUntil === null) continue;
      if (nextAt !== null && nextAt <= probeUntil) continue;
      if (this.#change(guest, { probeUntil: null })) over.push(guest);
    }
    return over;
  }

  /**
   * Everybody in the order in which slots are offered: those who wait for `first`, whose slot it
   * is, and then the others; among each the oldest first.
   */
  line(first: SessionId | null): readonly (readonly [Guest, SessionId])[] {
    const all = [...this.#stays].map(([guest, { session }]) => [guest, session] as const);
    const ofFirst = all.filter(([, session]) => session === first);
    return [...ofFirst, ...all.filter(([, session]) => session !== first)];
  }

  #change(guest: Guest, over: Partial<Pick<Stay, 'holdUntil' | 'probeUntil'>>): boolean {
    const stay = this.#stays.get(guest);
    if (stay === undefined) return false;
    const changed = { ...stay, ...over };
    // Setting what is there keeps its place in the line.
    this.#stays.set(guest, changed);
    return changed.holdUntil === null && changed.probeUntil === null;
  }
}
