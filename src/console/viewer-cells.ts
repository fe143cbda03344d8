/** The parts of a viewer's row that both lists of viewers have. */
import type { ViewerRow } from '../contract.ts';
import { hasRecovered } from './evictions.ts';
import { formatLeft } from './format.ts';
import { deadlineBar, deadlineBarWidth } from './gauges.ts';
import type { Glyphs } from './glyphs.ts';
import type { Armed, State } from './state.ts';
import { type Column, cursorSign, type Mark, toneOf, wordOf } from './table.ts';
import { clean, firstThatFits, line, type Line, shorten, slice } from './text.ts';

/** What the viewer is doing. */
export const stateColumn: Column<ViewerRow> = {
  head: 'STATE',
  width: 8,
  content: ({ state }) => line(wordOf(state), toneOf(state)),
};

/** Cells that the longest id needs. */
export const idWidthOf = (rows: readonly ViewerRow[]): number =>
  Math.max(6, ...rows.map(({ id }) => id.length));

/**
 * The time to the pong deadline: a bar whose thirds have `third` cells (0 is none) and the
 * seconds. Both stand still while the deadline does.
 */
export const deadlineColumn = (
  third: 5 | 3 | 0,
  timeoutMs: number,
  glyphs: Glyphs,
): Column<ViewerRow> => ({
  head: third === 0 ? 'LEFT' : 'DEADLINE',
  width: third === 0 ? 4 : deadlineBarWidth(third) + 5,
  content: ({ deadlineMs, deadlineHeld, state }) => {
    const left = deadlineMs ?? 0;
    const tone = deadlineHeld ? 'dim' : toneOf(state);
    const text = deadlineMs === null ? '-' : deadlineHeld ? 'held' : formatLeft(left, timeoutMs);
    const seconds = line(text.padStart(4), deadlineMs === null ? 'dim' : tone);
    if (third === 0) return seconds;
    return [...deadlineBar(left, timeoutMs, third, tone, glyphs), ...line(' '), ...seconds];
  },
});

/** The row of a viewer whose eviction can still be undone. */
export const armedRow = (
  row: ViewerRow,
  armed: Armed,
  mark: Mark,
  state: State,
  width: number,
  glyphs: Glyphs,
): Line => {
  const seconds = Math.max(0, Math.ceil((armed.dueAt - state.now) / 1000));
  const lead = `${cursorSign(mark, glyphs)}${glyphs.evicting} `;
  const head = `${lead}EVICTING in ${seconds}s  ${row.id}`;
  const remote = ` ${shorten(clean(row.remote), 21, glyphs.cut)}`;
  const keys = `   u undo${mark === 'focused' ? '   enter now' : ''}`;
  const recovered = hasRecovered(armed, state.snapshot) ? '  recovered - still evict?' : '';
  const choices = [
    `${head}${remote}${recovered}${keys}`,
    `${head}${recovered}${keys}`,
    `${head}${keys}`,
    `${head}  u undo`,
    `${lead}${row.id} in ${seconds}s`,
    `${lead}${row.id}`,
  ].map((text) => line(text, 'evicting'));
  return slice(
    [...firstThatFits(choices, width), ...line(' '.repeat(width), 'evicting')],
    0,
    width,
  );
};
