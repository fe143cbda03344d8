/**
 * The proxy: owns the ledger, the viewers and the tick, and is the `ProxyControl` that every
 * screen and carrier speaks to. Where its viewers come from, a server of its own or somebody
 * else's, is the business of `server.ts` and of whoever hands upgrades in.
 */
import { systemClock, type Clock } from '../clock.ts';
import type {
  ControlDoors,
  Measures,
  ProxyControl,
  ProxyOptions,
  View,
  Snapshot,
} from '../contract.ts';
import { Armings } from '../core/armings.ts';
import { CLOSE } from '../core/close-codes.ts';
import { Ledger } from '../core/ledger.ts';
import type { EventBody, LogReport, ProxyEvent } from '../events.ts';
import { Backends, type FindBackend } from './backends.ts';
import { Board } from './board.ts';
import { commandRunner } from './commands.ts';
import { connectionRules } from './connection.ts';
import { Descriptors, type DescriptorTable, ownDescriptors } from './descriptors.ts';
import { Draining } from './draining.ts';
import { Graveyard } from './graveyard.ts';
import type { House } from './house.ts';
import { loopMeter } from './loop-meter.ts';
import { LINGER_MS } from './leg.ts';
import { measure, Relayed } from './measures.ts';
import type { Hall } from './newcomer.ts';
import { answerHttp, Refusals } from './refuse.ts';
import { Registry } from './registry.ts';
import { Rounds, tickMsFor } from './rounds.ts';
import { openServer } from './server.ts';
import { draw } from './snapshot.ts';
import { type DoorHooks, enter, trustedBy, type Upgrade } from './upgrade.ts';
import { countingIds, type ViewerIds } from './viewer-ids.ts';
import { Waiting } from './waiting.ts';
import { Watches } from './watches.ts';

/** A running proxy; `address` is where viewers connect, with the real port. */
export type Proxy = ProxyControl & {
  readonly address: string;
  /** Puts up what whoever keeps the events has to say. */
  readonly report: (report: LogReport) => void;
  /** The numbers of this moment; costs two passes over the viewers. */
  readonly measure: () => Measures;
};

/** Where it listens, and where it is controlled. */
type Place = Omit<Extract<EventBody, { readonly event: 'proxy.listening' }>, 'event'>;

/** Somewhere viewers come from; with the proxy it ends. */
export type Entrance = {
  /** No newcomers any more. */
  readonly close: () => void;
  /** Cuts every connection that came in. */
  readonly terminate: () => void;
};

/** A proxy that has everything but viewers. */
export type Indoors = {
  readonly proxy: Omit<Proxy, 'address'>;
  /** From here on the proxy looks after its viewers. */
  readonly begin: () => void;
  /** Takes one upgrade in; whatever becomes of it, its socket is taken care of. */
  readonly enter: (upgrade: Upgrade) => void;
  /** Viewers come in there, too; `place` is shown as where they connect. */
  readonly open: (entrance: Entrance, place: Place) => void;
  readonly descriptors: Descriptors;
  readonly isDraining: () => boolean;
};

/** What a proxy may be given; absent: the system's clock, ids from v1, a port of its own. */
export type ProxyParts = {
  readonly clock?: Clock;
  readonly ids?: ViewerIds;
  /** Called for every event, `proxy.listening` included. */
  readonly onEvent?: (event: ProxyEvent) => void;
  /** Called with every round trip to a viewer, in milliseconds. */
  readonly onRtt?: (rttMs: number) => void;
  /** Absent: this process's own. */
  readonly descriptorTable?: DescriptorTable;
  /** Absent: every backend is where the options say. */
  readonly find?: FindBackend;
  readonly hooks?: DoorHooks;
  /**
   * Called when the address is had, before anybody hears of it: who controls the proxy where.
   * Where it rejects, there is no proxy.
   */
  readonly prepare?: (proxy: Proxy) => Promise<ControlDoors>;
  /** Other processes listen at the same port. Each has a cap of its own: in sum they let in more. */
  readonly sharesPort?: boolean;
};

/** Makes a proxy without a server; until `begin` nothing runs. */
export const buildProxy = (
  options: ProxyOptions,
  {
    clock = systemClock,
    ids = countingIds(),
    onEvent,
    onRtt,
    descriptorTable,
    find,
    hooks = {},
  }: ProxyParts = {},
): Indoors => {
  const board = new Board(clock);
  if (onEvent) board.listen(onEvent);
  const ledger = new Ledger(options.cap, options.maxViewers);
  const registry = new Registry();
  const relayed = new Relayed();
  const graveyard = new Graveyard(clock);
  const armings = new Armings();
  const table = descriptorTable ?? ownDescriptors();
  const descriptors = new Descriptors(clock, table, (event) => board.record(event));
  const tickMs = tickMsFor(options.pingIntervalMs);
  const meter = loopMeter(clock.now);
  const { promise: closed, resolve: close } = Promise.withResolvers<string>();
  let whenEmpty: (() => void) | null = null;
  let stopping: Promise<void> | null = null;
  let stopped = false;

  const house: House = {
    options,
    clock,
    tickMs,
    rules: connectionRules(options, tickMs, onRtt),
    ledger,
    board,
    graveyard,
    refusals: new Refusals(options.refuseWith, clock),
    backends: new Backends(options, clock, find ?? null, () => descriptors.missed()),
    makeRoom: ({ slot }) => registry.makeRoom(slot.session, ledger),
    release: (viewer) => {
      ledger.release(viewer.slot);
      armings.gone(viewer.id);
      const wasLast = registry.release(viewer);
      if (wasLast) board.forget(viewer.slot.session);
      waiting.released(viewer, wasLast);
    },
    freed: ({ slot }) => {
      waiting.freed(slot.session);
      draining.left();
    },
    gone: (viewer) => {
      if (registry.gone(viewer)) relayed.gone(viewer);
      if (registry.remaining === 0) whenEmpty?.();
    },
  };

  const hall: Hall = {
    house,
    ids,
    admit: (viewer) => registry.add(viewer),
    holders: (session) => registry.holders(session),
  };
  const waiting = new Waiting(hall, (session) => registry.inSession(session));

  const draining = new Draining({
    clock,
    viewers: () => registry.viewers,
    present: () => ledger.total,
    empty: (actor) => {
      stopping ??= windDown('drained', actor);
    },
  });
  const isDraining = (): boolean => draining.leftMs !== null;

  const trusted = trustedBy(options.trustProxies);
  const door = { ...hall, trusted, waiting, isDraining, hooks };
  const entrances: Entrance[] = [];
  let address = 'embedded';
  let control: string | null = null;
  let startedAt = clock.date().getTime();
  let rounds: Rounds | null = null;

  /** What there is at this moment, for pictures and for numbers. */
  const here = () => {
    const drainLeftMs = draining.leftMs;
    return { options, ledger, board, registry, held: waiting.size, drainLeftMs };
  };
  let seq = 0;
  const picture = (view: View): Snapshot => {
    seq += 1;
    const loopP99Ms = meter.p99();
    const at = { address, control, startedAt, seq, loopP99Ms };
    return draw({ ...here(), clock, graveyard, armings, ...at }, view);
  };
  const watches = new Watches(clock, picture);

  const terminate = (): void => {
    for (const viewer of [...registry.viewers, ...registry.lingerers]) viewer.terminate();
    for (const entrance of entrances) entrance.terminate();
  };

  const windDown = async (word: 'stopped' | 'drained', actor: string | null): Promise<void> => {
    draining.stop();
    for (const entrance of entrances) entrance.close();
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
    rounds?.stop();
    watches.stop();
    stopped = true;
    board.record({ event: 'proxy.stopped', ...(actor === null ? {} : { actor }) });
    close(word);
  };

  const stop = async (now: boolean, actor: string | null): Promise<void> => {
    stopping ??= windDown('stopped', actor);
    if (now) terminate();
    await stopping;
  };

  return {
    begin: () => {
      startedAt = clock.date().getTime();
      rounds ??= new Rounds(
        clock,
        tickMs,
        () => registry.viewers,
        () => descriptors.tick(),
      );
    },
    enter: (upgrade) => {
      const { socket } = upgrade;
      // A broken socket is noticed by its end; without a listener it would end the process.
      socket.on('error', () => undefined);
      // One that has gone already says nothing any more, and would keep its slot.
      if (socket.destroyed) return;
      if (stopping === null) enter(door, upgrade);
      else answerHttp(socket, clock, { status: 503, body: `${CLOSE.shuttingDown.reason}\n` });
    },
    open: (entrance, place) => {
      entrances.push(entrance);
      address = place.address;
      control = place.control ?? control;
      if (stopping === null) board.record({ event: 'proxy.listening', ...place });
      else entrance.close();
    },
    descriptors,
    isDraining,
    proxy: {
      closed,
      measure: () => measure({ ...here(), relayed }),
      watch: (view, onSnapshot) => watches.watch(view, onSnapshot),
      events: (listener) => board.listen(listener),
      report: (report) => board.record(report),
      command: commandRunner({
        ledger,
        board,
        registry,
        graveyard,
        armings,
        clock,
        freed: (session) => waiting.freed(session),
        shut: (session, cause) => waiting.shut(session, cause),
        draining,
        stop,
        isStopping: () => stopping !== null,
        hasStopped: () => stopped,
      }),
    },
  };
};

/** Starts a proxy with a server of its own; throws a BouncerError where it cannot listen. */
export const startProxy = async (options: ProxyOptions, parts: ProxyParts = {}): Promise<Proxy> => {
  const indoors = buildProxy(options, parts);
  const { clock, prepare, sharesPort } = parts;
  const prepared = async (where: string): Promise<ControlDoors | null> =>
    (await prepare?.({ ...indoors.proxy, address: where })) ?? null;
  const address = await openServer(indoors, options, clock, prepared, sharesPort);
  indoors.begin();
  return { ...indoors.proxy, address };
};
