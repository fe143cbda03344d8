/**
 * Where everything that happens is pinned up: events get their time here and go to whoever
 * listens, each one; the newest stay as the lines of the console's feed, with storms folded.
 */
import type { Clock } from '../clock.ts';
import type { EventKind, FeedEntry, Holder, SessionId } from '../contract.ts';
import { foldKey, hasLine, kindsOf, OpenLines } from '../core/folding.ts';
import { RollingCount } from '../core/rolling-count.ts';
import type { EventBody, ProxyEvent } from '../events.ts';
import { guarded } from './guarded.ts';

/** Lines that are kept for a feed that is scrolled back. */
const KEPT = 1_000;

/** One line, and what of it grows. */
type Line = {
  readonly seq: number;
  readonly event: ProxyEvent;
  /** Null: it stays as it is. */
  readonly key: string | null;
  readonly kinds: readonly EventKind[];
  readonly holders: readonly Holder[];
  readonly firstAt: number;
  newestAt: number;
  count: number;
};

const entryOf = ({ seq, event, count, firstAt, newestAt, holders }: Line): FeedEntry => ({
  seq,
  event,
  count,
  spanMs: newestAt - firstAt,
  holders,
});

const NOBODY: readonly Holder[] = [];

const nobody = (): readonly Holder[] => NOBODY;

/** The events of one proxy. */
export class Board {
  readonly #clock: Clock;
  readonly #listeners = new Set<(event: ProxyEvent) => void>();
  /** Each in the place of its number, round and round: to shift them all would cost every event. */
  #lines: Line[] = [];
  #open = new OpenLines<Line>();
  readonly #newestOf = new Map<EventKind, number>();
  #refused = new RollingCount();
  #evicted = new RollingCount();
  readonly #refusedBySession = new Map<SessionId, RollingCount>();
  #newest = 0;
  #logFails = false;
  /** The time of the last event, and how it is written: storms bring many in a millisecond. */
  #written = { at: Number.NaN, text: '' };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Another one with the same lines and counts, by another clock; nobody listens to it. */
  copy(clock: Clock): Board {
    const other = new Board(clock);
    const grown = new Map<Line, Line>();
    other.#open = this.#open.copy((line) => {
      const own = { ...line };
      grown.set(line, own);
      return own;
    });
    // What does not grow any more can belong to both.
    other.#lines = this.#lines.map((line) => grown.get(line) ?? line);
    for (const [kind, seq] of this.#newestOf) other.#newestOf.set(kind, seq);
    other.#refused = this.#refused.copy();
    other.#evicted = this.#evicted.copy();
    for (const [session, counts] of this.#refusedBySession) {
      other.#refusedBySession.set(session, counts.copy());
    }
    other.#newest = this.#newest;
    other.#logFails = this.#logFails;
    return other;
  }

  /** Refusals of the last 5 minutes, in all sessions. */
  get refused(): number {
    return this.#refused.count(this.#clock.now());
  }

  /** Evictions of the last 5 minutes, in all sessions. */
  get evicted(): number {
    return this.#evicted.count(this.#clock.now());
  }

  /** The event log has trouble: its lines wait, or its file cannot be rotated. */
  get logFails(): boolean {
    return this.#logFails;
  }

  /** Refusals of the last 5 minutes in a session that has viewers. */
  refusedIn(session: SessionId): number {
    return this.#refusedBySession.get(session)?.count(this.#clock.now()) ?? 0;
  }

  /** A session that has no viewer any more keeps no counts. */
  forget(session: SessionId): void {
    this.#refusedBySession.delete(session);
  }

  /** This moment, as events have it. */
  get time(): string {
    const date = this.#clock.date();
    const at = date.getTime();
    if (at !== this.#written.at) this.#written = { at, text: date.toISOString() };
    return this.#written.text;
  }

  /** Puts up what happens now; `holders` is asked only for a new line. */
  record(body: EventBody, holders = nobody): void {
    this.put({ time: this.time, ...body }, holders);
  }

  /** The same of an event that has its time, as those have of which storms bring thousands. */
  put(event: ProxyEvent, holders = nobody): void {
    if (hasLine(event)) this.#write(event, holders);
    this.#count(event);
    for (const listener of this.#listeners) guarded(() => listener(event));
  }

  /** Calls `listener` for every event from now on; returns what ends it. */
  listen(listener: (event: ProxyEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * The `rows` lines up to and including `upTo`, or up to the newest, oldest first; and the
   * number of the newest, 0 before the first. With a `kind`: of that family alone.
   */
  feed(
    rows: number,
    upTo: number | null,
    kind: EventKind | null,
  ): { readonly entries: readonly FeedEntry[]; readonly newest: number } {
    const gone = Math.max(0, this.#newest - KEPT);
    const entries: FeedEntry[] = [];
    for (
      let seq = Math.min(upTo ?? this.#newest, this.#newest);
      seq > gone && entries.length < rows;
      seq -= 1
    ) {
      const line = this.#lines[seq % KEPT];
      if (line !== undefined && (kind === null || line.kinds.includes(kind))) {
        entries.push(entryOf(line));
      }
    }
    const newest = kind === null ? this.#newest : (this.#newestOf.get(kind) ?? 0);
    return { entries: entries.toReversed(), newest };
  }

  #write(event: ProxyEvent, holders: () => readonly Holder[]): void {
    // As whole numbers two of them take no memory of their own.
    const now = Math.round(this.#clock.now());
    const key = foldKey(event);
    const open = key === null ? null : this.#open.find(key, now);
    if (open !== null) {
      open.count += 1;
      open.newestAt = now;
      return;
    }
    this.#newest += 1;
    const seq = this.#newest;
    const kinds = kindsOf(event);
    for (const kind of kinds) this.#newestOf.set(kind, seq);
    const times = { firstAt: now, newestAt: now };
    const line: Line = { seq, event, key, kinds, holders: holders(), count: 1, ...times };
    const oldest = this.#lines[seq % KEPT];
    this.#lines[seq % KEPT] = line;
    if (key !== null) this.#open.open(key, line);
    if (oldest !== undefined && oldest.key !== null) this.#open.close(oldest.key, oldest);
  }

  #count(body: EventBody): void {
    if (body.event === 'viewer.evicted') this.#evicted.add(this.#clock.now());
    if (body.event === 'log.failed') this.#logFails = true;
    if (body.event === 'log.recovered') this.#logFails = false;
    if (body.event !== 'viewer.refused') return;
    const now = this.#clock.now();
    this.#refused.add(now);
    if (body.viewers === 0) return;
    const counts = this.#refusedBySession.get(body.session) ?? new RollingCount();
    this.#refusedBySession.set(body.session, counts);
    counts.add(now);
  }
}
