/**
 * Draws up what a watcher looks at: totals over everything, rows only for what is in view.
 * A few passes over the viewers, and sorting; the rest grows with the screen, not with the proxy.
 */
import type { Clock } from '../clock.ts';
import type {
  ProxyOptions,
  SessionId,
  SessionRow,
  SessionState,
  Slice,
  Snapshot,
  Totals,
  View,
  ViewerRow,
  ViewerState,
} from '../contract.ts';
import type { Ledger } from '../core/ledger.ts';
import {
  compareSessions,
  compareViewers,
  needsAttention,
  percentile,
  sessionState,
  sliceOf,
} from '../core/ranking.ts';
import type { Board } from './board.ts';
import type { Registry } from './registry.ts';
import type { Viewer } from './viewer.ts';

/** What a picture is drawn from. */
export type Scene = {
  readonly options: ProxyOptions;
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly board: Board;
  readonly registry: Registry;
  readonly address: string;
  readonly startedAt: number;
  readonly seq: number;
  readonly loopP99Ms: number | null;
};

type Session = {
  readonly id: SessionId;
  readonly state: SessionState;
  readonly viewers: ReadonlySet<Viewer>;
};

const viewerRow = (viewer: Viewer, now: number): ViewerRow => {
  const { connection, state } = viewer;
  const health = connection?.health;
  const deadline = health?.liveness.deadline(now);
  return {
    id: viewer.id,
    session: viewer.slot.session,
    remote: viewer.remote,
    state,
    rttMs: health?.liveness.rttMs ?? null,
    smoothedRttMs: health?.liveness.smoothedRttMs ?? null,
    recentRttsMs: health?.liveness.recentRttsMs ?? [],
    deadlineMs: deadline?.leftMs ?? null,
    deadlineHeld: deadline?.held ?? false,
    queuedBytes: health?.queuedBytes ?? 0,
    stuckMs: state === 'stuck' ? (health?.stuckMs(now) ?? 0) : 0,
    ageMs: now - viewer.arrivedAt,
    bytesToViewer: connection?.toViewer.relayed ?? 0,
    bytesToBackend: connection?.toBackend.relayed ?? 0,
  };
};

const sessionRow = ({ id, state, viewers }: Session, scene: Scene, now: number): SessionRow => {
  const rtts: number[] = [];
  let dialling = 0;
  let queuedBytes = 0;
  let oldest = now;
  for (const { phase, connection, arrivedAt } of viewers) {
    if (phase === 'dialling') dialling += 1;
    const rtt = connection?.health.liveness.rttMs ?? null;
    if (rtt !== null) rtts.push(rtt);
    queuedBytes += connection?.health.queuedBytes ?? 0;
    oldest = Math.min(oldest, arrivedAt);
  }
  return {
    id,
    state,
    viewers: viewers.size,
    dialling,
    cap: scene.ledger.capOf(id),
    capIsOwn: scene.ledger.hasOwnCap(id),
    p95RttMs: percentile(rtts, 0.95),
    queuedBytes,
    refused: scene.board.refusedIn(id),
    ageMs: now - oldest,
  };
};

const worstOf = (viewers: Iterable<Viewer>): ViewerState => {
  let worst: ViewerState = 'dialling';
  for (const { state } of viewers) if (compareViewers(state, worst) < 0) worst = state;
  return worst;
};

const worstFirst = (a: Viewer, b: Viewer): number =>
  compareViewers(a.state, b.state) || a.arrivedAt - b.arrivedAt || a.number - b.number;

const totalsOf = (sessions: readonly Session[], scene: Scene): Totals => {
  const states: Record<ViewerState, number> = {
    dialling: 0,
    ok: 0,
    late: 0,
    expiring: 0,
    stuck: 0,
  };
  for (const { state } of scene.registry.viewers) states[state] += 1;
  let full = 0;
  let over = 0;
  for (const { id, viewers } of sessions) {
    const cap = scene.ledger.capOf(id);
    if (viewers.size === cap) full += 1;
    if (viewers.size > cap) over += 1;
  }
  return {
    sessions: sessions.length,
    viewers: scene.ledger.total,
    late: states.late,
    expiring: states.expiring,
    stuck: states.stuck,
    full,
    over,
    refused: scene.board.refused,
    evicted: scene.board.evicted,
  };
};

const sortedSessions = ({ registry, ledger }: Scene): readonly Session[] => {
  const sessions: Session[] = [];
  for (const [id, viewers] of registry.sessions) {
    const state = sessionState(worstOf(viewers), viewers.size, ledger.capOf(id));
    sessions.push({ id, state, viewers });
  }
  return sessions.sort((a, b) => compareSessions(a.state, b.state) || (a.id < b.id ? -1 : 1));
};

const mapRows = <From, To>(slice: Slice<From>, row: (from: From) => To): Slice<To> => ({
  ...slice,
  rows: slice.rows.map(row),
});

/** The picture of this moment for `view`. */
export const draw = (scene: Scene, view: View): Snapshot => {
  const { options, clock, board, registry } = scene;
  const now = clock.now();
  const sessions = sortedSessions(scene);
  const inView = sliceOf(sessions, view.sessions, ({ id }) => id);
  const isThere = view.session !== null && registry.sessions.has(view.session);
  const session = isThere ? view.session : (inView.rows[0]?.id ?? null);
  const viewers = session === null ? [] : [...(registry.sessions.get(session) ?? [])];
  const attention = [...registry.viewers].filter(({ state }) => needsAttention(state));
  return {
    seq: scene.seq,
    at: clock.date().getTime(),
    startedAt: scene.startedAt,
    address: scene.address,
    cap: scene.ledger.cap,
    maxViewers: options.maxViewers,
    pingIntervalMs: options.pingIntervalMs,
    pongTimeoutMs: options.pongTimeoutMs,
    writeTimeoutMs: options.writeTimeoutMs,
    loopP99Ms: scene.loopP99Ms,
    totals: totalsOf(sessions, scene),
    sessions: mapRows(inView, (row) => sessionRow(row, scene, now)),
    session,
    viewers: mapRows(
      sliceOf(viewers.sort(worstFirst), view.viewers, ({ id }) => id),
      (viewer) => viewerRow(viewer, now),
    ),
    worst: attention
      .sort(worstFirst)
      .slice(0, view.worst)
      .map((viewer) => viewerRow(viewer, now)),
    events: board.feed(view.events.rows, view.events.upTo),
    newestEvent: board.newest,
  };
};
