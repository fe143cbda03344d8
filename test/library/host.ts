/** A program that has a server of its own and hands its upgrades to a bouncer. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createSecure } from 'node:https';
import type { AddressInfo } from 'node:net';
import {
  type Bouncer,
  type BouncerOptions,
  createBouncer,
  type ProxyEvent,
} from '../../src/library.ts';
import { onCleanup } from '../support/cleanup.ts';
import { Inbox } from '../support/inbox.ts';
import { testCertificate } from '../support/test-certificate.ts';

/** A bouncer under test and the server around it. */
export type Host = {
  readonly bouncer: Bouncer;
  readonly server: Server;
  readonly events: Inbox<ProxyEvent>;
  /** `path` is from the first `/` on. */
  readonly url: (path: string) => string;
};

const home = (_request: unknown, response: { end: (text: string) => void }): void =>
  response.end('home');

/** Starts both; refusals are not held, so that tests that refuse many are quick. */
export const startHost = async (
  options: BouncerOptions,
  { tls = false, takesUpgrades = true } = {},
): Promise<Host> => {
  const bouncer = createBouncer({ probeOnFull: 0, refuseHold: 0, ...options });
  onCleanup(bouncer.close);
  const events = new Inbox<ProxyEvent>('events of a bouncer');
  bouncer.control.events(events.push);
  const server = tls ? createSecure(testCertificate, home) : createServer(home);
  if (takesUpgrades) server.on('upgrade', bouncer.handleUpgrade);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onCleanup(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const base = tls ? `wss://localhost:${port}` : `ws://127.0.0.1:${port}`;
  return { bouncer, server, events, url: (path) => `${base}${path}` };
};
