/** A way to an address that can be cut and mended, for links that drop and come back. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { onCleanup } from './cleanup.ts';

/** A cable: `door` is where it begins. */
export type Cable = {
  readonly door: string;
  /** Drops all that goes through it; nobody answers there any more. */
  readonly cut: () => void;
  /** Answers again, at the same port. */
  readonly mend: () => Promise<void>;
};

/** A cable to `target`, an address with a port. */
export const cable = async (target: string): Promise<Cable> => {
  const [host, port] = target.split(':');
  const ends = new Set<Socket>();
  const keep = (socket: Socket): void => {
    ends.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => ends.delete(socket));
  };
  const open = (at: number): Promise<Server> => {
    const { promise, resolve } = Promise.withResolvers<Server>();
    const server = createServer((near) => {
      const far = connect(Number(port), host);
      for (const end of [near, far]) keep(end);
      near.pipe(far).pipe(near);
    });
    server.listen(at, '127.0.0.1', () => resolve(server));
    return promise;
  };
  let server = await open(0);
  const at = server.address();
  if (at === null || typeof at === 'string') throw new Error('no port');
  const cut = (): void => {
    server.close();
    for (const end of ends) end.destroy();
  };
  onCleanup(cut);
  const mend = async (): Promise<void> => {
    server = await open(at.port);
  };
  return { door: `127.0.0.1:${at.port}`, cut, mend };
};
