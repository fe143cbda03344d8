/** The worst viewers of all sessions: who needs a hand, whatever is selected. */
import type { Snapshot, ViewerRow } from '../contract.ts';
import { armedOn } from './evictions.ts';
import { formatBytes, plural } from './format.ts';
import type { Glyphs } from './glyphs.ts';
import { layoutIn, type State } from './state.ts';
import { cell, rowOf, rule, toneOf, wordOf } from './table.ts';
import { firstThatFits, fit, line, type Line, shortenMiddle, widthOf } from './text.ts';
import { armedRow, deadlineCell } from './viewer-cells.ts';

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

/** Cells of a row but for the name of the session: signs, state, id, bar, reason. */
const without = 3 + 8 + 1 + 6 + 1 + 1 + 16 + 2 + 22;

/** The title and the rows of the worst viewers; the rest of the layout's rows stays empty. */
export const worstLines = (state: State, glyphs: Glyphs): readonly Line[] => {
  const { worst: rows, right: width } = layoutIn(state);
  const { snapshot } = state;
  const worst = snapshot?.worst.slice(0, rows) ?? [];
  const totals = snapshot?.totals;
  const count = totals === undefined ? 0 : totals.stuck + totals.expiring + totals.late;
  const title = line(`Needs you ${count}`, count > 0 ? 'strong' : 'plain');
  const aside = count > worst.length ? `the worst ${worst.length}` : '';
  const lines: Line[] = [rule(title, aside, width, glyphs)];
  if (snapshot === null || worst.length === 0) {
    return [...lines, line('   nobody: every viewer answers and takes its data', 'dim')];
  }
  const id = Math.max(6, ...worst.map((row) => row.id.length));
  const name = Math.max(12, Math.min(28, width - without));
  for (const row of worst) {
    const armed = armedOn(state, row.id);
    if (armed !== null) {
      lines.push(armedRow(row, armed, 'none', state, width, glyphs));
      continue;
    }
    const tone = toneOf(row.state);
    const cells = rowOf([
      cell(wordOf(row.state), 8, tone),
      cell(row.id, id, 'strong'),
      cell(shortenMiddle(row.session, name, glyphs.cut), name),
      deadlineCell(row, 3, snapshot.pongTimeoutMs, glyphs),
    ]);
    const parts: Line = [...line(` ${glyphs.state[row.state]} `, tone), ...cells];
    const reasons = reasonsOf(row, snapshot).map((text) => line(`  ${text}`, tone));
    lines.push(fit([...parts, ...firstThatFits(reasons, width - widthOf(parts))], width));
  }
  return lines;
};
