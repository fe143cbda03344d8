/**
 * Evicting several viewers at once: after a question that says who they are, and then those and
 * no others, one after the other. Whoever comes while the question is open is not among them.
 */
import type { CommandResult, SessionId } from '../contract.ts';
import { type Motion, unsurePictures } from './cursor.ts';
import { lookUp } from './keymap.ts';
import { dialogRows } from './layout.ts';
import { listOf } from './marks.ts';
import type { BulkDialog, Frozen } from './modal.ts';
import { evictAll, longestReason, sayEvicting } from './pace.ts';
import { edited, emptyPrompt, type Prompt } from './prompt.ts';
import { scrolledTop } from './scrolling.ts';
import { frozen, stillThere } from './standings.ts';
import { closed, done, layoutIn, type State, type Step, withNotice } from './state.ts';

/** Least rows and columns that say whom `y` would evict. */
const least = { rows: 3, columns: 20 } as const;

const isBulk = (state: State): BulkDialog | null =>
  state.modal.mode === 'bulk' ? state.modal : null;

/** Whether the terminal has room to say who they are: who is not seen is not evicted. */
const bulkFits = (state: State): boolean => {
  const layout = layoutIn(state);
  return dialogRows(layout) >= least.rows && layout.columns >= least.columns;
};

const tooSmall = (state: State): State =>
  withNotice(state, 'bad', 'no room to say who: make the terminal larger');

const opened = (session: SessionId | null, parts: Partial<BulkDialog>): BulkDialog => ({
  mode: 'bulk',
  session,
  viewers: null,
  trouble: null,
  more: false,
  unsure: unsurePictures,
  top: 0,
  reason: emptyPrompt,
  typing: false,
  ...parts,
});

const ofMarks = (state: State): BulkDialog =>
  opened(null, { viewers: frozen(state, state.marks), unsure: state.marksUnsure });

/** `E`: the question for the marked viewers, or else for the stuck ones of the session. */
export const openBulk = (state: State): Step => {
  if (!bulkFits(state)) return done(tooSmall(state));
  if (state.marks.length > 0) return done({ ...state, modal: ofMarks(state) });
  const session = state.sessions.id;
  if (session === null) return done(withNotice(state, 'warn', 'no session, so nobody is stuck'));
  return {
    // Open at once: a key that follows is meant for the question, and not for the lists.
    state: { ...state, modal: opened(session, {}) },
    effects: [listOf(session, [{ on: 'state', is: 'stuck', not: false }], 'bulk')],
  };
};

/** The viewers that the proxy listed, in the dialog that waits for them. */
export const listedForBulk = (state: State, session: SessionId, result: CommandResult): State => {
  const dialog = isBulk(state);
  if (dialog === null || dialog.session !== session || dialog.viewers !== null) return state;
  // It stays open: keys that are on their way to it must not reach the lists.
  const said = (trouble: string): State => ({ ...state, modal: { ...dialog, trouble } });
  if (!result.ok) return said(`nobody was listed: ${result.reason}`);
  // Whoever is evicted by a question for the stuck must have been one.
  const stuck = (result.viewers ?? []).filter((row) => row.state === 'stuck');
  if (stuck.length === 0) return said(`no stuck viewer in ${session}`);
  const viewers = stuck.map((row): Frozen => ({ id: row.id, row }));
  const modal: BulkDialog = { ...dialog, viewers, more: result.more === true };
  return { ...state, modal: { ...modal, unsure: unsurePictures } };
};

/** Whether the dialog has a row each for what has changed and for the reason. */
export const bulkSays = (state: State): boolean => dialogRows(layoutIn(state)) > least.rows;

/** Rows of viewers that the dialog shows at once; the rest of it are words and keys. */
export const bulkHeight = (state: State): number =>
  Math.max(1, dialogRows(layoutIn(state)) - (bulkSays(state) ? 3 : 2));

const scrolled = (state: State, dialog: BulkDialog, by: Motion): State => {
  const shown = bulkHeight(state);
  const extent = { shown, total: dialog.viewers?.length ?? 0 };
  const top = scrolledTop(dialog.top, by, extent, Math.max(1, shown - 1));
  return { ...state, modal: { ...dialog, top } };
};

/** A reason in as many characters as the proxy takes. */
export const shortReason = ({ text, at }: Prompt): Prompt => ({
  text: text.slice(0, longestReason),
  at: Math.min(at, longestReason),
});

const typed = (state: State, dialog: BulkDialog, key: string): State => {
  if (key === 'enter' || key === 'esc' || key === 'tab') {
    return { ...state, modal: { ...dialog, typing: false } };
  }
  const reason = edited(dialog.reason, key);
  return reason === null ? state : { ...state, modal: { ...dialog, reason: shortReason(reason) } };
};

const confirmed = (state: State, dialog: BulkDialog): Step => {
  if (dialog.viewers === null) return done(state);
  if (!bulkFits(state)) return done(tooSmall(state));
  const ids = stillThere(state, dialog);
  if (ids.length === 0) return done(withNotice(closed(state), 'warn', 'all of them had gone'));
  const chosen = new Set(ids);
  const after: State = {
    ...closed(state),
    marks: dialog.session === null ? state.marks.filter((id) => !chosen.has(id)) : state.marks,
    // They go now, and once.
    armed: state.armed.filter(({ viewer }) => !chosen.has(viewer)),
  };
  const said = sayEvicting(after, ids.length);
  const reason = dialog.reason.text.trim();
  return evictAll(said, ids, reason === '' ? null : reason);
};

/** A key in the dialog. */
export const onBulk = (state: State, dialog: BulkDialog, key: string): Step => {
  if (dialog.typing) return done(typed(state, dialog, key));
  const act = lookUp('bulk', key);
  switch (act) {
    case 'confirm':
      return confirmed(state, dialog);
    case 'cancel':
      return done(closed(state));
    case 'reason':
      return done({ ...state, modal: { ...dialog, typing: true } });
    case 'interrupt':
    case null:
      return done(state);
    default:
      return done(scrolled(state, dialog, act));
  }
};
