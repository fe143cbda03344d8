/** Who is drawn as the worst, and the digits beside them. */
import type { ViewerRow } from '../contract.ts';
import { knownViewer, layoutIn, type State } from './state.ts';
import { retagged } from './tags.ts';

/**
 * The rows of the worst viewers that are drawn, the worst first. Whoever is being evicted by its
 * digit stays among them, so that the countdown is where the key was, and so is its recovery.
 */
export const laneOf = (state: State): readonly ViewerRow[] => {
  const most = layoutIn(state).worst;
  if (most === 0) return [];
  const worst = state.snapshot?.worst ?? [];
  const staying = state.armed
    .filter(({ by }) => by === 'digit')
    .flatMap(({ viewer }) => knownViewer(state, viewer) ?? [])
    .slice(-most);
  const kept = new Set(staying.map(({ id }) => id));
  const others = worst.filter(({ id }) => !kept.has(id)).slice(0, most - kept.size);
  const chosen = new Set([...others.map(({ id }) => id), ...kept]);
  const inOrder = worst.filter(({ id }) => chosen.has(id));
  const seen = new Set(inOrder.map(({ id }) => id));
  return [...inOrder, ...staying.filter(({ id }) => !seen.has(id))];
};

/** The state with the digits of what it draws. */
export const withTags = (state: State): State => {
  const drawn = laneOf(state).map(({ id }) => id);
  const tags = retagged(state.tags, drawn, state.now);
  return tags === state.tags ? state : { ...state, tags };
};
