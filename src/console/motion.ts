/** Moving through the lists. */
import { type Motion, move, noCursor } from './cursor.ts';
import { movedFeed } from './feed-window.ts';
import { viewersIn } from './selection.ts';
import { layoutIn, type State } from './state.ts';

/** How long a list keeps its order after the cursor was moved. */
const orderMs = 2000;

/** The state after a key that moves the cursor, or the feed where it has the focus. */
export const moved = (state: State, motion: Motion): State => {
  const layout = layoutIn(state);
  const { snapshot } = state;
  if (snapshot === null) return state;
  const heldUntil = state.now + orderMs;
  if (state.focus === 'viewers') {
    const slice = viewersIn(state);
    if (slice === null) return state;
    return { ...state, heldUntil, viewers: move(state.viewers, motion, slice, layout.viewers) };
  }
  if (state.focus === 'sessions') {
    const sessions = move(state.sessions, motion, snapshot.sessions, layout.sessions);
    if (sessions.id === state.sessions.id) return { ...state, heldUntil, sessions };
    // Another session: its viewers are not known yet, and none of them is chosen.
    return { ...state, heldUntil, sessions, viewers: noCursor, lost: null };
  }
  return movedFeed(state, motion);
};
