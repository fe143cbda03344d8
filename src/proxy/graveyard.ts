/**
 * The viewers that are gone, for ten minutes: what ended each of them, and whether the one that
 * just came is one that was evicted before.
 */
import type { Clock } from '../clock.ts';
import type { SessionId, Tombstone, ViewerId } from '../contract.ts';
import { originKey } from '../core/folding.ts';
import { OldestFirst } from '../core/oldest-first.ts';
import type { EvictionCause } from '../events.ts';

const KEPT_MS = 600_000;

/** Tombstones in all; in a storm of visits the oldest make room. */
const MOST = 2_000;

const EVICTIONS: Readonly<Record<EvictionCause, true>> = {
  'pong-timeout': true,
  'write-timeout': true,
  operator: true,
};

const isEviction = (cause: Tombstone['cause']): boolean => Object.hasOwn(EVICTIONS, cause);

type Grave = { readonly tombstone: Tombstone; readonly until: number };

/** The tombstones of one proxy. */
export class Graveyard {
  readonly #clock: Clock;
  readonly #graves = new OldestFirst<ViewerId, Grave>();
  /** The oldest first, here and below. */
  readonly #bySession = new Map<SessionId, Tombstone[]>();
  /** When they went. */
  readonly #evictedByOrigin = new Map<string, number[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Another one with the same tombstones, by another clock. */
  copy(clock: Clock): Graveyard {
    const other = new Graveyard(clock);
    for (const [viewer, grave] of this.#graves) other.#graves.set(viewer, grave);
    for (const [session, all] of this.#bySession) other.#bySession.set(session, [...all]);
    for (const [origin, ends] of this.#evictedByOrigin) {
      other.#evictedByOrigin.set(origin, [...ends]);
    }
    return other;
  }

  /** How many there are. */
  get size(): number {
    this.#clear();
    return this.#graves.size;
  }

  /** An admitted viewer is gone. */
  bury(tombstone: Tombstone): void {
    const now = this.#clear();
    const { id, session } = tombstone;
    this.#graves.set(id, { tombstone, until: now + KEPT_MS });
    const ofSession = this.#bySession.get(session);
    if (ofSession === undefined) this.#bySession.set(session, [tombstone]);
    else ofSession.push(tombstone);
    this.#noteEvicted(tombstone);
    const { oldest } = this.#graves;
    if (this.#graves.size > MOST && oldest !== null) this.#remove(oldest.value.tombstone);
  }

  /** Those of a session, the newest first, at most `rows`. */
  newest(session: SessionId, rows: number): readonly Tombstone[] {
    this.#clear();
    const all = this.#bySession.get(session) ?? [];
    return all.slice(Math.max(0, all.length - Math.max(0, rows))).toReversed();
  }

  /** That of a viewer; null where it is here, never was, or went too long ago. */
  find(viewer: ViewerId): Tombstone | null {
    this.#clear();
    return this.#graves.get(viewer)?.tombstone ?? null;
  }

  /**
   * How many viewers of the same session and origin (who, or else the host) were evicted before
   * `arrivedOn`, milliseconds since 1970: a neighbour who was there already has not come again.
   */
  rejoined(
    session: SessionId,
    who: string | null,
    remote: string,
    arrivedOn = Number.POSITIVE_INFINITY,
  ): number {
    this.#clear();
    let earlier = 0;
    for (const at of this.#evictedByOrigin.get(originKey(session, who, remote)) ?? []) {
      if (at <= arrivedOn) earlier += 1;
    }
    return earlier;
  }

  /** Takes out those whose time is over; returns the time. */
  #clear(): number {
    const now = this.#clock.now();
    for (let { oldest } = this.#graves; oldest !== null; { oldest } = this.#graves) {
      if (now < oldest.value.until) break;
      this.#remove(oldest.value.tombstone);
    }
    return now;
  }

  /** Removes the oldest one, which is also the oldest of its session. */
  #remove(tombstone: Tombstone): void {
    const { id, session } = tombstone;
    this.#graves.delete(id);
    const ofSession = this.#bySession.get(session);
    ofSession?.shift();
    if (ofSession?.length === 0) this.#bySession.delete(session);
    this.#forgetEvicted(tombstone);
  }

  #noteEvicted({ cause, session, who, remote, at }: Tombstone): void {
    if (!isEviction(cause)) return;
    const key = originKey(session, who, remote);
    const ends = this.#evictedByOrigin.get(key);
    if (ends === undefined) this.#evictedByOrigin.set(key, [at]);
    else ends.push(at);
  }

  #forgetEvicted({ cause, session, who, remote }: Tombstone): void {
    if (!isEviction(cause)) return;
    const key = originKey(session, who, remote);
    const ends = this.#evictedByOrigin.get(key);
    ends?.shift();
    if (ends?.length === 0) this.#evictedByOrigin.delete(key);
  }
}
