/**
 * What a direction reports means one thing when it comes from the viewer and another when it
 * comes from the backend. Objects of two classes take it, and no functions of each connection's
 * own: of idle connections there are thousands.
 */
import type { Clock } from '../clock.ts';
import type { FailCause } from '../core/frames.ts';
import type { Side } from '../core/lifecycle.ts';
import type { Health } from './health.ts';
import type { Direction, DirectionEvents, ReceivedClose } from './relay.ts';

/** The connection that reports are about. */
type Reported = {
  readonly health: Health;
  readonly toViewer: Direction;
  readonly receivedClose: (side: Side, received: ReceivedClose) => void;
  readonly offended: (side: Side, cause: FailCause) => void;
};

/** Takes what the direction to the viewer reports. */
export class FromBackend implements DirectionEvents {
  readonly #connection: Reported;
  readonly #clock: Clock;

  constructor(connection: Reported, clock: Clock) {
    this.#connection = connection;
    this.#clock = clock;
  }

  ping(payload: Buffer, size: number): void {
    const { health, toViewer } = this.#connection;
    const endsAt = toViewer.written;
    health.liveness.backendPinged(payload, this.#clock.now(), endsAt - size, endsAt);
  }

  pong(payload: Buffer): boolean {
    return this.#connection.health.backend.pong(payload);
  }

  close(received: ReceivedClose): void {
    this.#connection.receivedClose('backend', received);
  }

  fail(cause: FailCause): void {
    this.#connection.offended('backend', cause);
  }

  paused(paused: boolean): void {
    if (!paused) this.#connection.health.backend.resumed(this.#clock.now());
  }
}

/** Takes what the direction to the backend reports. */
export class FromViewer implements DirectionEvents {
  readonly #connection: Reported;
  readonly #clock: Clock;

  constructor(connection: Reported, clock: Clock) {
    this.#connection = connection;
    this.#clock = clock;
  }

  ping(payload: Buffer, size: number): void {
    this.#connection.health.viewerPinged(payload, this.#clock.now(), size);
  }

  pong(payload: Buffer): boolean {
    return this.#connection.health.liveness.pong(payload, this.#clock.now());
  }

  close(received: ReceivedClose): void {
    this.#connection.receivedClose('viewer', received);
  }

  fail(cause: FailCause): void {
    this.#connection.offended('viewer', cause);
  }

  paused(paused: boolean): void {
    const { liveness } = this.#connection.health;
    if (paused) liveness.pause(this.#clock.now());
    else liveness.resume(this.#clock.now());
  }
}
