/** The keys on the page of a line of the feed: scrolling, and the digits that stand above it. */
import { entryHeight } from './entry-lines.ts';
import { armTagged } from './evictions.ts';
import { openHelp } from './help-page.ts';
import { lookUp } from './keymap.ts';
import type { EntryPage } from './modal.ts';
import { openPalette } from './palette.ts';
import { scrolledTop } from './scrolling.ts';
import { closed, done, type State, type Step } from './state.ts';
import { undo } from './undo.ts';

/** A key on the page of a line. */
export const onEntry = (state: State, page: EntryPage, key: string): Step => {
  const act = lookUp('entry', key);
  switch (act) {
    case null:
    case 'interrupt':
      return done(state);
    case 'close':
      return done(closed(state));
    case 'tag':
      return armTagged(state, Number(key));
    case 'undo':
      return undo(state);
    case 'palette':
      return done(openPalette(state));
    case 'help':
      return done(openHelp(state, null));
    default: {
      const top = scrolledTop(page.top, act, entryHeight(state, page));
      return done({ ...state, modal: { ...page, top } });
    }
  }
};
