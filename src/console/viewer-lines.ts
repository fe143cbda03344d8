/** The table of the viewers of the selected session, the worst first. */
import type { ViewerRow } from '../contract.ts';
import { armedOn } from './evictions.ts';
import { formatAge, formatBytes, formatLeft, formatRtt, formatSlots } from './format.ts';
import { sparkline } from './gauges.ts';
import type { Glyphs } from './glyphs.ts';
import { rowLead } from './layout.ts';
import { drawnViewers, layoutIn, selectedSession, type State, viewersIn } from './state.ts';
import {
  type Column,
  headLine,
  markOf,
  rangeOf,
  rowLine,
  rule,
  toneOf,
  widthOfColumns,
} from './table.ts';
import { clean, line, type Line, shortenMiddle } from './text.ts';
import { armedRow, deadlineColumn, idWidthOf, stateColumn } from './viewer-cells.ts';

type Name =
  | 'state'
  | 'id'
  | 'rtt'
  | 'trend'
  | 'bar5'
  | 'bar3'
  | 'seconds'
  | 'buffer'
  | 'remote'
  | 'age';

/** What to show, the fullest first: the trend goes first, then from the right; the id stays. */
const plans: readonly (readonly Name[])[] = [
  ['state', 'id', 'rtt', 'trend', 'bar5', 'buffer', 'remote', 'age'],
  ['state', 'id', 'rtt', 'bar5', 'buffer', 'remote', 'age'],
  ['state', 'id', 'rtt', 'bar3', 'buffer', 'remote', 'age'],
  ['state', 'id', 'rtt', 'bar3', 'buffer', 'remote'],
  ['state', 'id', 'rtt', 'bar3', 'buffer'],
  ['state', 'id', 'rtt', 'bar3'],
  ['state', 'id', 'rtt', 'seconds', 'buffer'],
  ['state', 'id', 'seconds', 'buffer'],
  ['state', 'id', 'seconds'],
  ['state', 'id'],
  ['id', 'seconds'],
  ['id'],
];

const remoteLeast = 15;

const columnsOf = (
  rows: readonly ViewerRow[],
  timeoutMs: number,
  glyphs: Glyphs,
): Readonly<Record<Name, Column<ViewerRow>>> => ({
  state: stateColumn,
  id: {
    head: 'VIEWER',
    width: idWidthOf(rows),
    content: ({ id }, _width, mark) => line(id, mark === 'none' ? 'plain' : 'strong'),
  },
  rtt: { head: 'RTT', width: 5, right: true, content: ({ rttMs }) => line(formatRtt(rttMs)) },
  trend: {
    head: 'TREND',
    width: 8,
    right: true,
    content: ({ recentRttsMs }) => line(sparkline(recentRttsMs, glyphs), 'dim'),
  },
  bar5: deadlineColumn(5, timeoutMs, glyphs),
  bar3: deadlineColumn(3, timeoutMs, glyphs),
  seconds: deadlineColumn(0, timeoutMs, glyphs),
  buffer: {
    head: 'BUF',
    width: 5,
    right: true,
    content: ({ queuedBytes, state }) =>
      line(formatBytes(queuedBytes), queuedBytes > 0 ? toneOf(state) : 'dim'),
  },
  remote: {
    head: 'REMOTE',
    width: remoteLeast,
    content: ({ remote }, width) => line(shortenMiddle(clean(remote), width, glyphs.cut)),
  },
  age: {
    head: 'AGE',
    width: 6,
    right: true,
    content: ({ ageMs }) => line(formatAge(ageMs), 'dim'),
  },
});

/** The columns that fit; the remote address takes what it needs of the rest. */
const fitting = (
  all: Readonly<Record<Name, Column<ViewerRow>>>,
  room: number,
  longest: number,
): readonly Column<ViewerRow>[] => {
  const chosen = plans
    .map((names) => names.map((name) => all[name]))
    .find((columns) => widthOfColumns(columns) <= room) ?? [all.id];
  const spare = room - widthOfColumns(chosen);
  const width = Math.max(remoteLeast, Math.min(remoteLeast + spare, longest));
  const remote = { ...all.remote, width };
  return chosen.map((column) => (column === all.remote ? remote : column));
};

const titleOf = (state: State, glyphs: Glyphs): Line => {
  const session = selectedSession(state);
  const tone = state.focus === 'viewers' ? 'strong' : 'plain';
  if (session === null) return line('Viewers', tone);
  const own = session.capIsOwn ? ' own cap' : '';
  const count = `${formatSlots(session.viewers, session.cap)}${own}`;
  return line(`Viewers of ${shortenMiddle(session.id, 40, glyphs.cut)} ${count}`, tone);
};

/** The title, the names of the columns and the rows of the viewers, in the layout's rows. */
export const viewerLines = (state: State, glyphs: Glyphs): readonly Line[] => {
  const layout = layoutIn(state);
  const width = layout.right;
  const rows = drawnViewers(state);
  const focused = state.focus === 'viewers';
  const timeout = state.snapshot?.pongTimeoutMs ?? 0;
  const longest = Math.max(0, ...rows.map(({ remote }) => clean(remote).length));
  const columns = fitting(columnsOf(rows, timeout, glyphs), width - rowLead, longest);
  const legend = timeout > 0 ? `bar: ${formatLeft(timeout, timeout)} to the pong deadline` : '';
  const aside = rangeOf(rows, viewersIn(state)) || legend;
  return [
    ...(layout.titles ? [rule(titleOf(state, glyphs), aside, width, glyphs)] : []),
    ...(layout.heads ? [headLine(columns)] : []),
    ...rows.map((row) => {
      const mark = markOf(row.id, state.viewers.id, focused);
      const armed = armedOn(state, row.id);
      return armed === null
        ? rowLine(columns, row, mark, width, glyphs)
        : armedRow(row, armed, mark, state, width, glyphs);
    }),
    ...(rows.length === 0 && layout.viewers > 0 ? [line('   no viewer', 'dim')] : []),
  ];
};
