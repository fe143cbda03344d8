/**
 * The signs of the screen in two sets. The second is 7-bit: `● ◐ ■ ━` take two cells in
 * terminals set up for Chinese, Japanese or Korean, and are missing on the Linux console.
 */
import type { SessionState, ViewerState } from '../contract.ts';

/** One set of signs; every one takes one cell. */
export type Glyphs = {
  /** All of it is 7-bit, and so has to be what is drawn with it. */
  readonly sevenBit: boolean;
  readonly state: Readonly<Record<ViewerState | SessionState, string>>;
  readonly evicting: string;
  /** A session that takes no newcomer. */
  readonly locked: string;
  readonly gone: string;
  readonly cursor: string;
  /** A marked row. */
  readonly marked: string;
  /** The line of a section's title. */
  readonly rule: string;
  /** Between the two columns of a wide screen. */
  readonly divider: string;
  readonly slotTaken: string;
  readonly slotFree: string;
  /** The deadline bar: a whole cell, half a cell, nothing left, and between the thirds. */
  readonly barFull: string;
  readonly barHalf: string;
  readonly barEmpty: string;
  readonly barJoint: string;
  /** Eight steps, lowest first. */
  readonly spark: string;
  /** Where text was cut. */
  readonly cut: string;
  readonly arrow: string;
  /** A list that is sorted upwards, and downwards. */
  readonly up: string;
  readonly down: string;
  /** Corners and sides of a dialog: top left, top right, bottom left, bottom right, side. */
  readonly box: readonly [string, string, string, string, string];
};

/** For terminals that draw Unicode in cells of one width. */
export const unicodeGlyphs: Glyphs = {
  sevenBit: false,
  state: {
    dialling: '○',
    ok: '●',
    late: '◐',
    expiring: '◔',
    stuck: '■',
    full: '▲',
    over: '▼',
    empty: '◌',
  },
  evicting: '✗',
  locked: '×',
  gone: '·',
  cursor: '▸',
  marked: '✓',
  rule: '─',
  divider: '│',
  slotTaken: '▮',
  slotFree: '▯',
  barFull: '━',
  barHalf: '╸',
  barEmpty: '┄',
  barJoint: '┊',
  spark: '▁▂▃▄▅▆▇█',
  cut: '…',
  arrow: '→',
  up: '↑',
  down: '↓',
  box: ['┌', '┐', '└', '┘', '│'],
};

/** 7-bit, for everything else. */
export const asciiGlyphs: Glyphs = {
  sevenBit: true,
  state: {
    dialling: 'o',
    ok: '.',
    late: '~',
    expiring: '!',
    stuck: '#',
    full: '=',
    over: '>',
    empty: '0',
  },
  evicting: 'x',
  locked: 'L',
  gone: '-',
  cursor: '>',
  marked: '*',
  rule: '-',
  divider: '|',
  slotTaken: '#',
  slotFree: '.',
  barFull: '=',
  barHalf: '-',
  barEmpty: '.',
  barJoint: '|',
  spark: '_.,-=+*#',
  cut: '~',
  arrow: '>',
  up: '^',
  down: 'v',
  box: ['+', '+', '+', '+', '|'],
};

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The set for a terminal: 7-bit on the Linux console, and where the locale is named and either
 * not UTF-8 or one in which the signs are wide. An unset locale says nothing and is no reason.
 */
export const glyphsFor = (env: Environment): Glyphs => {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  const narrow = /utf-?8/i.test(locale) && !/^(?:zh|ja|ko)/i.test(locale);
  return env['TERM'] === 'linux' || (locale !== '' && !narrow) ? asciiGlyphs : unicodeGlyphs;
};
