/** The viewer that is looked at closely, on its page or in the pane, and what is known of it. */
import type { Tombstone, ViewerDetail, ViewerId, ViewerRow } from '../contract.ts';
import { knownViewer, selectedViewer } from './selection.ts';
import { layoutIn, type State } from './state.ts';

/** All that a picture says of a viewer that is here. */
export type Closeness = Extract<ViewerDetail, { readonly gone: false }>;

/** A viewer that is here; `more` is null until a picture says more than its row. */
export type Present = { readonly row: ViewerRow; readonly more: Closeness | null };

/** What is known of a viewer, here or gone. */
export type LookedAt = Present | { readonly tombstone: Tombstone };

/** The viewer of the pane: under the cursor, or else the one that needs a hand most. */
export const paneViewer = (state: State): ViewerId | null => {
  if (layoutIn(state).detail === 0) return null;
  if (state.focus === 'viewers') return selectedViewer(state)?.id ?? null;
  return state.snapshot?.worst[0]?.id ?? selectedViewer(state)?.id ?? null;
};

/** The viewer to ask the proxy about: that of the open page, or else that of the pane. */
export const detailOf = (state: State): ViewerId | null =>
  state.modal.mode === 'detail' ? state.modal.viewer : paneViewer(state);

/** What the picture has of a viewer; null: it is not here, and not gone for long. */
export const lookedAt = (state: State, viewer: ViewerId): LookedAt | null => {
  const detail = state.snapshot?.detail ?? null;
  if (detail?.gone === false && detail.row.id === viewer) return { row: detail.row, more: detail };
  if (detail?.gone === true && detail.tombstone.id === viewer) {
    return { tombstone: detail.tombstone };
  }
  const tombstone = state.snapshot?.gone.find(({ id }) => id === viewer);
  if (tombstone !== undefined) return { tombstone };
  const row = knownViewer(state, viewer);
  return row === null ? null : { row, more: null };
};
