/** What the keys do while no dialog is open. */
import { chosenViewer } from './aim.ts';
import { openBulk } from './bulk.ts';
import { openCap } from './cap-dialog.ts';
import { stepCap } from './caps.ts';
import { copyChosen } from './copy.ts';
import { armChosen, armTagged, evictNow } from './evictions.ts';
import { nextKind, openEntry } from './feed.ts';
import { openFilter } from './filter-prompt.ts';
import { openHelp } from './help-page.ts';
import { keepChosen } from './keep.ts';
import type { MainAct } from './keymap.ts';
import { panes } from './layout.ts';
import { clearMarks, markListed, toggleMark } from './marks.ts';
import { moved } from './motion.ts';
import { openPalette } from './palette.ts';
import { togglePause } from './pause.ts';
import { nextProblem } from './problems.ts';
import { nextSort, reversedSort } from './sorting.ts';
import { undo } from './undo.ts';
import { noFilter } from './filter-text.ts';
import { done, type State, type Step, withNotice } from './state.ts';
import { openQuit } from './stop.ts';

/** Within this a second Ctrl-C quits without a question. */
const interruptMs = 2000;

const refocused = (state: State, by: 1 | -1): State => {
  const at = panes.indexOf(state.focus);
  return { ...state, focus: panes[(at + by + panes.length) % panes.length] ?? 'sessions' };
};

/** Ctrl-C: asks, or quits if it has just asked. */
export const interrupted = (state: State): Step => {
  const { modal, now } = state;
  const before = modal.mode === 'quit' || modal.mode === 'detach' ? modal.interruptedAt : null;
  if (before !== null && now - before < interruptMs) return { state, effects: [{ do: 'quit' }] };
  return done(openQuit(state, now));
};

/** The page of a viewer, with all that is known of it. */
const opened = (state: State): Step => {
  if (state.focus === 'sessions') return done(refocused(state, 1));
  if (state.focus === 'events') return openEntry(state);
  const viewer = chosenViewer(state);
  if (viewer === null) return done(withNotice(state, 'warn', 'no viewer under the cursor'));
  return done({ ...state, modal: { mode: 'detail', viewer: viewer.id } });
};

const back = (state: State): State => {
  if (state.filter.text !== '') return { ...state, filter: noFilter };
  if (state.marks.length > 0) return clearMarks(state);
  return { ...state, notice: null, upTo: null, focus: 'sessions' };
};

/** What a key does. */
export const onMain = (state: State, act: MainAct, key: string): Step => {
  switch (act) {
    case 'tag':
      return armTagged(state, Number(key));
    case 'evict':
      return armChosen(state);
    case 'open':
      return evictNow(state) ?? opened(state);
    case 'undo':
      return undo(state);
    case 'bulk':
      return openBulk(state);
    case 'keep':
      return keepChosen(state);
    case 'mark':
      return done(toggleMark(state));
    case 'mark-all':
      return markListed(state);
    case 'clear-marks':
      return done(clearMarks(state));
    case 'next-problem':
      return done(nextProblem(state, 1));
    case 'previous-problem':
      return done(nextProblem(state, -1));
    case 'cap-up':
      return stepCap(state, 1);
    case 'cap-down':
      return stepCap(state, -1);
    case 'cap':
      return openCap(state);
    case 'filter':
      return done(openFilter(state));
    case 'sort':
      return done(nextSort(state));
    case 'reverse':
      return done(reversedSort(state));
    case 'kinds':
      return done(nextKind(state));
    case 'pause':
      return togglePause(state);
    case 'copy':
      return copyChosen(state);
    case 'export':
      return {
        state: withNotice(state, 'good', 'writing'),
        effects: [{ do: 'export', name: null }],
      };
    case 'log':
      return { state, effects: [{ do: 'log' }] };
    case 'palette':
      return done(openPalette(state));
    case 'redraw':
      return { state, effects: [{ do: 'redraw' }] };
    case 'help':
      return done(openHelp(state, null));
    case 'quit':
      return done(openQuit(state, null));
    case 'interrupt':
      return interrupted(state);
    case 'next-pane':
      return done(refocused(state, 1));
    case 'previous-pane':
      return done(refocused(state, -1));
    case 'back':
      return done(back(state));
    case 'down':
    case 'up':
    case 'page-down':
    case 'page-up':
    case 'first':
    case 'last':
      // From here on the operator has chosen the row himself.
      return done(moved({ ...state, lost: null }, act));
    default:
      return act satisfies never;
  }
};
