/**
 * How a viewer that gets no relay is told why: by a Close that a page can read, after a
 * handshake that is completed for that alone, or by an HTTP status before the upgrade.
 */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { viewerAnswer } from '../core/backend-answer.ts';
import type { CloseWords } from '../core/close-codes.ts';
import { FrameScanner } from '../core/frames.ts';
import { elementsOf, isToken, type RawHeaders, valuesOf } from '../core/headers.ts';
import type { ClosePut } from '../events.ts';
import type { Clock } from '../clock.ts';
import { acceptFor } from './accept.ts';
import { closeFrame } from './control-frame.ts';
import { LINGER_MS } from './leg.ts';

/** What was put on the wire: a Close, or a status. */
export type Refusal = ClosePut & { readonly status?: number };

/** When a refused viewer may try again, in seconds; the slot of a ghost lasts a pong timeout. */
const RETRY_AFTER_S = 5;

/** What a refused viewer may still say: nobody's business, but for its Close. */
const RULES = { masked: true, maxMessage: 1_024, deflate: false };

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

/** Says that there is no such session: by a status, since whoever asks in vain is no viewer. */
export const answerNotFound = (socket: Socket, clock: Clock): Refusal => {
  answerHttp(socket, clock, { status: 404, body: 'There is no such session\n' });
  return { status: 404, closeSent: false };
};

/** The subprotocols in the order of preference; null where one is malformed or offered twice. */
const offeredBy = (rawHeaders: RawHeaders): readonly string[] | null => {
  const offered = elementsOf(rawHeaders, 'sec-websocket-protocol');
  const isInOrder = offered.every(isToken) && new Set(offered).size === offered.length;
  return isInOrder ? offered : null;
};

/** The handshake of `rawHeaders` and the Close behind it, in one piece. */
const handshakeAndClose = (
  rawHeaders: RawHeaders,
  subprotocol: string | null,
  words: CloseWords,
): Buffer => {
  const [key = ''] = valuesOf(rawHeaders, 'sec-websocket-key');
  const terms = { accept: acceptFor(key), subprotocol, extensions: null, headers: [] };
  return Buffer.concat([Buffer.from(viewerAnswer(terms), 'latin1'), closeFrame(words, false)]);
};

/** Reads and discards until the viewer's Close or its end, which end TCP; 2 s at most. */
const seeOff = (socket: Socket, clock: Clock, head: Buffer): void => {
  if (socket.destroyed) return;
  const scanner = new FrameScanner(RULES);
  const end = (): void => {
    if (!socket.writableEnded) socket.end();
  };
  const read = (bytes: Buffer): void => {
    if (scanner.scan(bytes, false).some(({ kind }) => kind === 'close' || kind === 'fail')) end();
  };
  const cancel = clock.after(LINGER_MS, () => socket.destroy());
  socket.on('close', cancel);
  socket.on('end', end);
  socket.on('data', read);
  socket.resume();
  if (socket.readableEnded) end();
  else if (head.length > 0) read(head);
};

/** Refuses viewers in the way that the operator chose. */
export class Refusals {
  readonly #mode: 'close' | 'http';
  readonly #clock: Clock;

  constructor(mode: 'close' | 'http', clock: Clock) {
    this.#mode = mode;
    this.#clock = clock;
  }

  /**
   * Refuses an upgrade that is in order, by what its request has sent; `head` are the bytes that
   * came behind that.
   */
  refuse(
    rawHeaders: RawHeaders,
    socket: Socket,
    head: Buffer,
    how: { readonly words: CloseWords; readonly status: number },
  ): Refusal {
    const { words, status } = how;
    if (this.#mode === 'http') {
      const headers = status === 503 ? { 'Retry-After': String(RETRY_AFTER_S) } : {};
      answerHttp(socket, this.#clock, { status, body: `${words.reason}\n`, headers });
      return { status, closeSent: false };
    }
    const offered = offeredBy(rawHeaders);
    if (offered === null) {
      const body = 'The subprotocols are malformed: offer each once, as a token\n';
      answerHttp(socket, this.#clock, { status: 400, body });
      return { closeSent: false };
    }
    // Without the first subprotocol a client that offers one reports 1006 instead of the code.
    socket.write(handshakeAndClose(rawHeaders, offered[0] ?? null, words));
    const closeSent = !socket.destroyed && socket.writableLength === 0;
    seeOff(socket, this.#clock, head);
    return closeSent ? { ...words, closeSent } : { closeSent };
  }
}
