/** What a candidate that runs in Node is given, and how it says where it listens. */
import type { AddressInfo, Server } from 'node:net';

/** The port of the backend, on this machine. */
export const backendPort = Number(process.argv[2]);

/** Listens on a free port and says so on the first line. */
export const listen = (server: Server): void => {
  server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () => {
    const { port } = server.address() as AddressInfo;
    process.stdout.write(`${JSON.stringify({ address: `127.0.0.1:${port}` })}\n`);
  });
};

process.on('SIGTERM', () => process.exit());
