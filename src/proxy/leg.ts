/**
 * The end of one leg of a connection: a Close frame where a frame boundary allows it, and a cut
 * where it does not, the far side does not answer, or takes no bytes. No leg outlives its
 * timers, so that nothing is left behind whatever the far side does.
 */
import { Socket } from 'node:net';
import type { Cancel, Clock } from '../clock.ts';
import type { Side } from '../core/lifecycle.ts';
import type { Direction } from './relay.ts';

/** How long a Close may wait for a frame boundary and for the bytes ahead of it. */
const FLUSH_MS = 1_000;

/** How long a far side has to answer a Close, or to end TCP, once it has everything. */
export const LINGER_MS = 2_000;

/** No TLS, which says goodbye itself. */
const isPlain = (socket: Socket): boolean => socket.constructor === Socket;

const destroy = (socket: Socket): void => {
  socket.destroy();
};

/** Ends TCP at once and drops what waits, so that the kernel does not keep it for minutes. */
export const reset = (socket: Socket): void => {
  const isTcp = isPlain(socket) && socket.remoteAddress !== undefined;
  const { writableEnded, writableFinished, writableLength } = socket;
  // While FIN is on its way libuv refuses to reset, and Node then never closes the socket.
  const isEnding = writableEnded && !writableFinished && writableLength === 0;
  if (isTcp && !socket.destroyed && !isEnding) socket.resetAndDestroy();
  else socket.destroy();
};

/** Whom a leg tells of its end. */
export type LegOwner = {
  /** Called once: the far side has ended or broken the connection. */
  readonly lost: (side: Side) => void;
  /** Called once, after that: nothing is left of the socket. */
  readonly closed: () => void;
};

/** One socket of a viewer's connection, from the relay's start to its end. */
export class Leg {
  readonly socket: Socket;
  readonly #clock: Clock;
  /** The direction that writes into this leg. */
  readonly #into: Direction;
  #cancel: Cancel | null = null;
  /** When the leg is cut, and when the timer for that looks again: earlier, if it was put off. */
  #cutAt = 0;
  #looksAt = 0;
  #sourceGone = false;
  #offended = false;
  /** Called with false if the Close that waits turns out not to go out. */
  #unsent: (() => void) | null = null;

  constructor(side: Side, socket: Socket, into: Direction, clock: Clock, owner: LegOwner) {
    this.socket = socket;
    this.#into = into;
    this.#clock = clock;
    let told = false;
    const gone = (): void => {
      if (told) return;
      told = true;
      owner.lost(side);
    };
    socket.on('end', gone);
    socket.on('close', () => {
      this.#settle();
      gone();
      owner.closed();
    });
  }

  /** Sends a Close frame and waits for the far side; `done` says whether it went out whole. */
  close(frame: Buffer, done: (sent: boolean) => void): void {
    this.#unsent = () => done(false);
    if (this.socket.destroyed) {
      this.#settle();
      return;
    }
    this.#arm(FLUSH_MS);
    if (this.#sourceGone && !this.#into.atBoundary) {
      this.#into.shut();
      this.socket.end();
      return;
    }
    this.#into.insertLast(frame, (whole) => {
      if (this.#unsent === null) return;
      this.#unsent = null;
      this.#arm(LINGER_MS);
      if (this.#offended) this.socket.end();
      done(whole);
    });
  }

  /**
   * What the far side sends is not understood any more, so no answer to a Close can be: TCP is
   * ended right behind it (RFC 6455 7.1.7), and what still comes is read and discarded.
   */
  offended(): void {
    this.#offended = true;
  }

  /** No more frames come to write into this leg: a Close in the middle of one is hopeless. */
  sourceGone(): void {
    this.#sourceGone = true;
    if (this.#unsent === null || this.#into.atBoundary) return;
    this.#into.shut();
    this.socket.end();
  }

  /**
   * The closing handshake is over, and neither side may say anything more: ends TCP at once (RFC
   * 6455 5.5.1), and leaves to the kernel what it has taken, a Close above all. Where something
   * waits here, and with TLS, the far side is waited for, and cut if it does not end.
   */
  end(): void {
    this.#into.shut();
    const { socket } = this;
    if (!isPlain(socket) || socket.writableLength > 0) {
      socket.end();
      this.#arm(LINGER_MS);
    } else if (this.#unsent === null) {
      socket.destroy();
    } else {
      // Behind the callback of the last write, which Node would else make an error for.
      process.nextTick(destroy, socket);
    }
  }

  /** Ends the leg at once. */
  cut(): void {
    this.#into.shut();
    reset(this.socket);
  }

  /** Each step of an end puts the cut off; one timer serves them all. */
  #arm(ms: number): void {
    if (this.socket.destroyed) return;
    this.#cutAt = this.#clock.now() + ms;
    if (this.#cancel === null || this.#looksAt > this.#cutAt) this.#lookIn(ms);
  }

  #lookIn(ms: number): void {
    this.#cancel?.();
    this.#looksAt = this.#clock.now() + ms;
    this.#cancel = this.#clock.after(ms, () => {
      this.#cancel = null;
      const leftMs = this.#cutAt - this.#clock.now();
      // Timers run up to a millisecond early.
      if (leftMs >= 1) this.#lookIn(leftMs);
      else if (this.socket.writableLength > 0) reset(this.socket);
      else this.socket.destroy();
    });
  }

  #settle(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#unsent?.();
    this.#unsent = null;
  }
}
