/** The listening side: Node's HTTP server, bounded in time, and what it calls its address. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { ListenAddress, ProxyOptions } from '../contract.ts';
import { hostAndPort } from '../core/host.ts';
import { type Page, routePlain } from '../core/route.ts';
import { BouncerError } from '../errors.ts';
import { checkSocket, socketPathOf } from './handed-socket.ts';
import { pagePolicy } from './page-policy.ts';

/** How an address is written: `127.0.0.1:8080`, `[::1]:8080`, `unix:/path.sock`, `fd:3`. */
export const addressText = (address: ListenAddress): string => {
  if ('fd' in address) return `fd:${address.fd}`;
  if ('socketPath' in address) return `unix:${address.socketPath}`;
  return hostAndPort(address.host, address.port);
};

type Answering = (request: IncomingMessage, response: ServerResponse) => void;

const answerPlain =
  (path: string, page: Page | null, isDraining: () => boolean): Answering =>
  (request, response) => {
    const { method = '', url = '' } = request;
    const { status, headers, body } = routePlain(
      { method, target: url },
      { path, draining: isDraining() },
      page,
    );
    // A Connection header of ours takes the place of Node's, and with it the end that was asked for.
    const { Connection: options } = headers;
    const ends = options !== undefined && !response.shouldKeepAlive;
    response.writeHead(status, {
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Length': Buffer.byteLength(body),
      ...headers,
      ...(ends ? { Connection: `${options}, close` } : {}),
    });
    response.end(method === 'HEAD' ? undefined : body);
  };

/** Longest head of a request, in bytes. */
const MAX_HEAD = 16_384;

/**
 * A server whose request heads take at most `handshakeTimeoutMs`, to within a quarter of it. It
 * reads strictly, and heads of at most 16 KiB, whatever `NODE_OPTIONS` say. While `isDraining`
 * says so it is not ready.
 */
export const httpServer = (
  { path, page, handshakeTimeoutMs }: Pick<ProxyOptions, 'path' | 'page' | 'handshakeTimeoutMs'>,
  isDraining: () => boolean,
): Server => {
  const server = createServer(
    {
      maxHeaderSize: MAX_HEAD,
      insecureHTTPParser: false,
      headersTimeout: handshakeTimeoutMs,
      requestTimeout: handshakeTimeoutMs,
      // Node takes whole milliseconds only.
      connectionsCheckingInterval: Math.max(1, Math.floor(handshakeTimeoutMs / 4)),
    },
    answerPlain(path, page === null ? null : { html: page, policy: pagePolicy(page) }, isDraining),
  );
  // Some versions of Node drop headers beyond their number unheard: the route counts them itself.
  server.maxHeadersCount = 0;
  return server;
};

const cannotListen = (wanted: string, error: NodeJS.ErrnoException): BouncerError => {
  const say = (what: string, remedy: string): BouncerError =>
    new BouncerError('environment', `cannot listen on ${wanted}: ${what}`, remedy, error);
  if (wanted.startsWith('fd:')) {
    return say(
      error.code === 'EINVAL' ? 'it is no socket that listens' : (error.code ?? error.message),
      'hand over one that listens, or pass --listen with host:port',
    );
  }
  switch (error.code) {
    case 'EADDRINUSE':
      return wanted.startsWith('unix:')
        ? say('the file exists', 'stop who listens there, or remove it if nobody does')
        : say('it is in use', 'stop who listens there, or pass --listen with another port');
    case 'EACCES':
      return say('permission denied', 'pass --listen with a port above 1023 or another path');
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return say('this machine has no such address', 'pass --listen with an address of its own');
    default:
      return say(error.code ?? error.message, 'pass --listen with another address');
  }
};

const placeOf = (wanted: ListenAddress) => {
  if ('fd' in wanted) return { fd: wanted.fd };
  return 'socketPath' in wanted
    ? { path: wanted.socketPath }
    : { host: wanted.host, port: wanted.port };
};

/**
 * Listens, and says where; throws a BouncerError where it cannot. `sharesPort`: the kernel spreads
 * connections over all processes that listen there so (`SO_REUSEPORT`; Node from 22.12 on, and an
 * older one says that the port is in use).
 */
export const listen = async (
  server: Server,
  wanted: ListenAddress,
  sharesPort = false,
): Promise<ListenAddress> => {
  if ('fd' in wanted) checkSocket(wanted.fd);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(addressText(wanted), error)));
    server.listen({ ...placeOf(wanted), backlog: 4_096, reusePort: sharesPort }, resolve);
  });
  server.removeAllListeners('error');
  const bound = server.address();
  if (bound === null) {
    const socketPath = 'fd' in wanted ? socketPathOf(wanted.fd) : null;
    return socketPath === null ? wanted : { socketPath };
  }
  return typeof bound === 'string'
    ? { socketPath: bound }
    : { host: bound.address, port: bound.port };
};
