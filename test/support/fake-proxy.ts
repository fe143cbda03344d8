/**
 * A small stand-in for the proxy, for tests of what carries a `ProxyControl`: it listens, counts
 * and can be steered like the real one, but its viewers are lines of text over TCP and all well.
 * A viewer (`fake-viewer.ts`) sends the name of its session and gets `open`, or how it was closed.
 */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type {
  CapPreview,
  Command,
  CommandResult,
  FeedEntry,
  ProxyControl,
  ProxyOptions,
  SessionId,
  SessionRow,
  Slice,
  Snapshot,
  View,
  ViewerId,
  ViewerRow,
  Window,
} from '../../src/contract.ts';
import { BouncerError } from '../../src/errors.ts';
import type { EventBody, LeaveCause, LogReport, ProxyEvent } from '../../src/events.ts';
import { countingIds, type ViewerIds } from '../../src/proxy/viewer-ids.ts';
import { testOptions } from './test-options.ts';

/** The options of a proxy on a free port, of which the fake reads `listen`, `cap` and `path`. */
export const fakeOptions: ProxyOptions = {
  ...testOptions,
  backend: { address: { host: '127.0.0.1', port: 9 }, tls: false, target: '/' },
};

type Viewer = { readonly id: ViewerId; readonly session: SessionId; readonly socket: Socket };

type Watcher = {
  view: View;
  readonly onSnapshot: Parameters<ProxyControl['watch']>[1];
  /** The last picture has not been dealt with, or was given less than a quarter second ago. */
  waiting: boolean;
  dirty: boolean;
};

const slice = <Row extends { readonly id: Id }, Id>(
  rows: readonly Row[],
  { anchor, edge, before, after }: Window<Id>,
): Slice<Row> => {
  const at = rows.findIndex((row) => row.id === anchor);
  const first = edge === 'first' ? 0 : Math.max(0, rows.length - before - after - 1);
  const from = at < 0 ? first : Math.max(0, at - before);
  const end = at < 0 ? first + before + after + 1 : at + after + 1;
  return { from, total: rows.length, rows: rows.slice(from, end) };
};

class FakeProxy {
  readonly stopped = Promise.withResolvers<string>();
  readonly #ids: ViewerIds;
  readonly #viewers = new Map<ViewerId, Viewer>();
  readonly #ownCaps = new Map<SessionId, number>();
  readonly #watchers = new Set<Watcher>();
  readonly #listeners = new Set<(event: ProxyEvent) => void>();
  readonly #feed: FeedEntry[] = [];
  readonly #options: ProxyOptions;
  address = '';
  #over = false;
  #cap: number;
  #seq = 0;

  constructor(options: ProxyOptions, ids: ViewerIds) {
    this.#options = options;
    this.#ids = ids;
    this.#cap = options.cap;
  }

  readonly watch: ProxyControl['watch'] = (view, onSnapshot) => {
    const watcher: Watcher = { view, onSnapshot, waiting: false, dirty: true };
    if (!this.#over) this.#watchers.add(watcher);
    setImmediate(() => this.#show(watcher));
    return {
      look: (next) => {
        watcher.view = next;
        watcher.dirty = true;
        this.#show(watcher);
      },
      close: () => void this.#watchers.delete(watcher),
    };
  };

  readonly events: ProxyControl['events'] = (onEvent) => {
    const listener = (event: ProxyEvent): void => onEvent(event);
    if (!this.#over) this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  readonly command = async (command: Command): Promise<CommandResult> => {
    if (this.#over) return { ok: false, reason: 'the proxy has stopped' };
    if (
      'cap' in command &&
      !(Number.isInteger(command.cap) && command.cap >= 1 && command.cap <= 1e5)
    )
      return { ok: false, reason: `${command.cap} is no cap` };
    switch (command.do) {
      case 'evict':
        return this.#evict(command.viewer, command.actor);
      case 'set-cap':
        return this.#setCap(command.cap, command.session, command.actor);
      case 'lift-cap':
        return this.#setCap(null, command.session, command.actor);
      case 'preview-cap':
        return { ok: true, preview: this.#preview(command.cap) };
      case 'stop':
        return this.#stop();
      default:
        return { ok: false, reason: `the fake cannot ${command.do}` };
    }
  };

  readonly admit = (session: SessionId, socket: Socket): void => {
    const place = this.#place(session);
    const remote = `${socket.remoteAddress}:${socket.remotePort}`;
    if (place.viewers >= place.cap) {
      socket.end('1013 too many connections for this session\n');
      this.record({ event: 'viewer.refused', cause: 'cap', session, remote, ...place });
      return;
    }
    const viewer: Viewer = { id: `v${this.#ids.next()}` as ViewerId, session, socket };
    this.#viewers.set(viewer.id, viewer);
    socket.on('close', () => this.#leave(viewer, 'viewer-closed'));
    socket.write('open\n');
    this.record({ event: 'viewer.admitted', dialMs: 0, ...this.#about(viewer) });
  };

  readonly record = (body: EventBody): void => {
    const event: ProxyEvent = { time: new Date().toISOString(), ...body };
    this.#feed.push({ seq: this.#feed.length + 1, event, count: 1, spanMs: 0, holders: [] });
    for (const listener of this.#listeners) void this.#harmless(() => listener(event));
    for (const watcher of this.#watchers) {
      watcher.dirty = true;
      setImmediate(() => this.#show(watcher));
    }
  };

  #stop(): CommandResult {
    for (const viewer of this.#viewers.values())
      this.#leave(viewer, 'shutdown', 1001, 'proxy is shutting down');
    this.record({ event: 'proxy.stopped' });
    this.#over = true;
    this.#watchers.clear();
    this.#listeners.clear();
    this.stopped.resolve('stopped');
    return { ok: true };
  }

  #leave(viewer: Viewer, cause: LeaveCause, code?: number, reason = ''): void {
    if (!this.#viewers.delete(viewer.id)) return;
    if (code !== undefined) viewer.socket.end(`${code} ${reason}\n`);
    this.record({
      event: 'viewer.left',
      cause,
      closeSent: code !== undefined,
      durationMs: 0,
      bytesToViewer: 0,
      bytesToBackend: 0,
      messagesToViewer: 0,
      messagesToBackend: 0,
      ...this.#about(viewer),
    });
  }

  #evict(id: ViewerId, actor: string): CommandResult {
    const viewer = this.#viewers.get(id);
    if (viewer === undefined) return { ok: false, reason: `${id} had already gone` };
    const about = { ...this.#about(viewer), closeSent: true, actor };
    this.record({ event: 'viewer.evicted', cause: 'operator', ...about });
    this.#leave(viewer, 'evicted', 1008, 'evicted by operator');
    return { ok: true };
  }

  #setCap(cap: number | null, session: SessionId | undefined, actor: string): CommandResult {
    const old = session === undefined ? this.#cap : this.#capOf(session);
    if (session === undefined) this.#cap = cap ?? this.#cap;
    else if (cap === null) this.#ownCaps.delete(session);
    else this.#ownCaps.set(session, cap);
    const to = session === undefined ? this.#cap : this.#capOf(session);
    const of = session === undefined ? {} : { session };
    const lifted = cap === null ? ({ lifted: true } as const) : {};
    this.record({ event: 'cap.changed', from: old, to, actor, ...of, ...lifted });
    return { ok: true };
  }

  #preview(cap: number): CapPreview {
    const rows = this.#sessions();
    const over = rows.filter((row) => row.viewers > cap).sort((a, b) => b.viewers - a.viewers);
    return {
      cap,
      over: over.slice(0, 10).map(({ id, viewers }) => ({ session: id, viewers })),
      overCount: over.length,
      freeNow: rows.reduce((sum, row) => sum + Math.max(0, row.cap - row.viewers), 0),
      freeThen: rows.reduce((sum, row) => sum + Math.max(0, cap - row.viewers), 0),
    };
  }

  #show(watcher: Watcher): void {
    if (!this.#watchers.has(watcher) || watcher.waiting || !watcher.dirty) return;
    watcher.waiting = true;
    watcher.dirty = false;
    const pause = new Promise((resolve) => setTimeout(resolve, 250));
    const seen = this.#harmless(() => watcher.onSnapshot(this.#picture(watcher.view)));
    void Promise.all([seen, pause]).then(() => {
      watcher.waiting = false;
      this.#show(watcher);
    });
  }

  /** A callback that throws is the screen's trouble. */
  async #harmless(call: () => void | Promise<void>): Promise<void> {
    try {
      await call();
    } catch {
      // What the tests throw in to see that it does no harm.
    }
  }

  #picture(view: View): Snapshot {
    const { pingIntervalMs, pongTimeoutMs, writeTimeoutMs, maxViewers } = this.#options;
    const sessions = this.#sessions();
    const session = view.session ?? sessions[0]?.id ?? null;
    const viewers = [...this.#viewers.values()].filter((viewer) => viewer.session === session);
    const newest = Math.min(view.events.upTo ?? this.#feed.length, this.#feed.length);
    const evicted = this.#feed.filter(({ event }) => event.event === 'viewer.evicted').length;
    const none = { late: 0, expiring: 0, stuck: 0, full: 0, over: 0, held: 0, refused: 0 };
    const open = { locked: false, locks: 0, draining: null, logFails: false };
    this.#seq += 1;
    return {
      seq: this.#seq,
      at: Date.now(),
      startedAt: 0,
      address: this.address,
      cap: this.#cap,
      maxViewers,
      pingIntervalMs,
      pongTimeoutMs,
      writeTimeoutMs,
      loopP99Ms: null,
      totals: { ...none, ...open, evicted, sessions: sessions.length, viewers: this.#viewers.size },
      sessions: slice(sessions, view.sessions),
      session,
      viewers: slice(viewers.map(viewerRow), view.viewers),
      worst: [],
      followed: [],
      detail: null,
      gone: [],
      events: this.#feed.slice(Math.max(0, newest - view.events.rows), newest),
      newestEvent: this.#feed.length,
    };
  }

  #sessions(): readonly SessionRow[] {
    const ids = new Set([...this.#viewers.values()].map((viewer) => viewer.session));
    return [...ids].toSorted().map((id) => {
      const { viewers, cap } = this.#place(id);
      return {
        id,
        state: 'ok',
        viewers,
        dialling: 0,
        cap,
        capIsOwn: this.#ownCaps.has(id),
        locked: false,
        p95RttMs: null,
        queuedBytes: 0,
        bytesPerSecond: 0,
        refused: 0,
        ageMs: 0,
      };
    });
  }

  #capOf(session: SessionId): number {
    return this.#ownCaps.get(session) ?? this.#cap;
  }

  #place(session: SessionId): { readonly viewers: number; readonly cap: number } {
    const there = [...this.#viewers.values()].filter((viewer) => viewer.session === session);
    return { viewers: there.length, cap: this.#capOf(session) };
  }

  #about({ id, session, socket }: Viewer) {
    const remote = `${socket.remoteAddress}:${socket.remotePort}`;
    return { viewer: id, session, remote, ...this.#place(session) };
  }
}

const viewerRow = ({ id, session, socket }: Viewer): ViewerRow => ({
  id,
  session,
  remote: `${socket.remoteAddress}:${socket.remotePort}`,
  who: null,
  state: 'ok',
  rttMs: 1.5,
  smoothedRttMs: 1.25,
  recentRttsMs: [1, 1.5],
  deadlineMs: 45_000,
  deadlineHeld: false,
  keptMs: null,
  queuedBytes: 0,
  stuckMs: 0,
  ageMs: 1,
  bytesToViewer: 0,
  bytesToBackend: 0,
  bytesPerSecond: 0,
  rejoined: 0,
});

/** As `startProxy`. `onSession` is asked about each newcomer's session before anything else. */
export const startFakeProxy = async (
  options: ProxyOptions,
  deps: {
    readonly ids?: ViewerIds;
    readonly onEvent?: (event: ProxyEvent) => void;
    readonly onSession?: (session: string) => void;
  } = {},
): Promise<
  ProxyControl & { readonly address: string; readonly report: (report: LogReport) => void }
> => {
  const proxy = new FakeProxy(options, deps.ids ?? countingIds());
  if (deps.onEvent) proxy.events(deps.onEvent);
  const server = createServer((socket) => {
    socket.setEncoding('utf8');
    socket.on('error', () => undefined);
    socket.once('data', (line: string) => {
      deps.onSession?.(line.trim());
      proxy.admit(line.trim() as SessionId, socket);
    });
  });
  const { listen } = options;
  server.listen('socketPath' in listen ? { path: listen.socketPath } : { ...listen });
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new BouncerError('environment', 'the port is taken', 'pass another', error);
  }
  const bound = server.address();
  proxy.address =
    typeof bound === 'object' && bound !== null ? `127.0.0.1:${bound.port}` : `unix:${bound}`;
  proxy.record({ event: 'proxy.listening', address: proxy.address });
  void proxy.stopped.promise.then(() => server.close());
  const { watch, events, command } = proxy;
  const report = (told: LogReport): void => proxy.record(told);
  return { address: proxy.address, watch, events, command, report, closed: proxy.stopped.promise };
};
