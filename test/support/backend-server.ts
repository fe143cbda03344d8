/** What every sample backend stands on: servers on free addresses, counted and closed. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttp, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BackendTemplate } from '../../src/contract.ts';
import { onCleanup } from './cleanup.ts';
import { Tally } from './tally.ts';
import { testCertificate } from './test-certificate.ts';

/**
 * `tcp`: 127.0.0.1, the session in the path. `tls`: the same as `localhost` with the test
 * certificate. `unix`: one socket, the session in the path. `{sessions}`: a socket for each of
 * these sessions, `{session}` in the socket path.
 */
export type Where = 'tcp' | 'tls' | 'unix' | { readonly sessions: readonly string[] };

/** A backend that runs; closed after the test. */
export type Backend = {
  readonly template: BackendTemplate;
  /** The same for `--backend`. */
  readonly url: string;
  /** Connections by session. */
  readonly tally: Tally;
  /** Cuts every connection and stops listening, as a backend that fell over. */
  readonly close: () => Promise<void>;
};

/** An empty private directory, removed after the test. */
export const privateDirectory = async (): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'wsbouncer-test-'));
  onCleanup(() => rm(directory, { recursive: true, force: true }));
  return directory;
};

const listen = async (server: Server, at: { host: string; port: number } | { path: string }) => {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(at, resolve);
  await promise;
  return server.address() as AddressInfo;
};

/**
 * Starts what `make` makes, once for each address that `where` needs. The address tells the
 * session only where each session has its own.
 */
export const startServers = async (
  where: Where,
  make: (session: string | null) => Server,
  tally = new Tally(),
): Promise<Backend> => {
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  const start = async (session: string | null, at: Parameters<typeof listen>[1]) => {
    const server = make(session);
    servers.push(server);
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      // A proxy that cuts a connection is what many tests are about.
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    });
    return listen(server, at);
  };
  const close = async (): Promise<void> => {
    const closing = servers
      .splice(0)
      .map((server) => new Promise<void>((resolve) => void server.close(() => resolve())));
    for (const socket of sockets) socket.destroy();
    await Promise.all(closing);
  };
  onCleanup(close);

  if (where === 'tcp' || where === 'tls') {
    const tls = where === 'tls';
    const host = tls ? 'localhost' : '127.0.0.1';
    const { port } = await start(null, { host, port: 0 });
    const template = { address: { host, port }, tls, target: '/{session}' };
    return { template, url: `${tls ? 'wss' : 'ws'}://${host}:${port}/{session}`, tally, close };
  }
  const directory = await privateDirectory();
  const name = where === 'unix' ? 'backend' : '{session}';
  const target = where === 'unix' ? '/{session}' : '/';
  const sessions = where === 'unix' ? [null] : where.sessions;
  for (const session of sessions) {
    await start(session, { path: join(directory, `${session ?? name}.sock`) });
  }
  const socketPath = join(directory, `${name}.sock`);
  const template = { address: { socketPath }, tls: false, target };
  return { template, url: `ws+unix:${socketPath}:${target}`, tally, close };
};

/** An upgrade request that reached a backend. */
export type Dialled = {
  readonly session: string;
  readonly request: IncomingMessage;
  readonly socket: Socket;
  readonly head: Buffer;
};

const plain: RequestListener = (_request, response) => response.writeHead(426).end();

/** Hands every upgrade to `onUpgrade`, counted from here to the end of its socket. */
export const startUpgradeServers = async (
  where: Where,
  onUpgrade: (dialled: Dialled) => void,
): Promise<Backend> => {
  const tally = new Tally();
  return startServers(
    where,
    (own) => {
      const server = where === 'tls' ? createHttps(testCertificate, plain) : createHttp(plain);
      server.on('upgrade', (request, socket, head) => {
        const inPath = decodeURIComponent(/^\/([^/?]*)/.exec(request.url ?? '')?.[1] ?? '');
        const session = own ?? inPath;
        socket.on('close', tally.enter(session));
        onUpgrade({ session, request, socket: socket as Socket, head });
      });
      return server;
    },
    tally,
  );
};
