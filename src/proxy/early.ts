/**
 * Reads a viewer while its backend is dialled, so that a viewer that leaves is noticed, whatever
 * it sent before. It holds no more than one message may have.
 */
import type { Socket } from 'node:net';

/** What is reported. */
export type EarlyEvents = {
  /** The viewer is gone; may be called twice. */
  readonly left: () => void;
  /** More came than is held. */
  readonly tooBig: () => void;
};

/** The bytes of one viewer that came before the relay did. */
export class Early {
  readonly #socket: Socket;
  readonly #most: number;
  readonly #events: EarlyEvents;
  readonly #chunks: Buffer[] = [];
  #size = 0;

  /** `most`: bytes that are held. */
  constructor(socket: Socket, most: number, events: EarlyEvents) {
    this.#socket = socket;
    this.#most = most;
    this.#events = events;
  }

  /** Begins with the bytes that came behind the request. */
  start(head: Buffer): void {
    this.#socket.on('data', this.#onData);
    this.#socket.on('end', this.#events.left);
    this.#socket.on('close', this.#events.left);
    if (head.length > 0) this.#onData(head);
  }

  /** Ends, and hands over what came; whoever is next must listen in the same turn. */
  take(): Buffer {
    this.#socket.off('data', this.#onData);
    this.#socket.off('end', this.#events.left);
    this.#socket.off('close', this.#events.left);
    return Buffer.concat(this.#chunks);
  }

  readonly #onData = (bytes: Buffer): void => {
    this.#chunks.push(bytes);
    this.#size += bytes.length;
    if (this.#size > this.#most) this.#events.tooBig();
  };
}
