/**
 * Holding the picture still while the proxy, the keys and the countdowns go on. The newest
 * picture waits behind the one that is shown; keys act on the ids that are drawn. What a still
 * picture cannot answer, such as another order or another session, ends the pause.
 */
import type { Slice } from '../contract.ts';
import type { Cursor } from './cursor.ts';
import { onSnapshot, viewOf } from './pictures.ts';
import { viewersIn } from './selection.ts';
import { done, type State, type Step, withNotice } from './state.ts';

/** How long the picture has stood still, in milliseconds; null where it moves. */
export const pausedFor = ({ paused, now }: State): number | null =>
  paused === null ? null : now - paused.at;

/** Lines of the feed that have come since the picture stands still. */
export const hiddenEvents = ({ paused, snapshot }: State): number =>
  Math.max(0, (paused?.latest?.newestEvent ?? 0) - (snapshot?.newestEvent ?? 0));

/** The state with the newest picture shown. */
const resumed = (state: State): Step => {
  const { paused, receivedAt } = state;
  const going: State = { ...state, paused: null };
  const latest = paused?.latest ?? null;
  if (latest === null) return done(going);
  const { state: next, effects } = onSnapshot(going, latest);
  return { state: { ...next, receivedAt }, effects };
};

/** `p`: holds the picture, or goes on with the newest one. */
export const togglePause = (state: State): Step => {
  if (state.paused !== null) {
    const { state: next, effects } = resumed(state);
    return { state: { ...next, notice: null }, effects };
  }
  if (state.snapshot === null) return done(state);
  const held: State = { ...state, paused: { at: state.now, latest: null } };
  return done(withNotice(held, 'good', 'the picture stands still, the proxy does not: p goes on'));
};

/** The parts of what is asked for that only another picture can answer. */
const questionOf = (state: State): string => {
  const { session, sessionSort, viewerSort, filter, events } = viewOf(state);
  const { sessions, viewers } = state;
  return JSON.stringify([
    session,
    sessionSort,
    viewerSort,
    filter,
    events,
    sessions.seek,
    viewers.seek,
  ]);
};

/** The cursor has come to the end of the rows that the picture has, and not to that of the list. */
const isAtEdge = <Id>(
  { id }: Cursor<Id>,
  { from, total, rows }: Slice<{ readonly id: Id }>,
): boolean =>
  (from > 0 && rows[0]?.id === id) || (from + rows.length < total && rows.at(-1)?.id === id);

/** The cursor has gone to a row that the picture has. */
const isShown = (state: State): boolean => {
  const { id } = state.viewers;
  return id === null || viewersIn(state)?.rows.some((row) => row.id === id) === true;
};

const atEdge = (state: State): boolean => {
  const viewers = viewersIn(state);
  return (
    (state.snapshot !== null && isAtEdge(state.sessions, state.snapshot.sessions)) ||
    (viewers !== null && isAtEdge(state.viewers, viewers))
  );
};

/** What a key did, and the end of the pause where the picture that stands still cannot show it. */
export const goingOnIfAsked = (before: State, { state, effects }: Step): Step => {
  if (before.paused === null || state.paused === null) return { state, effects };
  const moved = before.sessions !== state.sessions || before.viewers !== state.viewers;
  const has = !moved || (isShown(state) && !atEdge(state));
  const answered = has && questionOf(before) === questionOf(state);
  if (answered) return { state, effects };
  const next = resumed(state);
  const { notice } = state;
  const text =
    notice === null || notice === before.notice
      ? 'going on: a picture that stands still cannot show that'
      : `${notice.text}; the picture goes on`;
  return {
    state: withNotice(
      next.state,
      notice === before.notice ? 'warn' : (notice?.tone ?? 'warn'),
      text,
    ),
    effects: [...effects, ...next.effects],
  };
};
