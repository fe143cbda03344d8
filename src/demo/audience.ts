/** Those who are connected to one sample session, and what is said to all of them. */
import type { RawData, WebSocket } from 'ws';

/** Text that waits for a slow reader: beyond it, what is only good now is left out. */
const MOST_WAITING = 256 * 1024;

/** Text as `ws` hands it over with its default binary type. */
export const textOf = (data: RawData): string =>
  Buffer.isBuffer(data) ? data.toString('utf8') : '';

/** Sends everything back as it came, and reads no faster than that is taken. */
export const sendBack = (socket: WebSocket): void => {
  socket.on('message', (data, binary) => {
    socket.send(data, { binary }, () => {
      if (socket.bufferedAmount === 0) socket.resume();
    });
    if (socket.bufferedAmount > MOST_WAITING) socket.pause();
  });
};

/** The connections of one session. */
export class Audience {
  readonly #sockets = new Set<WebSocket>();

  /** How many are here. */
  get size(): number {
    return this.#sockets.size;
  }

  /** Counts one in until its connection ends. */
  readonly add = (socket: WebSocket): void => {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
  };

  /** Says it to everyone who keeps up. */
  readonly tell = (text: string): void => {
    for (const socket of this.#sockets) {
      if (socket.bufferedAmount < MOST_WAITING) socket.send(text);
    }
  };
}
