/** The table of sessions, the worst first. */
import type { SessionRow, SessionState, Snapshot } from '../contract.ts';
import { formatAge, formatBytes, formatCount, formatRtt, formatSlots } from './format.ts';
import { slotBar, slotCells } from './gauges.ts';
import type { Glyphs } from './glyphs.ts';
import { rowLead } from './layout.ts';
import { isReplay } from './replay.ts';
import { sortLabel } from './sorting.ts';
import { drawnSessions } from './selection.ts';
import { layoutIn, type State } from './state.ts';
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
import { clean, line, type Line, shortenMiddle, slice, type Tone } from './text.ts';

/** The name takes what is left, whoever is listed: a width that changed would move the numbers. */
const nameWidth = { least: 12, most: 36 } as const;

const slotsTone = (viewers: number, cap: number): Tone =>
  viewers > cap ? 'over' : viewers === cap ? 'full' : 'plain';

const isCalm = (state: SessionState): boolean =>
  state === 'ok' || state === 'full' || state === 'over' || state === 'empty';

/** All columns, the most important first. */
const columnsOf = (rows: readonly SessionRow[], glyphs: Glyphs): readonly Column<SessionRow>[] => [
  {
    head: 'SESSION',
    width: nameWidth.least,
    content: ({ id, locked }, width, mark) => [
      ...line(
        shortenMiddle(id, width - (locked ? 2 : 0), glyphs.cut),
        mark === 'none' ? 'plain' : 'strong',
      ),
      ...(locked ? line(` ${glyphs.locked}`, 'warn') : []),
    ],
  },
  {
    head: 'VIEW',
    width: Math.max(5, ...rows.map(({ viewers, cap }) => formatSlots(viewers, cap).length)),
    right: true,
    content: ({ viewers, cap }) => line(formatSlots(viewers, cap)),
  },
  {
    head: 'SLOTS',
    width: slotCells,
    content: ({ viewers, dialling, cap }) =>
      slotBar(viewers, dialling, cap, slotsTone(viewers, cap), glyphs),
  },
  {
    head: 'STATE',
    width: 8,
    // What a viewer of it needs comes before what newcomers find.
    content: ({ state, locked }) =>
      locked && isCalm(state) ? line('locked', 'warn') : line(wordOf(state), toneOf(state)),
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
    head: 'OUT/s',
    width: 5,
    right: true,
    content: ({ bytesPerSecond }) => line(formatBytes(Math.round(bytesPerSecond)), 'dim'),
  },
  {
    head: 'AGE',
    width: 6,
    right: true,
    content: ({ ageMs }) => line(formatAge(ageMs), 'dim'),
  },
];

/** What a log does not tell. */
const measured: ReadonlySet<string> = new Set(['P95', 'OUT/s']);

/** The columns that fit, the last dropped first. */
const fitting = (
  all: readonly Column<SessionRow>[],
  room: number,
): readonly Column<SessionRow>[] => {
  let count = all.length;
  while (count > 1 && widthOfColumns(all.slice(0, count)) > room) count -= 1;
  const kept = all.slice(0, count);
  const [name, ...others] = kept;
  if (name === undefined) return kept;
  const left = name.width + room - widthOfColumns(kept);
  return [{ ...name, width: Math.max(1, Math.min(nameWidth.most, left)) }, ...others];
};

/** How many there are in all, with viewers or without. */
export const knownSessions = (snapshot: Snapshot | null): number =>
  (snapshot?.totals.sessions ?? 0) + (snapshot?.totals.empty ?? 0);

/** What the list is of: `Sessions 12`, or `Sessions 3 of 12  /state:late`. */
const titleOf = (state: State): Line => {
  const { snapshot, filter, focus } = state;
  const tone = focus === 'sessions' ? 'strong' : 'plain';
  const total = snapshot?.sessions.total ?? 0;
  if (filter.text === '') return line(`Sessions ${total}`, tone);
  return [
    ...line(`Sessions ${total} of ${knownSessions(snapshot)}`, tone),
    ...line(`  /${clean(filter.text)}`, 'warn'),
  ];
};

/** What the blocks and the states mean, where there is room under the list. */
const legendOf = (state: State, width: number): readonly Line[] => {
  const cap = state.snapshot?.cap ?? 0;
  return [
    [],
    ...[
      cap > slotCells
        ? ` slots: share of the cap, ${cap}`
        : ` slots: one block per viewer, cap ${cap}`,
      ' full: the next viewer is refused (1013)',
    ].map((text) => slice(line(text, 'dim'), 0, width)),
  ];
};

const emptyText = ({ snapshot, filter }: State): string => {
  if (snapshot === null) return '   waiting for the proxy';
  return filter.text === ''
    ? '   no session yet'
    : '   no session has a viewer like that; esc clears the filter';
};

/** The title, the names of the columns and the rows of the sessions, in the layout's rows. */
export const sessionLines = (state: State, glyphs: Glyphs): readonly Line[] => {
  const layout = layoutIn(state);
  const width = layout.left;
  const rows = drawnSessions(state);
  const list = state.snapshot?.sessions ?? null;
  const focused = state.focus === 'sessions';
  // Of all rows that are known: what scrolls into sight does not move the columns.
  const known = list?.rows ?? [];
  const all = columnsOf(known, glyphs);
  const offered = isReplay(state) ? all.filter(({ head }) => !measured.has(head)) : all;
  const columns = fitting(offered, width - rowLead);
  const range = rangeOf(rows, list);
  const aside = `${range}${range === '' ? '' : '  '}sort ${sortLabel(state.sessionSort, glyphs)}`;
  const legend = layout.kind === 'wide' && layout.sessions >= rows.length + 3;
  return [
    ...(layout.titles ? [rule(titleOf(state), aside, width, glyphs)] : []),
    ...(layout.heads ? [headLine(columns)] : []),
    ...rows.map((row) =>
      rowLine(columns, row, markOf(row.id, state.sessions.id, focused), width, glyphs),
    ),
    ...(rows.length === 0 && layout.sessions > 0 ? [line(emptyText(state), 'dim')] : []),
    ...(legend && rows.length > 0 ? legendOf(state, width) : []),
  ];
};
