/** The parts of a viewer's row that all lists of viewers have. */
import type { Snapshot, ViewerRow } from '../contract.ts';
import { hasRecovered, nowTarget, undoKey } from './evictions.ts';
import { formatBytes, formatLeft, plural } from './format.ts';
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

/** What is wrong with a viewer, the fullest words first; nothing where it is well. */
export const troublesOf = (
  row: ViewerRow,
  snapshot: Pick<Snapshot, 'pingIntervalMs' | 'pongTimeoutMs' | 'writeTimeoutMs'>,
): readonly string[] => {
  if (row.state === 'ok' || row.state === 'dialling') return [];
  const again = row.rejoined > 0 ? `, evicted ${row.rejoined}x before` : '';
  if (row.state === 'stuck') {
    const waits = formatBytes(row.queuedBytes);
    const stuck = Math.floor(row.stuckMs / 1000);
    const most = Math.ceil(snapshot.writeTimeoutMs / 1000);
    const full = row.keptMs === null ? `${waits} waits ${stuck}s of ${most}s` : `${waits} no drain`;
    return [`${full}${again}`, full, `${waits} no drain`, waits];
  }
  const silentMs = snapshot.pongTimeoutMs - (row.deadlineMs ?? snapshot.pongTimeoutMs);
  const missed = Math.max(1, Math.floor(silentMs / snapshot.pingIntervalMs));
  const full = `missed ${plural(missed, 'pong')}`;
  return [`${full}${again}`, full, plural(missed, 'pong'), `-${missed}`];
};

/** How long the viewer is kept: `kept 5m`, `kept 42s`. */
const keptText = (keptMs: number): string => {
  const seconds = Math.ceil(keptMs / 1000);
  return `kept ${seconds < 60 ? `${seconds}s` : `${Math.ceil(seconds / 60)}m`}`;
};

/**
 * The time to the pong deadline: a bar whose thirds have `third` cells (0 is none) and the
 * seconds. Both stand still while the deadline does; where none holds, it says for how long.
 */
export const deadlineColumn = (
  third: 5 | 3 | 0,
  timeoutMs: number,
  glyphs: Glyphs,
): Column<ViewerRow> => ({
  head: third === 0 ? 'LEFT' : 'DEADLINE',
  width: third === 0 ? 4 : deadlineBarWidth(third) + 5,
  content: ({ deadlineMs, deadlineHeld, keptMs, state }, width) => {
    if (keptMs !== null) {
      return line(third === 0 ? 'kept' : keptText(keptMs).padStart(width), 'good');
    }
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
  const who = ` ${shorten(clean(row.who ?? row.remote), 21, glyphs.cut)}`;
  const undo = `${undoKey(state)} undo`;
  const keys = `   ${undo}${nowTarget(state) === row.id ? '   enter now' : ''}`;
  const recovered = hasRecovered(state, armed) ? '  recovered - still evict?' : '';
  const choices = [
    `${head}${who}${recovered}${keys}`,
    `${head}${recovered}${keys}`,
    ...(recovered === '' ? [] : [`${head}${recovered}  ${undo}`, `${head}  recovered  ${undo}`]),
    `${head}${keys}`,
    `${head}  ${undo}`,
    `${lead}${row.id} in ${seconds}s`,
    `${lead}${row.id}`,
  ].map((text) => line(text, 'evicting'));
  return slice(
    [...firstThatFits(choices, width), ...line(' '.repeat(width), 'evicting')],
    0,
    width,
  );
};
