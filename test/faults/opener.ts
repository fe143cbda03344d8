/** Runs in another network, opens sockets there, and hands them to whoever asks. */
import { connect, createServer, type AddressInfo } from 'node:net';

type Order = {
  readonly id: number;
  readonly connect?: { readonly host: string; readonly port: number };
  readonly listen?: { readonly host: string; readonly port: number };
};

process.on('message', ({ id, connect: to, listen: at }: Order) => {
  const fail = ({ message }: Error): void => void process.send?.({ id, error: message });
  if (to !== undefined) {
    const socket = connect(to, () => {
      socket.off('error', fail);
      // A socket that was handed over is not this process's any more.
      process.send?.({ id }, socket);
    });
    socket.on('error', fail);
  }
  if (at !== undefined) {
    const server = createServer();
    server.on('error', fail);
    server.listen(at, () => {
      const { port } = server.address() as AddressInfo;
      process.send?.({ id, port }, server, () => server.close());
    });
  }
});

// Without whoever asks there is nothing to do.
process.on('disconnect', () => process.exit());
