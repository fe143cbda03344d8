/** The table of the viewers of the selected session, the worst first. */
import type { ViewerRow } from '../contract.ts';
import { armedRow, deadlineCell } from './viewer-cells.ts';
import { armedOn } from './evictions.ts';
import { formatAge, formatBytes, formatLeft, formatRtt, formatSlots } from './format.ts';
import { deadlineBarWidth, sparkline } from './gauges.ts';
import type { Glyphs } from './glyphs.ts';
import { drawnViewers, layoutIn, selectedSession, type State, viewersIn } from './state.ts';
import {
  type Cell,
  cell,
  cursorSign,
  type Mark,
  marked,
  rangeOf,
  rowOf,
  rule,
  toneOf,
  widthOfAll,
  wordOf,
} from './table.ts';
import { clean, line, type Line, shortenMiddle } from './text.ts';

/** Which columns there are; the state and the id always are. */
type Plan = {
  readonly rtt: boolean;
  readonly trend: boolean;
  /** Cells of a third of the deadline bar; 0: seconds only; null: neither. */
  readonly third: 5 | 3 | 0 | null;
  readonly buffer: boolean;
  /** Columns of the remote address; 0 is none. */
  readonly remote: number;
  readonly age: boolean;
};

const nothing: Plan = {
  rtt: false,
  trend: false,
  third: null,
  buffer: false,
  remote: 0,
  age: false,
};

/** What to show, the fullest first: the trend goes first, then from the right. */
const plans: readonly Plan[] = [
  { rtt: true, trend: true, third: 5, buffer: true, remote: 21, age: true },
  { rtt: true, trend: false, third: 5, buffer: true, remote: 15, age: true },
  { rtt: true, trend: false, third: 3, buffer: true, remote: 15, age: true },
  { rtt: true, trend: false, third: 3, buffer: true, remote: 15, age: false },
  { rtt: true, trend: false, third: 3, buffer: true, remote: 0, age: false },
  { rtt: true, trend: false, third: 3, buffer: false, remote: 0, age: false },
  { rtt: true, trend: false, third: 0, buffer: true, remote: 0, age: false },
  { ...nothing, third: 0, buffer: true },
  { ...nothing, third: 0 },
  nothing,
];

const stateWidth = 8;

const idWidth = (rows: readonly ViewerRow[]): number =>
  Math.max(6, ...rows.map(({ id }) => id.length));

const widthsOf = (plan: Plan, id: number): readonly number[] => [
  stateWidth,
  id,
  ...(plan.rtt ? [5] : []),
  ...(plan.trend ? [8] : []),
  ...(plan.third === null ? [] : [(plan.third === 0 ? 0 : deadlineBarWidth(plan.third) + 1) + 4]),
  ...(plan.buffer ? [5] : []),
  ...(plan.remote > 0 ? [plan.remote] : []),
  ...(plan.age ? [6] : []),
];

/** Cells in front of the columns: cursor, sign, space. */
const lead = 3;

const planFor = (columns: number, id: number, longest: number): Plan => {
  const room = columns - lead;
  const plan = plans.find((one) => widthOfAll(widthsOf(one, id)) <= room) ?? nothing;
  const spare = Math.max(0, room - widthOfAll(widthsOf(plan, id)));
  return plan.remote === 0
    ? plan
    : { ...plan, remote: Math.max(plan.remote, Math.min(plan.remote + spare, longest)) };
};

const cellsOf = (
  row: ViewerRow,
  plan: Plan,
  id: number,
  mark: Mark,
  timeoutMs: number,
  glyphs: Glyphs,
): readonly Cell[] => {
  const tone = toneOf(row.state);
  return [
    cell(wordOf(row.state), stateWidth, tone),
    cell(row.id, id, mark === 'none' ? 'plain' : 'strong'),
    ...(plan.rtt ? [cell(formatRtt(row.rttMs), 5, 'plain', 'right')] : []),
    ...(plan.trend ? [cell(sparkline(row.recentRttsMs, glyphs), 8, 'dim', 'right')] : []),
    ...(plan.third === null ? [] : [deadlineCell(row, plan.third, timeoutMs, glyphs)]),
    ...(plan.buffer
      ? [cell(formatBytes(row.queuedBytes), 5, row.queuedBytes > 0 ? tone : 'dim', 'right')]
      : []),
    ...(plan.remote > 0
      ? [cell(shortenMiddle(clean(row.remote), plan.remote, glyphs.cut), plan.remote)]
      : []),
    ...(plan.age ? [cell(formatAge(row.ageMs), 6, 'dim', 'right')] : []),
  ];
};

const headOf = (plan: Plan, id: number): Line => [
  ...line(' '.repeat(lead)),
  ...rowOf([
    cell('STATE', stateWidth, 'dim'),
    cell('VIEWER', id, 'dim'),
    ...(plan.rtt ? [cell('RTT', 5, 'dim', 'right')] : []),
    ...(plan.trend ? [cell('TREND', 8, 'dim', 'right')] : []),
    ...(plan.third === null
      ? []
      : plan.third === 0
        ? [cell('LEFT', 4, 'dim', 'right')]
        : [cell('DEADLINE', deadlineBarWidth(plan.third) + 5, 'dim')]),
    ...(plan.buffer ? [cell('BUF', 5, 'dim', 'right')] : []),
    ...(plan.remote > 0 ? [cell('REMOTE', plan.remote, 'dim')] : []),
    ...(plan.age ? [cell('AGE', 6, 'dim', 'right')] : []),
  ]),
];

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
  const all = viewersIn(state);
  const id = idWidth(rows);
  const plan = planFor(width, id, Math.max(0, ...rows.map(({ remote }) => remote.length)));
  const focused = state.focus === 'viewers';
  const lines: Line[] = [];
  if (layout.titles) {
    const first = (all?.from ?? 0) + (all?.rows.indexOf(rows[0] as ViewerRow) ?? 0);
    const timeout = state.snapshot?.pongTimeoutMs ?? 0;
    const range = rangeOf(first, rows.length, all?.total ?? 0);
    const legend = timeout > 0 ? `bar: ${formatLeft(timeout, timeout)} to the pong deadline` : '';
    lines.push(rule(titleOf(state, glyphs), range || legend, width, glyphs));
  }
  if (layout.heads) lines.push(headOf(plan, id));
  for (const row of rows) {
    const mark: Mark = row.id !== state.viewers.id ? 'none' : focused ? 'focused' : 'chosen';
    const armed = armedOn(state, row.id);
    if (armed !== null) {
      lines.push(armedRow(row, armed, mark, state, width, glyphs));
      continue;
    }
    const sign = line(`${glyphs.state[row.state]} `, toneOf(row.state));
    const cells =
      state.snapshot === null
        ? []
        : cellsOf(row, plan, id, mark, state.snapshot.pongTimeoutMs, glyphs);
    lines.push(marked([...line(cursorSign(mark, glyphs)), ...sign, ...rowOf(cells)], mark, width));
  }
  if (rows.length === 0 && layout.viewers > 0) lines.push(line('   no viewer', 'dim'));
  return lines;
};
