/** The whole screen as lines: exactly as many as the terminal has rows, none wider than it. */
import { detailPane } from './detail-lines.ts';
import { dialogOver } from './dialog-lines.ts';
import { eventLines } from './event-lines.ts';
import type { Glyphs } from './glyphs.ts';
import type { Layout } from './layout.ts';
import { sessionLines } from './session-lines.ts';
import { type State, layoutIn } from './state.ts';
import { statusLines } from './status-lines.ts';
import { fit, join, line, type Line, overlay, sevenBit, slice } from './text.ts';
import { countsLine, joinLine, titleLine, totalsLine } from './title-lines.ts';
import { viewerLines } from './viewer-lines.ts';
import { worstLines } from './worst-lines.ts';

const empty: Line = [];

/** Exactly `rows` lines: cut, or filled with empty ones. */
const tall = (lines: readonly Line[], rows: number): readonly Line[] =>
  Array.from({ length: Math.max(0, rows) }, (_, row) => lines[row] ?? empty);

const beside = (left: readonly Line[], right: readonly Line[], layout: Layout, glyphs: Glyphs) =>
  left.map((row, index): Line => [
    ...fit(row, layout.left),
    ...line(glyphs.divider, 'dim'),
    ...(right[index] ?? empty),
  ]);

const headOf = (state: State, layout: Layout, glyphs: Glyphs): readonly Line[] => [
  titleLine(state, layout.columns),
  totalsLine(state, layout.columns, glyphs),
  ...(layout.join ? [joinLine(state, layout.columns, glyphs)] : []),
];

/** The lists between the head of the screen and its last lines. */
const bodyOf = (state: State, layout: Layout, glyphs: Glyphs): readonly Line[] => {
  const titles = Number(layout.titles);
  const worst = () => tall(worstLines(state, glyphs), 1 + layout.worst);
  const sessions = () =>
    tall(sessionLines(state, glyphs), titles + Number(layout.heads) + layout.sessions);
  const viewerRows = titles + Number(layout.viewerHead) + layout.viewers;
  const viewers = () => tall(viewerLines(state, glyphs), viewerRows);
  const detail = () => tall(detailPane(state, glyphs), layout.detail === 0 ? 0 : 1 + layout.detail);
  const events = () => tall(eventLines(state, glyphs), 1 + layout.events);
  const page = () => {
    if (state.focus === 'sessions') return sessions();
    return state.focus === 'viewers' ? viewers() : tall(eventLines(state, glyphs), viewerRows);
  };
  switch (layout.kind) {
    case 'wide':
      return [
        ...beside(sessions(), [...worst(), ...viewers(), ...detail()], layout, glyphs),
        ...events(),
      ];
    case 'normal':
      return [...worst(), ...sessions(), ...viewers(), ...events()];
    case 'compact': {
      const feed = layout.events > 0 && state.focus !== 'events' ? events() : [];
      return [...worst(), ...page(), ...feed];
    }
    case 'line':
      return page();
    default:
      return layout.kind satisfies never;
  }
};

const smallest = (state: State, layout: Layout, glyphs: Glyphs): readonly Line[] => {
  // In a single row, what is about to happen matters more than how things are.
  const urgent = state.armed.length > 0 || state.notice !== null || state.modal.mode !== 'main';
  const status = statusLines(state, layout.columns, false, glyphs);
  const counts = countsLine(state, layout.columns);
  const asks = state.modal.mode !== 'main';
  const shown = urgent ? (status[0] ?? empty) : counts;
  // Where no word fits, a sign tells a question from how things are.
  const sign = slice(line(asks ? '?' : 'w', asks ? 'warn' : 'dim'), 0, layout.columns);
  return layout.rows === 1 ? [shown.length === 0 ? sign : shown] : [counts, ...tall(status, 1)];
};

/** What the operator sees. */
export const screenOf = (state: State, glyphs: Glyphs): readonly Line[] => {
  const layout = layoutIn(state);
  const status = statusLines(state, layout.columns, layout.message, glyphs);
  const head =
    layout.kind === 'line' ? [countsLine(state, layout.columns)] : headOf(state, layout, glyphs);
  const above =
    layout.rows < 3
      ? smallest(state, layout, glyphs)
      : [
          ...tall([...head, ...bodyOf(state, layout, glyphs)], layout.rows - status.length),
          ...status,
        ];
  const over = layout.rows < 3 ? null : dialogOver(state, glyphs);
  return tall(above, layout.rows).map((row, index) => {
    const top = over?.rows[index - over.y];
    // The last row stays: it says which keys the dialog has.
    const shown =
      over === null || top === undefined || index === layout.rows - 1
        ? row
        : overlay(row, top, over.x);
    const drawn = join(slice(shown, 0, layout.columns));
    // Names of others have letters of theirs, wherever they stand.
    return glyphs.sevenBit ? drawn.map((part) => ({ ...part, text: sevenBit(part.text) })) : drawn;
  });
};
