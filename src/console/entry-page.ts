/** The keys on the page of a line of the feed: scrolling, and the digits that stand above it. */
import { entryHeight } from './entry-lines.ts';
import { armTagged } from './evictions.ts';
import { openHelp } from './help-page.ts';
import { lookUp } from './keymap.ts';
import type { EntryPage } from './modal.ts';
import { openPalette } from './palette.ts';
import { closed, done, type State, type Step } from './state.ts';
import { undo } from './undo.ts';

const scrolledPage = (
  state: State,
  page: EntryPage,
  by: 'up' | 'down' | 'page-up' | 'page-down' | 'first' | 'last',
): State => {
  const { shown, total } = entryHeight(state, page);
  const last = Math.max(0, total - shown);
  const step = {
    up: page.top - 1,
    down: page.top + 1,
    'page-up': page.top - shown,
    'page-down': page.top + shown,
    first: 0,
    last,
  }[by];
  return { ...state, modal: { ...page, top: Math.max(0, Math.min(last, step)) } };
};

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
    default:
      return done(scrolledPage(state, page, act));
  }
};
