/**
 * The lists that a watcher looks at: which sessions and viewers, filtered and sorted as it
 * asks. Nothing is worked out of a viewer that neither the order nor the filter asks for.
 */
import type { Clock } from '../clock.ts';
import type {
  Command,
  CommandResult,
  Filter,
  SessionId,
  SessionSort,
  SessionState,
  Slice,
  View,
  ViewerId,
  ViewerRow,
  ViewerSort,
} from '../contract.ts';
import { meetsEmpty } from '../core/filtering.ts';
import type { Ledger } from '../core/ledger.ts';
import { sessionRank, viewerRank } from '../core/ranking.ts';
import { sortedPart, sortedSlice, type SortKey } from '../core/sorting.ts';
import type { Board } from './board.ts';
import { takeCensus, type Session } from './census.ts';
import { leftOf, oldestArrival, p95Of, queuedOf, rateOf, rttOf, sumOf } from './figures.ts';
import type { Graveyard } from './graveyard.ts';
import { wantedBy, type Wanted } from './matching.ts';
import { refused } from './refused-commands.ts';
import type { Registry } from './registry.ts';
import { viewerRow } from './rows.ts';
import type { Viewer } from './viewer.ts';

/** Most viewers that one `list` gives. */
const MOST = 1_000;

/** Keys of the natural order, lowest first: what is worst or largest has the lowest. */
const sessionKey = (by: SessionSort, board: Board): ((session: Session) => SortKey) => {
  switch (by) {
    case 'worst':
      return ({ state }) => sessionRank(state);
    case 'name':
      return ({ id }) => id;
    case 'viewers':
      return ({ viewers }) => -viewers.size;
    case 'rtt':
      return (session) => negative(p95Of(session));
    case 'buffer':
      return (session) => -sumOf(session, queuedOf);
    case 'refused':
      return ({ id }) => -board.refusedIn(id);
    case 'rate':
      return (session) => -sumOf(session, rateOf);
    case 'age':
      return oldestArrival;
    default:
      return by satisfies never;
  }
};

const viewerKey = (by: ViewerSort, now: number): ((viewer: Viewer) => SortKey) => {
  switch (by) {
    case 'worst':
      return ({ state }) => viewerRank(state);
    case 'id':
      return ({ number }) => number;
    case 'who':
      return ({ who }) => who;
    case 'rtt':
      return (viewer) => negative(rttOf(viewer));
    case 'deadline':
      return (viewer) => leftOf(viewer, now);
    case 'buffer':
      return (viewer) => -queuedOf(viewer);
    case 'rate':
      return (viewer) => -rateOf(viewer);
    case 'age':
      return ({ arrivedAt }) => arrivedAt;
    default:
      return by satisfies never;
  }
};

const negative = (value: number | null): number | null => (value === null ? null : -value);

const byName = (a: Session, b: Session): number => (a.id < b.id ? -1 : Number(a.id > b.id));

const byArrival = (a: Viewer, b: Viewer): number => a.number - b.number;

/** The sessions in which somebody is wanted, as far as they are looked at. */
export const listSessions = (
  sessions: readonly Session[],
  wanted: Wanted | null,
  { sessions: window, sessionSort: { by, reversed }, filter }: View,
  board: Board,
): Slice<Session> => {
  const listed =
    wanted === null ? sessions : sessions.filter((each) => isListed(each, wanted, filter));
  const order = { keyOf: sessionKey(by, board), reversed, tie: byName };
  return sortedSlice(listed, order, window, ({ id }) => id);
};

/** Whether one of a session's viewers is wanted, or, where it has none, the session itself. */
export const isListed = (
  { id, viewers, state }: Session,
  wanted: Wanted | null,
  filter: Filter,
): boolean => {
  if (wanted === null) return true;
  if (viewers.size === 0) return meetsEmpty(id, filter);
  for (const viewer of viewers) if (wanted(viewer, state)) return true;
  return false;
};

/** The wanted viewers of a session, as far as they are looked at. */
export const sessionViewers = (
  { viewers, state }: Session,
  wanted: Wanted | null,
  { viewers: window, viewerSort: { by, reversed } }: View,
  now: number,
): Slice<Viewer> => {
  const all = [...viewers];
  const listed = wanted === null ? all : all.filter((viewer) => wanted(viewer, state));
  const order = { keyOf: viewerKey(by, now), reversed, tie: byArrival };
  return sortedSlice(listed, order, window, ({ id }) => id);
};

/** The `most` worst of some viewers, worst first. */
export const worstOf = (viewers: readonly Viewer[], most: number): readonly Viewer[] => {
  const window = { anchor: null, edge: 'first', before: 0, after: most - 1 } as const;
  const order = { keyOf: viewerKey('worst', 0), reversed: false, tie: byArrival };
  return sortedSlice(viewers, order, window, ({ id }) => id).rows;
};

/** What is asked where a `list` is answered. */
type Lists = {
  readonly registry: Registry;
  readonly ledger: Ledger;
  readonly graveyard: Graveyard;
  readonly clock: Clock;
};

/** The number in a viewer's id, which tells who came after whom; null where it is no such id. */
const numberIn = (id: ViewerId): number | null => {
  const digits = /^v(\d{1,15})$/.exec(id)?.[1];
  return digits === undefined ? null : Number(digits);
};

/** Answers `list`; how often it can be asked is for whoever asks. */
export const listViewers = (
  { registry, ledger, graveyard, clock }: Lists,
  { session, filter, after, most, sort, skip }: Extract<Command, { readonly do: 'list' }>,
): CommandResult => {
  if (!Number.isInteger(most) || most < 1 || most > MOST) {
    return refused(`most is a whole number from 1 to ${MOST}`);
  }
  const start = after === null ? -1 : numberIn(after);
  if (start === null) return refused('after is no viewer id: take the last one that was listed');
  const now = clock.now();
  const wanted = wantedBy(filter, now);
  const states = new Map<SessionId, SessionState>();
  if (wanted !== null) {
    for (const { id, state } of takeCensus(registry, ledger).sessions) states.set(id, state);
  }
  const viewers: ViewerRow[] = [];
  const among = session === null ? registry.viewers : registry.inSession(session);
  if (sort !== undefined) {
    const isWanted = (viewer: Viewer): boolean =>
      wanted?.(viewer, states.get(viewer.slot.session) ?? 'ok') !== false;
    const listed = [...among].filter(isWanted);
    const order = { keyOf: viewerKey(sort.by, now), reversed: sort.reversed, tie: byArrival };
    const part = sortedPart(listed, order, { after, skip: skip ?? 0, most }, ({ id }) => id);
    const rows = part.rows.map((viewer) => viewerRow(viewer, graveyard, now));
    return { ok: true, viewers: rows, more: part.more };
  }
  for (const viewer of among) {
    if (viewer.number <= start) continue;
    if (wanted?.(viewer, states.get(viewer.slot.session) ?? 'ok') === false) continue;
    if (viewers.length === most) return { ok: true, viewers, more: true };
    viewers.push(viewerRow(viewer, graveyard, now));
  }
  return { ok: true, viewers, more: false };
};
