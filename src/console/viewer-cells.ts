/** The parts of a viewer's row that both lists of viewers have. */
import type { ViewerRow } from '../contract.ts';
import { hasRecovered } from './evictions.ts';
import { formatLeft } from './format.ts';
import { deadlineBar, deadlineBarWidth } from './gauges.ts';
import type { Glyphs } from './glyphs.ts';
import type { Armed, State } from './state.ts';
import { type Cell, cursorSign, type Mark, toneOf } from './table.ts';
import { clean, firstThatFits, line, type Line, shorten, slice } from './text.ts';

/** The time to the pong deadline as a bar with the seconds; they stand still while it does. */
export const deadlineCell = (
  { deadlineMs, deadlineHeld, state }: ViewerRow,
  third: 5 | 3 | 0,
  timeoutMs: number,
  glyphs: Glyphs,
): Cell => {
  const tone = state === 'ok' ? 'plain' : toneOf(state);
  const left = deadlineMs ?? 0;
  const text = deadlineMs === null ? '-' : deadlineHeld ? 'held' : formatLeft(left, timeoutMs);
  const seconds = line(text.padStart(4), deadlineMs === null || deadlineHeld ? 'dim' : tone);
  if (third === 0) return { content: seconds, width: 4 };
  const bar = deadlineBar(left, timeoutMs, third, deadlineHeld ? 'dim' : tone, glyphs);
  return { content: [...bar, ...line(' '), ...seconds], width: deadlineBarWidth(third) + 5 };
};

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
  const head = `${cursorSign(mark, glyphs)}${glyphs.evicting} EVICTING in ${seconds}s  ${row.id}`;
  const remote = ` ${shorten(clean(row.remote), 21, glyphs.cut)}`;
  const keys = `   u undo${mark === 'focused' ? '   enter now' : ''}`;
  const recovered = hasRecovered(armed, state.snapshot) ? '  recovered - still evict?' : '';
  const choices = [
    `${head}${remote}${recovered}${keys}`,
    `${head}${recovered}${keys}`,
    `${head}${keys}`,
    `${head}  u undo`,
    `${cursorSign(mark, glyphs)}${glyphs.evicting} ${row.id} in ${seconds}s`,
  ].map((text) => line(text, 'evicting'));
  return slice(
    [...firstThatFits(choices, width), ...line(' '.repeat(width), 'evicting')],
    0,
    width,
  );
};
