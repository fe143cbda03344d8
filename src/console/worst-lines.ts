/** The worst viewers of all sessions: who needs a hand, whatever is selected. */
import type { Snapshot, ViewerRow } from '../contract.ts';
import { armedOn } from './evictions.ts';
import type { Glyphs } from './glyphs.ts';
import { lacksDigit, laneOf } from './lane.ts';
import { otherOn } from './others.ts';
import { taggedLead } from './layout.ts';
import { rowNow } from './sight.ts';
import { layoutIn, type State } from './state.ts';
import { type Column, cursorSign, markOf, rowLine, rule, toneOf, widthOfColumns } from './table.ts';
import { tagOf } from './tags.ts';
import { clean, firstThatFits, line, type Line, shorten, shortenMiddle, slice } from './text.ts';
import {
  armedRow,
  deadlineColumn,
  idWidthOf,
  otherRow,
  stateColumn,
  troublesOf,
} from './viewer-cells.ts';

/** Cells of the reason: as much as says it in full, and as little as says it at all. */
const reasonWidth = { usual: 21, least: 13 } as const;

const sessionWidth = 12;
const whoWidth = { least: 5, most: 16 } as const;

const hostOf = (remote: string): string => remote.replace(/:\d+$/, '');

const whoOf = ({ who, remote }: ViewerRow): string => clean(who ?? hostOf(remote));

/** Cells for who the viewers are: with nobody named, the addresses only where room is left. */
const whoCells = (rows: readonly ViewerRow[], room: number): number => {
  const longest = Math.max(whoWidth.least, ...rows.map((row) => whoOf(row).length));
  const isNamed = rows.some(({ who }) => who !== null);
  const reason = isNamed ? reasonWidth.least : reasonWidth.usual;
  const most = Math.min(whoWidth.most, longest, room - sessionWidth - reason - 3);
  return most < (isNamed ? whoWidth.least : longest) ? 0 : most;
};

const columnsOf = (
  rows: readonly ViewerRow[],
  snapshot: Snapshot,
  width: number,
  glyphs: Glyphs,
): readonly Column<ViewerRow>[] => {
  const id: Column<ViewerRow> = {
    head: 'VIEWER',
    width: idWidthOf(rows),
    content: (row) => line(row.id, 'strong'),
  };
  const deadline = deadlineColumn(3, snapshot.pongTimeoutMs, glyphs);
  // A log does not tell it.
  const deadlines = snapshot.pongTimeoutMs > 0 ? [deadline] : [];
  const room = width - widthOfColumns([stateColumn, id, ...deadlines]);
  const who = whoCells(rows, room);
  const rest = room - (who === 0 ? 0 : who + 1);
  const longest = Math.max(sessionWidth, ...rows.map(({ session }) => session.length));
  const name = Math.max(sessionWidth, Math.min(longest, rest - reasonWidth.usual - 2));
  const named: Column<ViewerRow> = {
    head: 'WHO',
    width: who,
    content: (row, cells) => line(shorten(whoOf(row), cells, glyphs.cut)),
  };
  const session: Column<ViewerRow> = {
    head: 'SESSION',
    width: name,
    content: (row, cells) => line(shortenMiddle(row.session, cells, glyphs.cut)),
  };
  const reason: Column<ViewerRow> = {
    head: 'WHY',
    width: Math.max(0, rest - name - 2),
    content: (row, cells) =>
      firstThatFits(
        [...troublesOf(row, snapshot), ''].map((text) => line(text, toneOf(row.state))),
        cells,
      ),
  };
  return [stateColumn, id, ...(who === 0 ? [] : [named]), session, ...deadlines, reason];
};

const titleOf = (state: State, shown: number): Line => {
  const totals = state.snapshot?.totals;
  const count = totals === undefined ? 0 : totals.stuck + totals.expiring + totals.late;
  const more = count > shown && shown > 0 ? `, the worst ${shown}` : '';
  return [...line(`Needs you ${count}`, count > 0 ? 'strong' : 'plain'), ...line(more, 'dim')];
};

/** The keys that mean its viewers: with a question for each eviction there is nothing to undo. */
const keysOf = (state: State): string => {
  if (lacksDigit(state)) return 'no digit free: n, then e';
  return state.settings.confirm === 'always' ? '1-9 evict' : '1-9 evict, u undo';
};

/** As far as the newest picture knows, while this one is held: only those with digits are followed. */
const hasGone = (state: State, row: ViewerRow): boolean =>
  (state.paused?.latest ?? null) !== null &&
  tagOf(state.tags, row.id) !== null &&
  rowNow(state, row.id) === null;

const goneRow = (row: ViewerRow, lead: string, width: number, glyphs: Glyphs): Line => {
  const who = `${shorten(whoOf(row), whoWidth.most, glyphs.cut)}  ${row.session}`;
  return slice(line(`${lead} ${glyphs.gone} gone     ${row.id}  ${who}`, 'dim'), 0, width);
};

/** The title and the rows of the worst viewers; the rest of the layout's rows stays empty. */
export const worstLines = (state: State, glyphs: Glyphs): readonly Line[] => {
  const { right: width } = layoutIn(state);
  const { snapshot, settings, tags, viewers } = state;
  const rows = laneOf(state);
  const keys = rows.length === 0 || settings.readOnly ? '' : keysOf(state);
  const head = rule(titleOf(state, rows.length), keys, width, glyphs);
  if (snapshot === null || rows.length === 0) {
    const nobody = line('   nobody: every viewer answers and takes its data', 'dim');
    return [head, slice(nobody, 0, width)];
  }
  const columns = columnsOf(rows, snapshot, width - taggedLead, glyphs);
  return [
    head,
    ...rows.map((row): Line => {
      const armed = armedOn(state, row.id);
      const mark = markOf(row.id, viewers.id, false);
      const tag = tagOf(tags, row.id);
      if (hasGone(state, row)) {
        return goneRow(row, `${cursorSign(mark, glyphs)}${tag ?? ' '}`, width, glyphs);
      }
      const other = armed === null ? otherOn(state, row.id) : null;
      const lead = line(`${cursorSign(mark, glyphs)}${tag ?? ' '}`, 'evicting');
      if (armed !== null)
        return lead.concat(armedRow(row, armed, 'none', state, width - 2, glyphs));
      return other === null
        ? rowLine(columns, row, mark, width, glyphs, { tag })
        : lead.concat(otherRow(row, other, 'none', state, width - 2, glyphs));
    }),
  ];
};
