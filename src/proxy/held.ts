/**
 * A newcomer that waits: it is read into a bounded buffer, so that its leaving is noticed,
 * whatever it sent before; and it has the timer of its refusal.
 */
import type { Cancel, Clock } from '../clock.ts';
import type { Newcomer } from './newcomer.ts';

/** Nobody may speak before the answer to the handshake: room for an impatient client's first words. */
const MOST_EARLY_BYTES = 16_384;

/** What ends the waiting from the newcomer's side. */
export type HeldEvents = {
  /** It is gone. */
  readonly left: () => void;
  /** It says more than it may while it waits. */
  readonly tooMuch: () => void;
};

/** One newcomer that waits, until it is taken out. */
export class Held {
  readonly #newcomer: Newcomer;
  readonly #events: HeldEvents;
  #early: Buffer[];
  #earlyBytes: number;
  #cancel: Cancel = () => undefined;

  constructor(newcomer: Newcomer, events: HeldEvents) {
    this.#newcomer = newcomer;
    this.#events = events;
    this.#early = [newcomer.head];
    this.#earlyBytes = newcomer.head.length;
    const { socket } = newcomer;
    socket.on('data', this.#onData);
    socket.on('end', events.left);
    socket.on('close', events.left);
  }

  /** Calls `run` in `ms` milliseconds, as long as it waits. */
  after(clock: Clock, ms: number, run: () => void): void {
    this.#cancel = clock.after(ms, run);
  }

  /** Lets go of the newcomer and hands it over, with what came of it meanwhile. */
  take(): Newcomer {
    this.#cancel();
    const { socket } = this.#newcomer;
    socket.off('data', this.#onData);
    socket.off('end', this.#events.left);
    socket.off('close', this.#events.left);
    const head = Buffer.concat(this.#early);
    this.#early = [];
    return { ...this.#newcomer, head };
  }

  readonly #onData = (bytes: Buffer): void => {
    this.#early.push(bytes);
    this.#earlyBytes += bytes.length;
    if (this.#earlyBytes > MOST_EARLY_BYTES) this.#events.tooMuch();
  };
}
