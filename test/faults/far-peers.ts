/** Viewers and backends whose end of the connection stands in another network. */
import { createServer } from 'node:http';
import type { BackendTemplate } from '../../src/contract.ts';
import { acceptFor, writeHead } from '../support/http-head.ts';
import { Inbox } from '../support/inbox.ts';
import type { TestProxy } from '../support/proxy.ts';
import { type Manners, RawPeer } from '../support/raw-peer.ts';
import { connectRaw, type RawViewer } from '../support/raw-viewer.ts';
import { connectViewer } from '../support/viewer.ts';
import type { FarNetwork } from './namespace.ts';

/** Where viewers over there can connect, and those of this machine too. */
export const nearEnd = ({ near }: FarNetwork): { host: string; port: number } => ({
  host: near,
  port: 0,
});

/** A raw viewer over there; its handshake is done. */
export const farViewer = async (
  far: FarNetwork,
  proxy: TestProxy,
  session: string,
  manners: Manners = {},
): Promise<RawViewer> => {
  const socket = await far.connect(proxy.address);
  const viewer = connectRaw(proxy.url(session), { ...manners, socket });
  await viewer.open();
  return viewer;
};

/** A viewer of `ws` over there. */
export const farPage = async (far: FarNetwork, proxy: TestProxy, session: string) => {
  const socket = await far.connect(proxy.address);
  return connectViewer(proxy.url(session), { createConnection: () => socket });
};

/** A raw backend over there. */
export type FarBackend = {
  readonly template: BackendTemplate;
  readonly connections: Inbox<RawPeer>;
};

/** Starts a backend that answers with a correct 101 and then says what the test says. */
export const farBackend = async (far: FarNetwork, manners: Manners = {}): Promise<FarBackend> => {
  const { server, port } = await far.listen();
  const connections = new Inbox<RawPeer>('connections of a far backend', () => 'a connection');
  const http = createServer();
  http.on('upgrade', ({ headers }, socket) => {
    const defaults = {
      Upgrade: 'websocket',
      Connection: 'Upgrade',
      'Sec-WebSocket-Accept': acceptFor(headers['sec-websocket-key'] ?? ''),
    };
    socket.write(writeHead('HTTP/1.1 101 Switching Protocols', defaults));
    connections.push(new RawPeer('backend', socket as never, manners));
  });
  server.on('connection', (socket) => http.emit('connection', socket));
  const template = { address: { host: far.far, port }, tls: false, target: '/{session}' };
  return { template, connections };
};
