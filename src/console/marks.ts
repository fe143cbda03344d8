/**
 * Marked viewers: a choice of ids that stays whatever the list does, until they are gone. What
 * is gone is known by the rows that the proxy follows; a picture that was asked for before a
 * mark was set says nothing about it.
 */
import type { CommandResult, Filter, SessionId, Snapshot, ViewerId } from '../contract.ts';
import { aimOf } from './aim.ts';
import { unsurePictures } from './cursor.ts';
import { followsAll } from './followed.ts';
import { plural } from './format.ts';
import { moved } from './motion.ts';
import { justLost, rowsNow } from './sight.ts';
import { selectedViewer, viewersIn } from './selection.ts';
import { done, type Effect, type State, type Step, withNotice } from './state.ts';
import { shortenMiddle } from './text.ts';

/** Most marks, and most viewers that one `list` gives. */
const most = 1000;

/** Whether the viewer is marked. */
export const isMarked = ({ marks }: State, viewer: ViewerId): boolean => marks.includes(viewer);

/** The sessions of the marked viewers, as far as the newest picture knows them. */
const markedSessions = (state: State): readonly SessionId[] => {
  const rows = rowsNow(state);
  return [...new Set(state.marks.flatMap((id) => rows.get(id)?.session ?? []))];
};

const markedIn = (state: State, sessions: readonly SessionId[], cut: string): string => {
  const [only] = sessions;
  const where =
    sessions.length > 1
      ? ` in ${sessions.length} sessions`
      : only === undefined
        ? ''
        : ` in ${shortenMiddle(only, 24, cut)}`;
  return `${state.marks.length} marked${where}`;
};

/** How many are marked, and where if not in the listed session alone; empty where nobody is. */
export const marksLabel = (state: State, cut: string): string => {
  if (state.marks.length === 0) return '';
  const sessions = markedSessions(state);
  const isHere = sessions.length === 1 && sessions[0] === state.sessions.id;
  return markedIn(state, isHere ? [] : sessions, cut);
};

/**
 * Why `e` means none of the marked viewers: all of them are in other sessions than the listed
 * one, or kept out of its list by the filter; null where it means them.
 */
export const marksOutOfSight = (state: State): string | null => {
  const { marks, sessions: at, filter } = state;
  const listed = new Set(viewersIn(state)?.rows.map(({ id }) => id));
  const sessions = markedSessions(state);
  const isWhole = filter.text === '' && at.id !== null && sessions.includes(at.id);
  if (marks.length === 0 || isWhole || marks.some((id) => listed.has(id))) return null;
  const who = markedIn(state, sessions, '~');
  return `${who}: \\ clears the marks, E evicts them`;
};

const withMarks = (state: State, marks: readonly ViewerId[]): State => ({
  ...state,
  marks,
  marksUnsure: unsurePictures,
});

/** To the next row; not from one that the list does not have yet. */
const onward = (state: State): State =>
  selectedViewer(state) === null ? state : moved(state, 'down');

/** `space`: marks the viewer under the cursor or takes its mark away, and goes on to the next. */
export const toggleMark = (state: State): State => {
  if (state.focus !== 'viewers')
    return withNotice(state, 'warn', 'space marks in the viewers: tab');
  const aim = aimOf(state);
  if ('trouble' in aim) return withNotice(state, 'warn', aim.trouble);
  const { viewer } = aim;
  if (isMarked(state, viewer)) {
    return onward({ ...state, marks: state.marks.filter((id) => id !== viewer) });
  }
  if (state.marks.length >= most) {
    return withNotice(state, 'warn', `${most} viewers are marked, and no more can be`);
  }
  return onward(withMarks(state, [...state.marks, viewer]));
};

/** Asks the proxy for the viewers of a session that meet a filter, as many as can be marked. */
export const listOf = (session: SessionId, filter: Filter, use: 'marks' | 'bulk'): Effect => ({
  do: 'send',
  command: { do: 'list', session, filter, after: null, most },
  reply: { of: 'list', for: use, session },
});

/** `*`: marks all viewers of the session that the filter lets through, as the proxy lists them. */
export const markListed = (state: State): Step => {
  const session = state.sessions.id;
  if (session === null) return done(withNotice(state, 'warn', 'no session to mark viewers of'));
  if (justLost(state) !== null) {
    return done(withNotice(state, 'warn', `the cursor has just come to ${session} by itself`));
  }
  const asked = listOf(session, state.filter.terms, 'marks');
  return { state: { ...state, marking: session }, effects: [asked] };
};

/** The viewers that the proxy listed, marked. */
export const listedForMarks = (before: State, session: SessionId, result: CommandResult): State => {
  // Whoever has cleared the marks meanwhile wants none.
  if (before.marking !== session) return before;
  const state: State = { ...before, marking: null };
  if (!result.ok) return withNotice(state, 'bad', `nobody was marked: ${result.reason}`);
  const listed = result.viewers?.map(({ id }) => id) ?? [];
  if (listed.length === 0) return withNotice(state, 'warn', `no viewer to mark in ${session}`);
  const all = [...new Set([...state.marks, ...listed])];
  const next = withMarks(state, all.slice(0, most));
  if (all.length > most) {
    return withNotice(next, 'warn', `${most} viewers are marked, and no more can be`);
  }
  const said = `marked ${plural(listed.length, 'viewer')} of ${session}`;
  return result.more === true
    ? withNotice(next, 'warn', `${said}, the oldest; there are more`)
    : withNotice(next, 'good', said);
};

/** Takes all marks away. */
export const clearMarks = (state: State): State => ({ ...state, marks: [], marking: null });

/**
 * The state when a picture comes: without the marks of viewers that are gone, once the picture
 * answers a question that had them all.
 */
export const seenByMarks = (state: State, picture: Snapshot): State => {
  const marksUnsure = followsAll(state) ? Math.max(0, state.marksUnsure - 1) : unsurePictures;
  if (marksUnsure > 0 || state.marks.length === 0) return { ...state, marksUnsure };
  const there = new Set(picture.followed.map(({ id }) => id));
  const marks = state.marks.filter((id) => there.has(id));
  if (marks.length === state.marks.length) return { ...state, marksUnsure };
  // A key that was meant for the marked ones must not mean the viewer under the cursor.
  const last = marks.length === 0 ? state.marks.at(-1) : undefined;
  const lost = last === undefined ? state.lost : { viewer: last, at: state.now };
  return { ...state, marksUnsure, marks, lost };
};
