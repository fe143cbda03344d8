/**
 * What is shown where, as a function of the terminal's size alone: a screen whose parts moved
 * when the numbers change could not be read, least of all while aiming at a row.
 */

/** A terminal in cells, both at least 1. */
export type Size = { readonly columns: number; readonly rows: number };

/** The parts that take keys, in the order of `tab`. */
export const panes = ['sessions', 'viewers', 'events'] as const;

/** A part that takes keys. */
export type Pane = (typeof panes)[number];

/** Cells in front of a row's columns: the cursor, the sign of its state, a space. */
export const rowLead = 3;

/** The same with a digit: the cursor, the digit, a space, the sign, a space. */
export const taggedLead = 5;

/** The parts of the screen, in rows without their titles; 0 is not shown. */
export type Layout = Size & {
  /**
   * `wide`: sessions beside viewers. `normal`: one above the other. `compact`: the pane with the
   * focus only. `line`: that, where there is room for it, under one line of counts.
   */
  readonly kind: 'wide' | 'normal' | 'compact' | 'line';
  /** The line that says how to join. */
  readonly join: boolean;
  readonly worst: number;
  /** Under the viewers: what is known of one of them. */
  readonly detail: number;
  readonly sessions: number;
  readonly viewers: number;
  readonly events: number;
  /** Columns of the sessions, and of the viewers with the worst above them. */
  readonly left: number;
  readonly right: number;
  /** Lists have a line with the names of their columns; that of the viewers goes first. */
  readonly heads: boolean;
  readonly viewerHead: boolean;
  /** Lists have a title. */
  readonly titles: boolean;
  /** Messages have a line of their own above the keys; otherwise they share it. */
  readonly message: boolean;
};

const wide = ({ columns, rows }: Size, join: boolean): Layout => {
  const events = rows >= 50 ? 12 : rows >= 34 ? 7 : 5;
  // Title, totals, the title of the events, message, keys.
  const body = rows - 2 - Number(join) - 1 - events - 2;
  const worst = rows >= 50 ? 9 : rows >= 42 ? 7 : rows >= 34 ? 5 : 3;
  const detail = rows >= 42 ? 5 : 4;
  // The sessions get their last columns once the viewers have all of theirs.
  const left = Math.max(47, Math.min(71, columns - 1 - 101));
  return {
    columns,
    rows,
    kind: 'wide',
    join,
    worst,
    detail,
    sessions: body - 2,
    viewers: body - (1 + worst) - 2 - (1 + detail),
    events,
    left,
    right: columns - left - 1,
    heads: true,
    viewerHead: true,
    titles: true,
    message: true,
  };
};

const normal = ({ columns, rows }: Size, join: boolean): Layout => {
  const worst = rows >= 40 ? 5 : 3;
  const events = rows >= 40 ? 7 : rows >= 22 ? 3 : 2;
  const viewerHead = rows >= 26;
  // Title, totals, the titles and heads of the lists, keys.
  const lists = rows - 2 - Number(join) - (1 + worst) - 3 - Number(viewerHead) - (1 + events) - 1;
  const sessions = Math.floor(lists / 2);
  return {
    columns,
    rows,
    kind: 'normal',
    join,
    worst,
    detail: 0,
    sessions,
    viewers: lists - sessions,
    events,
    left: columns,
    right: columns,
    heads: true,
    viewerHead,
    titles: true,
    message: false,
  };
};

const compact = ({ columns, rows }: Size, wantsJoin: boolean): Layout => {
  const join = wantsJoin && rows >= 15;
  const worst = rows >= 15 ? 3 : rows >= 12 ? 2 : 1;
  const events = rows >= 20 ? 3 : rows >= 13 ? 1 : 0;
  const heads = rows >= 15 + Number(join);
  const used =
    2 + Number(join) + (1 + worst) + 1 + Number(heads) + (events > 0 ? 1 + events : 0) + 1;
  return {
    columns,
    rows,
    kind: 'compact',
    join,
    worst,
    detail: 0,
    sessions: rows - used,
    viewers: rows - used,
    events,
    left: columns,
    right: columns,
    heads,
    viewerHead: heads,
    titles: true,
    message: false,
  };
};

const small = ({ columns, rows }: Size): Layout => {
  const titles = rows >= 5;
  const list = Math.max(0, rows - 2 - Number(titles));
  return {
    columns,
    rows,
    kind: 'line',
    join: false,
    worst: 0,
    detail: 0,
    sessions: list,
    viewers: list,
    events: 0,
    left: columns,
    right: columns,
    heads: false,
    viewerHead: false,
    titles,
    message: false,
  };
};

/** The layout of a size; `join` is whether there is a line that says how to join. */
export const layoutOf = (size: Size, join: boolean): Layout => {
  if (size.columns >= 110 && size.rows >= 30) return wide(size, join);
  if (size.columns >= 70 && size.rows >= 18) return normal(size, join);
  return size.columns >= 50 && size.rows >= 10 ? compact(size, join) : small(size);
};

/** Cells in front of a viewer's columns: the digits have room but on the smallest screens. */
export const viewerLead = ({ kind }: Layout): number => (kind === 'line' ? rowLead : taggedLead);

/** Rows of events when the feed has the focus: where one pane is shown, it takes its place. */
export const eventRowsOf = (layout: Layout, focus: Pane): number =>
  focus === 'events' && (layout.kind === 'compact' || layout.kind === 'line')
    ? layout.viewers + Number(layout.heads)
    : layout.events;

/** The first row that a dialog may cover: what needs a hand stays in sight. */
export const dialogTop = (layout: Layout): number => {
  if (layout.kind === 'line') return layout.rows >= 5 ? 1 : 0;
  return 2 + Number(layout.join) + 1 + layout.worst;
};

/** Rows for what stands in a dialog, without its frame. */
export const dialogRows = (layout: Layout): number =>
  Math.max(0, layout.rows - dialogTop(layout) - 3);
