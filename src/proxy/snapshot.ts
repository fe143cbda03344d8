/**
 * Draws up what a watcher looks at: totals over everything, rows only for what is in view.
 * One pass over the viewers and a few over the sessions; the rest grows with the screen, not
 * with the proxy.
 */
import type { Clock } from '../clock.ts';
import type {
  ProxyOptions,
  Slice,
  Snapshot,
  Totals,
  View,
  ViewerDetail,
  ViewerId,
  ViewerRow,
} from '../contract.ts';
import type { Armings } from '../core/armings.ts';
import type { Ledger } from '../core/ledger.ts';
import type { Board } from './board.ts';
import { takeCensus, type Census, type Session } from './census.ts';
import { detailOf } from './detail.ts';
import type { Graveyard } from './graveyard.ts';
import { isListed, listSessions, sessionViewers, worstOf } from './listing.ts';
import { wantedBy, type Wanted } from './matching.ts';
import type { Registry } from './registry.ts';
import { sessionRow, viewerRow } from './rows.ts';
import type { Viewer } from './viewer.ts';

/** Followed viewers that count. */
const MOST_FOLLOWED = 1_000;

/** Armed evictions that are named. */
const MOST_ARMED = 128;

/** What a picture is drawn from. */
export type Scene = {
  readonly options: ProxyOptions;
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly board: Board;
  readonly registry: Registry;
  readonly graveyard: Graveyard;
  readonly armings: Armings;
  /** Newcomers that wait. */
  readonly held: number;
  /** Time left of a drain, in milliseconds; null: there is none. */
  readonly drainLeftMs: number | null;
  readonly address: string;
  /** The Unix socket of those who control it; null: there is none. */
  readonly control: string | null;
  readonly startedAt: number;
  readonly seq: number;
  readonly loopP99Ms: number | null;
};

/** The counts of this moment. */
export const totalsOf = (
  { sessions, empty, states, full, over }: Census,
  { ledger, board, held, drainLeftMs }: Pick<Scene, 'ledger' | 'board' | 'held' | 'drainLeftMs'>,
): Totals => ({
  sessions: sessions.length,
  ...(empty.length === 0 ? {} : { empty: empty.length }),
  viewers: ledger.total,
  late: states.late,
  expiring: states.expiring,
  stuck: states.stuck,
  full,
  over,
  locked: ledger.locks.all,
  locks: ledger.locks.size,
  draining: drainLeftMs === null ? null : { leftMs: drainLeftMs, viewers: ledger.total },
  held,
  refused: board.refused,
  evicted: board.evicted,
  logFails: board.logFails,
});

const mapRows = <From, To>(slice: Slice<From>, row: (from: From) => To): Slice<To> => ({
  ...slice,
  rows: slice.rows.map(row),
});

/** The session that was asked for, while it is listed; the first that is looked at otherwise. */
const chosen = (
  { session: wish, filter }: View,
  inView: Slice<Session>,
  sessions: readonly Session[],
  wanted: Wanted | null,
): Session | null => {
  const wished = wish === null ? undefined : sessions.find(({ id }) => id === wish);
  const isThere = wished !== undefined && isListed(wished, wanted, filter);
  return (isThere ? wished : inView.rows[0]) ?? null;
};

const NONE: Slice<never> = { from: 0, total: 0, rows: [] };

const detail = (
  id: ViewerId | null,
  { registry, graveyard, clock }: Scene,
  row: (viewer: Viewer) => ViewerRow,
): ViewerDetail | null => {
  if (id === null) return null;
  const viewer = registry.find(id);
  if (viewer !== undefined) return detailOf(viewer, row(viewer), clock);
  const tombstone = graveyard.find(id);
  return tombstone === null ? null : { gone: true, tombstone };
};

/** The picture of this moment for `view`. */
export const draw = (scene: Scene, view: View): Snapshot => {
  const { options, clock, ledger, board, registry, graveyard } = scene;
  const now = clock.now();
  const row = (viewer: Viewer): ViewerRow => viewerRow(viewer, graveyard, now);
  const census = takeCensus(registry, ledger);
  const wanted = wantedBy(view.filter, now);
  const all = [...census.sessions, ...census.empty];
  const sessions = listSessions(all, wanted, view, board);
  const session = chosen(view, sessions, all, wanted);
  const viewers = session === null ? NONE : sessionViewers(session, wanted, view, now);
  const { upTo, kind, rows } = view.events;
  const { entries, newest } = board.feed(rows, upTo, kind);
  const worst = worstOf(census.attention, view.worst);
  const near = [...viewers.rows, ...worst].map(({ id }) => id);
  const looked = view.detail === null ? near : [view.detail, ...near];
  const armed = scene.armings.at(now, [...looked, ...view.followed], MOST_ARMED);
  return {
    seq: scene.seq,
    at: clock.date().getTime(),
    startedAt: scene.startedAt,
    address: scene.address,
    ...(scene.control === null ? {} : { control: scene.control }),
    cap: ledger.cap,
    maxViewers: options.maxViewers,
    pingIntervalMs: options.pingIntervalMs,
    pongTimeoutMs: options.pongTimeoutMs,
    writeTimeoutMs: options.writeTimeoutMs,
    loopP99Ms: scene.loopP99Ms,
    totals: totalsOf(census, scene),
    sessions: mapRows(sessions, (each) => sessionRow(each, scene, now)),
    session: session?.id ?? null,
    viewers: mapRows(viewers, row),
    worst: worst.map(row),
    followed: followed(view, registry).map(row),
    detail: detail(view.detail, scene, row),
    gone: session === null ? [] : graveyard.newest(session.id, view.gone),
    events: entries,
    newestEvent: newest,
    ...(armed.count === 0 ? {} : { armed }),
  };
};

const followed = ({ followed }: View, registry: Registry): readonly Viewer[] =>
  followed
    .slice(0, MOST_FOLLOWED)
    .map((id) => registry.find(id))
    .filter((viewer) => viewer !== undefined);
