/**
 * Who is here: the viewers that hold a slot, by id and by session, and those whose slot is
 * given back while a leg of theirs is still being closed.
 */
import type { Holder, SessionId, ViewerId } from '../contract.ts';
import type { Ledger } from '../core/ledger.ts';
import type { Viewer } from './viewer.ts';

/** Holders of a session's slots that are named. */
const MOST_HOLDERS = 16;

const addTo = (map: Map<SessionId, Set<Viewer>>, viewer: Viewer): void => {
  const { session } = viewer.slot;
  const set = map.get(session);
  if (set === undefined) map.set(session, new Set([viewer]));
  else set.add(viewer);
};

const dropFrom = (map: Map<SessionId, Set<Viewer>>, viewer: Viewer): void => {
  const set = map.get(viewer.slot.session);
  if (set?.delete(viewer) === true && set.size === 0) map.delete(viewer.slot.session);
};

/** All viewers of a proxy. */
export class Registry {
  readonly #byId = new Map<ViewerId, Viewer>();
  readonly #sessions = new Map<SessionId, Set<Viewer>>();
  readonly #lingerers = new Set<Viewer>();
  /** Those of them that may still have a backend connection. */
  readonly #lingering = new Map<SessionId, Set<Viewer>>();

  /** Viewers that hold a slot, dialling ones included, oldest first. */
  get viewers(): Iterable<Viewer> {
    return this.#byId.values();
  }

  /** The same by session; no session is empty. */
  get sessions(): ReadonlyMap<SessionId, ReadonlySet<Viewer>> {
    return this.#sessions;
  }

  /** Viewers of any kind that something is left of. */
  get remaining(): number {
    return this.#byId.size + this.#lingerers.size;
  }

  /** Those that gave their slot back and are still being closed. */
  get lingerers(): Iterable<Viewer> {
    return this.#lingerers;
  }

  /** The viewer of that id, as long as it holds a slot. */
  find(id: ViewerId): Viewer | undefined {
    return this.#byId.get(id);
  }

  /** Who holds the slots of a session, oldest first, at most 16. */
  holders(session: SessionId): readonly Holder[] {
    const holders: Holder[] = [];
    for (const { id, who, remote, state } of this.#sessions.get(session) ?? []) {
      if (holders.length === MOST_HOLDERS) break;
      holders.push({ viewer: id, who, remote, state });
    }
    return holders;
  }

  /** A viewer took a slot. */
  add(viewer: Viewer): void {
    this.#byId.set(viewer.id, viewer);
    addTo(this.#sessions, viewer);
  }

  /** A viewer gave its slot back; true where its session is now empty. */
  release(viewer: Viewer): boolean {
    if (!this.#byId.delete(viewer.id)) return false;
    dropFrom(this.#sessions, viewer);
    addTo(this.#lingering, viewer);
    this.#lingerers.add(viewer);
    return !this.#sessions.has(viewer.slot.session);
  }

  /** Nothing is left of a viewer; false where nothing was. */
  gone(viewer: Viewer): boolean {
    dropFrom(this.#lingering, viewer);
    return this.#lingerers.delete(viewer);
  }

  /**
   * Cuts the oldest lingering backend connections of a session, so that with the one about to
   * be dialled it has no more of them than its cap, or than it has slots taken.
   */
  makeRoom(session: SessionId, ledger: Ledger): void {
    const lingering = this.#lingering.get(session);
    if (lingering === undefined) return;
    const taken = ledger.viewers(session);
    const room = Math.max(ledger.capOf(session) - taken, 0);
    const open = [...lingering].filter((viewer) => viewer.lingersAtBackend);
    for (const viewer of open.slice(0, Math.max(open.length - room, 0))) viewer.cutBackend();
  }
}
