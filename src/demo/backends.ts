/** Serves sample sessions as real backends: a Unix socket each, in a directory of their own. */
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocketServer } from 'ws';
import type { BackendTemplate } from '../contract.ts';
import type { Session } from './sessions.ts';

/** Backends that listen. */
export type Backends = {
  readonly template: BackendTemplate;
  /** Cuts what is connected, stops the sessions and removes their sockets. */
  readonly stop: () => Promise<void>;
};

/** One message that a viewer may send to a sample session. */
const MOST_HEARD = 64 * 1024;

const listen = async (server: Server, path: string): Promise<void> => {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(path, resolve);
  await promise;
};

const close = (server: Server, webSockets: WebSocketServer): Promise<void> =>
  new Promise((resolve) => {
    for (const socket of webSockets.clients) socket.terminate();
    server.close(() => resolve());
    server.closeAllConnections();
  });

/** Starts a backend for each session; rejects if the machine gives no socket. */
export const startBackends = async (sessions: readonly Session[]): Promise<Backends> => {
  // Made with mode 0700: nobody else on the machine reaches the sessions past the proxy.
  const directory = await mkdtemp(join(tmpdir(), 'wsbouncer-demo-'));
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  // A second signal ends the process without waiting for anything.
  process.once('exit', remove);

  const running: { readonly session: Session; readonly end: () => Promise<void> }[] = [];
  const stop = async (): Promise<void> => {
    for (const { session } of running) session.stop();
    await Promise.all(running.map(({ end }) => end()));
    process.off('exit', remove);
    remove();
  };
  try {
    for (const session of sessions) {
      const server = createServer();
      const webSockets = new WebSocketServer({
        server,
        perMessageDeflate: false,
        maxPayload: MOST_HEARD,
      });
      // What goes wrong with the server is told by `listen`.
      webSockets.on('error', () => undefined);
      webSockets.on('connection', (socket) => {
        // The end of a broken connection follows as 'close'.
        socket.on('error', () => undefined);
        session.serve(socket);
      });
      running.push({ session, end: () => close(server, webSockets) });
      await listen(server, join(directory, `${session.name}.sock`));
    }
  } catch (error) {
    await stop();
    throw error;
  }
  const address = { socketPath: join(directory, '{session}.sock') };
  return { template: { address, tls: false, target: '/' }, stop };
};
