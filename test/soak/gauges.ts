/**
 * Looks into a proxy that runs in this process: at its ledger, its viewers, and every
 * connection it makes to a backend. Load it before the proxy is started.
 */
import { subscribe } from 'node:diagnostics_channel';
import { readdirSync } from 'node:fs';
import { Server, Socket } from 'node:net';
import { Ledger } from '../../src/core/ledger.ts';
import { Registry } from '../../src/proxy/registry.ts';
import { turn } from '../support/turns.ts';
import type { Backends, Figures, Slots } from './observation.ts';

/** The proxy has none of its own to hand out, so they are taken where they are first used. */
let ledger: Ledger | null = null;
let registry: Registry | null = null;
const servers = new Set<Server>();

/** Calls `seen` before every call of the method of that name. */
const spy = (
  prototype: object,
  name: string,
  seen: (self: unknown, args: readonly unknown[]) => void,
): void => {
  const method = Reflect.get(prototype, name) as (...args: unknown[]) => unknown;
  const apply = (target: typeof method, self: unknown, args: unknown[]): unknown => {
    seen(self, args);
    return Reflect.apply(target, self, args);
  };
  Reflect.set(prototype, name, new Proxy(method, { apply }));
};

spy(Ledger.prototype, 'reserve', (self) => {
  ledger = self as Ledger;
});
spy(Registry.prototype, 'add', (self) => {
  registry = self as Registry;
});
spy(Server.prototype, 'listen', (self) => servers.add(self as Server));

const backends = new Map<string, Set<Socket>>();

const connectionsOf = (session: string): number => {
  let count = 0;
  for (const socket of backends.get(session) ?? []) if (!socket.destroyed) count += 1;
  return count;
};

const boundsOf = (session: string): Backends => ({
  session,
  connections: connectionsOf(session),
  slots: ledger?.viewers(session as never) ?? 0,
  cap: ledger?.capOf(session as never) ?? 0,
});

const enter = (session: string, socket: Socket): void => {
  const sockets = backends.get(session) ?? new Set();
  backends.set(session, sockets);
  sockets.add(socket);
  socket.on('close', () => {
    sockets.delete(socket);
    if (sockets.size === 0 && backends.get(session) === sockets) backends.delete(session);
  });
};

/** Calls `onDial` for every dial, when the request, and with it the session, is known. */
export const watchDials = (onDial: (bounds: Backends) => void): void => {
  const dialling = new WeakSet<object>();
  subscribe('net.client.socket', (message) => {
    dialling.add((message as { readonly socket: Socket }).socket);
  });
  // Not on the socket alone: connecting puts the prototype's own back.
  spy(Socket.prototype, 'write', (self, [request]) => {
    const socket = self as Socket;
    // The first thing that a dial writes is its request.
    if (!dialling.delete(socket)) return;
    const session = /^GET \/([^?\s]+)/.exec(String(request))?.[1] ?? 'unknown';
    enter(session, socket);
    onDial(boundsOf(session));
  });
};

/** Slots and viewers at this instant. */
export const slotsNow = (): Slots => {
  let dialling = 0;
  let open = 0;
  for (const { phase } of registry?.viewers ?? []) {
    if (phase === 'dialling') dialling += 1;
    if (phase === 'open') open += 1;
  }
  return { taken: ledger?.total ?? 0, dialling, open };
};

/** All sessions with a connection to their backend. */
export const backendsNow = (): readonly Backends[] => [...backends.keys()].map(boundsOf);

const countOf = (names: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
};

const descriptors = (): number | null => {
  try {
    // One of them is the directory's own.
    return readdirSync('/proc/self/fd').length - 1;
  } catch {
    return null;
  }
};

const listeners = (): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const [name, emitter] of [['process', process] as const, ...serversNamed()]) {
    for (const event of emitter.eventNames()) {
      counts[`${name} ${String(event)}`] = emitter.listenerCount(event);
    }
  }
  return counts;
};

const serversNamed = (): readonly (readonly ['server', Server])[] =>
  [...servers].map((server) => ['server', server] as const);

const connectionsTo = (server: Server): Promise<number> =>
  new Promise((resolve) => {
    server.getConnections((_error, count) => resolve(count));
  });

/** What is there now, without the collection that makes memory comparable. */
export const figuresNow = async (): Promise<Figures> => {
  let viewerConnections = 0;
  for (const server of servers) viewerConnections += await connectionsTo(server);
  const { heapUsed, heapTotal, external, arrayBuffers, rss } = process.memoryUsage();
  const cap = ledger?.cap ?? 1;
  return {
    descriptors: descriptors(),
    // An Immediate is gone before anybody could call it left behind.
    resources: countOf(process.getActiveResourcesInfo().filter((kind) => kind !== 'Immediate')),
    listeners: listeners(),
    slots: ledger?.total ?? 0,
    // Every session that the ledger knows has free slots when nobody is there.
    sessions: ledger === null ? 0 : ledger.preview(cap).freeNow / cap,
    remaining: registry?.remaining ?? 0,
    backendConnections: [...backends.keys()].reduce((sum, id) => sum + connectionsOf(id), 0),
    viewerConnections,
    heap: heapUsed,
    heapKept: heapTotal,
    external,
    arrayBuffers,
    resident: rss,
  };
};

/** Gives room that the engine keeps for later back as well; the types do not know that. */
const collect = globalThis.gc as ((how: Readonly<Record<string, string>>) => void) | undefined;

/** The same after everything that can be collected was. Needs `--expose-gc`. */
export const figuresAtRest = async (): Promise<Figures> => {
  for (let round = 0; round < 4; round += 1) {
    collect?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    await turn();
  }
  return figuresNow();
};
