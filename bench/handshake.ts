/** The opening handshake of the load, at either end (RFC 6455 4). */
import { createHash } from 'node:crypto';

/** RFC 6455 4.2.2. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

const HEAD_ENDS = Buffer.from('\r\n\r\n');

/** What a viewer of `session` sends. */
export const requestFor = (port: number, session: string): string =>
  [
    `GET /ws/${session} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version: 13',
    '\r\n',
  ].join('\r\n');

/** What a backend answers to a request with that head. */
export const answerTo = (head: string): string => {
  const key = /^sec-websocket-key: *(\S+)/im.exec(head)?.[1] ?? '';
  const accept = createHash('sha1').update(`${key}${GUID}`).digest('base64');
  return [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${accept}`,
    '\r\n',
  ].join('\r\n');
};

/** Bytes in; the HTTP head and what came behind it once it is whole, null until then. */
export class Head {
  #held = Buffer.alloc(0);

  /** Takes a chunk. */
  readonly feed = (chunk: Buffer): { readonly head: string; readonly rest: Buffer } | null => {
    this.#held = Buffer.concat([this.#held, chunk]);
    const end = this.#held.indexOf(HEAD_ENDS);
    if (end < 0) return null;
    return {
      head: this.#held.toString('latin1', 0, end),
      rest: this.#held.subarray(end + HEAD_ENDS.length),
    };
  };
}
