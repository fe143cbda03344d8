/**
 * What the events say about one viewer. How a connection was closed is known only once the
 * Close is flushed or given up, so the last events wait for that, a second at most; the slot
 * does not. A viewer that was admitted leaves a tombstone with its last one.
 */
import type { ViewerId } from '../contract.ts';
import type { Effect, Side } from '../core/lifecycle.ts';
import type { Slot } from '../core/ledger.ts';
import type { ClosePut, DialCause, Named, ProxyEvent } from '../events.ts';
import type { Connection } from './connection.ts';
import type { House } from './house.ts';
import type { Refusal } from './refuse.ts';

/** Who it is about. */
export type Subject = {
  readonly id: ViewerId;
  readonly slot: Slot;
  readonly remote: string;
  readonly who: string | null;
  readonly heldMs: number | null;
  readonly arrivedAt: number;
};

/** Who evicted a viewer, and why in their words, where they said so. */
export type Eviction = { readonly actor: string; readonly note: string | null };

const byOf = (eviction: Eviction | null): { readonly actor?: string; readonly note?: string } => {
  if (eviction === null) return {};
  const { actor, note } = eviction;
  return note === null ? { actor } : { actor, note };
};

/** An event with how the connection was closed; spread first alone, as in `#begun`. */
const closedBy = <Event>(event: Event, { code, reason, closeSent }: ClosePut): Event & ClosePut => {
  if (code === undefined) return { ...event, closeSent };
  return reason === undefined
    ? { ...event, code, closeSent }
    : { ...event, code, reason, closeSent };
};

type Begun<Name> = Named & { readonly time: string; readonly event: Name };

/** Records the events of one viewer. */
export class ViewerRecords {
  readonly #subject: Subject;
  readonly #house: House;
  readonly #puts: Record<Side, ClosePut | null> = { viewer: null, backend: null };
  #farewell: { readonly put: Side; readonly tell: (put: ClosePut) => void } | null = null;
  #openedAt = 0;

  constructor(subject: Subject, house: House) {
    this.#subject = subject;
    this.#house = house;
  }

  /** The relay runs. */
  admitted(): void {
    this.#openedAt = this.#house.clock.now();
    const { heldMs, arrivedAt } = this.#subject;
    const begun = this.#begun('viewer.admitted');
    const dialMs = Math.round(this.#openedAt - arrivedAt);
    this.#house.board.put(heldMs === null ? { ...begun, dialMs } : { ...begun, dialMs, heldMs });
  }

  /**
   * The dial brought no relay; `refusal` is what the viewer was told, where it still listened,
   * and `eviction` the operator's, where that ended it.
   */
  unavailable(
    cause: DialCause,
    detail: string,
    refusal: Refusal | null,
    eviction: Eviction | null,
  ): void {
    this.#house.board.put({
      ...this.#begun('backend.unavailable'),
      cause,
      detail,
      dialMs: Math.round(this.#house.clock.now() - this.#subject.arrivedAt),
      ...refusal,
      ...byOf(eviction),
    });
  }

  /** The viewer entered a state, or is well again. */
  state(state: 'ok' | 'late' | 'expiring' | 'stuck', connection: Connection, now: number): void {
    this.#house.board.put({
      ...this.#begun(state === 'ok' ? 'viewer.recovered' : `viewer.${state}`),
      silentMs: Math.round(connection.health.liveness.silentMs(now)),
      queuedBytes: connection.health.queuedBytes,
    });
  }

  /** For `forMs` no deadline evicts the viewer; 0: they hold again. */
  kept(forMs: number, actor: string): void {
    this.#house.board.put({ ...this.#begun('viewer.kept'), forMs, actor });
  }

  /** How a leg was closed, once that is known; the first word counts. */
  put(side: Side, put: ClosePut): void {
    this.#puts[side] ??= put;
    if (this.#farewell?.put !== side) return;
    const { tell } = this.#farewell;
    this.#farewell = null;
    tell(this.#puts[side]);
  }

  /** The viewer is gone, and why; `eviction` is the operator's, where there was one. */
  left(
    { cause, evicted, put }: Extract<Effect, { do: 'record-left' }>,
    { toViewer, toBackend }: Connection,
    eviction: Eviction | null,
  ): void {
    const { board, clock, graveyard } = this.#house;
    const begun = this.#begun('viewer.left');
    const durationMs = Math.round(clock.now() - this.#openedAt);
    const { relayed: bytesToViewer, messages: messagesToViewer } = toViewer;
    const { relayed: bytesToBackend, messages: messagesToBackend } = toBackend;
    const at = clock.date().getTime();
    const tell = (closed: ClosePut): void => {
      const { id, remote, who, slot } = this.#subject;
      graveyard.bury({
        id,
        session: slot.session,
        remote,
        who,
        at,
        cause: cause === 'evicted' ? (evicted ?? 'operator') : cause,
        actor: eviction?.actor ?? null,
        code: closed.code ?? null,
        reason: closed.reason ?? null,
        durationMs,
        bytesToViewer,
        bytesToBackend,
      });
      const { time } = board;
      if (evicted !== null) {
        const event = { ...begun, time, event: 'viewer.evicted' } as const;
        board.put({ ...event, cause: evicted, ...byOf(eviction), ...closed });
      }
      const left = {
        ...begun,
        time,
        cause,
        durationMs,
        bytesToViewer,
        bytesToBackend,
        messagesToViewer,
        messagesToBackend,
      };
      board.put(closedBy(left, closed));
    };
    const known = this.#puts[put];
    if (known === null) this.#farewell = { put, tell };
    else tell(known);
  }

  /** What every event of the viewer begins with; spread first, which V8 does much faster than last. */
  #begun<Name extends ProxyEvent['event']>(event: Name): Begun<Name> {
    const { id: viewer, remote, who, slot } = this.#subject;
    const { board, ledger } = this.#house;
    const { session } = slot;
    const viewers = ledger.viewers(session);
    const cap = ledger.capOf(session);
    const { time } = board;
    return who === null
      ? { time, event, session, viewer, remote, viewers, cap }
      : { time, event, session, viewer, remote, who, viewers, cap };
  }
}
