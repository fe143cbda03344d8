/**
 * Marked viewers: a choice of ids that stays whatever the list does, until they are gone. What
 * is gone is known by the rows that the proxy follows; a picture that was asked for before a
 * mark was set says nothing about it.
 */
import type { CommandResult, SessionId, Snapshot, ViewerId } from '../contract.ts';
import { aimOf } from './aim.ts';
import { followsAll } from './followed.ts';
import { plural } from './format.ts';
import { moved } from './motion.ts';
import { done, type State, type Step, withNotice } from './state.ts';

/** Most marks, and most viewers that one `list` gives. */
const most = 1000;

/**
 * Pictures after which one is certain to answer the newest question: one may be under way when
 * it is asked, and the next is made only when that one was taken.
 */
export const unsurePictures = 2;

/** Whether the viewer is marked. */
export const isMarked = ({ marks }: State, viewer: ViewerId): boolean => marks.includes(viewer);

/** How many are marked, in words; empty where nobody is. */
export const marksLabel = ({ marks }: State): string =>
  marks.length === 0 ? '' : `${marks.length} marked`;

const withMarks = (state: State, marks: readonly ViewerId[]): State => ({
  ...state,
  marks,
  marksUnsure: unsurePictures,
});

/** `space`: marks the viewer under the cursor or takes its mark away, and goes on to the next. */
export const toggleMark = (state: State): State => {
  if (state.focus !== 'viewers')
    return withNotice(state, 'warn', 'space marks in the viewers: tab');
  const aim = aimOf(state);
  if ('trouble' in aim) return withNotice(state, 'warn', aim.trouble);
  const { viewer } = aim;
  if (isMarked(state, viewer)) {
    return moved({ ...state, marks: state.marks.filter((id) => id !== viewer) }, 'down');
  }
  if (state.marks.length >= most) {
    return withNotice(state, 'warn', `${most} viewers are marked, and no more can be`);
  }
  return moved(withMarks(state, [...state.marks, viewer]), 'down');
};

/** `*`: marks all viewers of the session that the filter lets through, as the proxy lists them. */
export const markListed = (state: State): Step => {
  const session = state.sessions.id;
  if (session === null) return done(withNotice(state, 'warn', 'no session to mark viewers of'));
  return {
    state,
    effects: [
      {
        do: 'send',
        command: { do: 'list', session, filter: state.filter.terms, after: null, most },
        reply: { of: 'list', for: 'marks', session },
      },
    ],
  };
};

/** The viewers that the proxy listed, marked. */
export const listedForMarks = (state: State, session: SessionId, result: CommandResult): State => {
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
export const clearMarks = (state: State): State => ({ ...state, marks: [] });

/**
 * The state when a picture comes: without the marks of viewers that are gone, once the picture
 * answers a question that had them all.
 */
export const seenByMarks = (state: State, picture: Snapshot): State => {
  const marksUnsure = followsAll(state) ? Math.max(0, state.marksUnsure - 1) : unsurePictures;
  if (marksUnsure > 0 || state.marks.length === 0) return { ...state, marksUnsure };
  const there = new Set(picture.followed.map(({ id }) => id));
  const marks = state.marks.filter((id) => there.has(id));
  return {
    ...state,
    marksUnsure,
    marks: marks.length === state.marks.length ? state.marks : marks,
  };
};
