/** A server of the proxy's own: an entrance that leads nowhere else, and ends with the proxy. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { systemClock } from '../clock.ts';
import type { ControlDoors, ProxyOptions } from '../contract.ts';
import { Crowd } from '../core/crowd.ts';
import { isLoopback } from '../core/host.ts';
import { addressText, httpServer, listen } from './listen.ts';
import type { Indoors } from './proxy.ts';
import { answerHttp } from './refuse.ts';

/**
 * Opens one; resolves with where viewers connect. Throws a BouncerError where it cannot listen.
 * Whoever comes before `prepare` has settled waits for that; where it rejects, nothing was open.
 */
export const openServer = async (
  { enter, open, descriptors, isDraining }: Indoors,
  options: Pick<ProxyOptions, 'listen' | 'path' | 'page' | 'handshakeTimeoutMs'>,
  clock = systemClock,
  prepare: (address: string) => Promise<ControlDoors | null> = async () => null,
  sharesPort = false,
): Promise<string> => {
  const server = httpServer(options, isDraining);
  const sockets = new Crowd<Socket>();
  server.on('connection', (socket) => {
    descriptors.accepted(socket);
    const place = sockets.add(socket);
    socket.on('close', () => sockets.leave(place));
  });
  const bound = await listen(server, options.listen, sharesPort);
  // Accepting may fail, without a descriptor; without a listener that would end the process.
  server.on('error', () => descriptors.look());
  const loopback = 'host' in bound && isLoopback(bound.host);
  let early: (() => void)[] | null = [];
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const comeIn = (): void => enter({ request, socket, head, loopback });
    if (early === null) {
      comeIn();
      return;
    }
    // A broken socket is noticed by its end; without a listener it would end the process.
    socket.on('error', () => undefined);
    early.push(comeIn);
  });
  server.on('connect', (_request: IncomingMessage, socket: Socket) => {
    socket.on('error', () => undefined);
    answerHttp(socket, clock, { status: 405, body: 'The method is wrong: ask with GET\n' });
  });
  const address = addressText(bound);
  const entrance = {
    close: () => {
      server.close();
      server.closeIdleConnections();
    },
    terminate: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
  try {
    const doors = await prepare(address);
    open(entrance, {
      address,
      ...(doors?.socketPath ? { control: doors.socketPath } : {}),
      ...(doors?.tcp ? { controlListen: doors.tcp } : {}),
    });
  } catch (error) {
    entrance.close();
    entrance.terminate();
    throw error;
  }
  const waiting = early;
  early = null;
  for (const comeIn of waiting) comeIn();
  return address;
};
