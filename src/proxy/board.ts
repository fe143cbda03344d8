/**
 * Where everything that happens is pinned up: events get their time and number here, go to
 * whoever listens, and the newest stay for the console's feed.
 */
import type { Clock } from '../clock.ts';
import type { FeedEntry, SessionId } from '../contract.ts';
import { RollingCount } from '../core/rolling-count.ts';
import type { EventBody, ProxyEvent } from '../events.ts';
import { guarded } from './guarded.ts';

/** Events that are kept for a feed that is scrolled back. */
const KEPT = 1_000;

/** The events of one proxy. */
export class Board {
  readonly #clock: Clock;
  readonly #listeners = new Set<(event: ProxyEvent) => void>();
  readonly #kept: FeedEntry[] = [];
  readonly #refused = new RollingCount();
  readonly #evicted = new RollingCount();
  readonly #refusedBySession = new Map<SessionId, RollingCount>();
  #newest = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Number of the newest event; 0 before the first. */
  get newest(): number {
    return this.#newest;
  }

  /** Refusals of the last 5 minutes, in all sessions. */
  get refused(): number {
    return this.#refused.count(this.#clock.now());
  }

  /** Evictions of the last 5 minutes, in all sessions. */
  get evicted(): number {
    return this.#evicted.count(this.#clock.now());
  }

  /** Refusals of the last 5 minutes in a session that has viewers. */
  refusedIn(session: SessionId): number {
    return this.#refusedBySession.get(session)?.count(this.#clock.now()) ?? 0;
  }

  /** A session that has no viewer any more keeps no counts. */
  forget(session: SessionId): void {
    this.#refusedBySession.delete(session);
  }

  /** Puts an event up and tells all listeners. */
  record(body: EventBody): void {
    const event: ProxyEvent = { time: this.#clock.date().toISOString(), ...body };
    this.#newest += 1;
    this.#kept.push({ seq: this.#newest, event });
    if (this.#kept.length > KEPT) this.#kept.shift();
    this.#count(body);
    for (const listener of this.#listeners) guarded(() => listener(event));
  }

  /** Calls `listener` for every event from now on; returns what ends it. */
  listen(listener: (event: ProxyEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The `rows` events up to and including `upTo`, oldest first; null: the newest. */
  feed(rows: number, upTo: number | null): readonly FeedEntry[] {
    const oldest = this.#newest - this.#kept.length;
    const end = Math.max(0, Math.min(upTo ?? this.#newest, this.#newest) - oldest);
    return this.#kept.slice(Math.max(0, end - rows), end);
  }

  #count(body: EventBody): void {
    const now = this.#clock.now();
    if (body.event === 'viewer.evicted') this.#evicted.add(now);
    if (body.event !== 'viewer.refused') return;
    this.#refused.add(now);
    if (body.viewers === 0) return;
    const counts = this.#refusedBySession.get(body.session) ?? new RollingCount();
    this.#refusedBySession.set(body.session, counts);
    counts.add(now);
  }
}
