/** The line of a command with what it may become. */
import type { Glyphs } from './glyphs.ts';
import { dialogRows } from './layout.ts';
import type { Palette } from './modal.ts';
import { suggestionsOf, type Suggestion, verbOf } from './palette-suggest.ts';
import { verbs } from './palette-verbs.ts';
import type { Dialog } from './panel.ts';
import { promptLine } from './prompt-lines.ts';
import { layoutIn, type State } from './state.ts';
import { clean, cutTo, invert, line, type Line, shorten } from './text.ts';

/** Widest line of the dialog. */
const widest = 84;

/** Rows of suggestions, so that the dialog does not jump while one types. */
const rowsShown = 8;

/** Cells of the names of commands with their arguments. */
const usageWidth = Math.max(...verbs.map(({ name, args }) => `${name} ${args}`.length)) + 2;

const suggestionLine = (
  { word, about, verb }: Suggestion,
  isChosen: boolean,
  column: number,
  width: number,
  glyphs: Glyphs,
): Line => {
  const args = verb === null || verb.args === '' ? '' : ` ${verb.args}`;
  const parts: Line = [
    ...line(isChosen ? glyphs.cursor : ' '),
    ...line(clean(word), 'strong'),
    ...line(args),
    ...line(' '.repeat(Math.max(2, column - word.length - args.length))),
    ...line(about, 'dim'),
  ];
  const shown = cutTo(parts, width, glyphs.cut);
  return isChosen ? invert(shown) : shown;
};

/** What is wrong with the line, or else how its command is written. */
const aboutLine = ({ prompt, reason }: Palette, width: number, glyphs: Glyphs): Line => {
  if (reason !== null) return line(shorten(clean(reason), width, glyphs.cut), 'bad');
  const [first, ...more] = prompt.text.split(' ');
  const verb = first === undefined || first === '' || more.length === 0 ? null : verbOf(first);
  return verb === null || !('name' in verb)
    ? []
    : cutTo(line(`${verb.name} ${verb.args}   ${verb.help}`, 'dim'), width, glyphs.cut);
};

/** The dialog as lines. */
export const paletteDialog = (state: State, modal: Palette, glyphs: Glyphs): Dialog => {
  const layout = layoutIn(state);
  const width = Math.max(1, Math.min(widest, layout.columns - 4));
  const about = aboutLine(modal, width, glyphs);
  const all = suggestionsOf(state, modal.prompt);
  const rows = Math.max(0, Math.min(rowsShown, dialogRows(layout) - 2));
  const chosen = all.findIndex(({ word }) => word === modal.chosen);
  const from = Math.max(0, Math.min(chosen - rows + 1, all.length - rows));
  const column = all.some(({ verb }) => verb !== null)
    ? Math.min(usageWidth, Math.floor(width / 2))
    : Math.max(0, ...all.map(({ word }) => word.length)) + 2;
  const suggestions = all
    .slice(from, from + rows)
    .map((one, index) => suggestionLine(one, from + index === chosen, column, width, glyphs));
  const blank = Array.from({ length: Math.max(0, rows - suggestions.length) }, (): Line => []);
  const typed = [...line(':', 'strong'), ...promptLine(modal.prompt, Math.max(1, width - 1))];
  const content =
    // In the last row that there is, what is wrong matters more than what was typed.
    dialogRows(layout) === 1 && modal.reason !== null
      ? [about]
      : [typed, about, ...suggestions, ...blank];
  const part =
    all.length > rows ? ` ${from + 1}-${from + suggestions.length} of ${all.length}` : '';
  return { title: `Command${part}`, content, width: widest };
};
