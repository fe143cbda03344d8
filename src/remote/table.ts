/** Tables for people: columns as wide as what stands in them, safe to print. */
import { clean } from '../console/text.ts';

/** How a cell stands out, where there are colours. */
export type Tone = 'bad' | 'warn' | 'dim' | 'plain';

/** One column of a table. */
export type Column<Row> = {
  readonly title: string;
  readonly text: (row: Row) => string;
  /** Numbers end under one another. */
  readonly right?: true;
  readonly tone?: (row: Row) => Tone;
};

const CODES: Readonly<Record<Exclude<Tone, 'plain'>, string>> = { bad: '31', warn: '33', dim: '2' };

/** The text in a colour. */
export const painted = (text: string, tone: Tone, color: boolean): string =>
  !color || tone === 'plain' || text === '' ? text : `\u001B[${CODES[tone]}m${text}\u001B[0m`;

/** The lines of a table, its head first; two spaces between columns, none at the end. */
export const tableOf = <Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  color = false,
): readonly string[] => {
  const texts = rows.map((row) => columns.map(({ text }) => clean(text(row))));
  const widths = columns.map(({ title }, at) =>
    texts.reduce((most, cells) => Math.max(most, cells[at]?.length ?? 0), title.length),
  );
  const lineOf = (cells: readonly string[], tones: readonly Tone[]): string =>
    cells
      .map((cell, at) => {
        const width = widths[at] ?? 0;
        const isLast = at === cells.length - 1;
        const gap = ' '.repeat(width - cell.length);
        const shown = painted(cell, tones[at] ?? 'plain', color);
        return columns[at]?.right === true ? gap + shown : isLast ? shown : shown + gap;
      })
      .join('  ')
      .trimEnd();
  const head = lineOf(
    columns.map(({ title }) => title),
    columns.map(() => 'dim'),
  );
  const body = rows.map((row, index) =>
    lineOf(
      texts[index] ?? [],
      columns.map(({ tone }) => tone?.(row) ?? 'plain'),
    ),
  );
  return [head, ...body];
};

/** Facts, one on a line, their names in a column of their own. */
export const factsOf = (facts: readonly (readonly [string, string])[]): readonly string[] => {
  const width = Math.max(0, ...facts.map(([name]) => name.length));
  return facts.map(([name, value]) => `${name.padEnd(width)}  ${clean(value)}`.trimEnd());
};
