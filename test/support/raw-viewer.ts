/**
 * A viewer over a bare socket, for what `ws` cannot do: every byte of its handshake and of its
 * frames is the test's own. What it can do once connected is in `raw-peer.ts`.
 */
import { randomBytes } from 'node:crypto';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { onCleanup } from './cleanup.ts';
import { acceptFor, type Head, type HeaderValue, splitHead, writeHead } from './http-head.ts';
import { type Manners, RawPeer } from './raw-peer.ts';
import { testCertificate } from './test-certificate.ts';
import { type Patience, within } from './within.ts';

/** What a raw viewer says in its handshake and does by itself. */
export type RawViewerOptions = Manners & {
  /** Replace default headers of the same name; null leaves one out, a list repeats it. */
  readonly extraHeaders?: Readonly<Record<string, HeaderValue>>;
  readonly subprotocols?: readonly string[];
  /** Value of `Sec-WebSocket-Extensions`. */
  readonly extensions?: string;
  /** Sent in the same write, right behind the request. */
  readonly early?: Uint8Array;
  /** Instead of the whole request, to the last byte. */
  readonly request?: string;
  /** An open connection to that address, such as one from another network. */
  readonly socket?: Socket;
};

/** What came back for the request. */
export type Answer = Head & {
  readonly status: number;
  /** A 101 with the `Sec-WebSocket-Accept` that belongs to the key. */
  readonly upgraded: boolean;
};

type Place = { readonly socket: Socket; readonly host: string; readonly target: string };

/** `ws://host:port/path`, `wss://…` or `ws+unix:/dir/proxy.sock:/path`. */
const dial = (url: string, open?: Socket): Place => {
  const unix = /^ws\+unix:([^:]+):(.*)$/.exec(url);
  if (unix !== null) return { socket: connectTcp(unix[1]!), host: 'localhost', target: unix[2]! };
  const { protocol, hostname, port, host } = new URL(url);
  const to = { host: hostname.replaceAll(/[[\]]/g, ''), port: Number(port) };
  const tls = protocol === 'wss:';
  const socket = open ?? (tls ? connectTls({ ...to, ca: testCertificate.cert }) : connectTcp(to));
  // Not `pathname`: URL would tidy up what the test wrote.
  return { socket, host, target: url.replace(/^\w+:\/\/[^/]+/, '') || '/' };
};

/** One WebSocket connection of which the test decides every byte. */
export class RawViewer extends RawPeer {
  readonly #key = randomBytes(16).toString('base64');
  readonly #answer = Promise.withResolvers<Answer>();
  #handshake: Buffer | null = Buffer.alloc(0);

  constructor(url: string, options: RawViewerOptions = {}) {
    const { socket, host, target } = dial(url, options.socket);
    super('viewer', socket, options);
    // Who does not ask for the answer must not fail by it.
    this.#answer.promise.catch(() => undefined);
    socket.on('error', this.#answer.reject);
    socket.on('close', () => {
      this.#answer.reject(new Error('the connection ended without an answer'));
    });
    const request = options.request ?? this.#request(host, target, options);
    socket.write(Buffer.concat([Buffer.from(request, 'latin1'), options.early ?? Buffer.alloc(0)]));
  }

  /** The answer to the request, whatever its status; rejects if the connection ends without. */
  readonly open = (patience?: Patience): Promise<Answer> =>
    within('the answer to a handshake', this.#answer.promise, patience);

  /** The text behind an answer that is not 101, once the connection has ended. */
  readonly body = async (patience?: Patience): Promise<string> => {
    await this.closed(patience);
    const split = splitHead(this.#handshake ?? Buffer.alloc(0));
    return split?.rest.toString('utf8') ?? '';
  };

  protected override take(chunk: Buffer): void {
    if (this.#handshake === null) {
      super.take(chunk);
      return;
    }
    this.#handshake = Buffer.concat([this.#handshake, chunk]);
    const split = splitHead(this.#handshake);
    if (split === null) return;
    const status = Number(split.head.startLine.split(' ')[1]);
    const accept = split.head.headers['sec-websocket-accept'];
    const upgraded = status === 101 && accept === acceptFor(this.#key);
    this.#answer.resolve({ ...split.head, status, upgraded });
    if (status !== 101) return;
    this.#handshake = null;
    super.take(split.rest);
  }

  #request(host: string, target: string, options: RawViewerOptions): string {
    const { extraHeaders, subprotocols = [], extensions } = options;
    return writeHead(
      `GET ${target} HTTP/1.1`,
      {
        Host: host,
        Upgrade: 'websocket',
        Connection: 'Upgrade',
        'Sec-WebSocket-Key': this.#key,
        'Sec-WebSocket-Version': '13',
        ...(subprotocols.length > 0 && { 'Sec-WebSocket-Protocol': subprotocols.join(', ') }),
        ...(extensions !== undefined && { 'Sec-WebSocket-Extensions': extensions }),
      },
      extraHeaders,
    );
  }
}

/** Connects to a URL in the form of `ws`; the connection is ended after the test. */
export const connectRaw = (url: string, options?: RawViewerOptions): RawViewer => {
  const viewer = new RawViewer(url, options);
  onCleanup(viewer.destroy);
  return viewer;
};
