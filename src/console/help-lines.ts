/**
 * The help: the table of the keys, the commands, and what the signs mean. Wrapped rather than
 * cut, and searched by whole lines.
 */
import type { Glyphs } from './glyphs.ts';
import { unicodeGlyphs } from './glyphs.ts';
import {
  type Acts,
  type Binding,
  type KeyGroup,
  keyGroups,
  keymap,
  quietKeyGroups,
  replayKeys,
} from './keymap.ts';
import { dialogRows, type Layout } from './layout.ts';
import type { HelpPage } from './modal.ts';
import { verbs } from './palette-verbs.ts';
import type { Dialog } from './panel.ts';
import { isReplay } from './replay.ts';
import { layoutIn, type State } from './state.ts';
import { toneOf, wordOf } from './table.ts';
import { clean, cutTo, line, type Line, shorten, type Tone } from './text.ts';

/** Widest line of the help: longer ones are hard to read. */
const widest = 84;

/** Cells of the keys in front of what they do. */
const labelWidth = 11;

/** With fewer cells for a sentence than this it is cut: wrapped it would be a column of words. */
const leastText = 20;

const signs = [
  ['stuck', 'data waits for the viewer and none of it is taken'],
  ['expiring', 'silent for two pings; evicted at its pong deadline'],
  ['late', 'silent for one ping'],
  ['over', 'more viewers than the cap, after it was lowered'],
  ['full', 'as many viewers as the cap: the next one is refused'],
  ['dialling', 'has a slot; its backend has not answered yet'],
  ['empty', 'a session without viewers that has its own cap, or is locked'],
  ['ok', 'answers, and takes its data'],
] as const;

const dialogs: readonly (readonly [string, keyof Acts])[] = [
  ['While a filter is typed', 'filter'],
  ['While a command is typed', 'palette'],
  ['In the dialog of the cap', 'cap'],
  ['On the page of a viewer', 'detail'],
  ['In the question that evicts several', 'bulk'],
  ['In this help', 'help'],
];

type Row = {
  readonly label: (glyphs: Glyphs) => string;
  readonly text: string;
  readonly tone: Tone;
};

type Section = { readonly title: string; readonly rows: readonly Row[] };

const rowOf = (label: string, text: string, tone: Tone = 'strong'): Row => ({
  label: () => label,
  text,
  tone,
});

const dialogSection = ([title, mode]: readonly [string, keyof Acts]): Section => {
  const bindings: readonly Binding<unknown>[] = keymap[mode];
  // Ctrl-C is the same everywhere and stands among the keys of the lists.
  const own = bindings.filter(({ group }) => group === undefined);
  return {
    title,
    rows: own.flatMap(({ label, help }) => (help === undefined ? [] : [rowOf(label, help)])),
  };
};

const keySection = ({ group, bindings }: KeyGroup): Section => ({
  title: group,
  rows: bindings.map(({ label, help }) => rowOf(label, help)),
});

const others: readonly Section[] = [
  {
    title: 'Commands, typed after :',
    rows: verbs.map(({ name, args, help }) => rowOf(name, args === '' ? help : `${args}: ${help}`)),
  },
  ...dialogs.map(dialogSection),
  {
    title: 'Signs',
    rows: signs.map(([state, text]) => ({
      label: (glyphs) => `${glyphs.state[state]} ${wordOf(state)}`,
      text,
      tone: toneOf(state),
    })),
  },
];

/** What the help depends on, besides the keys. */
type About = {
  /** Of a log: those keys that are of use there. */
  readonly replayed: boolean;
  /** The control socket of the proxy; null: it has none, or is not known. */
  readonly control: string | null;
};

const sections = ({ replayed, control }: About): readonly Section[] => [
  ...(replayed ? [replayKeys, ...quietKeyGroups] : keyGroups).map(keySection),
  ...others,
  ...(control === null ? [] : [{ title: 'This proxy', rows: [rowOf('control', clean(control))] }]),
];

const aboutOf = (state: State): About => ({
  replayed: isReplay(state),
  control: state.snapshot?.control ?? null,
});

/** The sentence in lines of at most `width` cells, broken between words where that is possible. */
const wrapped = (text: string, width: number): readonly string[] => {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    const joined = `${last ?? ''} ${word}`;
    if (last !== undefined && joined.length <= width) lines[lines.length - 1] = joined;
    else lines.push(word);
  }
  return lines;
};

const linesOf = ({ label, text, tone }: Row, width: number, glyphs: Glyphs): readonly Line[] => {
  const room = width - labelWidth;
  const [first = '', ...more] = room < leastText ? [text] : wrapped(text, room);
  const head = shorten(label(glyphs), labelWidth - 1, glyphs.cut).padEnd(labelWidth);
  return [
    [...line(head, tone), ...line(first)],
    ...more.map((rest) => line(`${' '.repeat(labelWidth)}${rest}`)),
  ].map((one) => cutTo(one, width, glyphs.cut));
};

const has = ({ label, text }: Row, words: readonly string[]): boolean => {
  const all = `${label(unicodeGlyphs)} ${text}`.toLowerCase();
  return words.every((word) => all.includes(word));
};

/** Rows that have all words of a search. */
const found = (search: string, about: About): readonly Row[] => {
  const words = search.toLowerCase().split(' ');
  return sections(about).flatMap(({ rows }) => rows.filter((row) => has(row, words)));
};

/**
 * The lines of the help with a search in it, or all, in at most `width` cells; in a replay those
 * that are of use there.
 */
export const helpLines = (
  search: string | null,
  width: number,
  glyphs: Glyphs,
  about: About = { replayed: false, control: null },
): readonly Line[] => {
  if (search !== null && search.trim() !== '') {
    const rows = found(search.trim(), about);
    return rows.length === 0
      ? [line('no line has that; esc shows all', 'warn')]
      : rows.flatMap((row) => linesOf(row, width, glyphs));
  }
  const all = sections(about).flatMap(({ title, rows }): readonly Line[] => {
    const lead: readonly Line[] = [[], line(shorten(title, width, glyphs.cut), 'dim')];
    return lead.concat(rows.flatMap((row) => linesOf(row, width, glyphs)));
  });
  return all.slice(1);
};

const widthIn = ({ columns }: Layout): number => Math.max(1, Math.min(widest, columns - 4));

const searchOf = ({ search }: HelpPage): string | null => search?.text ?? null;

/** Rows of the help that are shown at once, and all. */
export const helpHeight = (
  state: State,
  page: HelpPage,
): { readonly shown: number; readonly total: number } => {
  const layout = layoutIn(state);
  const lines = helpLines(searchOf(page), widthIn(layout), unicodeGlyphs, aboutOf(state));
  const total = lines.length;
  return { shown: Math.max(1, Math.min(total, dialogRows(layout))), total };
};

const titleOf = ({ search, typing }: HelpPage, range: string, about: About): string => {
  if (search === null) return `Keys and signs${range}`;
  const { text, at } = search;
  const typed = typing ? `${text.slice(0, at)}_${text.slice(at)}` : text;
  const lines = text.trim() === '' ? 0 : found(text.trim(), about).length;
  const count = text.trim() === '' ? '' : `  ${lines} found`;
  return `Help /${typed}${count}`;
};

/** The page as a dialog. */
export const helpDialog = (state: State, page: HelpPage, glyphs: Glyphs): Dialog => {
  const layout = layoutIn(state);
  const width = widthIn(layout);
  const all = helpLines(searchOf(page), width, glyphs, aboutOf(state));
  const shown = Math.max(1, Math.min(all.length, dialogRows(layout)));
  const top = Math.max(0, Math.min(page.top, all.length - shown));
  const content = all.slice(top, top + shown);
  const range = shown < all.length ? ` ${top + 1}-${top + content.length} of ${all.length}` : '';
  return { title: titleOf(page, range, aboutOf(state)), content, width: widest };
};
