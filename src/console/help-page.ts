/** The keys in the help: opening it, scrolling, and the search. */
import type { Motion } from './cursor.ts';
import { helpHeight } from './help-lines.ts';
import { lookUp } from './keymap.ts';
import type { HelpAct } from './keymap-dialogs.ts';
import type { HelpPage } from './modal.ts';
import { edited, emptyPrompt, type Prompt } from './prompt.ts';
import { scrolledTop } from './scrolling.ts';
import { closed, type State } from './state.ts';

/** The help from its beginning, or what a search finds in it. */
export const openHelp = (state: State, search: Prompt | null): State => ({
  ...state,
  modal: { mode: 'help', top: 0, search, typing: false },
});

const shownAs = (state: State, page: HelpPage): State => ({ ...state, modal: page });

/** The search as it stands now: what it finds is shown from its beginning. */
export const helpTyped = (state: State, page: HelpPage, search: Prompt): State =>
  shownAs(state, { ...page, search, top: 0 });

const unsearched = (page: HelpPage): HelpPage => ({ ...page, search: null, typing: false, top: 0 });

const onSearch = (state: State, page: HelpPage, key: string): State => {
  if (key === 'esc') return shownAs(state, unsearched(page));
  if (key === 'enter') {
    const { search } = page;
    return shownAs(state, search?.text === '' ? unsearched(page) : { ...page, typing: false });
  }
  const search = edited(page.search ?? emptyPrompt, key);
  return search === null ? scrolled(state, page, key) : helpTyped(state, page, search);
};

const motionOf = (act: HelpAct | null): Motion | null =>
  act === 'search' || act === 'close' || act === 'interrupt' ? null : act;

/** A line or a page up or down; any other key changes nothing. */
const scrolled = (state: State, page: HelpPage, key: string): State => {
  const by = motionOf(lookUp('help', key));
  return shownAs(state, {
    ...page,
    top: scrolledTop(page.top, by, helpHeight(state, page)),
  });
};

/** A key in the help. */
export const onHelp = (state: State, page: HelpPage, key: string): State => {
  if (page.typing) return onSearch(state, page, key);
  const act = lookUp('help', key);
  if (act === 'search') {
    return shownAs(state, { ...page, search: page.search ?? emptyPrompt, typing: true });
  }
  if (key === 'esc' && page.search !== null) return shownAs(state, unsearched(page));
  return act === 'close' ? closed(state) : scrolled(state, page, key);
};
