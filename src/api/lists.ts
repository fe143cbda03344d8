/** Sessions and viewers, in pages and one by one. */
import type {
  SessionId,
  SessionRow,
  SessionSort,
  ViewerId,
  ViewerRow,
  ViewerSort,
} from '../contract.ts';
import { sessionIdOf } from '../core/route.ts';
import { json, problem, read, unread, type Answer, type Read } from './answer.ts';
import { glimpse, rowsFrom, type Ask, type Handler, type Office } from './office.ts';
import { cursorText, pageOf, parametersOf, type Page } from './query.ts';

/** In what order sessions can be had; the first is the usual one. */
const sessionOrders = [
  'worst',
  'name',
  'viewers',
  'rtt',
  'buffer',
  'refused',
  'rate',
  'age',
] as const satisfies readonly SessionSort[];

/** In what order viewers can be had; the first is the usual one. */
const viewerOrders = [
  'age',
  'worst',
  'id',
  'who',
  'rtt',
  'deadline',
  'buffer',
  'rate',
] as const satisfies readonly ViewerSort[];

/** Tombstones that are told with a session. */
const MOST_GONE = 20;

/** What is said of whatever is asked once the proxy has stopped. */
export const stopped: Answer = problem(503, 'the proxy has stopped: start it again');

/** The session that the path names. */
export const sessionIn = ({ params }: Pick<Ask, 'params'>): Read<SessionId> => {
  const id = sessionIdOf(params['session'] ?? '');
  return id === null
    ? unread('that is no session id: 1 to 128 letters, digits and . _ ~ -, no sign first')
    : read(id);
};

/** The viewer that the path names. */
export const viewerIn = ({ params }: Pick<Ask, 'params'>): Read<ViewerId> => {
  const id = params['viewer'] ?? '';
  return /^v\d{1,15}$/.test(id)
    ? read(id as ViewerId)
    : unread('that is no viewer id: they are v1, v2 and so on');
};

const noViewer = (id: ViewerId): Answer =>
  problem(404, `${id} is not here and not among those who left of late: list /v1/viewers`);

type SessionPage = {
  readonly rows: readonly SessionRow[];
  readonly from: number;
  readonly total: number;
};

const sessionPage = async (
  { control }: Office,
  { limit, cursor, sort, filter }: Page<SessionSort>,
): Promise<SessionPage | null> => {
  const view = { sessionSort: sort, filter };
  const after = cursor === null ? null : (cursor.after as SessionId);
  if (after !== null) {
    const picture = await glimpse(control, { ...view, sessions: rowsFrom(after, limit + 1) });
    if (picture === null) return null;
    const { from, total, rows } = picture.sessions;
    // Near the end of the list the window begins before its anchor.
    const start = rows.findIndex(({ id }) => id === after) + 1;
    if (start > 0) {
      return { rows: rows.slice(start, start + limit), from: from + start, total };
    }
  }
  // Whoever is gone has left a gap that the others have closed: one row twice, and none missed.
  const skip = Math.max(0, (cursor?.skip ?? 0) - (after === null ? 0 : 1));
  const picture = await glimpse(control, {
    ...view,
    sessions: rowsFrom<SessionId>(null, skip + limit),
  });
  if (picture === null) return null;
  const { total, rows } = picture.sessions;
  return { rows: rows.slice(skip, skip + limit), from: Math.min(skip, total), total };
};

/** `GET /v1/sessions` */
export const listSessions: Handler = async ({ query }, office) => {
  const given = parametersOf(query, ['limit', 'cursor', 'sort', 'filter']);
  if (!given.ok) return given.answer;
  const page = pageOf(given.value, sessionOrders);
  if (!page.ok) return page.answer;
  const found = await sessionPage(office, page.value);
  if (found === null) return stopped;
  const { rows, from, total } = found;
  const last = rows.at(-1);
  const end = from + rows.length;
  const next =
    last === undefined || end >= total ? null : cursorText({ after: last.id, skip: end });
  return json({ sessions: rows, total, next });
};

/** `GET /v1/sessions/{session}` */
export const showSession: Handler = async (ask, { control }) => {
  const session = sessionIn(ask);
  if (!session.ok) return session.answer;
  const none = parametersOf(ask.query, []);
  if (!none.ok) return none.answer;
  const { value: id } = session;
  const picture = await glimpse(control, {
    sessions: rowsFrom(id, 1),
    session: id,
    gone: MOST_GONE,
  });
  if (picture === null) return stopped;
  const row = picture.sessions.rows.find((each) => each.id === id);
  return row === undefined
    ? problem(404, `${id} has neither viewers nor a cap or lock of its own: list /v1/sessions`)
    : json({ session: row, gone: picture.session === id ? picture.gone : [] });
};

const viewerPage = (
  rows: readonly ViewerRow[],
  isMore: boolean,
  { cursor }: Page<ViewerSort>,
): Answer => {
  const last = rows.at(-1);
  const skip = (cursor?.skip ?? 0) + rows.length;
  const next = last === undefined || !isMore ? null : cursorText({ after: last.id, skip });
  return json({ viewers: rows, next });
};

/** `GET /v1/viewers` */
export const listViewers: Handler = async ({ query }, { control }) => {
  const given = parametersOf(query, ['limit', 'cursor', 'sort', 'filter', 'session']);
  if (!given.ok) return given.answer;
  const page = pageOf(given.value, viewerOrders);
  if (!page.ok) return page.answer;
  const { limit, cursor, sort, filter } = page.value;
  const wanted = given.value.session;
  const session = wanted === undefined ? read(null) : sessionIn({ params: { session: wanted } });
  if (!session.ok) return session.answer;
  const after = cursor === null ? read(null) : viewerIn({ params: { viewer: cursor.after } });
  if (!after.ok) return after.answer;
  // By age nothing is to be sorted: that is how they stand.
  const isPlain = !sort.reversed && (sort.by === 'age' || sort.by === 'id');
  const result = await control.command({
    do: 'list',
    session: session.value,
    filter,
    after: after.value,
    most: limit,
    ...(isPlain ? {} : { sort, skip: Math.max(0, (cursor?.skip ?? 0) - 1) }),
  });
  return result.ok
    ? viewerPage(result.viewers ?? [], result.more === true, page.value)
    : problem(409, result.reason);
};

/** `GET /v1/viewers/{viewer}` */
export const showViewer: Handler = async (ask, { control }) => {
  const viewer = viewerIn(ask);
  if (!viewer.ok) return viewer.answer;
  const none = parametersOf(ask.query, []);
  if (!none.ok) return none.answer;
  const picture = await glimpse(control, { detail: viewer.value });
  if (picture === null) return stopped;
  return picture.detail === null ? noViewer(viewer.value) : json(picture.detail);
};
