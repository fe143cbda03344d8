/**
 * Who is here: the viewers that hold a slot, by id and by session, and those whose slot is
 * given back while a leg of theirs is still being closed.
 */
import type { Holder, SessionId, ViewerId } from '../contract.ts';
import { Crowd, type Place, type ReadonlyCrowd } from '../core/crowd.ts';
import type { Ledger } from '../core/ledger.ts';
import type { Viewer } from './viewer.ts';

/** Holders of a session's slots that are named. */
const MOST_HOLDERS = 16;

/** The viewers of one session, those with a slot and those without. */
type Session = { readonly holders: Crowd<Viewer>; readonly lingerers: Crowd<Viewer> };

/** Where a viewer stands, first with a slot and then without; the places forget it when it goes. */
type Member = {
  holds: boolean;
  among: Place<Viewer>;
  inSession: Place<Viewer>;
};

const NOBODY: ReadonlyCrowd<Viewer> = new Crowd();

/** All viewers of a proxy. */
export class Registry {
  readonly #members = new Map<ViewerId, Member>();
  readonly #sessions = new Map<SessionId, Session>();
  readonly #holders = new Crowd<Viewer>();
  readonly #lingerers = new Crowd<Viewer>();

  /** Viewers that hold a slot, dialling ones included, oldest first. */
  get viewers(): ReadonlyCrowd<Viewer> {
    return this.#holders;
  }

  /** The same by session; no session is empty. */
  *sessions(): Generator<readonly [SessionId, ReadonlyCrowd<Viewer>], void> {
    for (const [id, { holders }] of this.#sessions) if (holders.size > 0) yield [id, holders];
  }

  /** Those of one session. */
  inSession(session: SessionId): ReadonlyCrowd<Viewer> {
    return this.#sessions.get(session)?.holders ?? NOBODY;
  }

  /** Viewers of any kind that something is left of. */
  get remaining(): number {
    return this.#members.size;
  }

  /** Those that gave their slot back and are still being closed. */
  get lingerers(): ReadonlyCrowd<Viewer> {
    return this.#lingerers;
  }

  /** The viewer of that id, as long as it holds a slot. */
  find(id: ViewerId): Viewer | undefined {
    const member = this.#members.get(id);
    return member?.holds === true ? (member.among.one ?? undefined) : undefined;
  }

  /** Who holds the slots of a session, oldest first, at most 16. */
  holders(session: SessionId): readonly Holder[] {
    const holders: Holder[] = [];
    for (const { id, who, remote, state } of this.inSession(session)) {
      if (holders.length === MOST_HOLDERS) break;
      holders.push({ viewer: id, who, remote, state });
    }
    return holders;
  }

  /** A viewer took a slot. */
  add(viewer: Viewer): void {
    const { session } = viewer.slot;
    const { holders } = this.#sessions.get(session) ?? this.#open(session);
    const among = this.#holders.add(viewer);
    const inSession = holders.add(viewer);
    this.#members.set(viewer.id, { holds: true, among, inSession });
  }

  /** A viewer gave its slot back; true where its session is now empty. */
  release(viewer: Viewer): boolean {
    const member = this.#members.get(viewer.id);
    const session = this.#sessions.get(viewer.slot.session);
    if (member?.holds !== true || session === undefined) return false;
    this.#holders.leave(member.among);
    session.holders.leave(member.inSession);
    member.holds = false;
    member.among = this.#lingerers.add(viewer);
    member.inSession = session.lingerers.add(viewer);
    return session.holders.size === 0;
  }

  /** Nothing is left of a viewer; false where nothing was. */
  gone({ id, slot }: Viewer): boolean {
    const member = this.#members.get(id);
    const session = this.#sessions.get(slot.session);
    if (member === undefined || member.holds || session === undefined) return false;
    this.#lingerers.leave(member.among);
    session.lingerers.leave(member.inSession);
    if (session.holders.size + session.lingerers.size === 0) this.#sessions.delete(slot.session);
    return this.#members.delete(id);
  }

  /**
   * Cuts the oldest lingering backend connections of a session, so that with the one about to
   * be dialled it has no more of them than its cap, or than it has slots taken.
   */
  makeRoom(session: SessionId, ledger: Ledger): void {
    const lingerers = this.#sessions.get(session)?.lingerers ?? NOBODY;
    const taken = ledger.viewers(session);
    const room = Math.max(ledger.capOf(session) - taken, 0);
    // Nearly always: then nobody has to be gone through.
    if (lingerers.size <= room) return;
    const open = [...lingerers].filter((viewer) => viewer.lingersAtBackend);
    for (const viewer of open.slice(0, Math.max(open.length - room, 0))) viewer.cutBackend();
  }

  #open(session: SessionId): Session {
    const opened: Session = { holders: new Crowd(), lingerers: new Crowd() };
    this.#sessions.set(session, opened);
    return opened;
  }
}
