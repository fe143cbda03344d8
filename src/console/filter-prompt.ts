/** Typing a filter: it holds while it is typed, and `esc` brings back what held before. */
import { filterOf } from './filter-text.ts';
import { lookUp } from './keymap.ts';
import type { FilterPrompt } from './modal.ts';
import { moved } from './motion.ts';
import { edited, type Prompt, promptOf } from './prompt.ts';
import { closed, type State } from './state.ts';

/** `/`: opens the line with the filter that holds. */
export const openFilter = (state: State): State => ({
  ...state,
  notice: null,
  modal: { mode: 'filter', prompt: promptOf(state.filter.text), before: state.filter },
});

/** The line as it stands now, and with it the filter. */
export const filterTyped = (state: State, modal: FilterPrompt, prompt: Prompt): State => ({
  ...state,
  filter: prompt.text === state.filter.text ? state.filter : filterOf(prompt.text),
  modal: { ...modal, prompt },
});

/** A key in the line. */
export const onFilter = (state: State, modal: FilterPrompt, key: string): State => {
  const act = lookUp('filter', key);
  switch (act) {
    case 'apply':
      // With a part that does not count the lists would show what nobody has asked for.
      return state.filter.trouble === null
        ? closed({ ...state, filter: filterOf(modal.prompt.text.trim()) })
        : state;
    case 'cancel':
      return closed({ ...state, filter: modal.before });
    case 'next':
      return moved(state, 'down');
    case 'previous':
      return moved(state, 'up');
    case 'complete':
    case 'undo':
    case 'interrupt':
      return state;
    case null: {
      const prompt = edited(modal.prompt, key);
      return prompt === null ? state : filterTyped(state, modal, prompt);
    }
    default:
      return act satisfies never;
  }
};
