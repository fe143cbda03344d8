/**
 * An open viewer: its two legs, the two directions between them, and its health. It carries
 * out what the lifecycle says about legs, and reports what happens on them.
 */
import type { Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import type { ProxyOptions } from '../contract.ts';
import type { CloseWords } from '../core/close-codes.ts';
import type { Happening, Side } from '../core/lifecycle.ts';
import { Rate } from '../core/rate.ts';
import { closeFrame } from './control-frame.ts';
import { Health } from './health.ts';
import { Leg } from './leg.ts';
import { Direction, type ReceivedClose } from './relay.ts';

/** What a connection is made of. */
export type ConnectionParts = {
  readonly viewer: Socket;
  readonly backend: Socket;
  readonly options: ProxyOptions;
  readonly clock: Clock;
  readonly tickMs: number;
  /** permessage-deflate was agreed. */
  readonly deflate: boolean;
  /** 0 to below 1; see `Liveness`. */
  readonly phase: number;
  readonly happen: (happening: Happening) => void;
  /** Called once, when nothing is left of both sockets. */
  readonly closed: () => void;
};

const other = (side: Side): Side => (side === 'viewer' ? 'backend' : 'viewer');

/** One viewer's connection while it is relayed and wound down. */
export class Connection {
  readonly health: Health;
  readonly toViewer: Direction;
  readonly toBackend: Direction;
  /** What goes to the viewer, as of the last round. */
  readonly rate = new Rate();
  readonly #legs: Readonly<Record<Side, Leg>>;
  readonly #happen: (happening: Happening) => void;
  readonly #open = new Set<Side>(['viewer', 'backend']);
  readonly #closes: Record<Side, ReceivedClose | null> = { viewer: null, backend: null };

  constructor(parts: ConnectionParts) {
    const { viewer, backend, options, clock, happen } = parts;
    const close = (side: Side) => (received: ReceivedClose) => {
      this.#closes[side] = received;
      happen({ on: 'close', side });
    };
    const fail = (side: Side) => (cause: 'protocol-error' | 'message-too-big') => {
      this.#legs[side].offended();
      this.#legs[other(side)].sourceGone();
      happen({ on: 'offence', side, cause });
    };
    this.#happen = happen;
    const ends = (side: Side) => ({
      lost: () => this.lost(side),
      closed: () => {
        this.#open.delete(side);
        if (this.#open.size === 0) parts.closed();
      },
    });
    this.toViewer = new Direction(
      backend,
      viewer,
      { masked: false, maxMessage: options.maxBackendMessage, deflate: parts.deflate },
      {
        bytes: () => this.health.backend.heard(clock.now()),
        ping: (payload, size) => {
          const endsAt = this.toViewer.written;
          this.health.liveness.backendPinged(payload, clock.now(), endsAt - size, endsAt);
        },
        pong: (payload) => this.health.backend.pong(payload),
        close: close('backend'),
        fail: fail('backend'),
        paused: (paused) => {
          if (!paused) this.health.backend.heard(clock.now());
        },
      },
    );
    this.toBackend = new Direction(
      viewer,
      backend,
      { masked: true, maxMessage: options.maxViewerMessage, deflate: parts.deflate },
      {
        bytes: () => this.health.heard(clock.now()),
        ping: (payload, size) => this.health.backend.viewerPinged(payload, clock.now(), size),
        pong: (payload) => this.health.liveness.pong(payload, clock.now()),
        close: close('viewer'),
        fail: fail('viewer'),
        paused: (paused) => {
          if (paused) this.health.liveness.pause(clock.now());
          else this.health.liveness.resume(clock.now());
        },
      },
    );
    // A process that dies on this machine closes its socket.
    const isLocal = 'socketPath' in options.backend.address;
    const backendPingIntervalMs = isLocal ? 0 : options.backendPingIntervalMs;
    this.health = new Health(
      { viewer, backend, toViewer: this.toViewer, toBackend: this.toBackend },
      { ...options, backendPingIntervalMs, tickMs: parts.tickMs },
      clock.now,
      parts.phase,
    );
    this.#legs = {
      viewer: new Leg(viewer, this.toViewer, clock, ends('viewer')),
      backend: new Leg(backend, this.toBackend, clock, ends('backend')),
    };
  }

  /** Begins to relay, with what came from either side before. */
  start(early: Readonly<Record<Side, Buffer>>): void {
    this.toViewer.start(early.backend);
    this.toBackend.start(early.viewer);
  }

  /** `side` is lost, or given up: nothing more comes from it. */
  lost(side: Side): void {
    this.#legs[other(side)].sourceGone();
    this.#happen({ on: 'lost', side });
  }

  /** Whether the backend still has this connection, as far as the proxy has not ended it. */
  get holdsBackend(): boolean {
    return !this.#legs.backend.socket.destroyed;
  }

  /** The code of the Close that `side` sent; null without one. */
  codeFrom(side: Side): number | null {
    return this.#closes[side]?.code ?? null;
  }

  /** Sends `side` a Close of the proxy's own. */
  close(side: Side, words: CloseWords, done: (sent: boolean) => void): void {
    this.#legs[side].close(closeFrame(words, side === 'backend'), done);
  }

  /** Sends `side` the Close of the other side, as it came. */
  passClose(side: Side, done: (sent: boolean) => void): void {
    const received = this.#closes[other(side)];
    if (received !== null) this.#legs[side].close(received.frame, done);
  }

  /** Sends `side` the code of its own Close back (RFC 6455 5.5.1). */
  answer(side: Side): void {
    const words = { code: this.codeFrom(side) ?? 0, reason: '' };
    this.#legs[side].close(closeFrame(words, side === 'backend'), () => undefined);
  }

  /** Ends TCP after a closing handshake. */
  end(side: Side): void {
    this.#legs[side].end();
  }

  /** Ends TCP at once. */
  cut(side: Side): void {
    this.#legs[side].cut();
  }
}
