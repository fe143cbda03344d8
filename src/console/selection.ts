/** What of the picture is drawn, and what of that is chosen. */
import type { Snapshot, ViewerId, ViewerRow } from '../contract.ts';
import { drawn } from './cursor.ts';
import { viewerLead } from './layout.ts';
import { layoutIn, type State } from './state.ts';

/** The picture's list of viewers, if it is that of the selected session. */
export const viewersIn = (state: State): Snapshot['viewers'] | null =>
  state.snapshot !== null && state.snapshot.session === state.sessions.id
    ? state.snapshot.viewers
    : null;

/** The session under the cursor; null where none is drawn. */
export const selectedSession = (state: State): Snapshot['sessions']['rows'][number] | null =>
  state.snapshot?.sessions.rows.find((row) => row.id === state.sessions.id) ?? null;

/**
 * How many viewers the selected session lists: all that it has while its own picture is still to
 * come; 0 where no session is drawn.
 */
export const listedViewers = (state: State): number =>
  viewersIn(state)?.total ?? selectedSession(state)?.viewers ?? 0;

/** The sessions that are drawn. */
export const drawnSessions = (state: State): Snapshot['sessions']['rows'] =>
  state.snapshot === null
    ? []
    : drawn(state.sessions, state.snapshot.sessions, layoutIn(state).sessions);

/** The viewers that are drawn. */
export const drawnViewers = (state: State): Snapshot['viewers']['rows'] => {
  const viewers = viewersIn(state);
  return viewers === null ? [] : drawn(state.viewers, viewers, layoutIn(state).viewers);
};

/** Whether the viewers' rows have room for the whole of an id. */
export const isReadable = (state: State, viewer: ViewerId): boolean =>
  layoutIn(state).right >= viewerLead(layoutIn(state)) + viewer.length;

/** The viewer under the cursor; null where its id is not drawn: what is not seen is not chosen. */
export const selectedViewer = (state: State): ViewerRow | null => {
  const row = drawnViewers(state).find(({ id }) => id === state.viewers.id);
  return row === undefined || !isReadable(state, row.id) ? null : row;
};

/** The rows of viewers that the picture has, wherever they stand in it; the same may come twice. */
export const knownViewers = ({ snapshot }: State): readonly ViewerRow[] =>
  snapshot === null
    ? []
    : [
        ...snapshot.viewers.rows,
        ...snapshot.worst,
        ...snapshot.followed,
        ...(snapshot.detail?.gone === false ? [snapshot.detail.row] : []),
      ];

/** What the picture knows of a viewer; null where it is not in it. */
export const knownViewer = (state: State, viewer: ViewerId): ViewerRow | null =>
  knownViewers(state).find(({ id }) => id === viewer) ?? null;
