/** The sockets of the load processes as a whole: how they begin and how they end. */
import { createServer, type AddressInfo, type Socket } from 'node:net';
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

/** Destroys all of them; resolves when none is left. */
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
};
