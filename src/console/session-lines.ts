/** The table of sessions, the worst first. */
import type { SessionRow } from '../contract.ts';
import { formatAge, formatBytes, formatCount, formatRtt, formatSlots } from './format.ts';
import { countableCap, slotBar } from './gauges.ts';
import type { Glyphs } from './glyphs.ts';
import { rowLead } from './layout.ts';
import { drawnSessions, layoutIn, type State } from './state.ts';
import {
  type Column,
  headLine,
  markOf,
  rangeOf,
  rowLine,
  rule,
  toneOf,
  widthOfColumns,
  wordOf,
} from './table.ts';
import { line, type Line, shortenMiddle, type Tone } from './text.ts';

/** The name takes what its longest needs, so that the numbers stay near it. */
const nameWidth = { least: 12, usual: 14 } as const;

const slotsTone = (viewers: number, cap: number): Tone =>
  viewers > cap ? 'over' : viewers === cap ? 'full' : 'plain';

const slotsWidth = ({ viewers, cap }: SessionRow): number =>
  cap > countableCap ? 5 : cap + (viewers > cap ? `+${viewers - cap}`.length : 0);

/** All columns, the most important first. */
const columnsOf = (rows: readonly SessionRow[], glyphs: Glyphs): readonly Column<SessionRow>[] => [
  {
    head: 'SESSION',
    width: nameWidth.least,
    content: ({ id }, width, mark) =>
      line(shortenMiddle(id, width, glyphs.cut), mark === 'none' ? 'plain' : 'strong'),
  },
  {
    head: 'VIEW',
    width: Math.max(5, ...rows.map(({ viewers, cap }) => formatSlots(viewers, cap).length)),
    right: true,
    content: ({ viewers, cap }) => line(formatSlots(viewers, cap)),
  },
  {
    head: 'SLOTS',
    width: Math.max(8, ...rows.map(slotsWidth)),
    content: ({ viewers, dialling, cap }) =>
      slotBar(viewers, dialling, cap, slotsTone(viewers, cap), glyphs),
  },
  {
    head: 'STATE',
    width: 8,
    content: ({ state }) => line(wordOf(state), toneOf(state)),
  },
  {
    head: 'P95',
    width: 5,
    right: true,
    content: ({ p95RttMs }) => line(formatRtt(p95RttMs)),
  },
  {
    head: 'BUF',
    width: 5,
    right: true,
    content: ({ queuedBytes }) => line(formatBytes(queuedBytes), queuedBytes > 0 ? 'plain' : 'dim'),
  },
  {
    head: 'REF',
    width: 4,
    right: true,
    content: ({ refused }) => (refused > 0 ? line(formatCount(refused), 'full') : line('-', 'dim')),
  },
  {
    head: 'AGE',
    width: 6,
    right: true,
    content: ({ ageMs }) => line(formatAge(ageMs), 'dim'),
  },
];

/** The columns that fit, the last dropped first; the name takes what it needs of the rest. */
const fitting = (
  all: readonly Column<SessionRow>[],
  room: number,
  longest: number,
): readonly Column<SessionRow>[] => {
  let count = all.length;
  while (count > 1 && widthOfColumns(all.slice(0, count)) > room) count -= 1;
  const kept = all.slice(0, count);
  const [name, ...others] = kept;
  if (name === undefined) return kept;
  const most = name.width + room - widthOfColumns(kept);
  const width = Math.max(1, Math.min(most, Math.max(nameWidth.usual, longest)));
  return [{ ...name, width }, ...others];
};

/** The title, the names of the columns and the rows of the sessions, in the layout's rows. */
export const sessionLines = (state: State, glyphs: Glyphs): readonly Line[] => {
  const layout = layoutIn(state);
  const width = layout.left;
  const rows = drawnSessions(state);
  const list = state.snapshot?.sessions ?? null;
  const focused = state.focus === 'sessions';
  const longest = Math.max(0, ...rows.map(({ id }) => id.length));
  const columns = fitting(columnsOf(rows, glyphs), width - rowLead, longest);
  const title = line(`Sessions ${list?.total ?? 0}`, focused ? 'strong' : 'plain');
  const empty = list === null ? '   waiting for the proxy' : '   no session yet';
  return [
    ...(layout.titles ? [rule(title, rangeOf(rows, list) || 'worst first', width, glyphs)] : []),
    ...(layout.heads ? [headLine(columns)] : []),
    ...rows.map((row) =>
      rowLine(columns, row, markOf(row.id, state.sessions.id, focused), width, glyphs),
    ),
    ...(rows.length === 0 && layout.sessions > 0 ? [line(empty, 'dim')] : []),
  ];
};
