/**
 * One viewer from its slot to its end: runs the lifecycle and carries out its effects. What was
 * needed only to let it in, its request above all, is let go when the relay begins: of idle
 * viewers there are thousands.
 */
import type { Socket } from 'node:net';
import type { Cancel } from '../clock.ts';
import type { ViewerId, ViewerState } from '../contract.ts';
import { viewerAnswer } from '../core/backend-answer.ts';
import { CLOSE, type CloseWords } from '../core/close-codes.ts';
import { evictedWords } from '../core/eviction.ts';
import type { RawHeaders } from '../core/headers.ts';
import type { Slot } from '../core/ledger.ts';
import {
  DIALLING,
  step,
  type Effect,
  type Happening,
  type Lifecycle,
  type Side,
} from '../core/lifecycle.ts';
import type { DialOutcome } from './backend.ts';
import type { Wanted } from './backends.ts';
import { Connection } from './connection.ts';
import { Early } from './early.ts';
import { reset } from './leg.ts';
import { answerNotFound, type Refusal } from './refuse.ts';
import type { House } from './house.ts';
import { type Eviction, ViewerRecords } from './viewer-records.ts';

/** How a viewer arrives. */
export type Arriving = {
  readonly number: number;
  readonly slot: Slot;
  readonly remote: string;
  /** What a trusted proxy calls the viewer; null: nothing. */
  readonly who: string | null;
  /** How long it waited for its slot; null: not at all. */
  readonly heldMs: number | null;
  /** Of its request, which nobody else needs any more. */
  readonly rawHeaders: RawHeaders;
  readonly socket: Socket;
  /** Bytes that came behind the request. */
  readonly head: Buffer;
};

/** Spreads viewers evenly over an interval, whatever their number: the golden ratio's steps. */
const phaseOf = (number: number): number => (number * 0.618_033_988_75) % 1;

/** A viewer that holds a slot, or held one and is being wound down. */
export class Viewer {
  readonly number: number;
  readonly id: ViewerId;
  readonly slot: Slot;
  readonly remote: string;
  readonly who: string | null;
  readonly heldMs: number | null;
  readonly arrivedAt: number;
  /** Wall-clock time of the arrival, milliseconds since 1970. */
  readonly arrivedOn: number;
  readonly #house: House;
  readonly #socket: Socket;
  readonly #records: ViewerRecords;
  #state: Lifecycle = DIALLING;
  /** Null from the relay on, as the next three are. */
  #arriving: Arriving | null;
  #early: Early | null = null;
  #abortDial: Cancel | null = null;
  #outcome: DialOutcome | null = null;
  #refusal: Refusal | null = null;
  /** What came from either side before the relay began. */
  #rest: Readonly<Record<Side, Buffer>> | null = null;
  #connection: Connection | null = null;
  #shown: 'ok' | 'late' | 'expiring' | 'stuck' = 'ok';
  #keptUntil = Number.NEGATIVE_INFINITY;
  #eviction: Eviction | null = null;

  constructor(arriving: Arriving, house: House) {
    this.#arriving = arriving;
    this.#socket = arriving.socket;
    this.#house = house;
    this.number = arriving.number;
    this.id = `v${arriving.number}` as ViewerId;
    this.slot = arriving.slot;
    this.remote = arriving.remote;
    this.who = arriving.who;
    this.heldMs = arriving.heldMs;
    this.arrivedAt = house.clock.now();
    this.arrivedOn = house.clock.date().getTime();
    this.#records = new ViewerRecords(this, house);
  }

  /** `dialling` and `open` hold the slot. */
  get phase(): Lifecycle['phase'] {
    return this.#state.phase;
  }

  /** The relay; null while dialling. */
  get connection(): Connection | null {
    return this.#connection;
  }

  /** What it is doing, as of the last tick. */
  get state(): ViewerState {
    return this.phase === 'dialling' ? 'dialling' : this.#shown;
  }

  /** Takes the state of this tick over and records it where it is another one. */
  observe(now: number): void {
    const connection = this.#connection;
    if (connection === null || this.phase !== 'open') return;
    const state = connection.health.state(now);
    if (state === this.#shown) return;
    this.#shown = state;
    this.#records.state(state, connection, now);
  }

  /** Dials the backend, in turn; from here on the viewer looks after itself. */
  dial(wanted: Wanted): void {
    if (this.#arriving === null) return;
    const { backends, makeRoom, options } = this.#house;
    this.#early = new Early(this.#socket, options.maxViewerMessage, {
      left: () => this.happen({ on: 'lost', side: 'viewer' }),
      tooBig: () => this.happen({ on: 'offence', side: 'viewer', cause: 'message-too-big' }),
    });
    this.#early.start(this.#arriving.head);
    if (this.phase !== 'dialling') return;
    this.#abortDial = backends.dial(wanted, {
      begins: () => makeRoom(this),
      done: (outcome) => {
        this.#abortDial = null;
        this.#outcome = outcome;
        if (outcome.ok) this.happen({ on: 'dialled' });
        else this.happen({ on: 'dial-failed', cause: outcome.cause });
      },
    });
  }

  /** Ends the viewer by decision of `actor`; `note` says why. */
  evict(actor: string, note: string | null): void {
    this.#eviction = { actor, note };
    this.happen({ on: 'evict', cause: 'operator' });
  }

  /** For `forMs` no deadline evicts the viewer; 0 ends that. */
  keep(forMs: number, actor: string): void {
    this.#keptUntil = this.#house.clock.now() + forMs;
    this.#connection?.health.keepUntil(this.#keptUntil);
    this.#records.kept(forMs, actor);
  }

  /** Time until the deadlines hold again, in milliseconds; null: they do. */
  keptMs(now: number): number | null {
    return now < this.#keptUntil ? this.#keptUntil - now : null;
  }

  /** Ends every leg at once; nothing of it is left. */
  terminate(): void {
    this.#abortDial?.();
    reset(this.#socket);
    this.#connection?.cut('backend');
  }

  /** The backend has a connection of a viewer that is being wound down. */
  get lingersAtBackend(): boolean {
    return this.#connection?.holdsBackend ?? false;
  }

  /** Cuts the backend's leg of a viewer that is being wound down. */
  cutBackend(): void {
    this.#connection?.cut('backend');
  }

  /** Something happened: takes the next step and carries it out. */
  happen(happening: Happening): void {
    const before = this.#state.phase;
    const { state, effects } = step(this.#state, happening);
    this.#state = state;
    let isFreed = false;
    for (const effect of effects) {
      this.#carryOut(effect);
      if (effect.do === 'release') isFreed = true;
    }
    // Only now: whoever takes the slot may have this viewer's backend connection cut.
    if (isFreed) this.#house.freed(this);
    // From the relay on, the sockets say when nothing is left.
    const over = this.#state.phase === 'gone' && before !== 'gone';
    if (over && this.#connection === null) this.#house.gone(this);
  }

  /** Nothing is left of both sockets. */
  closed(): void {
    this.#house.gone(this);
  }

  #carryOut(effect: Effect): void {
    switch (effect.do) {
      case 'accept':
        return this.#accept();
      case 'relay':
        return this.#relay();
      case 'abort-dial':
        return this.#abortDial?.();
      case 'release':
        return this.#house.release(this);
      case 'refuse': {
        if (this.#arriving === null || this.#early === null) return undefined;
        const { rawHeaders, socket } = this.#arriving;
        const how = { words: this.#words(effect.words), status: effect.status };
        const head = this.#early.take();
        this.#refusal = this.#house.refusals.refuse(rawHeaders, socket, head, how);
        return undefined;
      }
      case 'not-found':
        this.#early?.take();
        this.#refusal = answerNotFound(this.#socket, this.#house.clock);
        return undefined;
      case 'cut':
        this.#records.put(effect.side, { closeSent: false });
        if (this.#connection === null) return reset(this.#socket);
        return this.#connection.cut(effect.side);
      case 'end':
        return this.#connection?.end(effect.side);
      case 'answer':
        return this.#connection?.answer(effect.side);
      case 'close': {
        const words = this.#words(effect.words);
        return this.#connection?.close(effect.side, words, (sent) =>
          this.#records.put(effect.side, { ...(sent ? words : {}), closeSent: sent }),
        );
      }
      case 'pass-close':
        return this.#connection?.passClose(effect.side, (sent) => this.#passed(effect.side, sent));
      case 'record-admitted':
        return this.#records.admitted();
      case 'record-unavailable':
        return this.#records.unavailable(
          effect.cause,
          this.#dialDetail,
          this.#refusal,
          this.#eviction,
        );
      case 'record-left':
        if (this.#connection === null) return undefined;
        return this.#records.left(effect, this.#connection, this.#eviction);
      default:
        return effect satisfies never;
    }
  }

  #accept(): void {
    const outcome = this.#outcome;
    const early = this.#early;
    if (outcome === null || !outcome.ok || early === null) return;
    const { answer, accept, socket: backend, isLocal, rest } = outcome;
    const { clock, rules } = this.#house;
    this.#rest = { viewer: early.take(), backend: rest };
    this.#arriving = null;
    this.#early = null;
    this.#outcome = null;
    this.#socket.write(viewerAnswer({ ...answer, accept }), 'latin1');
    this.#connection = new Connection({
      viewer: this.#socket,
      backend,
      rules,
      clock,
      deflate: answer.deflate,
      isLocal,
      phase: phaseOf(this.number),
      owner: this,
    });
    this.#connection.health.keepUntil(this.#keptUntil);
  }

  get #dialDetail(): string {
    const outcome = this.#outcome;
    return outcome === null || outcome.ok ? 'the viewer was ended first' : outcome.detail;
  }

  /** What is said on closing: to a viewer that an operator evicts, also why. */
  #words(words: CloseWords): CloseWords {
    const note = this.#eviction?.note ?? null;
    return note !== null && words === CLOSE.evictedByOperator ? evictedWords(note) : words;
  }

  #relay(): void {
    const rest = this.#rest;
    this.#rest = null;
    if (rest !== null) this.#connection?.start(rest);
  }

  #passed(side: Side, sent: boolean): void {
    const from = side === 'viewer' ? 'backend' : 'viewer';
    const code = this.#connection?.codeFrom(from) ?? null;
    this.#records.put(side, { ...(sent && code !== null ? { code } : {}), closeSent: sent });
  }
}
