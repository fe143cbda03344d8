/**
 * The proxy as a part of another program, which has the server: upgrades are handed in, and the
 * program says which sessions there are and who a viewer is. It runs in the program's own thread.
 */
import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { systemClock, type Clock } from '../clock.ts';
import type { CommandResult, Measures, ProxyControl, SessionId, ViewerId } from '../contract.ts';
import { usageError } from '../cli/option-reader.ts';
import { isLoopback } from '../core/host.ts';
import type { ProxyEvent } from '../events.ts';
import { buildProxy } from '../proxy/proxy.ts';
import { openServer } from '../proxy/server.ts';
import {
  type Duration,
  inOwnWords,
  readBackend,
  readSettings,
  readWindow,
  type Settings,
} from './settings.ts';

/**
 * Names the backend of a session, as `ws://`, `wss://` or `ws+unix:/dir/x.sock:/path`; null: there
 * is no such session, and the viewer is answered 404. It has the dial timeout for that, with the
 * viewer's slot taken; one that throws or takes longer is `backend unavailable`.
 */
export type Resolve = (
  session: SessionId,
  request: IncomingMessage,
) => string | null | Promise<string | null>;

/** What the program decides itself. Where a hook throws or rejects, that is a warning. */
export type Hooks = {
  /** The session id of an upgrade instead of what its path says; null: 404. */
  readonly session?: (request: IncomingMessage) => string | null;
  /** Who a viewer is, for people, at most 64 characters of it; null: nobody in particular. */
  readonly nameViewer?: (request: IncomingMessage) => string | null;
};

/** What `createBouncer` takes: where the backends are, and whatever is not as by default. */
export type BouncerOptions = Settings &
  Hooks &
  (
    | {
        /** One for all sessions: a URL in which `{session}` may stand. */
        readonly backend: string;
        readonly resolve?: undefined;
      }
    | { readonly backend?: undefined; readonly resolve: Resolve }
  );

/** The names of all events. */
export type EventName = ProxyEvent['event'];

/** The event of that name. */
export type EventOf<Name extends EventName> = Extract<ProxyEvent, { readonly event: Name }>;

/** A proxy that is part of this program. */
export type Bouncer = {
  /**
   * Takes over an upgrade, as the server's `upgrade` event hands it over, with its socket: whatever
   * is wrong with it is answered. May be called later than in the event, as long as the program
   * has listened for `error` on the socket meanwhile. Without one of the three it throws a
   * TypeError, and the socket is destroyed.
   */
  readonly handleUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /**
   * Listens where the options say, with a server of its own, beside whatever is handed in;
   * resolves with where that is. Rejects with a BouncerError where it cannot.
   */
  readonly listen: () => Promise<string>;
  /** Calls `listener` for every event of that name from now on; returns what ends it. */
  readonly on: <Name extends EventName>(
    name: Name,
    listener: (event: EventOf<Name>) => void,
  ) => () => void;
  /** All of it, as screens use it: pictures, every event, commands. */
  readonly control: ProxyControl;
  /** The numbers of this moment. */
  readonly measure: () => Measures;
  /** Closes a viewer with 1008; `reason`, at most 80 characters, is told to it. */
  readonly evict: (viewer: string, reason?: string) => Promise<CommandResult>;
  /** Changes the cap of all sessions, or of one; evicts nobody. */
  readonly setCap: (cap: number, session?: string) => Promise<CommandResult>;
  /**
   * Refuses newcomers, lets viewers finish, closes the rest spread over the window with 1012, and
   * ends. Resolves when it has begun; `control.closed` settles at its end.
   */
  readonly drain: (window: Duration) => Promise<CommandResult>;
  /**
   * Closes every viewer with 1001, refuses newcomers, and resolves when nothing is left of them,
   * after 2 s at most. The program's own server goes on.
   */
  readonly close: () => Promise<void>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

/** Who acts, in events. */
const ACTOR = 'program';

/** A program that has nothing else to do may end: viewers hold it by their sockets. */
const unobtrusiveClock: Clock = {
  ...systemClock,
  every: (ms, run) => {
    const timer = setInterval(run, ms).unref();
    return () => clearInterval(timer);
  },
};

const checkBackend = ({ backend, resolve }: BouncerOptions): void => {
  const named: unknown = resolve;
  if (named !== undefined && typeof named !== 'function') {
    throw usageError('resolve is no function', 'pass (session, request) => a URL, or null');
  }
  const has = Number(backend !== undefined) + Number(named !== undefined);
  if (has === 1) return;
  throw usageError(
    has === 0 ? 'neither backend nor resolve is given' : 'backend and resolve are both given',
    "pass backend: 'ws://127.0.0.1:7681/ws', or resolve: (session) => its URL",
  );
};

/** Sockets that were handed over, to whichever bouncer. */
const handedOver = new WeakSet<Socket>();

/** Without `head`, what a viewer has said early would be lost in silence. */
const isWhole = (socket: Duplex, head: unknown): socket is Socket =>
  socket instanceof Socket && head instanceof Uint8Array;

/** The error of an upgrade that is not whole; nobody else would answer its viewer any more. */
const notWhole = (socket: unknown): TypeError => {
  if (socket instanceof Duplex) socket.destroy();
  return new TypeError(
    'handleUpgrade needs request, socket and head, as the upgrade event hands them over',
  );
};

const overLoopback = ({ localAddress = '' }: Socket): boolean => isLoopback(localAddress);

/**
 * Makes a proxy; it runs until `close`, and does not keep a program from ending that has nothing
 * else to do.
 * @throws BouncerError of kind `usage` that names option, value and remedy
 */
export const createBouncer = (options: BouncerOptions): Bouncer => {
  checkBackend(options);
  const { backend, resolve, session, nameViewer, ...settings } = options;
  const proxyOptions = readSettings(settings, backend ?? null);
  const indoors = buildProxy(proxyOptions, {
    clock: unobtrusiveClock,
    hooks: {
      ...(session === undefined ? {} : { session }),
      ...(nameViewer === undefined ? {} : { nameViewer }),
    },
    ...(resolve === undefined
      ? {}
      : {
          find: async (id, request) => {
            const named = await resolve(id, request);
            return named === null ? null : readBackend(named);
          },
        }),
  });
  const { watch, events, command, closed, measure } = indoors.proxy;
  indoors.begin();
  let ends = false;
  void closed.then(() => {
    ends = true;
  });
  const close = async (): Promise<void> => {
    ends = true;
    await command({ do: 'stop', now: false, actor: ACTOR });
  };
  return {
    handleUpgrade: (request, socket, head) => {
      if (!isWhole(socket, head)) throw notWhole(socket);
      if (handedOver.has(socket)) {
        process.emitWarning('handleUpgrade got a socket twice: listen for upgrade once');
        return;
      }
      handedOver.add(socket);
      // It may have gone while the program made up its mind, and nothing would say so any more.
      if (!socket.readable || !socket.writable) {
        socket.destroy();
        return;
      }
      // What the server had in mind for requests.
      socket.setTimeout(0);
      socket.setNoDelay(true);
      indoors.enter({ request, socket, head, loopback: overLoopback(socket) });
    },
    listen: async () => {
      if (ends) throw usageError('this bouncer is closed', 'make another one with createBouncer');
      try {
        return await openServer(indoors, proxyOptions);
      } catch (error) {
        return inOwnWords(() => {
          throw error;
        });
      }
    },
    on: (name, listener) =>
      // The name says which one it is; the compiler cannot follow that into the generic. What the
      // listener returns goes on to who calls it: of an async one, that is where it rejects.
      events((event) =>
        event.event === name ? listener(event as EventOf<typeof name>) : undefined,
      ),
    control: { watch, events, command, closed },
    measure,
    evict: (viewer, reason) => {
      const why = reason === undefined ? {} : { reason };
      return command({ do: 'evict', viewer: viewer as ViewerId, actor: ACTOR, ...why });
    },
    setCap: (cap, only) => {
      const which = only === undefined ? {} : { session: only as SessionId };
      return command({ do: 'set-cap', cap, actor: ACTOR, ...which });
    },
    drain: async (window) => command({ do: 'drain', windowMs: readWindow(window), actor: ACTOR }),
    close,
    [Symbol.asyncDispose]: close,
  };
};
