/**
 * The proxy as a log tells of it: who was there and in which state, caps, locks, the feed and
 * the tombstones. A log may begin in the middle of a run and miss lines, so everything that an
 * event says of its place is believed over what was reckoned before.
 */
import type { SessionId, ViewerId, ViewerState } from '../contract.ts';
import type { EvictionCause, Named, ProxyEvent } from '../events.ts';
import { Board } from '../proxy/board.ts';
import { Graveyard } from '../proxy/graveyard.ts';
import { LogClock } from './log-clock.ts';

/** What is known of a viewer. */
export type PastViewer = {
  readonly id: ViewerId;
  readonly session: SessionId;
  readonly remote: string;
  readonly who: string | null;
  /** When it was first told of. */
  readonly since: number;
  state: ViewerState;
  /** When it entered that state. */
  stateSince: number;
  queuedBytes: number;
  /** Until when no deadline evicts it. */
  keptUntil: number;
};

/** What is known of a session that has viewers. */
export type PastSession = {
  readonly id: SessionId;
  readonly since: number;
  /** Slots taken, as the last event of it said. */
  viewers: number;
  cap: number;
  readonly members: Set<PastViewer>;
};

type Eviction = { readonly cause: EvictionCause; readonly actor: string | null };

const STATES = {
  'viewer.late': 'late',
  'viewer.expiring': 'expiring',
  'viewer.stuck': 'stuck',
  'viewer.recovered': 'ok',
} as const;

/** The past, up to the last event that it was given. */
export class Past {
  readonly clock = new LogClock();
  board = new Board(this.clock);
  graveyard = new Graveyard(this.clock);
  readonly sessions = new Map<SessionId, PastSession>();
  readonly viewers = new Map<ViewerId, PastViewer>();
  /** Caps of single sessions. */
  readonly ownCaps = new Map<SessionId, number>();
  readonly locks = new Set<SessionId>();
  /** All sessions are. */
  locked = false;
  /** When the drain ends; null: there is none. */
  drainUntil: number | null = null;
  address = '';
  startedAt = 0;
  /** The default; 0 until an event has told it. */
  cap = 0;
  readonly #evictions = new Map<ViewerId, Eviction>();

  /** Another one of the same history, which goes on by itself. */
  copy(): Past {
    const other = new Past();
    other.clock.moveTo(this.clock.now());
    other.board = this.board.copy(other.clock);
    other.graveyard = this.graveyard.copy(other.clock);
    for (const [id, viewer] of this.viewers) other.viewers.set(id, { ...viewer });
    for (const [id, session] of this.sessions) {
      const members = new Set<PastViewer>();
      for (const member of session.members) {
        const own = other.viewers.get(member.id);
        if (own !== undefined) members.add(own);
      }
      other.sessions.set(id, { ...session, members });
    }
    for (const [id, cap] of this.ownCaps) other.ownCaps.set(id, cap);
    for (const id of this.locks) other.locks.add(id);
    for (const [id, eviction] of this.#evictions) other.#evictions.set(id, eviction);
    other.locked = this.locked;
    other.drainUntil = this.drainUntil;
    other.address = this.address;
    other.startedAt = this.startedAt;
    other.cap = this.cap;
    return other;
  }

  /** What happened next. */
  take(event: ProxyEvent): void {
    const { time, ...body } = event;
    this.clock.moveTo(Date.parse(time));
    if (this.startedAt === 0) this.startedAt = this.clock.now();
    this.#happen(event);
    this.board.record(body);
  }

  #happen(event: ProxyEvent): void {
    const now = this.clock.now();
    switch (event.event) {
      case 'proxy.listening':
        this.#forget();
        // Another run calls its viewers by the same ids.
        this.graveyard = new Graveyard(this.clock);
        this.address = event.address;
        this.startedAt = now;
        break;
      case 'proxy.stopped':
        this.#forget();
        break;
      case 'proxy.draining':
        this.drainUntil = now + event.windowMs;
        break;
      case 'session.locked':
        if (event.session === undefined) this.locked = true;
        else this.locks.add(event.session);
        break;
      case 'session.unlocked':
        if (event.session === undefined) {
          this.locked = false;
          this.locks.clear();
        } else this.locks.delete(event.session);
        break;
      case 'cap.changed':
        this.#setCap(event);
        break;
      case 'session.full':
      case 'viewer.refused':
      case 'backend.unavailable':
        this.#place(event);
        break;
      case 'viewer.admitted':
        this.#viewer(event);
        break;
      case 'viewer.late':
      case 'viewer.expiring':
      case 'viewer.stuck':
      case 'viewer.recovered': {
        const viewer = this.#viewer(event);
        if (viewer.state !== STATES[event.event]) viewer.stateSince = now;
        viewer.state = STATES[event.event];
        viewer.queuedBytes = event.queuedBytes;
        break;
      }
      case 'viewer.kept':
        this.#viewer(event).keptUntil = now + event.forMs;
        break;
      case 'viewer.evicted':
        this.#evictions.set(event.viewer, { cause: event.cause, actor: event.actor ?? null });
        break;
      case 'viewer.left':
        this.#leave(event);
        break;
      default:
        break;
    }
  }

  #forget(): void {
    this.sessions.clear();
    this.viewers.clear();
    this.ownCaps.clear();
    this.locks.clear();
    this.#evictions.clear();
    this.locked = false;
    this.drainUntil = null;
    this.cap = 0;
  }

  #setCap(event: Extract<ProxyEvent, { event: 'cap.changed' }>): void {
    const { session, to } = event;
    if (session === undefined) this.cap = to;
    else if (event.lifted === true) this.ownCaps.delete(session);
    else this.ownCaps.set(session, to);
    for (const each of this.sessions.values()) {
      if (session === undefined ? !this.ownCaps.has(each.id) : each.id === session) each.cap = to;
    }
  }

  /** Notes how full a session is; null where it is empty, and so none any more. */
  #place({
    session: id,
    viewers,
    cap,
  }: Pick<Named, 'session' | 'viewers' | 'cap'>): PastSession | null {
    if (!this.ownCaps.has(id)) this.cap = cap;
    const known = this.sessions.get(id);
    if (viewers === 0) {
      for (const member of known?.members ?? []) this.viewers.delete(member.id);
      this.sessions.delete(id);
      this.board.forget(id);
      return null;
    }
    const session = known ?? { id, since: this.clock.now(), viewers, cap, members: new Set() };
    session.viewers = Math.max(viewers, session.members.size);
    session.cap = cap;
    this.sessions.set(id, session);
    return session;
  }

  /** The viewer of an event, which is there, whatever was told of it before. */
  #viewer(event: ProxyEvent & Named): PastViewer {
    const { viewer: id, session, remote, who = null } = event;
    const met = this.viewers.get(id);
    const known = met?.session === session ? met : undefined;
    // Two runs in one log, and the beginning of the second is missing.
    if (met !== undefined && known === undefined) this.#remove(met);
    const viewer: PastViewer = known ?? {
      id,
      session,
      remote,
      who,
      since: this.clock.now(),
      state: 'ok',
      stateSince: this.clock.now(),
      queuedBytes: 0,
      keptUntil: 0,
    };
    this.viewers.set(id, viewer);
    const place = this.#place({ ...event, viewers: Math.max(1, event.viewers) });
    if (place !== null) {
      place.members.add(viewer);
      // Where the line that somebody left is missing, the number that was told is too low.
      place.viewers = Math.max(place.viewers, place.members.size);
    }
    return viewer;
  }

  #leave(event: Extract<ProxyEvent, { event: 'viewer.left' }>): void {
    const { viewer: id, session, remote, who = null, cause } = event;
    const { durationMs, bytesToViewer, bytesToBackend } = event;
    const eviction = this.#evictions.get(id);
    this.#evictions.delete(id);
    this.graveyard.bury({
      id,
      session,
      remote,
      who,
      at: this.clock.now(),
      cause: cause === 'evicted' ? (eviction?.cause ?? 'operator') : cause,
      actor: eviction?.actor ?? null,
      code: event.code ?? null,
      reason: event.reason ?? null,
      durationMs,
      bytesToViewer,
      bytesToBackend,
    });
    const viewer = this.viewers.get(id);
    if (viewer !== undefined) this.#remove(viewer);
    this.#place(event);
  }

  #remove(viewer: PastViewer): void {
    this.viewers.delete(viewer.id);
    this.sessions.get(viewer.session)?.members.delete(viewer);
  }
}
