/**
 * A picture of the past, in the shape of every other: what a log does not tell (round trips,
 * deadlines, rates) is absent as it is where nothing was measured yet.
 */
import type {
  Command,
  CommandResult,
  SessionRow,
  SessionSort,
  Slice,
  Snapshot,
  Sort,
  Totals,
  View,
  ViewerDetail,
  ViewerId,
  ViewerRow,
  ViewerSort,
} from '../contract.ts';
import { matcherOf, type Matcher, meetsEmpty } from '../core/filtering.ts';
import { needsAttention, sessionRank, sessionState, viewerRank } from '../core/ranking.ts';
import { sortedPart, sortedSlice, type SortKey } from '../core/sorting.ts';
import type { Past, PastSession, PastViewer } from './past.ts';

const viewerRow = (viewer: PastViewer, past: Past): ViewerRow => {
  const now = past.clock.now();
  return {
    id: viewer.id,
    session: viewer.session,
    remote: viewer.remote,
    who: viewer.who,
    state: viewer.state,
    rttMs: null,
    smoothedRttMs: null,
    recentRttsMs: [],
    deadlineMs: null,
    deadlineHeld: false,
    keptMs: viewer.keptUntil > now ? viewer.keptUntil - now : null,
    queuedBytes: viewer.queuedBytes,
    stuckMs: viewer.state === 'stuck' ? now - viewer.stateSince : 0,
    ageMs: now - viewer.since,
    bytesToViewer: 0,
    bytesToBackend: 0,
    bytesPerSecond: 0,
    rejoined: 0,
  };
};

const worstState = ({ members }: PastSession): ViewerRow['state'] => {
  let worst: ViewerRow['state'] = 'dialling';
  for (const { state } of members) if (viewerRank(state) < viewerRank(worst)) worst = state;
  return worst;
};

const sessionRow = (
  session: PastSession,
  past: Past,
  state = sessionState(worstState(session), session.viewers, session.cap),
): SessionRow => {
  const { id, viewers, cap, members, since } = session;
  return {
    id,
    state,
    viewers,
    // Who has a slot and was not told of: a backend that is dialled, or a line that is missing.
    dialling: viewers - members.size,
    cap,
    capIsOwn: past.ownCaps.has(id),
    locked: past.locked || past.locks.has(id),
    p95RttMs: null,
    queuedBytes: [...members].reduce((sum, { queuedBytes }) => sum + queuedBytes, 0),
    bytesPerSecond: 0,
    refused: past.board.refusedIn(id),
    ageMs: past.clock.now() - since,
  };
};

/** Sessions that had nobody, and a cap or a lock of their own. */
const emptyRows = (past: Past): readonly SessionRow[] =>
  [...new Set([...past.ownCaps.keys(), ...past.locks])]
    .filter((id) => !past.sessions.has(id))
    .map((id) => {
      const cap = past.ownCaps.get(id) ?? past.cap;
      const since = past.clock.now();
      const nobody: PastSession = { id, viewers: 0, cap, members: new Set(), since };
      return sessionRow(nobody, past, 'empty');
    });

const sessionKey = (by: SessionSort): ((row: SessionRow) => SortKey) => {
  switch (by) {
    case 'worst':
      return ({ state }) => sessionRank(state);
    case 'viewers':
      return ({ viewers }) => -viewers;
    case 'buffer':
      return ({ queuedBytes }) => -queuedBytes;
    case 'refused':
      return ({ refused }) => -refused;
    case 'age':
      return ({ ageMs }) => -ageMs;
    case 'name':
    case 'rtt':
    case 'rate':
      return ({ id }) => id;
    default:
      return by satisfies never;
  }
};

const numberOf = (id: ViewerId): number => Number(id.slice(1)) || 0;

const viewerKey = (by: ViewerSort): ((row: ViewerRow) => SortKey) => {
  switch (by) {
    case 'worst':
      return ({ state }) => viewerRank(state);
    case 'who':
      return ({ who }) => who;
    case 'buffer':
      return ({ queuedBytes }) => -queuedBytes;
    case 'age':
      return ({ ageMs }) => -ageMs;
    case 'id':
    case 'rtt':
    case 'deadline':
    case 'rate':
      return ({ id }) => numberOf(id);
    default:
      return by satisfies never;
  }
};

const byName = (a: SessionRow, b: SessionRow): number => (a.id < b.id ? -1 : Number(a.id > b.id));

const byNumber = (a: ViewerRow, b: ViewerRow): number => numberOf(a.id) - numberOf(b.id);

const totalsOf = (past: Past, sessions: readonly SessionRow[], empty: number): Totals => {
  const inState = (wanted: ViewerRow['state']): number =>
    [...past.viewers.values()].filter(({ state }) => state === wanted).length;
  const viewers = sessions.reduce((sum, each) => sum + each.viewers, 0);
  const { drainUntil } = past;
  const leftMs = drainUntil === null ? 0 : Math.max(0, drainUntil - past.clock.now());
  return {
    sessions: sessions.length,
    ...(empty === 0 ? {} : { empty }),
    viewers,
    late: inState('late'),
    expiring: inState('expiring'),
    stuck: inState('stuck'),
    full: sessions.filter((each) => each.viewers === each.cap).length,
    over: sessions.filter((each) => each.viewers > each.cap).length,
    locked: past.locked,
    locks: past.locks.size,
    draining: drainUntil === null ? null : { leftMs, viewers },
    held: 0,
    refused: past.board.refused,
    evicted: past.board.evicted,
    logFails: past.board.logFails,
  };
};

const detailOf = (past: Past, id: ViewerId | null): ViewerDetail | null => {
  if (id === null) return null;
  const viewer = past.viewers.get(id);
  if (viewer === undefined) {
    const tombstone = past.graveyard.find(id);
    return tombstone === null ? null : { gone: true, tombstone };
  }
  return {
    gone: false,
    row: viewerRow(viewer, past),
    arrivedAt: viewer.since,
    rttsMs: [],
    queues: [],
    queueStepMs: 0,
    pingsSent: 0,
    pingsLost: 0,
    messagesToViewer: 0,
    messagesToBackend: 0,
  };
};

const isWanted = (matches: Matcher | null, row: ViewerRow, { state }: SessionRow): boolean =>
  matches === null ||
  matches({ ...row, sessionState: state, leftMs: row.deadlineMs, rate: row.bytesPerSecond });

const viewerOrder = ({ by, reversed }: Sort<ViewerSort>) => ({
  keyOf: viewerKey(by),
  reversed,
  tie: byNumber,
});

const byId = viewerOrder({ by: 'id', reversed: false });

/** As the proxy lists who goes by number: that of the last one need not be there any more. */
const behind = (rows: readonly ViewerRow[], after: ViewerId | null): readonly ViewerRow[] =>
  after === null ? rows : rows.filter(({ id }) => numberOf(id) > numberOf(after));

/** The viewers that there were. */
export const listOf = (
  past: Past,
  { session, filter, after, most, sort, skip = 0 }: Extract<Command, { readonly do: 'list' }>,
): CommandResult => {
  const matches = matcherOf(filter);
  const all: ViewerRow[] = [];
  for (const each of past.sessions.values()) {
    if (session !== null && each.id !== session) continue;
    const place = sessionRow(each, past);
    for (const member of each.members) {
      const row = viewerRow(member, past);
      if (isWanted(matches, row, place)) all.push(row);
    }
  }
  const { rows, more } =
    sort === undefined
      ? sortedPart(behind(all, after), byId, { after: null, skip: 0, most }, ({ id }) => id)
      : sortedPart(all, viewerOrder(sort), { after, skip, most }, ({ id }) => id);
  return { ok: true, viewers: rows, more };
};

/** What `view` looks at, as it was; `seq` tells two pictures apart. */
export const pictureOf = (past: Past, view: View, seq: number): Snapshot => {
  const matches = matcherOf(view.filter);
  const peopled = [...past.sessions.values()].map((each) => sessionRow(each, past));
  const empty = emptyRows(past);
  const all = [...peopled, ...empty];
  const rowsOf = (row: SessionRow): readonly ViewerRow[] =>
    [...(past.sessions.get(row.id)?.members ?? [])]
      .map((each) => viewerRow(each, past))
      .filter((each) => isWanted(matches, each, row));
  const isListed = (row: SessionRow): boolean =>
    row.state === 'empty' ? meetsEmpty(row.id, view.filter) : rowsOf(row).length > 0;
  const listed = matches === null ? all : all.filter(isListed);
  const { by, reversed } = view.sessionSort;
  const order = { keyOf: sessionKey(by), reversed, tie: byName };
  const sessions = sortedSlice(listed, order, view.sessions, ({ id }) => id);
  const chosen = listed.find(({ id }) => id === view.session) ?? sessions.rows[0] ?? null;
  const session = chosen?.id ?? null;
  const none: Slice<ViewerRow> = { from: 0, total: 0, rows: [] };
  const viewers =
    chosen === null
      ? none
      : sortedSlice(rowsOf(chosen), viewerOrder(view.viewerSort), view.viewers, ({ id }) => id);
  const needy = [...past.viewers.values()].filter(({ state }) => needsAttention(state));
  const worst = needy
    .map((each) => viewerRow(each, past))
    .sort((a, b) => viewerRank(a.state) - viewerRank(b.state) || byNumber(a, b));
  const { rows, upTo, kind } = view.events;
  const { entries, newest } = past.board.feed(rows, upTo, kind);
  return {
    seq,
    at: past.clock.now(),
    startedAt: past.startedAt,
    address: past.address,
    cap: past.cap,
    maxViewers: Number.MAX_SAFE_INTEGER,
    pingIntervalMs: 0,
    pongTimeoutMs: 0,
    writeTimeoutMs: 0,
    loopP99Ms: null,
    totals: totalsOf(past, peopled, empty.length),
    sessions,
    session,
    viewers,
    worst: worst.slice(0, view.worst),
    followed: view.followed.flatMap((id) => {
      const viewer = past.viewers.get(id);
      return viewer === undefined ? [] : [viewerRow(viewer, past)];
    }),
    detail: detailOf(past, view.detail),
    gone: session === null ? [] : past.graveyard.newest(session, view.gone),
    events: entries,
    newestEvent: newest,
  };
};
