/**
 * Where newcomers wait that find no slot: while late viewers are asked whether they live, and
 * while the refusal of one who came back too soon is held. Whoever waits takes a slot that frees
 * in the step in which it frees, so that no newcomer after it can have it.
 */
import type { SessionId } from '../contract.ts';
import { originKey } from '../core/folding.ts';
import type { NoSlot, Shut } from '../core/ledger.ts';
import { RefusalPace } from '../core/refusal-pace.ts';
import { boundsFor, WaitingRoom } from '../core/waiting-room.ts';
import { Held } from './held.ts';
import { reset } from './leg.ts';
import { gaveUp, type Hall, type Newcomer, seat, turnAway, type TurnedAway } from './newcomer.ts';
import { Probes } from './probes.ts';
import type { Viewer } from './viewer.ts';

/** The newcomers of one proxy that wait. */
export class Waiting {
  readonly #hall: Hall;
  readonly #pace: RefusalPace;
  readonly #room: WaitingRoom<Held>;
  readonly #probes: Probes;

  /** `viewersOf`: who has the slots of a session. */
  constructor(hall: Hall, viewersOf: (session: SessionId) => Iterable<Viewer>) {
    this.#hall = hall;
    const { options, clock, tickMs, ledger } = hall.house;
    this.#pace = new RefusalPace(options.refuseHoldMs);
    this.#room = new WaitingRoom(boundsFor(options.maxViewers));
    this.#probes = new Probes({
      clock,
      tickMs,
      waitMs: options.probeOnFullMs,
      viewersOf,
      isAwaited: (session) =>
        ledger.viewers(session) === ledger.capOf(session) &&
        ledger.shut(session) === null &&
        this.#room.waitingFor(session) > 0,
      judged: (session) => this.#judged(session),
    });
  }

  /** How many wait. */
  get size(): number {
    return this.#room.size;
  }

  /** Lets a newcomer wait that got no slot; false: it is to be refused at once. */
  hold(newcomer: Newcomer, cause: NoSlot): boolean {
    // The proxy is about to end, and must not keep anybody until then.
    if (cause === 'draining') return false;
    const { session, who, forwarded } = newcomer;
    const { options, clock, ledger } = this.#hall.house;
    const now = clock.now();
    // Where no session is to blame none counts: whoever is refused may make up a new one each time.
    const paced = originKey(cause === 'cap' ? session : null, who, forwarded.remote);
    const holdMs = options.refuseHoldMs === 0 ? 0 : this.#pace.next(paced, now);
    // Whoever fills several sessions has no more places for it.
    const origin = originKey(null, who, forwarded.remote);
    if (!this.#room.hasRoom(session, origin)) return false;
    // Over its cap a session has no slot to give, whoever is evicted.
    const isFull = cause === 'cap' && ledger.viewers(session) === ledger.capOf(session);
    const probeUntil = isFull && options.probeOnFullMs > 0 ? this.#probes.ask(session) : null;
    if (holdMs === 0 && probeUntil === null) return false;
    const held = new Held(newcomer, {
      left: () => this.#left(held),
      tooMuch: () => this.#dismiss(held),
    });
    const holdUntil = holdMs === 0 ? null : now + holdMs;
    this.#room.enter(held, { session, origin, cause, since: now, holdUntil, probeUntil });
    if (holdMs > 0) {
      held.after(clock, holdMs, () => {
        if (this.#room.holdEnds(held)) this.#dismiss(held);
      });
    }
    return true;
  }

  /** A slot may be free, of `session` or of any: those who wait take what there is. */
  freed(session: SessionId | null): void {
    if (this.#room.size === 0) return;
    this.#offer(session);
    // Whose slot it is may have been the last of those who were asked.
    if (session !== null) this.#judged(session);
  }

  /** A viewer gave its slot back; with `wasLast` its session is now empty. */
  released(viewer: Viewer, wasLast: boolean): void {
    this.#probes.left(viewer, wasLast);
  }

  #offer(first: SessionId | null): void {
    const full = new Set<SessionId>();
    for (const [held, session] of this.#room.line(first)) {
      if (full.has(session)) continue;
      const why = this.#trySeat(held, session);
      if (why === 'max-viewers') return;
      if (why !== null) full.add(session);
    }
  }

  /** The viewers that were asked are fewer: whoever waited for the last of them is refused. */
  #judged(session: SessionId): void {
    const over = this.#room.probesEnd(session, this.#probes.nextAt(session));
    for (const held of over) this.#dismiss(held);
  }

  /** The door of `session` was shut, or of all (null): nobody waits there any more. */
  shut(session: SessionId | null, cause: Shut): void {
    for (const [held, theirs] of this.#room.line(null)) {
      if (session === null || theirs === session) this.#refuse(held, cause);
    }
  }

  /** Everybody is told that the proxy stops; resolves when nothing is left of them. */
  async stop(): Promise<void> {
    const ends = this.#room.line(null).map(([held]) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#refuse(held, 'shutdown')?.socket.on('close', resolve);
      return promise;
    });
    await Promise.all(ends);
  }

  /** Refuses whom nothing keeps any more; where there is a slot after all, it gets that. */
  #dismiss(held: Held): void {
    const stay = this.#room.find(held);
    if (stay === null) return;
    const why = this.#trySeat(held, stay.session);
    if (why !== null) this.#refuse(held, why);
  }

  /** Null where the newcomer has a seat, or is not there any more; otherwise why it has none. */
  #trySeat(held: Held, session: SessionId): NoSlot | null {
    if (this.#room.find(held) === null) return null;
    const admission = this.#hall.house.ledger.reserve(session);
    if (!admission.ok) return admission.cause;
    const out = this.#take(held);
    if (out !== null) seat(this.#hall, out.newcomer, admission, out.heldMs);
    return null;
  }

  /** Refuses one that waits. */
  #refuse(held: Held, cause: TurnedAway['cause']): Newcomer | null {
    const out = this.#take(held);
    if (out === null) return null;
    const { newcomer, heldMs } = out;
    turnAway(this.#hall, newcomer, { cause, heldMs });
    return newcomer;
  }

  #left(held: Held): void {
    const out = this.#take(held);
    if (out === null) return;
    reset(out.newcomer.socket);
    gaveUp(this.#hall, out.newcomer, out);
  }

  /** Takes one that waits out of the room; null where it has left. */
  #take(held: Held): (TurnedAway & { readonly newcomer: Newcomer }) | null {
    const stay = this.#room.leave(held);
    if (stay === null) return null;
    const heldMs = Math.round(this.#hall.house.clock.now() - stay.since);
    return { newcomer: held.take(), cause: stay.cause, heldMs };
  }
}
