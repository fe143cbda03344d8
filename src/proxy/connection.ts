/**
 * An open viewer: its two legs, the two directions between them, and its health. It carries
 * out what the lifecycle says about legs, and reports what happens on them.
 */
import type { Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import type { ProxyOptions } from '../contract.ts';
import type { CloseWords } from '../core/close-codes.ts';
import type { Happening, Side } from '../core/lifecycle.ts';
import type { FailCause, ScanRules } from '../core/frames.ts';
import { Rate } from '../core/rate.ts';
import { closeFrame } from './control-frame.ts';
import { Health, type HealthRules } from './health.ts';
import { Leg } from './leg.ts';
import { Direction, type ReceivedClose } from './relay.ts';
import { FromBackend, FromViewer } from './reports.ts';

/** What all connections of a proxy are held to: made once, and shared. */
export type ConnectionRules = {
  /** Of a connection whose backend is on this machine behind a Unix socket, and of any other. */
  readonly health: Readonly<Record<'local' | 'remote', HealthRules>>;
  /** Of frames from either side, without permessage-deflate and with it. */
  readonly frames: Readonly<Record<'plain' | 'deflated', Readonly<Record<Side, ScanRules>>>>;
};

/** The rules that follow from the options; `onRtt` is called with every round trip to a viewer. */
export const connectionRules = (
  options: ProxyOptions,
  tickMs: number,
  onRtt?: (rttMs: number) => void,
): ConnectionRules => {
  const { pingIntervalMs, pongTimeoutMs, writeTimeoutMs, backendPingIntervalMs } = options;
  const { maxViewerMessage, maxBackendMessage } = options;
  const usual = { pongTimeoutMs, writeTimeoutMs, tickMs };
  const health = (backendPingMs: number): HealthRules => {
    const backend = { ...usual, pingIntervalMs: backendPingMs };
    return { ...usual, pingIntervalMs, backend, onRtt };
  };
  const frames = (deflate: boolean): Record<Side, ScanRules> => ({
    viewer: { masked: true, maxMessage: maxViewerMessage, deflate },
    backend: { masked: false, maxMessage: maxBackendMessage, deflate },
  });
  return {
    // A process that dies on this machine closes its socket.
    health: { local: health(0), remote: health(backendPingIntervalMs) },
    frames: { plain: frames(false), deflated: frames(true) },
  };
};

/** Whose connection it is. */
export type ConnectionOwner = {
  readonly happen: (happening: Happening) => void;
  /** Called once, when nothing is left of both sockets. */
  readonly closed: () => void;
};

/** What a connection is made of. */
export type ConnectionParts = {
  readonly viewer: Socket;
  readonly backend: Socket;
  readonly rules: ConnectionRules;
  readonly clock: Clock;
  /** permessage-deflate was agreed. */
  readonly deflate: boolean;
  /** The backend is behind a Unix socket. */
  readonly isLocal: boolean;
  /** 0 to below 1; see `Liveness`. */
  readonly phase: number;
  readonly owner: ConnectionOwner;
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
  readonly #owner: ConnectionOwner;
  #legsLeft = 2;
  #viewerClose: ReceivedClose | null = null;
  #backendClose: ReceivedClose | null = null;

  constructor(parts: ConnectionParts) {
    const { viewer, backend, rules, clock, deflate, isLocal, phase, owner } = parts;
    this.#owner = owner;
    const frames = rules.frames[deflate ? 'deflated' : 'plain'];
    const fromBackend = new FromBackend(this, clock);
    const fromViewer = new FromViewer(this, clock);
    this.toViewer = new Direction(backend, viewer, frames.backend, clock.now, fromBackend);
    this.toBackend = new Direction(viewer, backend, frames.viewer, clock.now, fromViewer);
    const ends = { viewer, backend, toViewer: this.toViewer, toBackend: this.toBackend };
    this.health = new Health(ends, rules.health[isLocal ? 'local' : 'remote'], clock.now, phase);
    this.#legs = {
      viewer: new Leg('viewer', viewer, this.toViewer, clock, this),
      backend: new Leg('backend', backend, this.toBackend, clock, this),
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
    this.#owner.happen({ on: 'lost', side });
  }

  /** Nothing is left of the socket of a side. */
  closed(): void {
    this.#legsLeft -= 1;
    if (this.#legsLeft === 0) this.#owner.closed();
  }

  /** `side` sent a Close; it has not been passed on. */
  receivedClose(side: Side, received: ReceivedClose): void {
    if (side === 'viewer') this.#viewerClose = received;
    else this.#backendClose = received;
    this.#owner.happen({ on: 'close', side });
  }

  /** `side` broke the rules. */
  offended(side: Side, cause: FailCause): void {
    this.#legs[side].offended();
    this.#legs[other(side)].sourceGone();
    this.#owner.happen({ on: 'offence', side, cause });
  }

  /** Whether the backend still has this connection, as far as the proxy has not ended it. */
  get holdsBackend(): boolean {
    return !this.#legs.backend.socket.destroyed;
  }

  /** The code of the Close that `side` sent; null without one. */
  codeFrom(side: Side): number | null {
    return this.#closeFrom(side)?.code ?? null;
  }

  /** Sends `side` a Close of the proxy's own. */
  close(side: Side, words: CloseWords, done: (sent: boolean) => void): void {
    this.#legs[side].close(closeFrame(words, side === 'backend'), done);
  }

  /** Sends `side` the Close of the other side, as it came. */
  passClose(side: Side, done: (sent: boolean) => void): void {
    const received = this.#closeFrom(other(side));
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

  #closeFrom(side: Side): ReceivedClose | null {
    return side === 'viewer' ? this.#viewerClose : this.#backendClose;
  }
}
