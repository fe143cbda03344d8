/** Whom a key means: the viewer of the open page, or else the one under the cursor. */
import type { ViewerId, ViewerRow } from '../contract.ts';
import { laneOf } from './lane.ts';
import { justLost, rowNow } from './sight.ts';
import { selectedViewer } from './selection.ts';
import type { State } from './state.ts';

/** A viewer, or why there is none. */
export type Aim = { readonly viewer: ViewerId } | { readonly trouble: string };

/** What to say of a viewer that the cursor was on, and that is not in its list any more. */
const lostText = (state: State, viewer: ViewerId): string =>
  rowNow(state, viewer) === null
    ? `${viewer} had already gone`
    : `${viewer} is not in this list any more`;

/**
 * The viewer under the cursor of the viewers: in its list, or among the worst, where the cursor
 * stands beside it before the list has come; null where it is drawn in neither.
 */
export const chosenViewer = (state: State): ViewerRow | null =>
  selectedViewer(state) ?? laneOf(state).find(({ id }) => id === state.viewers.id) ?? null;

/** Whom a key means. Who has left or cannot be read on the screen is not meant. */
export const aimOf = (state: State): Aim => {
  const { modal, focus } = state;
  if (modal.mode === 'detail') {
    const { viewer } = modal;
    return rowNow(state, viewer) === null ? { trouble: `${viewer} has gone` } : { viewer };
  }
  const lost = justLost(state);
  if (lost !== null) return { trouble: lostText(state, lost) };
  const row = focus === 'viewers' ? chosenViewer(state) : null;
  return row === null ? { trouble: 'no viewer under the cursor' } : { viewer: row.id };
};
