/**
 * Lines of coloured text as values, and the arithmetic of fitting them into cells. The screen is
 * built from these and drawn last, so that no width is ever left to the terminal to decide.
 * Every UTF-16 unit that passes through here takes exactly one cell: ours are chosen so, and
 * `clean` makes those of others so.
 */
import type { Accent } from '../contract.ts';

/** What a piece of text means; `theme.ts` says how that looks. */
export type Tone =
  | 'plain'
  | 'dim'
  | 'strong'
  | 'good'
  | 'warn'
  | 'bad'
  | 'late'
  | 'expiring'
  | 'stuck'
  | 'evicting'
  | 'full'
  | 'over'
  | `accent-${Accent}`;

/** A run of text in one tone; `inverse` marks the row under the cursor. */
export type Span = { readonly text: string; readonly tone: Tone; readonly inverse?: true };

/** One row of the screen, or a part of one. */
export type Line = readonly Span[];

/** A line of one span, or of none where there is no text. */
export const line = (text: string, tone: Tone = 'plain'): Line =>
  text === '' ? [] : [{ text, tone }];

/** Cells that the line takes. */
export const widthOf = (parts: Line): number =>
  parts.reduce((cells, { text }) => cells + text.length, 0);

/** The cells from `from` up to but not including `to`. */
export const slice = (parts: Line, from: number, to: number): Line => {
  const kept: Span[] = [];
  let at = 0;
  for (const part of parts) {
    const text = part.text.slice(Math.max(0, from - at), Math.max(0, to - at));
    if (text !== '') kept.push({ ...part, text });
    at += part.text.length;
  }
  return kept;
};

/** The line in at most `columns` cells; `mark` shows that something is missing. */
export const cutTo = (parts: Line, columns: number, mark: string): Line =>
  widthOf(parts) <= columns ? parts : [...slice(parts, 0, columns - 1), ...line(mark)];

/** The line in exactly `columns` cells: cut, or filled with spaces. */
export const fit = (parts: Line, columns: number): Line => {
  const missing = columns - widthOf(parts);
  return missing > 0 ? [...parts, ...line(' '.repeat(missing))] : slice(parts, 0, columns);
};

/** `left`, and `right` at the other end where there is room for both and a space between. */
export const spread = (left: Line, right: Line, columns: number): Line => {
  const gap = columns - widthOf(left) - widthOf(right);
  return gap < 1 ? fit(left, columns) : [...left, ...line(' '.repeat(gap)), ...right];
};

/** The first of `choices`, the fullest first, that fits; the last one where none does. */
export const firstThatFits = (choices: readonly Line[], columns: number): Line =>
  choices.find((choice) => widthOf(choice) <= columns) ?? choices.at(-1) ?? [];

/** As many of `parts`, the most important first, as fit with `gap` spaces between them. */
export const fill = (parts: readonly Line[], columns: number, gap = 2): Line => {
  const filled: Span[] = [];
  for (const part of parts) {
    const lead = filled.length === 0 ? '' : ' '.repeat(gap);
    if (widthOf(filled) + lead.length + widthOf(part) > columns) break;
    filled.push(...line(lead), ...part);
  }
  return filled;
};

/** `base` with `top` laid over it from column `x` on. */
export const overlay = (base: Line, top: Line, x: number): Line => [
  ...fit(base, x),
  ...top,
  ...slice(base, x + widthOf(top), Number.POSITIVE_INFINITY),
];

/** The whole line inverse: the row under the cursor. */
export const invert = (parts: Line): Line => parts.map((part) => ({ ...part, inverse: true }));

/** The line with neighbours of one look joined: fewer nodes to lay out and draw. */
export const join = (parts: Line): Line => {
  const joined: Span[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (last?.tone === part.tone && last.inverse === part.inverse) {
      joined[joined.length - 1] = { ...last, text: last.text + part.text };
    } else if (part.text !== '') joined.push(part);
  }
  return joined;
};

/** Whether two lines look the same. */
export const sameLine = (a: Line, b: Line): boolean =>
  a === b ||
  (a.length === b.length &&
    a.every((part, index) => {
      const other = b[index];
      return (
        part.text === other?.text && part.tone === other.tone && part.inverse === other.inverse
      );
    }));

/** The plain text of a line. */
export const textOf = (parts: Line): string => parts.map(({ text }) => text).join('');

/**
 * Letters of Latin, Greek and Cyrillic, with their accents in one character: those take one cell
 * in every terminal in which our own signs do.
 */
const strange = /[^\x20-\x7e[[\p{Lu}\p{Ll}]&&[\u00c0-\u024f\u0370-\u052f\u1e00-\u1fff]]]/gv;

/**
 * Text of others, safe to draw: whatever is neither printable ASCII nor such a letter becomes
 * `?`, because a control character could steer the terminal and a wide one would shift the
 * columns.
 */
export const clean = (text: string): string => text.replaceAll(strange, '?');

/** The same text in 7 bits and as many cells: letters without their accents, `?` for the others. */
export const sevenBit = (text: string): string =>
  text.replaceAll(/[^\x20-\x7e]/g, (unit) => {
    const base = unit.normalize('NFD').charAt(0);
    return base >= ' ' && base <= '~' ? base : '?';
  });

/** The text in at most `columns` cells, cut at its end; `mark` shows that something is missing. */
export const shorten = (text: string, columns: number, mark: string): string =>
  text.length <= columns
    ? text
    : `${text.slice(0, Math.max(0, columns - 1))}${mark}`.slice(0, Math.max(0, columns));

/**
 * The same, cut in the middle: names that are made by programs often differ only at their ends.
 */
export const shortenMiddle = (text: string, columns: number, mark: string): string => {
  if (text.length <= columns) return text;
  if (columns < 5) return shorten(text, columns, mark);
  const tail = Math.floor((columns - 1) / 2);
  return `${text.slice(0, columns - 1 - tail)}${mark}${text.slice(text.length - tail)}`;
};
