/**
 * Sample backends with real sockets: those that behave, in this file's first half, and those
 * that do not. All are closed after the test.
 */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { type WebSocket, WebSocketServer } from 'ws';
import type { BackendTemplate } from '../../src/contract.ts';
import {
  type Backend,
  type Dialled,
  privateDirectory,
  startServers,
  startUpgradeServers,
  type Where,
} from './backend-server.ts';
import { onCleanup } from './cleanup.ts';
import { acceptFor, type HeaderValue, writeHead } from './http-head.ts';
import { Inbox } from './inbox.ts';
import { type Manners, RawPeer } from './raw-peer.ts';
import { Tally } from './tally.ts';

export type { Backend, Where } from './backend-server.ts';

/** Where a backend listens; default `tcp`. */
type On = { readonly on?: Where };

/** One connection at a backend that speaks through `ws`. */
export type BackendConnection = {
  readonly session: string;
  readonly request: IncomingMessage;
  readonly ws: WebSocket;
};

/** A backend whose connections a test can take hold of. */
export type WsBackend = Backend & { readonly connections: Inbox<BackendConnection> };

/** What a backend that speaks through `ws` negotiates. */
export type WsOptions = On & {
  /** Picks one of the offered subprotocols, or none (default: the first). */
  readonly choose?: (offered: ReadonlySet<string>) => string | false;
  /** Agree to permessage-deflate where it is offered, and compress everything. Default false. */
  readonly deflate?: boolean;
};

const wsBackend = async (
  { on = 'tcp', choose, deflate = false }: WsOptions,
  serve: (connection: BackendConnection) => void,
): Promise<WsBackend> => {
  const connections = new Inbox<BackendConnection>(
    'connections of a backend',
    (one) => one.session,
  );
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: deflate && { threshold: 0 },
    ...(choose !== undefined && { handleProtocols: choose }),
  });
  const backend = await startUpgradeServers(on, ({ session, request, socket, head }) => {
    server.handleUpgrade(request, socket, head, (ws) => {
      ws.on('error', () => undefined);
      const connection = { session, request, ws };
      serve(connection);
      connections.push(connection);
    });
  });
  return { ...backend, connections };
};

/** Sends every message back as it came, no faster than it is taken. */
export const echoBackend = (options: WsOptions = {}): Promise<WsBackend> =>
  wsBackend(options, ({ ws }) => {
    ws.on('message', (data, binary) => {
      ws.send(data, { binary }, () => {
        if (ws.bufferedAmount === 0) ws.resume();
      });
      if (ws.bufferedAmount > 1024 * 1024) ws.pause();
    });
  });

/** Takes everything and says nothing. */
export const silentBackend = (options: WsOptions = {}): Promise<WsBackend> =>
  wsBackend(options, ({ ws }) => {
    ws.on('message', () => undefined);
  });

/** Says a line ten times a second, as a terminal does in which something runs. */
export const talkingBackend = (options: WsOptions = {}): Promise<WsBackend> =>
  wsBackend(options, ({ ws }) => {
    const talking = setInterval(() => ws.send('one more line'), 100);
    ws.on('close', () => clearInterval(talking));
  });

/** Sends binary frames without end, as fast as they are taken and no faster. */
export const floodBackend = ({
  frameBytes = 64 * 1024,
  ...options
}: WsOptions & { readonly frameBytes?: number } = {}): Promise<WsBackend> => {
  const block = Buffer.alloc(frameBytes, 'flood ');
  return wsBackend(options, ({ ws }) => {
    const pour = (error?: Error | null): void => {
      // Two on their way keep the socket busy; the callback of each sends one more. A socket
      // that is gone answers at once, before the event loop turns and `readyState` knows.
      if (!error && ws.readyState === ws.OPEN) ws.send(block, pour);
    };
    pour();
    pour();
  });
};

/** One connection at a raw backend, its 101 sent. */
export type RawConnection = Dialled & { readonly peer: RawPeer };

/** A backend of which the test decides every byte after the handshake, or from it on. */
export type RawBackend = Backend & { readonly connections: Inbox<RawConnection> };

/** How a raw backend answers. */
export type RawBackendOptions = On &
  Manners & {
    /** Runs when the 101 is sent; `peer` reads and writes frames, `peer.send` raw bytes. */
    readonly onConnection?: (connection: RawConnection) => void;
    /** Replace headers of the 101 of the same name, or leave one out with null. */
    readonly extraHeaders?: Readonly<Record<string, HeaderValue>>;
    /** Sent in the same write, right behind the 101. */
    readonly early?: Uint8Array;
    /** Instead of the whole 101, to the last byte. */
    readonly answer?: string;
  };

/** Answers with a correct 101 unless told otherwise, and then says only what the test says. */
export const rawBackend = async (options: RawBackendOptions = {}): Promise<RawBackend> => {
  const { on = 'tcp', onConnection, extraHeaders, early = Buffer.alloc(0) } = options;
  const connections = new Inbox<RawConnection>(
    'connections of a raw backend',
    (one) => one.session,
  );
  const backend = await startUpgradeServers(on, (dialled) => {
    const { request, socket, head } = dialled;
    if (head.length > 0) socket.unshift(head);
    const defaults = {
      Upgrade: 'websocket',
      Connection: 'Upgrade',
      'Sec-WebSocket-Accept': acceptFor(request.headers['sec-websocket-key'] ?? ''),
    };
    const answer =
      options.answer ?? writeHead('HTTP/1.1 101 Switching Protocols', defaults, extraHeaders);
    socket.write(Buffer.concat([Buffer.from(answer, 'latin1'), early]));
    const connection = { ...dialled, peer: new RawPeer('backend', socket, options) };
    onConnection?.(connection);
    connections.push(connection);
  });
  return { ...backend, connections };
};

/** Opens and then reads nothing at all. */
export const deafBackend = (options: On = {}): Promise<RawBackend> =>
  rawBackend({ ...options, onConnection: ({ peer }) => peer.pause() });

/** Answers every upgrade with this status and a short text. */
export const statusBackend = (status: number, { on = 'tcp' }: On = {}): Promise<Backend> =>
  startUpgradeServers(on, ({ socket }) => {
    socket.end(`HTTP/1.1 ${status} Said So\r\nContent-Length: 4\r\nConnection: close\r\n\r\nno.\n`);
  });

/** Answers 101 with an accept that belongs to another key. */
export const wrongAcceptBackend = (options: On = {}): Promise<RawBackend> =>
  rawBackend({ ...options, extraHeaders: { 'Sec-WebSocket-Accept': acceptFor('another key') } });

/** A backend that takes connections and never answers; `dials` are their sockets. */
export type HangingBackend = Backend & { readonly dials: Inbox<Socket> };

/** Accepts, reads and says nothing. Counted in `tally` under the session `any` on one address. */
export const hangingBackend = async ({ on = 'tcp' }: On = {}): Promise<HangingBackend> => {
  const dials = new Inbox<Socket>('dials that hang', () => 'a dial');
  const tally = new Tally();
  const make = (session: string | null) =>
    createServer((socket) => {
      socket.on('close', tally.enter(session ?? 'any'));
      socket.resume();
      dials.push(socket);
    });
  const backend = await startServers(on, make, tally);
  return { ...backend, dials };
};

/** A port that refuses connections and that nobody else can take meanwhile. */
export const refusingBackend = async (): Promise<{ template: BackendTemplate; url: string }> => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // The local port of a connection: taken, but nobody listens on it.
  const holder = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(holder, 'connect');
  onCleanup(() => {
    holder.destroy();
    server.close();
  });
  const port = holder.localPort!;
  const template = { address: { host: '127.0.0.1', port }, tls: false, target: '/{session}' };
  return { template, url: `ws://127.0.0.1:${port}/{session}` };
};

/** A socket path at which there is nothing. */
export const missingSocketBackend = async (): Promise<{
  template: BackendTemplate;
  url: string;
}> => {
  const socketPath = join(await privateDirectory(), '{session}.sock');
  const template = { address: { socketPath }, tls: false, target: '/' };
  return { template, url: `ws+unix:${socketPath}:/` };
};
