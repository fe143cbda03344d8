/** Reading a headless terminal: its rows as text, and as runs of one look for pictures. */
import { createRequire } from 'node:module';
import type * as Headless from '@xterm/headless';
import type { IBufferCell, Terminal } from '@xterm/headless';

// CommonJS only.
const { Terminal: HeadlessTerminal } = createRequire(import.meta.url)(
  '@xterm/headless',
) as typeof Headless;

/** A colour: null is the terminal's own, a number one of its 256, `#rrggbb` an exact one. */
export type Colour = number | string | null;

/** Neighbouring cells that look the same. */
export type Run = {
  readonly text: string;
  readonly fg: Colour;
  readonly bg: Colour;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly inverse: boolean;
  readonly italic: boolean;
};

/** An empty terminal of that size. */
export const newTerminal = (cols: number, rows: number): Terminal =>
  new HeadlessTerminal({ cols, rows, allowProposedApi: true });

const linesOf = function* (terminal: Terminal) {
  const { active } = terminal.buffer;
  for (let y = 0; y < terminal.rows; y += 1) yield active.getLine(active.viewportY + y);
};

/** The rows that are visible, without the blanks at their ends. */
export const rowsOf = (terminal: Terminal): string[] =>
  [...linesOf(terminal)].map((line) => line?.translateToString(true) ?? '');

/** How many visible rows go on from the one above. */
export const wrappedIn = (terminal: Terminal): number =>
  [...linesOf(terminal)].filter((line) => line?.isWrapped === true).length;

const hex = (rgb: number): string => `#${rgb.toString(16).padStart(6, '0')}`;

const lookOf = (cell: IBufferCell): Omit<Run, 'text'> => ({
  fg: cell.isFgDefault() ? null : cell.isFgRGB() ? hex(cell.getFgColor()) : cell.getFgColor(),
  bg: cell.isBgDefault() ? null : cell.isBgRGB() ? hex(cell.getBgColor()) : cell.getBgColor(),
  bold: cell.isBold() !== 0,
  dim: cell.isDim() !== 0,
  inverse: cell.isInverse() !== 0,
  italic: cell.isItalic() !== 0,
});

const sameLook = (a: Run, b: Omit<Run, 'text'>): boolean =>
  Object.entries(b).every(([key, value]) => Reflect.get(a, key) === value);

/** The visible rows as runs, from the first to the last column. */
export const runsOf = (terminal: Terminal): Run[][] =>
  [...linesOf(terminal)].map((line) => {
    const runs: Run[] = [];
    for (let x = 0; x < terminal.cols; x += 1) {
      const cell = line?.getCell(x);
      // The right half of a wide character has no width of its own.
      if (cell === undefined || cell.getWidth() === 0) continue;
      const text = cell.getChars() || ' ';
      const look = lookOf(cell);
      const last = runs.at(-1);
      if (last !== undefined && sameLook(last, look)) {
        runs[runs.length - 1] = { ...last, text: last.text + text };
      } else runs.push({ text, ...look });
    }
    return runs;
  });
