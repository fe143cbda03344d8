/** Rows of cells in columns of fixed widths, and the titles between the tables. */
import type { SessionState, ViewerState } from '../contract.ts';
import type { Glyphs } from './glyphs.ts';
import { rowLead, taggedLead } from './layout.ts';
import { fit, invert, line, type Line, slice, type Tone, widthOf } from './text.ts';

/** Where the cursor stands in relation to a row. */
export type Mark = 'none' | 'chosen' | 'focused';

/** A column of a table: its content is cut or filled to `width`. */
export type Column<Row> = {
  readonly head: string;
  readonly width: number;
  /** Filled on the left: numbers. */
  readonly right?: true;
  readonly content: (row: Row, width: number, mark: Mark) => Line;
};

type Cell = { readonly content: Line; readonly width: number; readonly right?: true };

const besideEachOther = (cells: readonly Cell[]): Line =>
  cells.flatMap(({ content, width, right }, index) => {
    const missing = right === true ? Math.max(0, width - widthOf(content)) : 0;
    const lead = line(' '.repeat((index === 0 ? 0 : 1) + missing));
    return [...lead, ...(right === true ? slice(content, 0, width) : fit(content, width))];
  });

/** Cells that columns take side by side, with a space between them. */
export const widthOfColumns = (columns: readonly Column<never>[]): number =>
  columns.reduce((sum, { width }) => sum + width, Math.max(0, columns.length - 1));

/** The names of the columns, behind `lead` cells; where a digit has room there, it has a name. */
export const headLine = (columns: readonly Column<never>[], lead = rowLead): Line => [
  ...line((lead === taggedLead ? ' #' : '').padEnd(lead), 'dim'),
  ...besideEachOther(
    columns.map(({ head, width, right }): Cell => {
      const content = line(head, 'dim');
      return right === true ? { content, width, right } : { content, width };
    }),
  ),
];

/** What stands in front of a row besides the cursor and the sign of its state. */
export type Lead = {
  /** One of those that the operator has marked. */
  readonly marked?: boolean;
  /** Its digit; null has none, absent: the list has no digits. */
  readonly tag?: number | null;
};

/** A row of a table: the cursor, the sign of its state, its cells; inverse under the cursor. */
export const rowLine = <Row extends { readonly state: ViewerState | SessionState }>(
  columns: readonly Column<Row>[],
  row: Row,
  mark: Mark,
  width: number,
  glyphs: Glyphs,
  { marked = false, tag }: Lead = {},
): Line => {
  const cells = columns.map(({ content, width, right }): Cell => {
    const made = content(row, width, mark);
    return right === true ? { content: made, width, right } : { content: made, width };
  });
  const parts: Line = [
    ...(marked ? line(glyphs.marked, 'strong') : line(cursorSign(mark, glyphs))),
    ...(tag === undefined ? [] : line(`${tag ?? ' '} `, 'strong')),
    ...line(`${glyphs.state[row.state]} `, toneOf(row.state)),
    ...besideEachOther(cells),
  ];
  return mark === 'focused' ? invert(fit(parts, width)) : slice(parts, 0, width);
};

/** The sign in front of a row. */
export const cursorSign = (mark: Mark, glyphs: Glyphs): string =>
  mark === 'none' ? ' ' : glyphs.cursor;

/** Where the cursor stands in relation to the row `id`. */
export const markOf = (id: string, chosen: string | null, focused: boolean): Mark =>
  id !== chosen ? 'none' : focused ? 'focused' : 'chosen';

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
export const rangeOf = <Row>(
  drawn: readonly Row[],
  list: { readonly from: number; readonly total: number; readonly rows: readonly Row[] } | null,
): string => {
  const [first] = drawn;
  if (list === null || first === undefined || drawn.length >= list.total) return '';
  const at = list.from + list.rows.indexOf(first);
  return `${at + 1}-${at + drawn.length} of ${list.total}`;
};

/** The word of a state; the one that needs a hand is the only one in capitals. */
export const wordOf = (state: ViewerState | SessionState): string =>
  state === 'stuck' ? 'STUCK' : state;

/** The tone of a state: what is well stays quiet. */
export const toneOf = (state: ViewerState | SessionState): Tone =>
  state === 'ok' ? 'plain' : state === 'dialling' || state === 'empty' ? 'dim' : state;
