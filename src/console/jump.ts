/** Going to a viewer from elsewhere: the feed, the worst viewers, the palette. */
import type { SessionId, ViewerId } from '../contract.ts';
import { noFilter } from './filter-text.ts';
import { type State, viewersIn, withNotice } from './state.ts';

/** The viewer is in the list that is shown, whatever that is filtered by. */
const isListed = (state: State, session: SessionId, viewer: ViewerId): boolean =>
  state.sessions.id === session && viewersIn(state)?.rows.some(({ id }) => id === viewer) === true;

/**
 * The cursors on a viewer and its session, whether or not the picture shows them yet. A filter
 * that may hide them is cleared.
 */
export const jumpTo = (state: State, session: SessionId, viewer: ViewerId): State => {
  const same = state.sessions.id === session;
  const hidden = state.filter.text !== '' && !isListed(state, session, viewer);
  const moved: State = {
    ...state,
    filter: hidden ? noFilter : state.filter,
    focus: 'viewers',
    sessions: { id: session, top: state.sessions.top, seek: null, unsure: 2 },
    viewers: { id: viewer, top: same ? state.viewers.top : 0, seek: null, unsure: 2 },
    lost: null,
  };
  return hidden ? withNotice(moved, 'warn', 'filter cleared') : moved;
};
