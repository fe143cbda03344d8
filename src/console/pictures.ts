/** What the console makes of a new picture, and what it asks to see in the next. */
import type { Snapshot, View } from '../contract.ts';
import { refreshPreview } from './cap-dialog.ts';
import { inOrderOf, noCursor, settle, windowOf } from './cursor.ts';
import { eventRowsOf } from './layout.ts';
import { layoutIn, type State, type Step, viewersIn } from './state.ts';

/** Events asked for per row while following: equal refusals fold into one. */
const foldingReserve = 12;

/** A picture in the order of the last one while the operator moves through it. */
const held = (state: State, next: Snapshot): Snapshot => {
  const { snapshot } = state;
  if (snapshot === null || state.now >= state.heldUntil) return next;
  return {
    ...next,
    sessions: inOrderOf(snapshot.sessions, next.sessions),
    viewers:
      snapshot.session === next.session ? inOrderOf(snapshot.viewers, next.viewers) : next.viewers,
  };
};

/** The state with a new picture: the cursors stay on their ids, or are known to have lost them. */
export const onSnapshot = (before: State, picture: Snapshot): Step => {
  const layout = layoutIn(before);
  const snapshot = held(before, picture);
  const sessions = settle(
    before.sessions,
    before.snapshot?.sessions ?? null,
    snapshot.sessions,
    layout.sessions,
  );
  const state: State = { ...before, snapshot, receivedAt: before.now, sessions };
  const wanted = state.wanted?.cap === snapshot.cap ? null : state.wanted;
  const chosen = before.viewers.id;
  const lost = chosen === null ? before.lost : { viewer: chosen, at: before.now };
  if (sessions.id !== before.sessions.id) {
    // The session under the cursor has gone: its viewers with it, and nobody else's are meant.
    const focus = state.focus === 'viewers' ? 'sessions' : state.focus;
    const viewers = viewersIn({ ...state, sessions })
      ? settle(noCursor, null, snapshot.viewers, layout.viewers)
      : noCursor;
    return refreshPreview({ ...state, wanted, focus, viewers, lost });
  }
  const slice = viewersIn(state);
  if (slice === null) return refreshPreview({ ...state, wanted });
  const viewers = settle(before.viewers, viewersIn(before), slice, layout.viewers);
  return refreshPreview({
    ...state,
    wanted,
    viewers,
    lost:
      chosen !== null && viewers.id !== chosen && before.viewers.seek === null ? lost : before.lost,
  });
};

/** What to ask the proxy for: what is drawn, and a page either side of it. */
export const viewOf = (state: State): View => {
  const layout = layoutIn(state);
  const events = eventRowsOf(layout, state.focus);
  return {
    sessions: windowOf(state.sessions, layout.sessions),
    session: state.sessions.id,
    viewers: windowOf(state.viewers, layout.viewers),
    worst: layout.worst,
    events:
      state.upTo === null
        ? { rows: Math.min(200, events * foldingReserve), upTo: null }
        : { rows: events, upTo: state.upTo },
  };
};
