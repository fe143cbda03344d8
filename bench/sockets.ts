/** The sockets of the load processes as a whole: how they begin and how they end. */
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { carryOut } from './console/orders.ts';

/** A load process that serves connections: its one order is to listen, and the answer the port. */
export const serveOnOrder = (serve: (socket: Socket) => void): void => {
  const server = createServer(serve);
  carryOut(
    () =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () =>
          resolve((server.address() as AddressInfo).port),
        );
      }),
  );
};

/** Destroys all of them; resolves when none is left, and everybody has heard of it. */
export const destroyAll = async (sockets: readonly Socket[]): Promise<void> => {
  const closed = sockets.map(
    (socket) =>
      new Promise<void>((resolve) => {
        if (socket.closed) resolve();
        else socket.on('close', () => resolve());
      }),
  );
  for (const socket of sockets) socket.destroy();
  await Promise.all(closed);
  // One that was being destroyed already calls itself closed, and says so a turn later.
  await turn();
  await turn();
};

const anyByte = (): number => 1 + Math.floor(Math.random() * 254);

/** An address of this machine that nobody else uses: one visitor each, as far as a proxy knows. */
export const anyAddress = (): string => `127.${anyByte()}.${anyByte()}.${anyByte()}`;
