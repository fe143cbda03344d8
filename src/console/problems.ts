/** From one viewer that needs a hand to the next, in whatever session it is. */
import { jumpTo } from './jump.ts';
import { newestPicture } from './sight.ts';
import { type State, withNotice } from './state.ts';

/**
 * `n`, `N`: the cursor on the next or the previous one, round and round, the worst first; from
 * the page of a viewer to the page of the next.
 */
export const nextProblem = (state: State, by: 1 | -1): State => {
  const { modal, focus } = state;
  const worst = newestPicture(state)?.worst ?? [];
  const isPage = modal.mode === 'detail';
  const from = isPage ? modal.viewer : focus === 'viewers' ? state.viewers.id : null;
  const at = worst.findIndex(({ id }) => id === from);
  const to = at < 0 ? (by > 0 ? 0 : worst.length - 1) : (at + by + worst.length) % worst.length;
  const next = worst[to];
  if (next === undefined) return withNotice(state, 'good', 'no viewer needs you');
  const there = jumpTo(state, next.session, next.id);
  return isPage ? { ...there, modal: { mode: 'detail', viewer: next.id } } : there;
};
