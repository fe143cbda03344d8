/**
 * Draws a terminal's screen as SVG, as it was: one `<rect>` per background, one `<text>` per
 * phrase of one look. The picture is text, so that a change of the console can be read in a diff.
 */
import type { Colour, Run } from '../test/support/screen.ts';

const CELL = { width: 8.4, height: 18 };
const FONT_SIZE = 14;
const PADDING = 14;
const BAR = 30;
const INK = '#d5d9e0';
const PAPER = '#14171c';

/** The 16 colours that the console uses, as a dark terminal shows them. */
const PALETTE = [
  '#2a2f38',
  '#e8646a',
  '#7fc38a',
  '#e3b95c',
  '#6ea7e8',
  '#c58be0',
  '#5fc4c9',
  '#d5d9e0',
  '#7b8494',
  '#ff8288',
  '#9fdca9',
  '#f5d184',
  '#93c1f5',
  '#dba9f2',
  '#86e0e4',
  '#ffffff',
];

const paint = (colour: Colour, fallback: string): string => {
  if (colour === null) return fallback;
  return typeof colour === 'string' ? colour : (PALETTE[colour] ?? fallback);
};

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const px = (value: number): string => String(Math.round(value * 10) / 10);

/**
 * Phrases without the blanks around them, each at its own column. Inside, a blank is one that
 * viewers of SVG do not collapse.
 */
const phrasesOf = (text: string): { readonly phrase: string; readonly at: number }[] =>
  [...text.matchAll(/\S+(?: \S+)*/g)].map(({ 0: phrase, index }) => ({ phrase, at: index }));

const runParts = (run: Run, column: number, row: number): string[] => {
  const x = PADDING + column * CELL.width;
  const y = BAR + PADDING + row * CELL.height;
  const width = run.text.length * CELL.width;
  const fore = paint(run.inverse ? run.bg : run.fg, run.inverse ? PAPER : INK);
  const back = paint(run.inverse ? run.fg : run.bg, run.inverse ? INK : PAPER);
  const box =
    back === PAPER
      ? []
      : [
          `<rect x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${CELL.height}" fill="${back}"/>`,
        ];
  const look = [
    run.bold ? ' font-weight="bold"' : '',
    run.italic ? ' font-style="italic"' : '',
    run.dim ? ' opacity="0.6"' : '',
  ].join('');
  const words = phrasesOf(run.text).map(
    ({ phrase, at }) =>
      `<text x="${px(x + at * CELL.width)}" y="${px(y + 13)}" ` +
      `textLength="${px(phrase.length * CELL.width)}" lengthAdjust="spacingAndGlyphs" ` +
      `fill="${fore}"${look}>${escaped(phrase).replaceAll(' ', '\u00A0')}</text>`,
  );
  return [...box, ...words];
};

/** A screen as elements, by row, each in the order in which they are drawn. */
export const screenParts = (rows: readonly (readonly Run[])[]): string[][] =>
  rows.map((runs, row) => {
    let column = 0;
    return runs.flatMap((run) => {
      const parts = runParts(run, column, row);
      column += run.text.length;
      return parts;
    });
  });

/** What a document is like apart from what is drawn in it. */
export type Sheet = {
  readonly columns: number;
  readonly rows: number;
  /** Stands in the bar above the screen. */
  readonly title: string;
  /** Describes the picture to who does not see it; default: the title. */
  readonly label?: string;
  /** Height of what stands below the screen. */
  readonly foot?: number;
  readonly style?: string;
};

/** Height of the screen with what is above it: where what stands below begins. */
export const heightOf = (rows: number): number => BAR + 2 * PADDING + rows * CELL.height;

/** The colours of the sheet, for what is drawn beside the screen. */
export const colours = { ink: INK, paper: PAPER, dim: '#7b8494', edge: '#3a404b' } as const;

/** What is drawn, in a document of its own. */
export const documentOf = (
  { columns, rows, title, label = title, foot = 0, style }: Sheet,
  lines: readonly string[],
): string => {
  const width = px(2 * PADDING + columns * CELL.width);
  const height = px(heightOf(rows) + foot);
  const dots = ['#e8646a', '#e3b95c', '#7fc38a'].map(
    (fill, i) => `<circle cx="${PADDING + 6 + i * 18}" cy="${BAR / 2}" r="5" fill="${fill}"/>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(label)}">`,
    ...(style === undefined ? [] : [`<style>${style}</style>`]),
    `<rect width="100%" height="100%" rx="8" fill="${PAPER}"/>`,
    ...dots,
    `<text x="50%" y="${BAR / 2 + 4}" text-anchor="middle" font-family="sans-serif" font-size="12" fill="${colours.dim}">${escaped(title)}</text>`,
    `<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="${FONT_SIZE}" shape-rendering="crispEdges">`,
    ...lines.filter((line) => line !== ''),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
};

/** The screen as an SVG document; `title` stands in the bar above it and describes it. */
export const svgOf = (rows: readonly (readonly Run[])[], title: string): string => {
  const columns = Math.max(...rows.map((runs) => runs.reduce((n, run) => n + run.text.length, 0)));
  const lines = screenParts(rows).map((parts) => parts.join(''));
  return documentOf({ columns, rows: rows.length, title }, lines);
};
