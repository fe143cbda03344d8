/** The keys on the page of a viewer: what they do in the list, for the viewer of the page. */
import { copyOf } from './copy.ts';
import { armChosen, armTagged, evictNow } from './evictions.ts';
import { openHelp } from './help-page.ts';
import { keepChosen } from './keep.ts';
import { lookUp } from './keymap.ts';
import { lookedAt } from './looked-at.ts';
import type { DetailPage } from './modal.ts';
import { openPalette } from './palette.ts';
import { nextProblem } from './problems.ts';
import { closed, done, layoutIn, type State, type Step, withNotice } from './state.ts';
import { undo } from './undo.ts';

const copied = (state: State, { viewer }: DetailPage): Step => {
  const found = lookedAt(state, viewer);
  if (found === null) return done(withNotice(state, 'warn', `nothing is known of ${viewer}`));
  return copyOf(state, 'tombstone' in found ? found.tombstone : found.row);
};

/** What would change the viewer: nothing is done to one that is gone or cannot be read. */
const aims = new Set(['evict', 'keep']);

/** Whether the viewer of the page has gone, or nothing is known of it any more. */
export const hasGone = (state: State, { viewer }: DetailPage): boolean => {
  const found = lookedAt(state, viewer);
  return found === null || 'tombstone' in found;
};

/** Cells of the frame around the title, and one for where the title was cut. */
const frame = 7;

const isReadable = (state: State, { viewer }: DetailPage): boolean => {
  const { columns, rows } = layoutIn(state);
  return rows >= 3 && columns >= viewer.length + frame;
};

/** A key on the page. */
export const onDetail = (state: State, page: DetailPage, key: string): Step => {
  const act = lookUp('detail', key);
  const isGone = hasGone(state, page);
  const gone = () => done(withNotice(state, 'warn', `${page.viewer} has already gone`));
  if (act !== null && aims.has(act) && isGone) return gone();
  if (act !== null && aims.has(act) && !isReadable(state, page)) {
    return done(withNotice(state, 'warn', 'no room to say whom: make the terminal larger'));
  }
  switch (act) {
    case 'tag':
      return armTagged(state, Number(key));
    case 'evict':
      return armChosen(state);
    case 'now':
      return evictNow(state) ?? (isGone ? gone() : done(state));
    case 'undo':
      return undo(state);
    case 'keep':
      return keepChosen(state);
    case 'copy':
      return copied(state, page);
    case 'next-problem':
      return done(nextProblem(state, 1));
    case 'previous-problem':
      return done(nextProblem(state, -1));
    case 'palette':
      return done(openPalette(state));
    case 'help':
      return done(openHelp(state, null));
    case 'close':
      return done(closed(state));
    // Taken by whoever hands the keys round.
    case 'interrupt':
    case null:
      return done(state);
    default:
      return act satisfies never;
  }
};
