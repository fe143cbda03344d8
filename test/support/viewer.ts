/** A viewer as most are: the client of `ws`, with what arrives kept from the first byte on. */
import { type ClientOptions, WebSocket } from 'ws';
import { onCleanup } from './cleanup.ts';
import { Inbox } from './inbox.ts';
import { testCertificate } from './test-certificate.ts';
import { type Patience, within } from './within.ts';

/** One message as `ws` hands it over. */
export type Message = { readonly data: Buffer; readonly binary: boolean };

/** The Close as the viewer sees it; 1006 without a Close frame. */
export type Closed = { readonly code: number; readonly reason: string };

/** `ClientOptions` of `ws`, with the subprotocols that the viewer offers. */
export type ViewerOptions = ClientOptions & { readonly protocols?: readonly string[] };

/** The handshake was answered with something else than 101. */
export class HandshakeRefused extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;

  constructor(status: number, headers: HandshakeRefused['headers'], body: string) {
    super(`the handshake was answered with ${status}: ${body}`);
    this.status = status;
    this.headers = headers;
    this.body = body;
  }
}

type Kept = { readonly messages: Inbox<Message>; readonly closed: Promise<Closed> };
const kept = new WeakMap<WebSocket, Kept>();

const keptOf = (ws: WebSocket): Kept => {
  const found = kept.get(ws);
  if (found === undefined) throw new Error('this WebSocket was not made by connectViewer');
  return found;
};

const keep = (ws: WebSocket): void => {
  const messages = new Inbox<Message>('messages of a viewer', ({ data, binary }) =>
    binary ? `${data.length} bytes` : JSON.stringify(data.toString('utf8').slice(0, 200)),
  );
  const { promise, resolve } = Promise.withResolvers<Closed>();
  ws.on('message', (data: Buffer, binary) => messages.push({ data, binary }));
  ws.on('close', (code, reason) => {
    messages.end(`the viewer was closed with ${code} ${JSON.stringify(reason.toString())}`);
    resolve({ code, reason: reason.toString() });
  });
  // Kept for 'close', which follows every error.
  ws.on('error', () => undefined);
  kept.set(ws, { messages, closed: promise });
};

/**
 * Resolves when the viewer is open, also if it is then closed at once (a refusal is). Rejects
 * with `HandshakeRefused` for an HTTP answer. Compression is off unless asked for.
 */
export const connectViewer = (url: string, options: ViewerOptions = {}): Promise<WebSocket> => {
  const { protocols = [], ...rest } = options;
  const ws = new WebSocket(url, [...protocols], {
    perMessageDeflate: false,
    ca: testCertificate.cert,
    ...rest,
  });
  keep(ws);
  onCleanup(() => ws.terminate());
  const { promise, resolve, reject } = Promise.withResolvers<WebSocket>();
  ws.on('open', () => resolve(ws));
  ws.on('error', reject);
  ws.on('unexpected-response', (request, response) => {
    response.setEncoding('utf8');
    let body = '';
    response.on('data', (chunk: string) => {
      body += chunk;
    });
    response.on('close', () => {
      reject(new HandshakeRefused(response.statusCode ?? 0, response.headers, body));
      request.destroy();
    });
  });
  return within(`${url} to open`, promise);
};

/** The HTTP answer of a handshake that must not succeed. */
export const refusedHandshake = async (
  url: string,
  options?: ViewerOptions,
): Promise<HandshakeRefused> => {
  try {
    await connectViewer(url, options);
  } catch (error) {
    if (error instanceof HandshakeRefused) return error;
    throw error;
  }
  throw new Error(`${url} was opened`);
};

/** Resolves when the viewer's connection has ended, also if it has already. */
export const closeOf = (ws: WebSocket, patience?: Patience): Promise<Closed> =>
  within('the close of a viewer', keptOf(ws).closed, patience);

/** The messages of a viewer, from its first one on. */
export const received = (ws: WebSocket): Inbox<Message> => keptOf(ws).messages;

/** Sends a message and waits until it comes back the same; returns the round trip in ms. */
export const echo = async (ws: WebSocket, data: string | Buffer): Promise<number> => {
  const bytes = Buffer.from(data);
  const binary = typeof data !== 'string';
  const start = performance.now();
  ws.send(data);
  await received(ws).next(
    (message) => message.binary === binary && message.data.equals(bytes),
    `the echo of ${bytes.length} bytes`,
  );
  return performance.now() - start;
};
