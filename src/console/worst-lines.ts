/** The worst viewers of all sessions: who needs a hand, whatever is selected. */
import type { Snapshot, ViewerRow } from '../contract.ts';
import { armedOn } from './evictions.ts';
import { formatBytes, plural } from './format.ts';
import type { Glyphs } from './glyphs.ts';
import { rowLead } from './layout.ts';
import { layoutIn, type State } from './state.ts';
import { type Column, rowLine, rule, toneOf, widthOfColumns } from './table.ts';
import { firstThatFits, fit, line, type Line, shortenMiddle } from './text.ts';
import { armedRow, deadlineColumn, idWidthOf, stateColumn } from './viewer-cells.ts';

/** What is wrong with a viewer, the fullest words first. */
const reasonsOf = (row: ViewerRow, snapshot: Snapshot): readonly string[] => {
  if (row.state === 'stuck') {
    const stuck = Math.floor(row.stuckMs / 1000);
    const most = Math.ceil(snapshot.writeTimeoutMs / 1000);
    const waits = `${formatBytes(row.queuedBytes)} waits`;
    return [`${waits} ${stuck}s of ${most}s`, waits, ''];
  }
  const silentMs = snapshot.pongTimeoutMs - (row.deadlineMs ?? snapshot.pongTimeoutMs);
  const missed = Math.max(1, Math.floor(silentMs / snapshot.pingIntervalMs));
  return [`missed ${plural(missed, 'pong')}`, ''];
};

/** Cells that the longest usual reason takes. */
const reasonWidth = 21;

const columnsOf = (
  rows: readonly ViewerRow[],
  snapshot: Snapshot,
  room: number,
  glyphs: Glyphs,
): readonly Column<ViewerRow>[] => {
  const id: Column<ViewerRow> = {
    head: 'VIEWER',
    width: idWidthOf(rows),
    content: (row) => line(row.id, 'strong'),
  };
  const deadline = deadlineColumn(3, snapshot.pongTimeoutMs, glyphs);
  const fixed = widthOfColumns([stateColumn, id, deadline]);
  const longest = Math.max(12, ...rows.map(({ session }) => session.length));
  const name = Math.max(12, Math.min(longest, room - fixed - reasonWidth - 2));
  const session: Column<ViewerRow> = {
    head: 'SESSION',
    width: name,
    content: (row, width) => line(shortenMiddle(row.session, width, glyphs.cut)),
  };
  const reason: Column<ViewerRow> = {
    head: 'WHY',
    width: Math.max(0, room - fixed - name - 2),
    content: (row, width) =>
      firstThatFits(
        reasonsOf(row, snapshot).map((text) => line(text, toneOf(row.state))),
        width,
      ),
  };
  return [stateColumn, id, session, deadline, reason];
};

/** The title and the rows of the worst viewers; the rest of the layout's rows stays empty. */
export const worstLines = (state: State, glyphs: Glyphs): readonly Line[] => {
  const { worst: most, right: width } = layoutIn(state);
  const { snapshot } = state;
  const rows = snapshot?.worst.slice(0, most) ?? [];
  const totals = snapshot?.totals;
  const count = totals === undefined ? 0 : totals.stuck + totals.expiring + totals.late;
  const title = line(`Needs you ${count}`, count > 0 ? 'strong' : 'plain');
  const aside = count > rows.length ? `the worst ${rows.length}` : '';
  const head = rule(title, aside, width, glyphs);
  if (snapshot === null || rows.length === 0) {
    return [head, line('   nobody: every viewer answers and takes its data', 'dim')];
  }
  const columns = columnsOf(rows, snapshot, width - rowLead, glyphs);
  return [
    head,
    ...rows.map((row) => {
      const armed = armedOn(state, row.id);
      return armed === null
        ? fit(rowLine(columns, row, 'none', width, glyphs), width)
        : armedRow(row, armed, 'none', state, width, glyphs);
    }),
  ];
};
