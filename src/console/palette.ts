/** Commands that are typed: what the keys do, and what needs a word or a number. */
import { lookUp } from './keymap.ts';
import type { Palette } from './modal.ts';
import { carryOutLine } from './palette-run.ts';
import { completed, suggestionsOf, verbOf } from './palette-suggest.ts';
import { edited, emptyPrompt, type Prompt } from './prompt.ts';
import { done, type State, type Step, withNotice } from './state.ts';

/** `:`: opens the line. */
export const openPalette = (state: State): State => ({
  ...state,
  modal: { mode: 'palette', prompt: emptyPrompt, chosen: null, reason: null },
});

/** The line as it stands now: nothing of what it may become is chosen yet. */
export const paletteTyped = (state: State, modal: Palette, prompt: Prompt): State => ({
  ...state,
  modal: { ...modal, prompt, chosen: null, reason: null },
});

const chose = (state: State, modal: Palette, by: 1 | -1): State => {
  const count = suggestionsOf(state, modal.prompt).length;
  if (count === 0) return state;
  const from = modal.chosen ?? (by > 0 ? -1 : count);
  return { ...state, modal: { ...modal, chosen: (from + by + count) % count } };
};

const complete = (state: State, modal: Palette): State => {
  const chosen = suggestionsOf(state, modal.prompt)[modal.chosen ?? 0];
  return chosen === undefined ? state : paletteTyped(state, modal, completed(modal.prompt, chosen));
};

const carriedOut = (state: State, modal: Palette, text: string): Step => {
  const outcome = carryOutLine(state, text);
  return typeof outcome === 'string'
    ? done({ ...state, modal: { ...modal, reason: outcome } })
    : outcome;
};

/**
 * `enter`: carries out what is typed. A choice is taken into the line first, so that nothing is
 * ever carried out that has not stood there; a command that needs nothing more is, though.
 */
const apply = (state: State, modal: Palette): Step => {
  const { prompt, chosen } = modal;
  const words = prompt.text.split(' ').filter(Boolean);
  const [only = ''] = words;
  const named = verbOf(only);
  const isBeginning = words.length <= 1 && (only === '' || !('name' in named));
  if (chosen === null && !isBeginning) return carriedOut(state, modal, prompt.text);
  const suggestion = suggestionsOf(state, prompt)[chosen ?? 0];
  if (suggestion === undefined) return carriedOut(state, modal, prompt.text);
  return suggestion.verb?.needs === false
    ? carriedOut(state, modal, suggestion.verb.name)
    : done(complete(state, modal));
};

/** A key in the line. */
export const onPalette = (state: State, modal: Palette, key: string): Step => {
  const act = lookUp('palette', key);
  switch (act) {
    case 'apply':
      return apply(state, modal);
    case 'complete':
      return done(complete(state, modal));
    case 'next':
      return done(chose(state, modal, 1));
    case 'previous':
      return done(chose(state, modal, -1));
    case 'cancel':
      return done({ ...state, modal: { mode: 'main' } });
    case 'undo':
    case 'interrupt':
      return done(state);
    case null: {
      const prompt = edited(modal.prompt, key);
      return done(prompt === null ? state : paletteTyped(state, modal, prompt));
    }
    default:
      return act satisfies never;
  }
};

/** Carries out a line that was typed elsewhere; what is wrong with it is said. */
export const runCommand = (state: State, text: string): Step => {
  const outcome = carryOutLine(state, text);
  return typeof outcome === 'string' ? done(withNotice(state, 'warn', outcome)) : outcome;
};
