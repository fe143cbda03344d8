/**
 * Draws a terminal's screen as SVG, as it was: one `<rect>` per background, one `<text>` per
 * word of one look. The picture is text, so that a change of the console can be read in a diff.
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

/** Words without their blanks, which viewers of SVG collapse: each stands at its own column. */
const wordsOf = (text: string): { readonly word: string; readonly at: number }[] =>
  [...text.matchAll(/\S+/g)].map(({ 0: word, index }) => ({ word, at: index }));

const runParts = (run: Run, column: number, row: number): string => {
  const x = PADDING + column * CELL.width;
  const y = BAR + PADDING + row * CELL.height;
  const width = run.text.length * CELL.width;
  const fore = paint(run.inverse ? run.bg : run.fg, run.inverse ? PAPER : INK);
  const back = paint(run.inverse ? run.fg : run.bg, run.inverse ? INK : PAPER);
  const box =
    back === PAPER
      ? ''
      : `<rect x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${CELL.height}" fill="${back}"/>`;
  const look = [
    run.bold ? ' font-weight="bold"' : '',
    run.italic ? ' font-style="italic"' : '',
    run.dim ? ' opacity="0.6"' : '',
  ].join('');
  const words = wordsOf(run.text).map(
    ({ word, at }) =>
      `<text x="${px(x + at * CELL.width)}" y="${px(y + 13)}" ` +
      `textLength="${px(word.length * CELL.width)}" lengthAdjust="spacingAndGlyphs" ` +
      `fill="${fore}"${look}>${escaped(word)}</text>`,
  );
  return [box, ...words].join('');
};

/** The screen as an SVG document; `title` stands in the bar above it and describes it. */
export const svgOf = (rows: readonly (readonly Run[])[], title: string): string => {
  const columns = Math.max(...rows.map((runs) => runs.reduce((n, run) => n + run.text.length, 0)));
  const width = px(2 * PADDING + columns * CELL.width);
  const height = px(BAR + 2 * PADDING + rows.length * CELL.height);
  const lines = rows.map((runs, row) => {
    let column = 0;
    return runs
      .map((run) => {
        const part = runParts(run, column, row);
        column += run.text.length;
        return part;
      })
      .join('');
  });
  const dots = ['#e8646a', '#e3b95c', '#7fc38a'].map(
    (fill, i) => `<circle cx="${PADDING + 6 + i * 18}" cy="${BAR / 2}" r="5" fill="${fill}"/>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">`,
    `<rect width="100%" height="100%" rx="8" fill="${PAPER}"/>`,
    ...dots,
    `<text x="50%" y="${BAR / 2 + 4}" text-anchor="middle" font-family="sans-serif" font-size="12" fill="#7b8494">${escaped(title)}</text>`,
    `<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="${FONT_SIZE}">`,
    ...lines.filter((line) => line !== ''),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
};
