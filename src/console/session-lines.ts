/** The table of sessions, the worst first. */
import type { SessionRow } from '../contract.ts';
import { formatAge, formatBytes, formatCount, formatRtt, formatSlots } from './format.ts';
import { countableCap, slotBar } from './gauges.ts';
import type { Glyphs } from './glyphs.ts';
import { drawnSessions, layoutIn, type State } from './state.ts';
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
import { line, type Line, shortenMiddle } from './text.ts';

type Column = {
  readonly head: string;
  readonly width: number;
  readonly right?: true;
  readonly cell: (row: SessionRow, mark: Mark, width: number) => Cell;
};

/** The name takes what its longest needs, so that the numbers stay near it. */
const nameWidth = { least: 12, usual: 14 } as const;

const slotsWidth = (rows: readonly SessionRow[]): number =>
  Math.max(
    8,
    ...rows.map(({ viewers, cap }) =>
      cap > countableCap ? 5 : cap + (viewers > cap ? `+${viewers - cap}`.length : 0),
    ),
  );

/** All columns, the most important first. */
const columnsOf = (rows: readonly SessionRow[], glyphs: Glyphs): readonly Column[] => {
  const view = Math.max(5, ...rows.map(({ viewers, cap }) => formatSlots(viewers, cap).length));
  return [
    {
      head: 'SESSION',
      width: nameWidth.least,
      cell: ({ id }, mark, width) =>
        cell(shortenMiddle(id, width, glyphs.cut), width, mark === 'none' ? 'plain' : 'strong'),
    },
    {
      head: 'VIEW',
      width: view,
      right: true,
      cell: ({ viewers, cap }, _mark, width) =>
        cell(formatSlots(viewers, cap), width, 'plain', 'right'),
    },
    {
      head: 'SLOTS',
      width: slotsWidth(rows),
      cell: ({ viewers, dialling, cap }, _mark, width) => ({
        content: slotBar(
          viewers,
          dialling,
          cap,
          viewers > cap ? 'over' : viewers === cap ? 'full' : 'plain',
          glyphs,
        ),
        width,
      }),
    },
    {
      head: 'STATE',
      width: 8,
      cell: ({ state }, _mark, width) => cell(wordOf(state), width, toneOf(state)),
    },
    {
      head: 'P95',
      width: 5,
      right: true,
      cell: ({ p95RttMs }, _mark, width) => cell(formatRtt(p95RttMs), width, 'plain', 'right'),
    },
    {
      head: 'BUF',
      width: 5,
      right: true,
      cell: ({ queuedBytes }, _mark, width) =>
        cell(formatBytes(queuedBytes), width, queuedBytes > 0 ? 'plain' : 'dim', 'right'),
    },
    {
      head: 'REF',
      width: 4,
      right: true,
      cell: ({ refused }, _mark, width) =>
        cell(
          refused > 0 ? formatCount(refused) : '-',
          width,
          refused > 0 ? 'full' : 'dim',
          'right',
        ),
    },
    {
      head: 'AGE',
      width: 6,
      right: true,
      cell: ({ ageMs }, _mark, width) => cell(formatAge(ageMs), width, 'dim', 'right'),
    },
  ];
};

/** The columns that fit, the last dropped first; the name takes what it needs of the rest. */
const fitting = (all: readonly Column[], columns: number, longest: number): readonly Column[] => {
  const room = columns - 3;
  let count = all.length;
  while (count > 1 && widthOfAll(all.slice(0, count).map(({ width }) => width)) > room) count -= 1;
  const kept = all.slice(0, count);
  const [name, ...others] = kept;
  const spare = room - widthOfAll(kept.map(({ width }) => width));
  if (name === undefined) return kept;
  const width = Math.max(1, Math.min(name.width + spare, Math.max(nameWidth.usual, longest)));
  return [{ ...name, width }, ...others];
};

const headOf = (columns: readonly Column[]): Line => [
  ...line('   '),
  ...rowOf(
    columns.map(({ head, width, right }) =>
      cell(head, width, 'dim', right === true ? 'right' : 'left'),
    ),
  ),
];

/** The title, the names of the columns and the rows of the sessions, in the layout's rows. */
export const sessionLines = (state: State, glyphs: Glyphs): readonly Line[] => {
  const layout = layoutIn(state);
  const rows = drawnSessions(state);
  const slice = state.snapshot?.sessions;
  const total = slice?.total ?? 0;
  const focused = state.focus === 'sessions';
  const columns = fitting(
    columnsOf(rows, glyphs),
    layout.left,
    Math.max(0, ...rows.map(({ id }) => id.length)),
  );
  const lines: Line[] = [];
  if (layout.titles) {
    const first = (slice?.from ?? 0) + (slice?.rows.indexOf(rows[0] as SessionRow) ?? 0);
    const title = line(`Sessions ${total}`, focused ? 'strong' : 'plain');
    lines.push(
      rule(title, rangeOf(first, rows.length, total) || 'worst first', layout.left, glyphs),
    );
  }
  if (layout.heads) lines.push(headOf(columns));
  for (const row of rows) {
    const mark: Mark = row.id !== state.sessions.id ? 'none' : focused ? 'focused' : 'chosen';
    const sign = line(`${glyphs.state[row.state]} `, toneOf(row.state));
    const cells = rowOf(columns.map((column) => column.cell(row, mark, column.width)));
    lines.push(marked([...line(cursorSign(mark, glyphs)), ...sign, ...cells], mark, layout.left));
  }
  if (rows.length === 0 && layout.sessions > 0) {
    lines.push(
      line(state.snapshot === null ? '   waiting for the proxy' : '   no session yet', 'dim'),
    );
  }
  return lines;
};
