/** The small pictures in a row: slots, time to the pong deadline, the newest round trips. */
import { formatCount } from './format.ts';
import type { Glyphs } from './glyphs.ts';
import { line, type Line, type Tone } from './text.ts';

/** Cells of the slots, and the largest cap that is drawn block by block; beyond it is a share. */
export const slotCells = 8;

/**
 * One block for each slot: taken, held by a dial in flight (dim), free; `+2` over the cap, in the
 * place of blocks where there is no room for all.
 */
export const slotBar = (
  viewers: number,
  dialling: number,
  cap: number,
  tone: Tone,
  glyphs: Glyphs,
): Line => {
  if (cap > slotCells) return line(`${Math.round((viewers / cap) * 100)}%`, tone);
  const over = viewers > cap ? `+${formatCount(viewers - cap)}` : '';
  const taken = Math.min(viewers, cap, slotCells - over.length);
  const dim = Math.min(dialling, taken);
  return [
    ...line(glyphs.slotTaken.repeat(taken - dim), tone),
    ...line(glyphs.slotTaken.repeat(dim), 'dim'),
    ...line(glyphs.slotFree.repeat(over === '' ? cap - taken : 0), 'dim'),
    ...line(over, tone),
  ];
};

/**
 * The pong timeout in thirds of `cells` cells each, one for each ping with the default
 * intervals, draining from right to left in half cells. What is left of a deadline that has not
 * passed always shows.
 */
export const deadlineBar = (
  leftMs: number,
  timeoutMs: number,
  cells: number,
  tone: Tone,
  glyphs: Glyphs,
): Line => {
  const share = Math.max(0, Math.min(1, leftMs / Math.max(1, timeoutMs)));
  const halves = Math.ceil(share * cells * 6);
  const bar: { text: string; tone: Tone }[] = [];
  for (let cell = 0; cell < cells * 3; cell += 1) {
    if (cell > 0 && cell % cells === 0) bar.push({ text: glyphs.barJoint, tone: 'dim' });
    const rest = halves - cell * 2;
    if (rest >= 2) bar.push({ text: glyphs.barFull, tone });
    else
      bar.push(
        rest === 1 ? { text: glyphs.barHalf, tone } : { text: glyphs.barEmpty, tone: 'dim' },
      );
  }
  return bar;
};

/** Cells of a deadline bar whose thirds have `cells` cells. */
export const deadlineBarWidth = (cells: number): number => cells * 3 + 2;

const stepSign = (step: number, glyphs: Glyphs): string =>
  glyphs.spark.charAt(Math.max(0, Math.min(7, step)));

/** At most `cells` values: each is the highest of its neighbours. */
const condensed = (values: readonly number[], cells: number): readonly number[] => {
  const size = Math.max(1, Math.ceil(values.length / Math.max(1, cells)));
  return Array.from({ length: Math.ceil(values.length / size) }, (_, at) =>
    Math.max(...values.slice(at * size, (at + 1) * size)),
  );
};

const rttSign = (ms: number, glyphs: Glyphs): string =>
  stepSign(Math.floor(Math.log2(Math.max(1, ms) / 8)) + 1, glyphs);

/** The newest round trips, at most 8; each step is twice the one before, from 8 ms on. */
export const sparkline = (rttsMs: readonly number[], glyphs: Glyphs): string =>
  rttsMs
    .slice(-8)
    .map((ms) => rttSign(ms, glyphs))
    .join('');

/** All of the round trips in at most `cells` such steps. */
export const longSparkline = (rttsMs: readonly number[], glyphs: Glyphs, cells: number): string =>
  condensed(rttsMs, cells)
    .map((ms) => rttSign(ms, glyphs))
    .join('');

/** Levels as a line of up to `cells` steps, from nothing to the highest of them. */
export const levelLine = (levels: readonly number[], glyphs: Glyphs, cells: number): string => {
  const highest = Math.max(1, ...levels);
  return condensed(levels, cells)
    .map((level) => stepSign(Math.ceil((level / highest) * 7), glyphs))
    .join('');
};
