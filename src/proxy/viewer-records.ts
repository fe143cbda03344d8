/**
 * What the events say about one viewer. How a connection was closed is known only once the
 * Close is flushed or given up, so the last events wait for that, a second at most; the slot
 * does not. A viewer that was admitted leaves a tombstone with its last one.
 */
import type { ViewerId } from '../contract.ts';
import type { Effect, Side } from '../core/lifecycle.ts';
import type { Slot } from '../core/ledger.ts';
import type { ClosePut, DialCause, Named } from '../events.ts';
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
    this.#house.board.record({
      event: 'viewer.admitted',
      ...this.#named,
      dialMs: Math.round(this.#openedAt - arrivedAt),
      ...(heldMs === null ? {} : { heldMs }),
    });
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
    this.#house.board.record({
      event: 'backend.unavailable',
      ...this.#named,
      cause,
      detail,
      dialMs: Math.round(this.#house.clock.now() - this.#subject.arrivedAt),
      ...refusal,
      ...byOf(eviction),
    });
  }

  /** The viewer entered a state, or is well again. */
  state(state: 'ok' | 'late' | 'expiring' | 'stuck', connection: Connection, now: number): void {
    this.#house.board.record({
      event: state === 'ok' ? 'viewer.recovered' : `viewer.${state}`,
      ...this.#named,
      silentMs: Math.round(connection.health.liveness.silentMs(now)),
      queuedBytes: connection.health.queuedBytes,
    });
  }

  /** For `forMs` no deadline evicts the viewer; 0: they hold again. */
  kept(forMs: number, actor: string): void {
    this.#house.board.record({ event: 'viewer.kept', ...this.#named, forMs, actor });
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
    const named = this.#named;
    const figures = {
      durationMs: Math.round(clock.now() - this.#openedAt),
      bytesToViewer: toViewer.relayed,
      bytesToBackend: toBackend.relayed,
    };
    const messages = {
      messagesToViewer: toViewer.messages,
      messagesToBackend: toBackend.messages,
    };
    const actor = eviction?.actor ?? null;
    const at = clock.date().getTime();
    const tell = (closed: ClosePut): void => {
      const { id, remote, who, slot } = this.#subject;
      const { code = null, reason = null } = closed;
      const why = cause === 'evicted' ? (evicted ?? 'operator') : cause;
      const place = { id, session: slot.session, remote, who };
      graveyard.bury({ ...place, at, cause: why, actor, code, reason, ...figures });
      if (evicted !== null) {
        const by = { ...byOf(eviction), ...closed };
        board.record({ event: 'viewer.evicted', ...named, cause: evicted, ...by });
      }
      board.record({ event: 'viewer.left', ...named, cause, ...figures, ...messages, ...closed });
    };
    const known = this.#puts[put];
    if (known === null) this.#farewell = { put, tell };
    else tell(known);
  }

  get #named(): Named {
    const { id, remote, who, slot } = this.#subject;
    const { ledger } = this.#house;
    const { session } = slot;
    const from = who === null ? { remote } : { remote, who };
    const viewers = ledger.viewers(session);
    return { session, viewer: id, ...from, viewers, cap: ledger.capOf(session) };
  }
}
