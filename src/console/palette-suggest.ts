/** What a typed command may become: its beginnings completed from the commands and the picture. */
import type { ViewerRow } from '../contract.ts';
import { eventKinds } from './feed.ts';
import { type Prompt, promptOf } from './prompt.ts';
import { type Verb, verbs } from './palette-verbs.ts';
import { sortColumns } from './sorting.ts';
import { knownViewers } from './selection.ts';
import { canLeave } from './read-only.ts';
import type { State } from './state.ts';
import { wordOf } from './table.ts';
import { clean } from './text.ts';
import { meant } from './words.ts';

/** A word that may stand where the cursor is, and what it means. */
export type Suggestion = {
  readonly word: string;
  readonly about: string;
  /** The command, where the word is its name. */
  readonly verb: Verb | null;
};

/** Kinds of events as they are typed. */
export const kindWords = ['all', ...eventKinds] as const;

/** Most that are suggested; who wants another one types more of it. */
const most = 50;

/** The command whose name `word` is, or is the only beginning of; otherwise what it may be. */
export const verbOf = (word: string): Verb | readonly Verb[] => {
  const names = meant(
    word,
    verbs.map(({ name }) => name),
  );
  const found = verbs.filter(({ name }) => names.includes(name));
  const [only, ...others] = found;
  return only !== undefined && others.length === 0 ? only : found;
};

const wordStart = ({ text, at }: Prompt): number => text.lastIndexOf(' ', at - 1) + 1;

const viewerAbout = ({ session, who, remote, state }: ViewerRow): string =>
  clean(`${wordOf(state)} ${who ?? remote} in ${session}`);

const viewers = (state: State): readonly Suggestion[] => {
  const rows = new Map(
    [...(state.snapshot?.worst ?? []), ...knownViewers(state)].map((row) => [row.id, row]),
  );
  return [...rows.values()].map((row) => ({ word: row.id, about: viewerAbout(row), verb: null }));
};

/** Those of the picture; with `locked` only the ones that are, or are not. */
const sessions = (state: State, locked: boolean | null = null): readonly Suggestion[] =>
  (state.snapshot?.sessions.rows ?? [])
    .filter((row) => locked === null || row.locked === locked)
    .map(({ id, viewers: count, cap, state: is }) => ({
      word: id,
      about: `${wordOf(is)} ${count}/${cap}`,
      verb: null,
    }));

const words = (all: readonly string[], about = ''): readonly Suggestion[] =>
  all.map((word) => ({ word, about, verb: null }));

/** What may stand as the argument with this index, 0 for the first. */
const argumentsOf = (
  state: State,
  { name }: Verb,
  index: number,
  before: readonly string[],
): readonly Suggestion[] => {
  switch (name) {
    case 'evict':
      if (before.includes('because')) return [];
      return [...viewers(state), ...(index > 0 ? words(['because'], 'and a reason') : [])];
    case 'keep':
      return index === 0 ? viewers(state) : index === 1 ? words(['5m', 'off']) : [];
    case 'show':
      return index === 0 ? viewers(state) : [];
    case 'go':
      return index === 0 ? [...sessions(state), ...viewers(state)] : [];
    case 'lock':
      return index === 0 ? sessions(state, false) : [];
    case 'unlock':
      return index === 0 ? sessions(state, true) : [];
    case 'drain':
      return index === 0 ? words(['30s', '2m', '0'], 'until all viewers are closed') : [];
    case 'cap':
      if (index === 0) return words(['default'], "lift a session's own cap");
      return index === 1 ? sessions(state) : [];
    case 'sort': {
      const columns = new Set([...sortColumns.sessions, ...sortColumns.viewers]);
      return index === 0 ? words([...columns]) : index === 1 ? words(['reversed']) : [];
    }
    case 'kind':
      return index === 0 ? words(kindWords) : [];
    case 'at':
      return index === 0 ? words(['start', 'end'], 'of the log') : [];
    case 'undo':
    case 'filter':
    case 'pause':
    case 'export':
    case 'log':
    case 'redraw':
    case 'help':
    case 'stop':
    case 'quit':
      return [];
    default:
      return name satisfies never;
  }
};

const verbSuggestions = ({ settings }: State): readonly Suggestion[] =>
  verbs
    .filter(({ name, changes }) => !changes || !settings.readOnly || canLeave(settings, name))
    .filter(({ name }) => name !== 'at' || settings.replay === true)
    .map((verb) => ({ word: verb.name, about: verb.help, verb }));

/** What the word at the cursor may become. */
export const suggestionsOf = (state: State, prompt: Prompt): readonly Suggestion[] => {
  const start = wordStart(prompt);
  const typed = prompt.text.slice(start, prompt.at);
  const [first, ...before] = prompt.text.slice(0, start).split(' ').filter(Boolean);
  const verb = first === undefined ? null : verbOf(first);
  const all =
    verb === null
      ? verbSuggestions(state)
      : 'name' in verb
        ? argumentsOf(state, verb, before.length, before)
        : [];
  // A session may have the name of a viewer; as a word it stands for both.
  const fitting = new Map<string, Suggestion>();
  for (const one of all) {
    const isNew = !fitting.has(one.word) && !before.includes(one.word);
    if (isNew && one.word.startsWith(typed)) fitting.set(one.word, one);
  }
  return [...fitting.values()].slice(0, most);
};

/** The line with the word at the cursor completed, and ready for the next one. */
export const completed = (prompt: Prompt, { word }: Suggestion): Prompt => {
  const start = wordStart(prompt);
  const rest = prompt.text.slice(prompt.at);
  const head = promptOf(`${prompt.text.slice(0, start)}${word} `);
  return { ...promptOf(head.text + rest.trimStart()), at: head.at };
};
