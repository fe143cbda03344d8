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
  Totals,
  View,
  ViewerDetail,
  ViewerId,
  ViewerRow,
  ViewerSort,
} from '../contract.ts';
import { matcherOf, type Matcher } from '../core/filtering.ts';
import { needsAttention, sessionRank, sessionState, viewerRank } from '../core/ranking.ts';
import { sortedSlice, type SortKey } from '../core/sorting.ts';
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

const sessionRow = (session: PastSession, past: Past): SessionRow => {
  const { id, viewers, cap, members, since } = session;
  return {
    id,
    state: sessionState(worstState(session), viewers, cap),
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

const totalsOf = (past: Past, sessions: readonly SessionRow[]): Totals => {
  const inState = (wanted: ViewerRow['state']): number =>
    [...past.viewers.values()].filter(({ state }) => state === wanted).length;
  const viewers = sessions.reduce((sum, each) => sum + each.viewers, 0);
  const { drainUntil } = past;
  const leftMs = drainUntil === null ? 0 : Math.max(0, drainUntil - past.clock.now());
  return {
    sessions: sessions.length,
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

/** The viewers that there were, by age; another order is for the picture. */
export const listOf = (
  past: Past,
  { session, filter, after, most }: Extract<Command, { readonly do: 'list' }>,
): CommandResult => {
  const matches = matcherOf(filter);
  const start = after === null ? -1 : numberOf(after);
  const rows: ViewerRow[] = [];
  for (const each of past.sessions.values()) {
    if (session !== null && each.id !== session) continue;
    const place = sessionRow(each, past);
    for (const member of each.members) {
      const row = viewerRow(member, past);
      if (numberOf(row.id) > start && isWanted(matches, row, place)) rows.push(row);
    }
  }
  const listed = rows.sort(byNumber);
  return { ok: true, viewers: listed.slice(0, most), more: listed.length > most };
};

/** What `view` looks at, as it was; `seq` tells two pictures apart. */
export const pictureOf = (past: Past, view: View, seq: number): Snapshot => {
  const matches = matcherOf(view.filter);
  const all = [...past.sessions.values()].map((each) => sessionRow(each, past));
  const rowsOf = (row: SessionRow): readonly ViewerRow[] =>
    [...(past.sessions.get(row.id)?.members ?? [])]
      .map((each) => viewerRow(each, past))
      .filter((each) => isWanted(matches, each, row));
  const listed = matches === null ? all : all.filter((row) => rowsOf(row).length > 0);
  const { by, reversed } = view.sessionSort;
  const order = { keyOf: sessionKey(by), reversed, tie: byName };
  const sessions = sortedSlice(listed, order, view.sessions, ({ id }) => id);
  const chosen = listed.find(({ id }) => id === view.session) ?? sessions.rows[0] ?? null;
  const session = chosen?.id ?? null;
  const viewerOrder = {
    keyOf: viewerKey(view.viewerSort.by),
    reversed: view.viewerSort.reversed,
    tie: byNumber,
  };
  const none: Slice<ViewerRow> = { from: 0, total: 0, rows: [] };
  const viewers =
    chosen === null ? none : sortedSlice(rowsOf(chosen), viewerOrder, view.viewers, ({ id }) => id);
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
    totals: totalsOf(past, all),
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
