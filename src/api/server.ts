/**
 * Node's HTTP server, bounded in everything that a reader could make it hold: heads, bodies,
 * time, connections. It is not the viewers' server: whatever happens here, they do not notice.
 */
import {
  createServer,
  STATUS_CODES,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Duplex } from 'node:stream';
import { problem, type Answer } from './answer.ts';

/** Bytes of a request's head. */
const MOST_HEAD = 8_192;
/** For a head and for a whole request. */
const HEAD_MS = 5_000;
const REQUEST_MS = 10_000;
/** A connection on which nothing moves, be it that a reader takes nothing of its answer. */
const IDLE_MS = 30_000;
const KEEP_ALIVE_MS = 5_000;

/** What answers, once there is a whole head. */
export type Attendant = {
  /** The one protocol that anybody is switched to, in small letters. */
  readonly protocol: string;
  readonly request: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
};

/** Writes an answer; a HEAD gets only its head. */
export const send = (request: IncomingMessage, response: ServerResponse, answer: Answer): void => {
  const { status, headers, body } = answer;
  const { Connection } = headers;
  // Node leaves a Connection of ours alone, whatever the reader said in its own.
  const last = Connection !== undefined && !response.shouldKeepAlive;
  response.writeHead(status, {
    ...headers,
    ...(last ? { Connection: `${Connection}, close` } : {}),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...(status === 204 ? {} : { 'Content-Length': Buffer.byteLength(body) }),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
};

/** Answers on a bare socket and ends it. */
export const sendBare = (socket: Duplex, { status, headers, body }: Answer): void => {
  const fields = {
    ...headers,
    'Cache-Control': 'no-store',
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  const first = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`;
  socket.end(`${first}${lines.join('')}\r\n${body}`, () => socket.destroy());
};

const faultAnswer = ({ code }: NodeJS.ErrnoException): Answer => {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return problem(431, `the head is too long: keep it within ${MOST_HEAD} bytes`);
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return problem(408, 'the request came too slowly: send it at once');
    default:
      return problem(400, 'that is no HTTP request: speak HTTP/1.1');
  }
};

/** A server that does not listen yet. */
export const boundedServer = (attendant: Attendant, mostConnections: number): Server => {
  const server = createServer(
    {
      maxHeaderSize: MOST_HEAD,
      insecureHTTPParser: false,
      // The gate says so itself, and what to do.
      requireHostHeader: false,
      headersTimeout: HEAD_MS,
      requestTimeout: REQUEST_MS,
      connectionsCheckingInterval: 1_000,
      keepAliveTimeout: KEEP_ALIVE_MS,
      // Any other offer, as of HTTP/2, is passed over (RFC 9110 7.8); an older Node refuses it.
      shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === attendant.protocol,
    },
    (request, response) => {
      // A reader that goes away in the middle is nobody's error.
      response.on('error', () => undefined);
      attendant.request(request, response).catch(() => {
        if (response.headersSent) response.destroy();
        else send(request, response, problem(500, 'the proxy failed at it: report it as a bug'));
      });
    },
  );
  // Accepting may fail, without a descriptor; without a listener that would end the proxy.
  server.on('error', () => undefined);
  server.maxConnections = mostConnections;
  server.setTimeout(IDLE_MS);
  server.on('connection', (socket) => socket.on('error', () => undefined));
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
    attendant.upgrade(request, socket, head),
  );
  server.on('connect', (_request: IncomingMessage, socket: Duplex) =>
    sendBare(socket, problem(405, 'nothing is tunnelled here: use GET', { Allow: 'GET' })),
  );
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (socket.writable && error.code !== 'ECONNRESET') sendBare(socket, faultAnswer(error));
    else socket.destroy();
  });
  return server;
};
