/** What the keys do while something is open over the lists. */
import { onBulk, shortReason } from './bulk.ts';
import * as capDialog from './cap-dialog.ts';
import { onConfirm } from './confirm.ts';
import { onDetail } from './detail-page.ts';
import { onDrain } from './drain.ts';
import { onStop, openStop } from './stop.ts';
import { onEntry } from './entry-page.ts';
import { filterTyped, onFilter } from './filter-prompt.ts';
import { helpTyped, onHelp } from './help-page.ts';
import { lookUp } from './keymap.ts';
import { type CapDialog, isTyping, type Modal } from './modal.ts';
import { interrupted } from './on-main.ts';
import { onPalette, paletteTyped } from './palette.ts';
import { emptyPrompt, inserted } from './prompt.ts';
import { closed, done, type State, type Step } from './state.ts';
import { undoEviction } from './evictions.ts';

const onCap = (state: State, dialog: CapDialog, key: string): Step => {
  const act = lookUp('cap', key);
  switch (act) {
    case 'digit':
      return capDialog.typeCap(state, dialog, key);
    case 'erase':
      return capDialog.typeCap(state, dialog, null);
    case 'up':
      return capDialog.nudgeCap(state, dialog, 1);
    case 'down':
      return capDialog.nudgeCap(state, dialog, -1);
    case 'scope':
      return capDialog.scopeCap(state, dialog);
    case 'lift':
      return capDialog.liftCap(state, dialog);
    case 'apply':
      return capDialog.applyCap(state, dialog);
    case 'cancel':
      return done(closed(state));
    case 'interrupt':
      return interrupted(state);
    case null:
      return done(state);
    default:
      return act satisfies never;
  }
};

const onQuit = (state: State, key: string): Step => {
  const act = lookUp('quit', key);
  if (act === 'confirm') return { state, effects: [{ do: 'quit' }] };
  if (act === 'interrupt') return interrupted(state);
  return done(act === 'cancel' ? closed(state) : state);
};

const onDetach = (state: State, key: string): Step => {
  const act = lookUp('detach', key);
  switch (act) {
    case 'leave':
      return { state, effects: [{ do: 'quit' }] };
    case 'stop':
      return openStop(state, true);
    case 'cancel':
      return done(closed(state));
    case 'interrupt':
      return interrupted(state);
    case null:
      return done(state);
    default:
      return act satisfies never;
  }
};

/** What a key does in what is open. */
export const onDialog = (
  state: State,
  modal: Exclude<Modal, { mode: 'main' }>,
  key: string,
): Step => {
  if (key === 'ctrl-c') return interrupted(state);
  // An eviction that runs out behind a dialog could not be taken back any more.
  const saved = key === 'u' && !isTyping(modal) ? undoEviction(state) : null;
  if (saved !== null) return done(saved);
  switch (modal.mode) {
    case 'cap':
      return onCap(state, modal, key);
    case 'quit':
      return onQuit(state, key);
    case 'detach':
      return onDetach(state, key);
    case 'stop':
      return onStop(state, modal, key);
    case 'drain':
      return onDrain(state, modal, key);
    case 'help':
      return done(onHelp(state, modal, key));
    case 'filter':
      return done(onFilter(state, modal, key));
    case 'palette':
      return onPalette(state, modal, key);
    case 'bulk':
      return onBulk(state, modal, key);
    case 'confirm':
      return onConfirm(state, modal, key);
    case 'detail':
      return onDetail(state, modal, key);
    case 'entry':
      return onEntry(state, modal, key);
    default:
      return modal satisfies never;
  }
};

/** The state with a paste in the line that is being typed; null where there is none. */
export const typedInto = (state: State, text: string): State | null => {
  const { modal } = state;
  if (!isTyping(modal)) return null;
  const [line = ''] = text.split(/[\r\n]/);
  if (modal.mode === 'filter') return filterTyped(state, modal, inserted(modal.prompt, line));
  if (modal.mode === 'palette') return paletteTyped(state, modal, inserted(modal.prompt, line));
  if (modal.mode === 'bulk')
    return { ...state, modal: { ...modal, reason: shortReason(inserted(modal.reason, line)) } };
  if (modal.mode === 'help') {
    return helpTyped(state, modal, inserted(modal.search ?? emptyPrompt, line));
  }
  return null;
};
