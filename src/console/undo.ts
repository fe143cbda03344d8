/** `u`: one way back, from whatever can be taken back. */
import { undoCap } from './caps.ts';
import { undoEviction } from './evictions.ts';
import { done, type State, type Step, withNotice } from './state.ts';

/** Takes back what was armed last, or else the last change of a cap. */
export const undo = (state: State): Step => {
  const saved = undoEviction(state);
  if (saved !== null) return done(saved);
  return undoCap(state) ?? done(withNotice(state, 'warn', 'nothing to undo'));
};
