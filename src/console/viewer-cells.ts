/** The parts of a viewer's row that all lists of viewers have. */
import type { Snapshot, ViewerRow } from '../contract.ts';
import { hasRecovered, nowTarget, undoKey } from './evictions.ts';
import {
  formatAge,
  formatBytes,
  formatLeft,
  formatLimit,
  minutesLeft,
  plural,
  secondsLeft,
} from './format.ts';
import { deadlineBar, deadlineBarWidth } from './gauges.ts';
import type { Glyphs } from './glyphs.ts';
import { type OtherArmed, otherTexts } from './others.ts';
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
    if (snapshot.writeTimeoutMs === 0) return [`${waits} waits ${formatAge(row.stuckMs)}`, waits];
    const most = formatLimit(snapshot.writeTimeoutMs);
    const seconds = Math.floor(row.stuckMs / 1000);
    const stuck =
      most.endsWith('m') && seconds >= 60 ? `${Math.floor(seconds / 60)}m` : `${seconds}s`;
    const full = row.keptMs === null ? `${waits} waits ${stuck} of ${most}` : `${waits} no drain`;
    return [`${full}${again}`, full, `${waits} no drain`, waits];
  }
  if (snapshot.pingIntervalMs === 0) return [];
  const silentMs = snapshot.pongTimeoutMs - (row.deadlineMs ?? snapshot.pongTimeoutMs);
  const missed = Math.max(1, Math.floor(silentMs / snapshot.pingIntervalMs));
  const full = `missed ${plural(missed, 'pong')}`;
  return [`${full}${again}`, full, plural(missed, 'pong'), `-${missed}`];
};

/** How long the viewer is kept: `kept 5m`, `kept 42s`. */
const keptText = (keptMs: number): string => {
  const seconds = secondsLeft(keptMs);
  return `kept ${seconds < 60 ? `${seconds}s` : `${minutesLeft(keptMs)}m`}`;
};

/**
 * The time to the pong deadline: a bar whose thirds have `third` cells (0 is none) and the
 * seconds. Both stand still while the deadline does; where none holds, it says for how long. That
 * of a stuck viewer is held and let go by every byte that it takes: it has its number all along.
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
    const isHeld = deadlineHeld && state !== 'stuck';
    const tone = isHeld ? 'dim' : toneOf(state);
    const text = deadlineMs === null ? '-' : isHeld ? 'held' : formatLeft(left, timeoutMs);
    const seconds = line(text.padStart(4), deadlineMs === null ? 'dim' : tone);
    if (third === 0) return seconds;
    return [...deadlineBar(left, timeoutMs, third, tone, glyphs), ...line(' '), ...seconds];
  },
});

/**
 * An eviction that can still be undone, in words behind `lead`, the fullest first; each of
 * `beside` stands behind the viewer's id in one of them.
 */
export const evictingTexts = (
  state: State,
  armed: Armed,
  lead: string,
  beside: readonly string[],
): readonly string[] => {
  const seconds = secondsLeft(armed.dueAt - state.now);
  const head = `${lead}EVICTING in ${seconds}s  ${armed.viewer}`;
  const undo = `${undoKey(state)} undo`;
  const keys = `   ${undo}${nowTarget(state) === armed.viewer ? '   enter now' : ''}`;
  const recovered = hasRecovered(state, armed) ? '  recovered - still evict?' : '';
  return [
    ...beside.map((more) => `${head}${more}${recovered}${keys}`),
    ...(recovered === '' ? [] : [`${head}${recovered}  ${undo}`, `${head}  recovered  ${undo}`]),
    `${head}${keys}`,
    `${head}  ${undo}`,
    `${lead}${armed.viewer} in ${seconds}s`,
  ];
};

const leadOf = (mark: Mark, glyphs: Glyphs): string =>
  `${cursorSign(mark, glyphs)}${glyphs.evicting} `;

const besideId = ({ who, remote }: ViewerRow, glyphs: Glyphs): string =>
  ` ${shorten(clean(who ?? remote), 21, glyphs.cut)}`;

const evictingLine = (texts: readonly string[], width: number): Line => {
  const choices = texts.map((text) => line(text, 'evicting'));
  const filling = line(' '.repeat(width), 'evicting');
  return slice([...firstThatFits(choices, width), ...filling], 0, width);
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
  const lead = leadOf(mark, glyphs);
  const texts = evictingTexts(state, armed, lead, [besideId(row, glyphs), '']);
  return evictingLine([...texts, `${lead}${row.id}`], width);
};

/** The row of a viewer whose eviction somebody else has armed. */
export const otherRow = (
  row: ViewerRow,
  other: OtherArmed,
  mark: Mark,
  state: State,
  width: number,
  glyphs: Glyphs,
): Line => {
  const lead = leadOf(mark, glyphs);
  const texts = otherTexts(state, other, lead, [besideId(row, glyphs)]);
  return evictingLine([...texts, `${lead}${row.id}`], width);
};
