/**
 * All dials of a proxy: so many at once, further ones wait for their turn. Whatever happens, a
 * dial is over within the dial timeout, which counts from the moment it was asked for.
 */
import type { Cancel, Clock } from '../clock.ts';
import type { ProxyOptions } from '../contract.ts';
import type { BackendRequest } from '../core/backend-request.ts';
import { Turns } from '../core/turns.ts';
import { Dial, type DialOutcome } from './backend.ts';
import { isShortage } from './descriptors.ts';

type Rules = Pick<ProxyOptions, 'maxDials' | 'dialTimeoutMs' | 'backend'>;

/** What is not as it is for all others. */
type Apart = {
  /** Absent: as `backend` says. */
  readonly tls?: boolean;
  /** When the dial timeout began; absent: now. */
  readonly askedAt?: number;
};

/** What whoever asks for a dial is told; nothing of it after the dial was aborted. */
export type DialEvents = {
  /** Its turn has come: right after this the backend is dialled. */
  readonly begins: () => void;
  /** Called at most once. */
  readonly done: (outcome: DialOutcome) => void;
};

/** One dial from the moment that it is asked for. */
type Order = {
  readonly number: number;
  /** Null from its turn on. */
  request: BackendRequest | null;
  readonly tls: boolean;
  readonly events: DialEvents;
  readonly askedAt: number;
  /** Ends it, whether it waits or dials. */
  end: Cancel;
};

/** Dials backends. */
export class Dials {
  readonly #rules: Rules;
  readonly #clock: Clock;
  readonly #turns: Turns<number>;
  /** Those that wait, by number: a set of orders would keep those that have left; see `Crowd`. */
  readonly #waiting = new Map<number, Order>();
  readonly #missed: () => void;
  #asked = 0;
  #isCalling = false;

  /** `missed` is called after each dial for which there was no descriptor. */
  constructor(rules: Rules, clock: Clock, missed: () => void) {
    this.#rules = rules;
    this.#clock = clock;
    this.#missed = missed;
    this.#turns = new Turns(rules.maxDials);
  }

  /** Dials now or in turn; returns what aborts it. */
  dial(request: BackendRequest, events: DialEvents, apart: Apart = {}): Cancel {
    const { tls = this.#rules.backend.tls, askedAt = this.#clock.now() } = apart;
    this.#asked += 1;
    const number = this.#asked;
    const order: Order = { number, request, tls, events, askedAt, end: () => undefined };
    if (this.#turns.ask(number)) this.#begin(order);
    else this.#wait(order);
    return () => {
      order.end();
      this.#leave(order);
    };
  }

  #wait(order: Order): void {
    this.#waiting.set(order.number, order);
    const leftMs = order.askedAt + this.#rules.dialTimeoutMs - this.#clock.now();
    order.end = this.#clock.after(Math.max(0, leftMs), () => this.#giveUp(order));
  }

  #giveUp(order: Order): void {
    const detail = `no turn to dial within ${this.#rules.dialTimeoutMs} ms`;
    this.#finish(order, { ok: false, cause: 'timeout', detail });
  }

  #begin(order: Order): void {
    const { dialTimeoutMs: timeoutMs } = this.#rules;
    const { request, tls } = order;
    if (request === null) return;
    const waitedMs = this.#clock.now() - order.askedAt;
    // The loop was busy, and its timer is still to run.
    if (waitedMs >= timeoutMs) return this.#giveUp(order);
    order.events.begins();
    const limits = { clock: this.#clock, timeoutMs, waitedMs };
    // It is long, and has nothing more to say once it is sent.
    order.request = null;
    const dial = new Dial(request, tls, limits, (outcome) => this.#finish(order, outcome));
    order.end = () => dial.abort();
  }

  #finish(order: Order, outcome: DialOutcome): void {
    this.#leave(order);
    order.events.done(outcome);
    if (!outcome.ok && isShortage(outcome.detail)) this.#missed();
  }

  /** Those whose turn it is are called a little later: all may be leaving at once. */
  #leave(order: Order): void {
    this.#turns.leave(order.number);
    this.#waiting.delete(order.number);
    if (this.#isCalling || this.#turns.waiting === 0) return;
    this.#isCalling = true;
    queueMicrotask(() => {
      this.#isCalling = false;
      for (let next = this.#turns.next(); next !== null; next = this.#turns.next()) {
        const order = this.#waiting.get(next);
        this.#waiting.delete(next);
        order?.end();
        if (order !== undefined) this.#begin(order);
      }
    });
  }
}
