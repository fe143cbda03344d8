/** Figures and tables for people. */
import type { Spread } from './console/stats.ts';

/** A table in Markdown whose columns line up; the first row is its head. */
export const tableOf = (rows: readonly (readonly string[])[]): string[] => {
  const widths = rows[0]!.map((_, column) =>
    Math.max(3, ...rows.map((row) => row[column]!.length)),
  );
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const [head, ...body] = rows;
  return [line(head!), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)];
};

/** So many rounds, as people say it. */
export const roundsText = (rounds: number): string => `${rounds} round${rounds === 1 ? '' : 's'}`;

/** A number with as many places as it is worth. */
export const shown = (value: number): string =>
  value.toFixed(Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);

/** The median, and the range where there is one; nothing of nothing. */
export const ranged = (spread: Spread | null | undefined, unit = ''): string =>
  spread === null || spread === undefined
    ? ''
    : spread.rounds === 1
      ? `${shown(spread.median)}${unit}`
      : `${shown(spread.median)}${unit} (${shown(spread.min)} to ${shown(spread.max)})`;
