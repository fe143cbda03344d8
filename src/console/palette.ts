/** The keys in the line of a command: typing it, choosing what it may become, carrying it out. */
import { lookUp } from './keymap.ts';
import type { Palette } from './modal.ts';
import { carryOutLine } from './palette-run.ts';
import { completed, type Suggestion, suggestionsOf, verbOf } from './palette-suggest.ts';
import { edited, emptyPrompt, type Prompt } from './prompt.ts';
import { closed, done, type State, type Step, withNotice } from './state.ts';

/** `:`: opens the line. */
export const openPalette = (state: State): State => ({
  ...state,
  modal: { mode: 'palette', prompt: emptyPrompt, chosen: null, reason: null, filled: null },
});

/** The line as it stands now: nothing of what it may become is chosen yet. */
export const paletteTyped = (state: State, modal: Palette, prompt: Prompt): State => ({
  ...state,
  modal: { ...modal, prompt, chosen: null, reason: null },
});

const chose = (state: State, modal: Palette, by: 1 | -1): State => {
  const all = suggestionsOf(state, modal.prompt);
  const at = all.findIndex(({ word }) => word === modal.chosen);
  const from = at < 0 && by < 0 ? all.length : at;
  const chosen = all[(from + by + all.length) % all.length]?.word ?? null;
  return { ...state, modal: { ...modal, chosen } };
};

/** The chosen suggestion, or else the first. */
const suggested = (state: State, { prompt, chosen }: Palette): Suggestion | undefined => {
  const all = suggestionsOf(state, prompt);
  return chosen === null ? all[0] : all.find(({ word }) => word === chosen);
};

const complete = (state: State, modal: Palette): State => {
  const suggestion = suggested(state, modal);
  if (suggestion === undefined) return state;
  const filled = completed(modal.prompt, suggestion);
  return paletteTyped(state, { ...modal, filled }, filled);
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
  const suggestion = suggested(state, modal);
  if (suggestion === undefined && chosen !== null) {
    const reason = `${chosen} is not there any more`;
    return done({ ...state, modal: { ...modal, chosen: null, reason } });
  }
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
      return done(closed(state));
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
