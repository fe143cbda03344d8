/** What the console makes of a new picture, and what it asks to see in the next. */
import type { Snapshot, View, ViewerId } from '../contract.ts';
import { refreshPreview } from './cap-dialog.ts';
import { inOrderOf, noCursor, settle, settleAtTop, windowOf } from './cursor.ts';
import { feedView, settledFeed } from './feed-window.ts';
import { followedIn } from './followed.ts';
import { detailOf } from './looked-at.ts';
import { blindMs } from './sight.ts';
import { viewersIn } from './selection.ts';
import { layoutIn, type State, type Step, withNotice } from './state.ts';
import { rested } from './tags.ts';

/** So many of the worst are asked for, wherever they are drawn: `n` goes from one to the next. */
const mostWorst = 32;

/** A picture in the order of the last one while the operator moves through it. */
const held = (state: State, next: Snapshot): Snapshot => {
  const { snapshot } = state;
  if (snapshot === null || state.now >= state.heldUntil) return next;
  return {
    ...next,
    // From its top a list is watched, not walked through.
    sessions: state.sessions.atTop ? next.sessions : inOrderOf(snapshot.sessions, next.sessions),
    viewers:
      snapshot.session === next.session ? inOrderOf(snapshot.viewers, next.viewers) : next.viewers,
  };
};

const viewerIn = ({ detail }: Snapshot): ViewerId | null =>
  detail === null ? null : detail.gone ? detail.tombstone.id : detail.row.id;

/** A new picture behind one that stands still; of it is shown only a viewer just looked at. */
const behind = (state: State, paused: NonNullable<State['paused']>, latest: Snapshot): State => {
  const { snapshot, now, wanted } = state;
  const isNew = snapshot !== null && viewerIn(snapshot) !== detailOf(state);
  return {
    ...state,
    snapshot: isNew ? { ...snapshot, detail: latest.detail } : snapshot,
    receivedAt: now,
    wanted: wanted?.cap === latest.cap ? null : wanted,
    paused: { ...paused, latest },
  };
};

/** The state without the time in which nothing could be drawn, where that decides whom a key means. */
const caughtUp = (state: State): State => {
  const { lost, tags, now } = state;
  const blind = blindMs(state);
  return {
    ...state,
    tags: rested(tags, now, blind),
    lost: lost === null ? null : { ...lost, at: Math.min(now, lost.at + blind) },
  };
};

/**
 * The state with its session fixed by id where something is about it: its viewers have the
 * focus or marks, or are being asked for, or it is in a question. No other may take its place then.
 */
const pinned = (state: State): State => {
  const { sessions, focus, modal, marking, marks } = state;
  const isMeant =
    focus === 'viewers' ||
    modal.mode === 'cap' ||
    modal.mode === 'bulk' ||
    marking !== null ||
    marks.length > 0;
  return isMeant && sessions.id !== null && sessions.atTop
    ? { ...state, sessions: { ...sessions, atTop: false } }
    : state;
};

/** The state that says so where the session that the cursor was sent to is not there. */
const missed = (before: State, state: State): State =>
  before.sessions.back !== null &&
  state.sessions.back === null &&
  state.sessions.id !== before.sessions.id
    ? withNotice(state, 'warn', `no session ${before.sessions.id ?? ''}`)
    : state;

/** The state with a new picture: the cursors stay on their ids, or are known to have lost them. */
export const onSnapshot = (shown: State, picture: Snapshot): Step => {
  if (shown.paused !== null) return refreshPreview(behind(shown, shown.paused, picture));
  const before = pinned(caughtUp(shown));
  const layout = layoutIn(before);
  const snapshot = held(before, picture);
  const sessions = settleAtTop(
    before.sessions,
    before.snapshot?.sessions ?? null,
    snapshot.sessions,
    layout.sessions,
  );
  const moved = { ...before, snapshot, receivedAt: before.now, sessions };
  const state = missed(before, settledFeed(moved));
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
  const { sessions } = state;
  return {
    sessions: windowOf(sessions.atTop ? noCursor : sessions, layout.sessions),
    // From the top, the viewers of whichever is first come in the same picture.
    session: sessions.atTop ? null : sessions.id,
    viewers: windowOf(state.viewers, layout.viewers),
    sessionSort: state.sessionSort,
    viewerSort: state.viewerSort,
    filter: state.filter.terms,
    worst: mostWorst,
    followed: followedIn(state),
    detail: detailOf(state),
    gone: layout.viewers,
    events: feedView(state),
  };
};
