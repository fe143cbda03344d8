/**
 * The control socket: HTTP and JSON for programs, a stream of events, and the way in for other
 * consoles. It runs in the proxy's thread, so that a console that hangs cannot block it, and it
 * knows the proxy only as a `ProxyControl`.
 */
import { utimes } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { type Cancel, type Clock, systemClock } from '../clock.ts';
import type { ControlDoors, ControlOptions, ProxyControl } from '../contract.ts';
import { serve } from '../control/serve.ts';
import { hostAndPort, isLoopback } from '../core/host.ts';
import { BouncerError } from '../errors.ts';
import { Desk } from './desk.ts';
import type { MetricsText, Office } from './office.ts';
import { programVersion } from './package-files.ts';
import { Recall } from './recall.ts';
import { boundedServer } from './server.ts';
import { listenAt } from './socket-file.ts';
import {
  prepareChosenFolder,
  preparePrivateFolder,
  socketFolder,
  socketName,
} from './socket-place.ts';
import { Streams } from './streams.ts';
import { Strangers, tcpBounds } from './strangers.ts';
import { readTokens } from './tokens.ts';

/** The control socket, open until the proxy has stopped. */
export type ControlApi = ControlDoors & {
  /** Closes it before; settles when nobody is connected any more. */
  readonly close: () => Promise<void>;
};

/** What it is given besides the control. */
export type ApiParts = {
  /** Where viewers connect: it is in the default name of the socket. */
  readonly address: string;
  readonly clock?: Clock;
  /** Absent: `/metrics` answers 404. */
  readonly metrics?: () => Promise<MetricsText>;
  /** Told how many events a reader of a stream did not get. */
  readonly missed?: (count: number) => void;
  /** Default: this process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
};

/** Connections at once: every stream, every console, and some for questions. */
const MOST_LOCAL = 200;
/** Over TCP: and one more, which is taken in before another goes for it. */
const MOST_REMOTE = tcpBounds.known + tcpBounds.strangers + 1;

/** After the last answer a reader gets so long to take it, in milliseconds. */
const LAST_WORDS_MS = 500;

/** Far below the days after which a file in /tmp is old, in milliseconds. */
const YOUNG_MS = 6 * 3_600_000;

/**
 * The kernel goes on calling the socket by the name that it was made under, so that whoever tidies
 * up /tmp takes it for dead (tmpfiles.d(5)); what is not old stays.
 */
const keepYoung = (path: string, clock: Clock): Cancel =>
  clock.every(YOUNG_MS, () => {
    const now = clock.date();
    utimes(path, now, now, () => undefined);
  });

type Opened = { readonly server: Server; readonly sockets: Set<Socket>; readonly gone: () => void };

const withSockets = (server: Server, gone: () => void): Opened => {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  return { server, sockets, gone };
};

const pathFor = (wanted: string, { address, env = process.env }: ApiParts, uid: number): string => {
  if (wanted !== 'default') {
    prepareChosenFolder(wanted, uid);
    return wanted;
  }
  const folder = socketFolder({ env, uid });
  preparePrivateFolder(folder, uid);
  return join(folder, socketName(address));
};

const listenOn = async (
  server: Server,
  { host, port }: NonNullable<ControlOptions['listen']>,
): Promise<AddressInfo> => {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const failed = (error: NodeJS.ErrnoException): void => {
    const what = error.code === 'EADDRINUSE' ? 'it is in use' : (error.code ?? error.message);
    const remedy = 'pass --control-listen with another address, or leave it out';
    reject(
      new BouncerError(
        'environment',
        `cannot listen on ${hostAndPort(host, port)}: ${what}`,
        remedy,
        error,
      ),
    );
  };
  server.once('error', failed);
  server.listen({ host, port }, resolve);
  await promise;
  server.removeListener('error', failed);
  return server.address() as AddressInfo;
};

/** Follows the proxy: its events are kept for readers, and say whether newcomers are welcome. */
const follow = (control: ProxyControl, clock: Clock, missed: ApiParts['missed']) => {
  const recall = new Recall(clock.date().getTime().toString(36));
  const streams = new Streams(recall, clock, missed);
  let unready: string | null = null;
  const leave = control.events((event) => {
    if (event.event === 'proxy.draining') {
      unready = 'the proxy is draining: send newcomers to another one';
    }
    if (event.event === 'proxy.stopped') unready = 'the proxy has stopped: start it again';
    recall.add(event);
    streams.wake();
  });
  return { recall, streams, leave, unready: () => unready };
};

/**
 * Opens what the options ask for.
 * @throws BouncerError of kind `environment` where a socket or a port cannot be had
 */
export const openApi = async (
  control: ProxyControl,
  options: ControlOptions,
  parts: ApiParts,
): Promise<ControlApi> => {
  const { clock = systemClock, metrics = null } = parts;
  const uid = process.getuid?.() ?? 0;
  const { recall, streams, leave, unready } = follow(control, clock, parts.missed);
  const office: Office = { control, version: programVersion(), metrics, unready };
  const { maxStreamsPerAddress } = options;
  const desk = new Desk({
    office,
    clock,
    recall,
    streams,
    serve: serve(control, recall),
    maxStreamsPerAddress,
  });
  const opened: Opened[] = [];

  const close = async (): Promise<void> => {
    leave();
    streams.end();
    for (const { gone } of opened) gone();
    const ends = opened.map(async ({ server, sockets }) => {
      const ended = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeIdleConnections();
      const cancel = clock.after(LAST_WORDS_MS, () => {
        for (const socket of sockets) socket.destroy();
      });
      await ended;
      cancel();
    });
    await Promise.all(ends);
  };

  try {
    let socketPath: string | null = null;
    if (options.socketPath !== null) {
      socketPath = pathFor(options.socketPath, parts, uid);
      const server = boundedServer(desk.attendant({ kind: 'socket' }), MOST_LOCAL);
      const remove = await listenAt(server, socketPath, uid);
      const age = keepYoung(socketPath, clock);
      opened.push(
        withSockets(server, () => {
          age();
          remove();
        }),
      );
    }
    let tcp: string | null = null;
    if (options.listen !== null) {
      const tokens = await readTokens(options);
      let loopback = true;
      const strangers = new Strangers();
      const door = { kind: 'tcp', tokens, strangers, loopback: () => loopback } as const;
      const server = boundedServer(desk.attendant(door), MOST_REMOTE);
      server.on('connection', strangers.come);
      const bound = await listenOn(server, options.listen);
      opened.push(withSockets(server, () => undefined));
      loopback = isLoopback(bound.address);
      if (!loopback && !options.isPublic) {
        const what = `${options.listen.host} is ${bound.address} and can be reached from other machines`;
        const remedy = 'pass --control-listen with 127.0.0.1, or --control-public if that is meant';
        throw new BouncerError('environment', what, remedy);
      }
      tcp = hostAndPort(bound.address, bound.port);
    }
    let closing: Promise<void> | null = null;
    const closeOnce = (): Promise<void> => (closing ??= close());
    void control.closed.then(closeOnce);
    return { socketPath, tcp, close: closeOnce };
  } catch (error) {
    await close();
    throw error;
  }
};
