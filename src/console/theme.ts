/**
 * How a tone looks, in the sixteen colours that every terminal has and its owner has chosen.
 * A state is never told by colour alone: its sign and its word say the same, for eyes and
 * terminals that know no colours.
 */
import type { Accent } from '../contract.ts';
import type { Environment } from './glyphs.ts';
import type { Span, Tone } from './text.ts';

/** Properties of a piece of text, as the drawing library names them. */
export type Style = {
  readonly color?: Accent;
  readonly bold?: true;
  readonly dimColor?: true;
  readonly inverse?: true;
};

const styles: Readonly<Record<Tone, Style>> = {
  plain: {},
  dim: { dimColor: true },
  strong: { bold: true },
  good: { color: 'green' },
  warn: { color: 'yellow', bold: true },
  bad: { color: 'red', bold: true },
  late: { color: 'yellow' },
  expiring: { color: 'red' },
  stuck: { color: 'magenta', bold: true },
  evicting: { color: 'red', bold: true, inverse: true },
  full: { color: 'cyan' },
  over: { color: 'cyan', bold: true },
  'accent-red': { color: 'red', bold: true },
  'accent-green': { color: 'green', bold: true },
  'accent-yellow': { color: 'yellow', bold: true },
  'accent-blue': { color: 'blue', bold: true },
  'accent-magenta': { color: 'magenta', bold: true },
  'accent-cyan': { color: 'cyan', bold: true },
  'accent-white': { color: 'white', bold: true },
};

/** Whether to use colours: not where `NO_COLOR` is set to anything (no-color.org). */
export const wantsColor = (env: Environment): boolean => (env['NO_COLOR'] ?? '') === '';

/** How a span looks. Without colours, bold, dim and inverse stay: the cursor must be seen. */
export const styleOf = ({ tone, inverse }: Span, colored: boolean): Style => {
  const { color, dimColor, ...rest } = styles[tone];
  return {
    ...rest,
    ...(colored && color !== undefined ? { color } : {}),
    // Dim and inverse together are hardly readable on many terminals.
    ...(dimColor === true && inverse === undefined ? { dimColor } : {}),
    ...(inverse === true ? { inverse } : {}),
  };
};
