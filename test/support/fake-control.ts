/**
 * A proxy for the console's tests: lists that a test changes by hand, pictures of them as a
 * watcher asks for them, and a record of every command.
 */
import type {
  Command,
  CommandResult,
  FeedEntry,
  Filter,
  ProxyControl,
  SessionId,
  SessionRow,
  Slice,
  Snapshot,
  Tombstone,
  View,
  ViewerDetail,
  ViewerId,
  ViewerRow,
  ViewerState,
  Watch,
  Window,
} from '../../src/contract.ts';
import { matcherOf, meetsEmpty } from '../../src/core/filtering.ts';
import type { ProxyEvent } from '../../src/events.ts';

/** A session's id, unchecked. */
export const sessionId = (id: string): SessionId => id as SessionId;

/** A viewer's id, unchecked. */
export const viewerId = (id: string): ViewerId => id as ViewerId;

/** A viewer that is well, in all but what `parts` say. */
export const viewerRow = (
  id: string,
  session: string,
  parts: Partial<ViewerRow> = {},
): ViewerRow => ({
  id: viewerId(id),
  session: sessionId(session),
  remote: '10.4.9.17:52210',
  who: null,
  state: 'ok',
  rttMs: 38,
  smoothedRttMs: 40,
  recentRttsMs: [30, 40, 38],
  deadlineMs: 43_000,
  deadlineHeld: false,
  keptMs: null,
  queuedBytes: 0,
  stuckMs: 0,
  ageMs: 120_000,
  bytesToViewer: 1000,
  bytesToBackend: 10,
  bytesPerSecond: 0,
  rejoined: 0,
  ...parts,
});

/** What the fake proxy holds. Sessions and viewers are shown in the order given. */
export type World = {
  readonly cap: number;
  /** Caps of single sessions. */
  readonly ownCaps?: Readonly<Record<string, number>>;
  readonly locked?: boolean;
  readonly lockedAlone?: readonly string[];
  readonly drainLeftMs?: number;
  /** Viewers by session, in the order in which they are shown. */
  readonly sessions: Readonly<Record<string, readonly ViewerRow[]>>;
  readonly events?: readonly ProxyEvent[];
  /** The newest first. */
  readonly gone?: readonly Tombstone[];
  readonly at?: number;
  /** What operators have armed. */
  readonly armed?: NonNullable<Snapshot['armed']>;
};

const windowed = <Id, R extends { readonly id: Id }>(
  rows: readonly R[],
  { anchor, edge, before, after }: Window<Id>,
): Slice<R> => {
  const at = anchor === null ? -1 : rows.findIndex(({ id }) => id === anchor);
  const length = before + after + 1;
  const from =
    at >= 0 ? Math.max(0, at - before) : edge === 'first' ? 0 : Math.max(0, rows.length - length);
  const to = at >= 0 ? at + after + 1 : from + length;
  return { from, total: rows.length, rows: rows.slice(from, to) };
};

const badness: Readonly<Record<ViewerState, number>> = {
  stuck: 4,
  expiring: 3,
  late: 2,
  ok: 1,
  dialling: 0,
};

const sessionRow = (world: World, id: string, viewers: readonly ViewerRow[]): SessionRow => {
  const own = world.ownCaps?.[id];
  const cap = own ?? world.cap;
  const worst = Math.max(0, ...viewers.map(({ state }) => badness[state]));
  const few = viewers.length === 0 ? 'empty' : 'ok';
  const full = viewers.length > cap ? 'over' : viewers.length === cap ? 'full' : few;
  const rtts = viewers.flatMap(({ rttMs }) => (rttMs === null ? [] : [rttMs]));
  return {
    id: sessionId(id),
    state: worst === 4 ? 'stuck' : worst === 3 ? 'expiring' : worst === 2 ? 'late' : full,
    viewers: viewers.length,
    dialling: viewers.filter(({ state }) => state === 'dialling').length,
    cap,
    capIsOwn: own !== undefined,
    locked: world.locked === true || world.lockedAlone?.includes(id) === true,
    p95RttMs: rtts.length === 0 ? null : Math.max(...rtts),
    queuedBytes: viewers.reduce((sum, { queuedBytes }) => sum + queuedBytes, 0),
    bytesPerSecond: viewers.reduce((sum, { bytesPerSecond }) => sum + bytesPerSecond, 0),
    refused: 0,
    ageMs: 600_000,
  };
};

const detailOf = (
  world: World,
  all: readonly ViewerRow[],
  viewer: ViewerId | null,
): ViewerDetail | null => {
  const tombstone = world.gone?.find(({ id }) => id === viewer);
  if (tombstone !== undefined) return { gone: true, tombstone };
  const row = all.find(({ id }) => id === viewer);
  if (row === undefined) return null;
  return {
    gone: false,
    row,
    arrivedAt: Date.parse('2026-11-21T12:03:10Z'),
    rttsMs: row.recentRttsMs,
    queues: [0, row.queuedBytes],
    queueStepMs: 5000,
    pingsSent: 8,
    pingsLost: 0,
    messagesToViewer: 100,
    messagesToBackend: 10,
  };
};

/** The viewers of a session that meet a filter. */
const listed = (world: World, session: SessionRow, filter: Filter): readonly ViewerRow[] => {
  const rows = world.sessions[session.id] ?? [];
  const matches = matcherOf(filter);
  return matches === null
    ? rows
    : rows.filter((row) =>
        matches({
          ...row,
          sessionState: session.state,
          leftMs: row.deadlineMs,
          rate: row.bytesPerSecond,
        }),
      );
};

/** What comes of a command in a world, and the world after it. */
export const outcomeIn = (
  world: World,
  command: Command,
): { readonly world: World; readonly result: CommandResult } => {
  const all = Object.values(world.sessions).flat();
  const changed = (change: (row: ViewerRow) => readonly ViewerRow[]): World => ({
    ...world,
    sessions: Object.fromEntries(
      Object.entries(world.sessions)
        .map(([id, rows]) => [id, rows.flatMap(change)] as const)
        .filter(([, rows]) => rows.length > 0),
    ),
  });
  const found = 'viewer' in command && all.some(({ id }) => id === command.viewer);
  const gone = 'viewer' in command ? `${command.viewer} had already gone` : '';
  switch (command.do) {
    case 'evict':
      return found
        ? {
            world: changed((row) => (row.id === command.viewer ? [] : [row])),
            result: { ok: true },
          }
        : { world, result: { ok: false, reason: gone } };
    case 'keep': {
      const keptMs = command.forMs === 0 ? null : command.forMs;
      return found
        ? {
            world: changed((row) => [row.id === command.viewer ? { ...row, keptMs } : row]),
            result: { ok: true },
          }
        : { world, result: { ok: false, reason: gone } };
    }
    case 'list': {
      const sessions = Object.entries(world.sessions)
        .filter(([id]) => command.session === null || id === command.session)
        .map(([id, rows]) => sessionRow(world, id, rows));
      const viewers = sessions.flatMap((session) => listed(world, session, command.filter));
      const most = viewers.slice(0, command.most);
      return {
        world,
        result: { ok: true, viewers: most, more: most.length < viewers.length },
      };
    }
    case 'set-cap':
      return {
        world: command.session === undefined ? { ...world, cap: command.cap } : world,
        result: { ok: true },
      };
    default:
      return { world, result: { ok: true } };
  }
};

/** The picture of a world that a watcher with this view gets. */
export const pictureOf = (world: World, view: View, seq: number): Snapshot => {
  const rows = Object.entries(world.sessions).map(([id, viewers]) =>
    sessionRow(world, id, viewers),
  );
  // A session is listed where one of its viewers meets the filter.
  const sessions = rows.filter((row) =>
    row.state === 'empty'
      ? meetsEmpty(row.id, view.filter)
      : listed(world, row, view.filter).length > 0,
  );
  const shown = windowed(sessions, view.sessions);
  const session = view.session ?? shown.rows[0]?.id ?? null;
  const here = rows.find(({ id }) => id === session);
  const all = Object.values(world.sessions).flat();
  const inState = (state: ViewerState): number => all.filter((row) => row.state === state).length;
  const events = (world.events ?? []).map((event, index): FeedEntry => ({
    seq: index + 1,
    event,
    count: 1,
    spanMs: 0,
    holders: [],
  }));
  const upTo = view.events.upTo ?? events.length;
  return {
    seq,
    at: world.at ?? Date.parse('2026-11-21T12:05:10Z'),
    startedAt: Date.parse('2026-11-21T11:53:12Z'),
    address: '127.0.0.1:8080',
    cap: world.cap,
    maxViewers: 500,
    pingIntervalMs: 15_000,
    pongTimeoutMs: 45_000,
    writeTimeoutMs: 20_000,
    loopP99Ms: 2,
    totals: {
      sessions: rows.filter(({ viewers }) => viewers > 0).length,
      ...(rows.some(({ state }) => state === 'empty')
        ? { empty: rows.filter(({ state }) => state === 'empty').length }
        : {}),
      viewers: all.length,
      late: inState('late'),
      expiring: inState('expiring'),
      stuck: inState('stuck'),
      full: rows.filter(({ viewers, cap }) => viewers === cap).length,
      over: rows.filter(({ viewers, cap }) => viewers > cap).length,
      locked: world.locked === true,
      locks: world.lockedAlone?.length ?? 0,
      draining:
        world.drainLeftMs === undefined ? null : { leftMs: world.drainLeftMs, viewers: all.length },
      held: 0,
      refused: 58,
      evicted: 3,
      logFails: false,
    },
    sessions: shown,
    session,
    viewers: windowed(here === undefined ? [] : listed(world, here, view.filter), view.viewers),
    worst: all
      .filter(({ state }) => badness[state] > 1)
      .sort((a, b) => badness[b.state] - badness[a.state])
      .slice(0, view.worst),
    followed: view.followed.flatMap((id) => all.filter((row) => row.id === id)),
    detail: detailOf(world, all, view.detail),
    gone: (world.gone ?? []).filter((one) => one.session === session).slice(0, view.gone),
    events:
      view.events.rows === 0
        ? []
        : events.filter(({ seq }) => seq <= upTo).slice(-view.events.rows),
    newestEvent: events.length,
    ...(world.armed === undefined || world.armed.count === 0 ? {} : { armed: world.armed }),
  };
};

/** A `ProxyControl` over a world; pictures come when a test says `show`, and on every look. */
export class FakeControl implements ProxyControl {
  /** Every command but previews, in order. */
  readonly commands: Command[] = [];
  /** What was said of evictions that were armed and undone, in order. */
  readonly intentions: Extract<Command, { readonly do: 'intend' }>[] = [];
  /** Every view that was asked for, in order. */
  readonly views: View[] = [];
  readonly closed: Promise<string>;
  /** Ends the proxy, or its link. */
  readonly end: (reason: string) => void;
  /** What comes of a command; a test may replace it. */
  answer: (command: Command) => CommandResult = () => ({ ok: true });
  /** What the proxy holds; takes effect with the next picture. */
  world: World;
  /** Looks whose pictures could wait for their turn: a test shows them. */
  patient = 0;
  #seq = 0;
  #onSnapshot: ((snapshot: Snapshot) => void | Promise<void>) | null = null;

  constructor(world: World) {
    this.world = world;
    const { promise, resolve } = Promise.withResolvers<string>();
    this.closed = promise;
    this.end = resolve;
  }

  /** Nobody watches, or nobody does any more. */
  get unwatched(): boolean {
    return this.#onSnapshot === null;
  }

  /** Sends a picture of the world; settles when the watcher has taken it. */
  readonly show = async (world: World = this.world): Promise<void> => {
    this.world = world;
    const view = this.views.at(-1);
    this.#seq += 1;
    if (view !== undefined) await this.#onSnapshot?.(pictureOf(world, view, this.#seq));
  };

  readonly watch = (
    view: View,
    onSnapshot: (snapshot: Snapshot) => void | Promise<void>,
  ): Watch => {
    this.views.push(view);
    this.#onSnapshot = onSnapshot;
    return {
      look: (next, later = false) => {
        this.views.push(next);
        if (later) this.patient += 1;
        else void this.show();
      },
      close: () => {
        this.#onSnapshot = null;
      },
    };
  };

  readonly events = (): (() => void) => () => {};

  command = async (command: Command): Promise<CommandResult> => {
    if (command.do === 'intend') {
      this.intentions.push(command);
      return { ok: true };
    }
    if (command.do === 'preview-cap') return { ok: true, preview: this.#preview(command.cap) };
    this.commands.push(command);
    const result = this.answer(command);
    if (result.ok && command.do === 'set-cap' && command.session === undefined) {
      this.world = { ...this.world, cap: command.cap };
    }
    return result;
  };

  #preview(cap: number) {
    const counts = Object.entries(this.world.sessions).map(([id, viewers]) => ({
      session: sessionId(id),
      viewers: viewers.length,
    }));
    const over = counts
      .filter(({ viewers }) => viewers > cap)
      .sort((a, b) => b.viewers - a.viewers);
    const free = (limit: number): number =>
      counts.reduce((sum, { viewers }) => sum + Math.max(0, limit - viewers), 0);
    return {
      cap,
      over: over.slice(0, 10),
      overCount: over.length,
      freeNow: free(this.world.cap),
      freeThen: free(cap),
    };
  }
}
