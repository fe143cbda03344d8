/**
 * The question whether to evict, for operators who want to be asked each time. It is about the
 * viewers of the moment in which it was asked; who they are and how they are goes on being shown.
 */
import type { ViewerId } from '../contract.ts';
import { unsurePictures } from './cursor.ts';
import { lookUp } from './keymap.ts';
import { dialogRows } from './layout.ts';
import type { ConfirmDialog } from './modal.ts';
import { evictAll, sayEvicting } from './pace.ts';
import { frozen, stillThere } from './standings.ts';
import { closed, done, layoutIn, type State, type Step, withNotice } from './state.ts';

/** Least columns that say whom `y` would evict. */
const leastColumns = 20;

/** There is a row for each, or for the one, and for the keys. */
const fits = (state: State, count: number): boolean => {
  const layout = layoutIn(state);
  return dialogRows(layout) > count && layout.columns >= leastColumns;
};

const tooSmall = (state: State): State =>
  withNotice(state, 'bad', 'no room to ask: make the terminal larger');

/** Asks whether to evict them. Who is not seen is not evicted. */
export const askFirst = (
  state: State,
  viewers: readonly ViewerId[],
  reason: string | null = null,
): Step => {
  if (!fits(state, viewers.length)) return done(tooSmall(state));
  const modal: ConfirmDialog = {
    mode: 'confirm',
    viewers: frozen(state, viewers),
    reason,
    unsure: unsurePictures,
  };
  return done({ ...state, modal, notice: null });
};

const confirmed = (state: State, dialog: ConfirmDialog): Step => {
  if (!fits(state, dialog.viewers.length)) return done(tooSmall(state));
  const ids = stillThere(state, dialog);
  const asked = new Set(dialog.viewers.map(({ id }) => id));
  const after = { ...closed(state), marks: state.marks.filter((id) => !asked.has(id)) };
  if (ids.length === 0) {
    const who = dialog.viewers.length === 1 ? dialog.viewers[0]?.id : 'all of them';
    return done(withNotice(after, 'warn', `${who} had already gone`));
  }
  const said = sayEvicting(after, ids.length);
  return evictAll(said, ids, dialog.reason);
};

/** A key in the question: `y` evicts at once, everything else that has a meaning cancels. */
export const onConfirm = (state: State, dialog: ConfirmDialog, key: string): Step => {
  const act = lookUp('confirm', key);
  if (act === 'confirm') return confirmed(state, dialog);
  return done(act === 'cancel' ? withNotice(closed(state), 'good', 'nobody is evicted') : state);
};
