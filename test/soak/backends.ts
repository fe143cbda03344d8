/**
 * The backends behind the proxy, one server for all: what one does is in its session's name, up
 * to the first `-`. The seed in the viewer's query decides the rest.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { onCleanup } from '../support/cleanup.ts';
import { acceptFor } from '../support/http-head.ts';
import { eventually } from '../support/process-figures.ts';
import { answers, behaviours } from './backend-kinds.ts';
import { randomFrom } from '../support/random.ts';

const HOST = '127.0.0.1';

/** Bytes on their way back at which an echo stops reading. */
const MUCH = 1024 * 1024;

/** The running backends. */
export type SoakBackends = {
  readonly port: number;
  readonly host: string;
  /** Connections that a backend has not seen the end of. */
  readonly connections: () => number;
  /** Nobody listens until the end of `until`; those who are connected stay. */
  readonly outage: (until: Promise<void>) => Promise<void>;
  /** Ends what is left. */
  readonly cut: () => void;
};

const echo = (ws: WebSocket): void => {
  ws.on('error', () => undefined);
  ws.on('message', (data, binary) => {
    ws.send(data, { binary }, () => {
      if (ws.bufferedAmount === 0) ws.resume();
    });
    if (ws.bufferedAmount > MUCH) ws.pause();
  });
};

const rawAnswer = (request: IncomingMessage): string =>
  [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${acceptFor(request.headers['sec-websocket-key'] ?? '')}`,
    '\r\n',
  ].join('\r\n');

/** Starts them. */
export const startBackends = async (): Promise<SoakBackends> => {
  const polite = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: { threshold: 0, zlibDeflateOptions: { level: 1 } },
  });
  const sockets = new Set<Socket>();
  const upgrade = (request: IncomingMessage, socket: Socket, head: Buffer): void => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'ws://backend');
    const [kind = 'echo'] = pathname.slice(1).split('-');
    const random = randomFrom(Number(searchParams.get('seed') ?? 1));
    const behave = behaviours[kind];
    if (answers[kind] !== undefined) answers[kind](socket, random, rawAnswer(request));
    else if (behave === undefined) polite.handleUpgrade(request, socket, head, echo);
    else {
      socket.write(rawAnswer(request), 'latin1');
      if (head.length > 0) socket.unshift(head);
      behave(socket, random);
    }
  };
  const serve = async (port: number): Promise<Server> => {
    const server = createServer((_request, response) => response.writeHead(426).end());
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      // Broken connections are what this is about.
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    });
    server.on('upgrade', upgrade);
    server.listen({ port, host: HOST, backlog: 1_024 });
    await once(server, 'listening');
    return server;
  };
  let server = await serve(0);
  const { port } = server.address() as AddressInfo;
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  onCleanup(() => {
    server.close();
    cut();
  });
  return {
    port,
    host: HOST,
    connections: () => sockets.size,
    outage: async (until) => {
      server.close();
      await until;
      // An outgoing connection may have taken the port, and goes soon.
      await eventually('the port of the backends', async () => {
        try {
          server = await serve(port);
          return true;
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
          throw error;
        }
      });
    },
    cut,
  };
};
