/** The table of the viewers of the selected session, and under them those that are gone. */
import type { ViewerRow } from '../contract.ts';
import { armedOn } from './evictions.ts';
import { formatLimit, formatSlots } from './format.ts';
import type { Glyphs } from './glyphs.ts';
import { viewerLead } from './layout.ts';
import { isMarked, marksLabel } from './marks.ts';
import { otherOn } from './others.ts';
import { sortLabel } from './sorting.ts';
import { drawnViewers, listedViewers, selectedSession, viewersIn } from './selection.ts';
import { layoutIn, type State } from './state.ts';
import { headLine, markOf, rangeOf, rowLine, rule } from './table.ts';
import { tagOf } from './tags.ts';
import { line, type Line, shortenMiddle } from './text.ts';
import { tombstoneRow } from './tombstone-lines.ts';
import { armedRow, otherRow } from './viewer-cells.ts';
import { viewerColumns } from './viewer-columns.ts';

const titleOf = (state: State, glyphs: Glyphs): Line => {
  const session = selectedSession(state);
  const tone = state.focus === 'viewers' ? 'strong' : 'plain';
  if (session === null) return line('Viewers', tone);
  const own = session.capIsOwn ? ' own cap' : '';
  const count = `${formatSlots(session.viewers, session.cap)}${own}`;
  const marked = marksLabel(state, glyphs.cut);
  const listed = listedViewers(state);
  return [
    ...line(`Viewers of ${shortenMiddle(session.id, 40, glyphs.cut)} ${count}`, tone),
    ...line(state.filter.text === '' ? '' : `  ${listed} of ${session.viewers} listed`, 'warn'),
    ...line(marked === '' ? '' : `  ${marked}`, 'warn'),
  ];
};

/** Which rows are drawn, their order where it is not the usual one, what the bar means. */
const asideOf = (state: State, rows: readonly ViewerRow[], glyphs: Glyphs): string => {
  const { viewerSort, snapshot } = state;
  const timeout = snapshot?.pongTimeoutMs ?? 0;
  const usual = viewerSort.by === 'worst' && !viewerSort.reversed;
  const parts = [rangeOf(rows, viewersIn(state)), usual ? '' : sortLabel(viewerSort, glyphs)];
  const said = parts.filter((part) => part !== '');
  if (said.length > 0 || timeout === 0) return said.join('  ');
  return `bar: ${formatLimit(timeout)} to the pong deadline`;
};

/** Those that are gone, where rows are left under the living and no filter holds. */
const goneLines = (
  state: State,
  rows: readonly ViewerRow[],
  widths: { readonly id: number; readonly who: number },
  glyphs: Glyphs,
): readonly Line[] => {
  const { snapshot, filter } = state;
  const layout = layoutIn(state);
  const list = viewersIn(state);
  const room = layout.viewers - Math.max(1, rows.length);
  if (snapshot === null || list === null || room <= 0 || filter.text !== '') return [];
  const all = { lead: viewerLead(layout), ...widths };
  return snapshot.gone
    .slice(0, room)
    .map((one) => tombstoneRow(one, all, snapshot.at, layout.right, glyphs));
};

const emptyText = (state: State): string => {
  // The picture is of another session: who is in this one is not known.
  if (selectedSession(state) !== null && viewersIn(state) === null) {
    return state.outage === null && state.ended === null
      ? '   asking for its viewers'
      : '   its viewers are not in the last picture';
  }
  return state.filter.text === ''
    ? '   no viewer'
    : '   no viewer like that here; esc clears the filter';
};

/** The title, the names of the columns and the rows of the viewers, in the layout's rows. */
export const viewerLines = (state: State, glyphs: Glyphs): readonly Line[] => {
  const layout = layoutIn(state);
  const width = layout.right;
  const rows = drawnViewers(state);
  const focused = state.focus === 'viewers';
  const lead = viewerLead(layout);
  const tagged = lead > viewerLead({ ...layout, kind: 'line' });
  const known = viewersIn(state)?.rows ?? [];
  const timeout = state.snapshot?.pongTimeoutMs ?? 0;
  const { columns, id, who } = viewerColumns(known, timeout, width - lead, glyphs);
  return [
    ...(layout.titles
      ? [rule(titleOf(state, glyphs), asideOf(state, rows, glyphs), width, glyphs)]
      : []),
    ...(layout.viewerHead ? [headLine(columns, lead)] : []),
    ...rows.map((row) => {
      const mark = markOf(row.id, state.viewers.id, focused);
      const armed = armedOn(state, row.id);
      if (armed !== null) return armedRow(row, armed, mark, state, width, glyphs);
      const other = otherOn(state, row.id);
      if (other !== null) return otherRow(row, other, mark, state, width, glyphs);
      const marked = isMarked(state, row.id);
      const tag = tagOf(state.tags, row.id);
      return rowLine(columns, row, mark, width, glyphs, tagged ? { marked, tag } : { marked });
    }),
    ...(rows.length === 0 && layout.viewers > 0 ? [line(emptyText(state), 'dim')] : []),
    ...goneLines(state, rows, { id, who }, glyphs),
  ];
};
