/**
 * What the events say about one viewer. How a connection was closed is known only once the
 * Close is flushed or given up, so the last events wait for that, a second at most; the slot
 * does not.
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
  readonly arrivedAt: number;
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
    this.#house.board.record({
      event: 'viewer.admitted',
      ...this.#named,
      dialMs: Math.round(this.#openedAt - this.#subject.arrivedAt),
    });
  }

  /** The dial brought no relay; `refusal` is what the viewer was told, where it still listened. */
  unavailable(cause: DialCause, detail: string, refusal: Refusal | null): void {
    this.#house.board.record({
      event: 'backend.unavailable',
      ...this.#named,
      cause,
      detail,
      dialMs: Math.round(this.#house.clock.now() - this.#subject.arrivedAt),
      ...refusal,
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

  /** How a leg was closed, once that is known; the first word counts. */
  put(side: Side, put: ClosePut): void {
    this.#puts[side] ??= put;
    if (this.#farewell?.put !== side) return;
    const { tell } = this.#farewell;
    this.#farewell = null;
    tell(this.#puts[side]);
  }

  /** The viewer is gone, and why; `actor` is the operator's name where one evicted it. */
  left(
    { cause, evicted, put }: Extract<Effect, { do: 'record-left' }>,
    { toViewer, toBackend }: Connection,
    actor: string | null,
  ): void {
    const named = this.#named;
    const figures = {
      durationMs: Math.round(this.#house.clock.now() - this.#openedAt),
      bytesToViewer: toViewer.relayed,
      bytesToBackend: toBackend.relayed,
      messagesToViewer: toViewer.messages,
      messagesToBackend: toBackend.messages,
    };
    const by = evicted === 'operator' && actor !== null ? { actor } : {};
    const tell = (closed: ClosePut): void => {
      const { board } = this.#house;
      if (evicted !== null) {
        board.record({ event: 'viewer.evicted', ...named, cause: evicted, ...by, ...closed });
      }
      board.record({ event: 'viewer.left', ...named, cause, ...figures, ...closed });
    };
    const known = this.#puts[put];
    if (known === null) this.#farewell = { put, tell };
    else tell(known);
  }

  get #named(): Named {
    const { id, remote, slot } = this.#subject;
    const { ledger } = this.#house;
    const { session } = slot;
    const viewers = ledger.viewers(session);
    return { session, viewer: id, remote, viewers, cap: ledger.capOf(session) };
  }
}
