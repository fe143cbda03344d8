/** Rows of cells in columns of fixed widths, and the titles between the tables. */
import type { SessionState, ViewerState } from '../contract.ts';
import type { Glyphs } from './glyphs.ts';
import { fit, invert, line, type Line, slice, type Tone, widthOf } from './text.ts';

/** A cell: its content is cut or filled to `width`, on the left where it is a number. */
export type Cell = { readonly content: Line; readonly width: number; readonly right?: boolean };

/** A cell of plain text. */
export const cell = (
  text: string,
  width: number,
  tone: Tone = 'plain',
  align: 'left' | 'right' = 'left',
): Cell => ({ content: line(text, tone), width, right: align === 'right' });

/** Cells side by side with a space between them. */
export const rowOf = (cells: readonly Cell[]): Line =>
  cells.flatMap(({ content, width, right }, index) => {
    const missing = width - widthOf(content);
    const lead = line(
      ' '.repeat((index === 0 ? 0 : 1) + (right === true ? Math.max(0, missing) : 0)),
    );
    return [...lead, ...(right === true ? slice(content, 0, width) : fit(content, width))];
  });

/** Cells that the columns take side by side. */
export const widthOfAll = (widths: readonly number[]): number =>
  widths.reduce((sum, width) => sum + width, Math.max(0, widths.length - 1));

/** Where the cursor stands in relation to a row. */
export type Mark = 'none' | 'chosen' | 'focused';

/** A row over the whole width, told apart where the cursor is on it. */
export const marked = (row: Line, mark: Mark, width: number): Line =>
  mark === 'focused' ? invert(fit(row, width)) : slice(row, 0, width);

/** The sign in front of a row. */
export const cursorSign = (mark: Mark, glyphs: Glyphs): string =>
  mark === 'none' ? ' ' : glyphs.cursor;

/** The title of a section, as a line across it: `── Sessions 12 ───── worst first ─`. */
export const rule = (title: Line, aside: string, width: number, glyphs: Glyphs): Line => {
  const left: Line = [...line(`${glyphs.rule.repeat(2)} `, 'dim'), ...title, ...line(' ')];
  const right: Line = aside === '' ? [] : line(` ${aside} ${glyphs.rule}`, 'dim');
  const gap = width - widthOf(left) - widthOf(right);
  const middle = (cells: number): Line => line(glyphs.rule.repeat(Math.max(0, cells)), 'dim');
  return gap < 1
    ? fit([...left, ...middle(width - widthOf(left))], width)
    : [...left, ...middle(gap), ...right];
};

/** Which rows of a list are drawn, where not all are: `6-10 of 49`. */
export const rangeOf = (first: number, shown: number, total: number): string =>
  shown >= total || shown === 0 ? '' : `${first + 1}-${first + shown} of ${total}`;

/** The word of a state; the one that needs a hand is the only one in capitals. */
export const wordOf = (state: ViewerState | SessionState): string =>
  state === 'stuck' ? 'STUCK' : state;

/** The tone of a state: what is well stays quiet. */
export const toneOf = (state: ViewerState | SessionState): Tone =>
  state === 'ok' ? 'plain' : state === 'dialling' ? 'dim' : state;
