/** Going to a viewer or a session from elsewhere: the feed, the worst viewers, the palette. */
import type { SessionId, ViewerId } from '../contract.ts';
import { cursorOn, noCursor } from './cursor.ts';
import { noFilter } from './filter-text.ts';
import { viewersIn } from './selection.ts';
import { type State, withNotice } from './state.ts';

/** The viewer is in the list that is shown, whatever that is filtered by. */
const isListed = (state: State, session: SessionId, viewer: ViewerId): boolean =>
  state.sessions.id === session && viewersIn(state)?.rows.some(({ id }) => id === viewer) === true;

const unfiltered = (state: State): State =>
  withNotice({ ...state, filter: noFilter }, 'warn', 'filter cleared');

const onSession = (state: State, session: SessionId): State => ({
  ...state,
  sessions: cursorOn(session, state.sessions.top),
  lost: null,
});

/**
 * The cursors on a viewer and its session, whether or not the picture shows them yet. A filter
 * that may hide them is cleared.
 */
export const jumpTo = (state: State, session: SessionId, viewer: ViewerId): State => {
  const top = state.sessions.id === session ? state.viewers.top : 0;
  const moved: State = {
    ...onSession(state, session),
    focus: 'viewers',
    viewers: cursorOn(viewer, top),
  };
  const hidden = state.filter.text !== '' && !isListed(state, session, viewer);
  return hidden ? unfiltered(moved) : moved;
};

/**
 * The cursor on a session. The picture may not have it: it is then asked for, unfiltered, and
 * where there is none the cursor goes back to where it was.
 */
export const jumpToSession = (state: State, session: SessionId): State => {
  const isKnown = state.snapshot?.sessions.rows.some(({ id }) => id === session) === true;
  const moved: State = {
    ...onSession(state, session),
    focus: 'sessions',
    viewers: state.sessions.id === session ? state.viewers : noCursor,
  };
  if (isKnown) return moved;
  const { id, atTop, back } = state.sessions;
  const sessions = { ...moved.sessions, back: back ?? { id, atTop } };
  return withNotice({ ...moved, sessions, filter: noFilter }, 'warn', `looking for ${session}`);
};
