/**
 * The question whether to evict, for operators who want to be asked each time. It is about the
 * viewers of the moment in which it was asked; who they are and how they are goes on being shown.
 */
import type { ViewerId, ViewerRow } from '../contract.ts';
import { plural } from './format.ts';
import { lookUp } from './keymap.ts';
import { dialogRows } from './layout.ts';
import type { ConfirmDialog, Frozen } from './modal.ts';
import { evictAll } from './pace.ts';
import { isBad, rowNow } from './sight.ts';
import { done, layoutIn, type State, type Step, withNotice } from './state.ts';

/** Pictures after which one is certain to follow the viewers of the question. */
const unsurePictures = 2;

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
  const frozen = viewers.map((id): Frozen => ({ id, row: rowNow(state, id) }));
  return done({
    ...state,
    modal: { mode: 'confirm', viewers: frozen, reason, unsure: unsurePictures },
    notice: null,
  });
};

/** The state when a picture comes: after some, a viewer that is missing in it is gone. */
export const seenByConfirm = (state: State): State =>
  state.modal.mode !== 'confirm' || state.modal.unsure === 0
    ? state
    : { ...state, modal: { ...state.modal, unsure: state.modal.unsure - 1 } };

/** A viewer of the question as it is now. */
export type Asked = {
  readonly id: ViewerId;
  /** The newest that is known; null where nothing ever was. */
  readonly row: ViewerRow | null;
  readonly gone: boolean;
  /** It was late, expiring or stuck when the question was asked, and is well. */
  readonly recovered: boolean;
};

/** The viewers of the question as they are now. */
export const askedAbout = (state: State, { viewers, unsure }: ConfirmDialog): readonly Asked[] =>
  viewers.map(({ id, row }): Asked => {
    const now = rowNow(state, id);
    return {
      id,
      row: now ?? row,
      gone: now === null && unsure === 0,
      recovered: now?.state === 'ok' && row !== null && isBad(row),
    };
  });

const close = (state: State): State => ({ ...state, modal: { mode: 'main' } });

const confirmed = (state: State, dialog: ConfirmDialog): Step => {
  if (!fits(state, dialog.viewers.length)) return done(tooSmall(state));
  const ids = askedAbout(state, dialog)
    .filter(({ gone }) => !gone)
    .map(({ id }) => id);
  const asked = new Set(dialog.viewers.map(({ id }) => id));
  const closed = { ...close(state), marks: state.marks.filter((id) => !asked.has(id)) };
  if (ids.length === 0) {
    const who = dialog.viewers.length === 1 ? dialog.viewers[0]?.id : 'all of them';
    return done(withNotice(closed, 'warn', `${who} had already gone`));
  }
  const said = withNotice(closed, 'good', `evicting ${plural(ids.length, 'viewer')}`);
  return evictAll(said, ids, dialog.reason);
};

/** A key in the question: `y` evicts at once, everything else that has a meaning cancels. */
export const onConfirm = (state: State, dialog: ConfirmDialog, key: string): Step => {
  const act = lookUp('confirm', key);
  if (act === 'confirm') return confirmed(state, dialog);
  return done(act === 'cancel' ? withNotice(close(state), 'good', 'nobody is evicted') : state);
};
