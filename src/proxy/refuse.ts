/**
 * How a viewer that gets no relay is told why: by a Close that a page can read, after a
 * handshake that is completed for that alone, or by an HTTP status before the upgrade.
 */
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import type { CloseWords } from '../core/close-codes.ts';
import type { ClosePut } from '../events.ts';
import type { Clock } from '../clock.ts';
import { LINGER_MS } from './leg.ts';

/** What was put on the wire: a Close, or a status. */
export type Refusal = ClosePut & { readonly status?: number };

/** When a refused viewer may try again, in seconds; the slot of a ghost lasts a pong timeout. */
const RETRY_AFTER_S = 5;

/**
 * A handshake selects the first subprotocol that is offered (the default of `ws`), without
 * which a client that offers one reports 1006 instead of the code it is sent.
 */
const SERVER_OPTIONS = {
  noServer: true,
  clientTracking: false,
  perMessageDeflate: false,
  maxPayload: 1_024,
  autoPong: false,
  closeTimeout: LINGER_MS,
};

/** Answers on the bare socket of an upgrade and ends it; `body` ends with a line break. */
export const answerHttp = (
  socket: Socket,
  clock: Clock,
  answer: {
    readonly status: number;
    readonly body: string;
    readonly headers?: Readonly<Record<string, string>>;
  },
): void => {
  const fields = {
    Connection: 'close',
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(answer.body)),
    ...answer.headers,
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
  const status = `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? ''}`;
  socket.end(`${[status, ...lines].join('\r\n')}\r\n\r\n${answer.body}`);
  socket.resume();
  const cancel = clock.after(LINGER_MS, () => socket.destroy());
  socket.on('close', cancel);
};

/** Refuses viewers in the way that the operator chose. */
export class Refusals {
  readonly #mode: 'close' | 'http';
  readonly #clock: Clock;
  readonly #server = new WebSocketServer(SERVER_OPTIONS);

  constructor(mode: 'close' | 'http', clock: Clock) {
    this.#mode = mode;
    this.#clock = clock;
  }

  /** Refuses; `head` are the bytes that came behind the request. */
  refuse(
    request: IncomingMessage,
    socket: Socket,
    head: Buffer,
    how: { readonly words: CloseWords; readonly status: number },
  ): Refusal {
    if (this.#mode === 'http') {
      const headers = how.status === 503 ? { 'Retry-After': String(RETRY_AFTER_S) } : {};
      answerHttp(socket, this.#clock, {
        status: how.status,
        body: `${how.words.reason}\n`,
        headers,
      });
      return { status: how.status, closeSent: false };
    }
    let opened = false;
    this.#server.handleUpgrade(request, socket, head, (viewer) => {
      opened = true;
      // Whatever it still sends is nobody's business.
      viewer.on('error', () => undefined);
      viewer.close(how.words.code, how.words.reason);
    });
    socket.resume();
    // A handshake that even `ws` does not complete, as with malformed subprotocols, has no code.
    const closeSent = opened && !socket.destroyed && socket.writableLength === 0;
    return closeSent ? { ...how.words, closeSent } : { closeSent };
  }
}
