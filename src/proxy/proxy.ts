/**
 * The proxy: owns the server, the ledger, the viewers and the tick, and is the `ProxyControl`
 * that every screen and carrier speaks to.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { systemClock, type Clock } from '../clock.ts';
import type { ProxyControl, ProxyOptions, View, Snapshot } from '../contract.ts';
import { CLOSE } from '../core/close-codes.ts';
import { Ledger } from '../core/ledger.ts';
import type { ProxyEvent } from '../events.ts';
import { Board } from './board.ts';
import { commandRunner } from './commands.ts';
import { connectionRules } from './connection.ts';
import { Descriptors, type DescriptorTable, ownDescriptors } from './descriptors.ts';
import { Dials } from './dials.ts';
import { Graveyard } from './graveyard.ts';
import type { House } from './house.ts';
import { LINGER_MS } from './leg.ts';
import { addressText, httpServer, isLoopback, listen } from './listen.ts';
import type { Hall } from './newcomer.ts';
import { answerHttp, Refusals } from './refuse.ts';
import { Registry } from './registry.ts';
import { Rounds, tickMsFor } from './rounds.ts';
import { draw } from './snapshot.ts';
import { enter, trustedBy, type Door } from './upgrade.ts';
import { countingIds, type ViewerIds } from './viewer-ids.ts';
import { Waiting } from './waiting.ts';
import { Watches } from './watches.ts';

/** A running proxy; `address` is where viewers connect, with the real port. */
export type Proxy = ProxyControl & { readonly address: string };

/** What a proxy may be given; absent: the system's clock, ids from v1, a port of its own. */
export type ProxyParts = {
  readonly clock?: Clock;
  readonly ids?: ViewerIds;
  /** Called for every event, `proxy.listening` included. */
  readonly onEvent?: (event: ProxyEvent) => void;
  /** Absent: this process's own. */
  readonly descriptorTable?: DescriptorTable;
  /** Other processes listen at the same port. Each has a cap of its own: in sum they let in more. */
  readonly sharesPort?: boolean;
};

const LOOP_RESOLUTION_MS = 10;

/** Measures the event loop while somebody looks; the delay beyond its own resolution. */
const loopMeter = (): { readonly p99: () => number | null } => {
  const delay = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  let running = false;
  return {
    p99: () => {
      if (!running) {
        running = true;
        delay.enable();
        return null;
      }
      const p99 = delay.percentile(99) / 1e6 - LOOP_RESOLUTION_MS;
      delay.reset();
      return Number.isFinite(p99) ? Math.max(0, p99) : null;
    },
  };
};

/** Starts a proxy; throws a BouncerError where it cannot listen. */
export const startProxy = async (
  options: ProxyOptions,
  {
    clock = systemClock,
    ids = countingIds(),
    onEvent,
    descriptorTable,
    sharesPort,
  }: ProxyParts = {},
): Promise<Proxy> => {
  const board = new Board(clock);
  if (onEvent) board.listen(onEvent);
  const ledger = new Ledger(options.cap, options.maxViewers);
  const registry = new Registry();
  const graveyard = new Graveyard(clock);
  const table = descriptorTable ?? ownDescriptors();
  const descriptors = new Descriptors(clock, table, (event) => board.record(event));
  const tickMs = tickMsFor(options.pingIntervalMs);
  const meter = loopMeter();
  const { promise: closed, resolve: close } = Promise.withResolvers<string>();
  let whenEmpty: (() => void) | null = null;
  let stopping: Promise<void> | null = null;
  let stopped = false;

  const house: House = {
    options,
    clock,
    tickMs,
    rules: connectionRules(options, tickMs),
    ledger,
    board,
    graveyard,
    refusals: new Refusals(options.refuseWith, clock),
    dials: new Dials(options, clock),
    makeRoom: ({ slot }) => registry.makeRoom(slot.session, ledger),
    release: (viewer) => {
      ledger.release(viewer.slot);
      const wasLast = registry.release(viewer);
      if (wasLast) board.forget(viewer.slot.session);
      waiting.released(viewer, wasLast);
    },
    freed: ({ slot }) => waiting.freed(slot.session),
    gone: (viewer) => {
      registry.gone(viewer);
      if (registry.remaining === 0) whenEmpty?.();
    },
  };

  const hall: Hall = {
    house,
    ids,
    admit: (viewer) => registry.add(viewer),
    holders: (session) => registry.holders(session),
  };
  const waiting = new Waiting(hall, (session) => registry.sessions.get(session) ?? []);

  const server = httpServer(options);
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    descriptors.accepted(socket);
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const bound = await listen(server, options.listen, sharesPort);
  // Accepting may fail, without a descriptor; without a listener that would end the process.
  server.on('error', () => descriptors.look());
  const address = addressText(bound);
  const startedAt = clock.date().getTime();
  const door: Door = {
    ...hall,
    trusted: trustedBy(options.trustProxies),
    loopback: isLoopback(bound),
    waiting,
  };
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    // A broken socket is noticed by its end; without a listener it would end the process.
    socket.on('error', () => undefined);
    if (stopping === null) enter(door, request, socket, head);
    else answerHttp(socket, clock, { status: 503, body: `${CLOSE.shuttingDown.reason}\n` });
  });
  server.on('connect', (_request: IncomingMessage, socket: Socket) => {
    socket.on('error', () => undefined);
    answerHttp(socket, clock, { status: 405, body: 'The method is wrong: ask with GET\n' });
  });
  const rounds = new Rounds(
    clock,
    tickMs,
    () => registry.viewers,
    () => descriptors.tick(),
  );

  let seq = 0;
  const picture = (view: View): Snapshot => {
    seq += 1;
    const loopP99Ms = meter.p99();
    const here = { ledger, board, registry, graveyard, held: waiting.size };
    return draw({ options, clock, ...here, address, startedAt, seq, loopP99Ms }, view);
  };
  const watches = new Watches(clock, picture);

  const terminate = (): void => {
    for (const viewer of [...registry.viewers, ...registry.lingerers]) viewer.terminate();
    for (const socket of sockets) socket.destroy();
  };

  const windDown = async (): Promise<void> => {
    server.close();
    server.closeIdleConnections();
    const unseated = waiting.stop();
    const empty = new Promise<void>((resolve) => {
      whenEmpty = resolve;
      if (registry.remaining === 0) resolve();
    });
    for (const viewer of registry.viewers) viewer.happen({ on: 'shutdown' });
    const late = new Promise<void>((resolve) => {
      const cancel = clock.after(LINGER_MS, resolve);
      void Promise.all([empty, unseated]).then(cancel);
    });
    await Promise.race([Promise.all([empty, unseated]), late]);
    terminate();
    await empty;
    rounds.stop();
    watches.stop();
    stopped = true;
    board.record({ event: 'proxy.stopped' });
    close('stopped');
  };

  const stop = async (now: boolean): Promise<void> => {
    stopping ??= windDown();
    if (now) terminate();
    await stopping;
  };

  board.record({ event: 'proxy.listening', address });
  return {
    address,
    closed,
    watch: (view, onSnapshot) => watches.watch(view, onSnapshot),
    events: (listener) => board.listen(listener),
    command: commandRunner({
      ledger,
      board,
      registry,
      graveyard,
      clock,
      freed: (session) => waiting.freed(session),
      stop,
      hasStopped: () => stopped,
    }),
  };
};
