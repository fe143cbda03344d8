/**
 * A cursor in a list of which only a window is known, and which is sorted anew all the time. It
 * holds an id and never a row: whatever moves, it stays on what the operator chose.
 */
import type { Slice, Window } from '../contract.ts';

/** Where a list's cursor is and which part of the list is drawn. */
export type Cursor<Id> = {
  /** The chosen row; null where there is none. */
  readonly id: Id | null;
  /**
   * Row of the whole list that is drawn first, if the cursor shows then: where the operator has
   * scrolled to, and where the list returns to when the cursor's row comes back from elsewhere.
   */
  readonly top: number;
  /** On its way to an end of the list that no picture has shown yet. */
  readonly seek: 'first' | 'last' | null;
  /**
   * Pictures to come that may still answer an older question: until then, a row that is missing
   * may only be outside the window.
   */
  readonly unsure: number;
  /** On the first row because nobody has moved it, or because `first` was the last key. */
  readonly atTop: boolean;
  /** Where it was before it was sent to an id that no picture has shown yet. */
  readonly back: { readonly id: Id | null; readonly atTop: boolean } | null;
};

/**
 * Pictures after which one is certain to answer the newest question: one may be under way when
 * it is asked, and the next is made only when that one was taken.
 */
export const unsurePictures = 2;

/** The cursor of a list of which nothing is known. */
export const noCursor = {
  id: null,
  top: 0,
  seek: null,
  unsure: 0,
  atTop: true,
  back: null,
} as const;

/** The cursor on a row, whether or not a picture has shown it. */
export const cursorOn = <Id>(id: Id, top: number): Cursor<Id> => ({
  id,
  top,
  seek: null,
  unsure: unsurePictures,
  atTop: false,
  back: null,
});

/** How far a key moves. */
export type Motion = 'up' | 'down' | 'page-up' | 'page-down' | 'first' | 'last';

type Row<Id> = { readonly id: Id };

const indexIn = <Id>(slice: Slice<Row<Id>>, id: Id | null): number =>
  slice.rows.findIndex((row) => row.id === id);

/** The first row to draw so that row `at` shows, moving as little as may be. */
const scrolled = <Id>(top: number, at: number, height: number, slice: Slice<Row<Id>>): number => {
  const rows = Math.max(1, height);
  const shown = Math.max(at - rows + 1, Math.min(top, at));
  return Math.max(slice.from, Math.min(shown, slice.from + slice.rows.length - rows));
};

/** The first row that is drawn: the cursor's `top`, or as near to it as shows the cursor. */
const topOf = <Id>(cursor: Cursor<Id>, slice: Slice<Row<Id>>, height: number): number => {
  const at = indexIn(slice, cursor.id);
  return at < 0 ? cursor.top : scrolled(cursor.top, slice.from + at, height, slice);
};

/** The rows that are drawn. */
export const drawn = <R extends Row<unknown>>(
  cursor: Cursor<R['id']>,
  slice: Slice<R>,
  height: number,
): readonly R[] => {
  const top = topOf(cursor, slice, height);
  const start = Math.max(0, Math.min(top - slice.from, slice.rows.length - height));
  return slice.rows.slice(start, start + Math.max(0, height));
};

/** The cursor on another row, the list scrolled no further than it must. */
const placed = <Id>(
  cursor: Cursor<Id>,
  id: Id,
  slice: Slice<Row<Id>>,
  height: number,
  atTop: boolean,
): Cursor<Id> => {
  const next = { ...cursorOn(id, topOf(cursor, slice, height)), atTop };
  return { ...next, top: topOf(next, slice, height) };
};

/** The cursor after a key; it never leaves the rows that are known. */
export const move = <Id>(
  cursor: Cursor<Id>,
  motion: Motion,
  slice: Slice<Row<Id>>,
  height: number,
): Cursor<Id> => {
  const last = slice.rows.length - 1;
  if (last < 0) return cursor;
  const at = indexIn(slice, cursor.id);
  const page = Math.max(1, height - 1);
  const steps = { up: -1, down: 1, 'page-up': -page, 'page-down': page };
  if (motion === 'first' || motion === 'last') {
    const known = motion === 'first' ? slice.from === 0 : slice.from + last + 1 >= slice.total;
    if (!known) {
      return { ...cursor, seek: motion, unsure: unsurePictures, atTop: false, back: null };
    }
  }
  const to = motion === 'first' ? 0 : motion === 'last' ? last : at < 0 ? 0 : at + steps[motion];
  const row = slice.rows[Math.max(0, Math.min(last, to))];
  if (row === undefined) return cursor;
  const atTop = motion === 'first' || (cursor.atTop && row.id === cursor.id);
  return placed(cursor, row.id, slice, height, atTop);
};

/**
 * The nearest row of `before` that is still there: downwards first, then upwards. In a picture
 * that shows another part of the list none may be; then the nearest is asked for.
 */
const neighbour = <Id>(
  id: Id,
  before: Slice<Row<Id>> | null,
  after: Slice<Row<Id>>,
  whole: boolean,
): Id | null => {
  const rows = before?.rows ?? [];
  const at = rows.findIndex((row) => row.id === id);
  const near = at < 0 ? [] : [...rows.slice(at + 1), ...rows.slice(0, at).toReversed()];
  const left = new Set(after.rows.map((row) => row.id));
  const found = near.find((row) => left.has(row.id)) ?? (whole ? undefined : near[0]);
  return (found ?? after.rows[0])?.id ?? null;
};

/**
 * The cursor in a new picture of the list. It stays on its id; where that is gone, it moves to a
 * neighbour. An empty list leaves it without one.
 */
export const settle = <Id>(
  cursor: Cursor<Id>,
  before: Slice<Row<Id>> | null,
  after: Slice<Row<Id>>,
  height: number,
): Cursor<Id> => {
  const unsure = Math.max(0, cursor.unsure - 1);
  const end = after.from + after.rows.length >= after.total;
  const reached = cursor.seek === 'first' ? after.from === 0 : cursor.seek === 'last' && end;
  if (reached) {
    const row = cursor.seek === 'first' ? after.rows[0] : after.rows.at(-1);
    if (row !== undefined) return placed(cursor, row.id, after, height, cursor.seek === 'first');
  }
  if (indexIn(after, cursor.id) >= 0) return { ...cursor, unsure, back: null };
  const whole = after.from === 0 && end;
  // A whole list of before may have been filtered: it does not say that there is no such row.
  const isAnswer = whole && cursor.back === null;
  if (cursor.id !== null && !isAnswer && cursor.unsure > 0) return { ...cursor, unsure };
  const { top, back } = cursor;
  const rest = { top, seek: null, unsure: unsurePictures, back: null };
  if (back !== null) return { ...rest, ...back };
  const id =
    cursor.id === null ? (after.rows[0]?.id ?? null) : neighbour(cursor.id, before, after, whole);
  return { ...rest, id, atTop: cursor.atTop };
};

/**
 * The same for a list that is watched for its first rows: a cursor that nobody has moved stays on
 * the first, whichever that is, so that the list does not follow a row that sinks.
 */
export const settleAtTop = <Id>(
  cursor: Cursor<Id>,
  before: Slice<Row<Id>> | null,
  after: Slice<Row<Id>>,
  height: number,
): Cursor<Id> => {
  const first = cursor.atTop && after.from === 0 ? after.rows[0] : undefined;
  return first === undefined
    ? settle(cursor, before, after, height)
    : { ...noCursor, id: first.id, unsure: Math.max(0, cursor.unsure - 1) };
};

/** What to ask for: the rows that are drawn and a page either side, around the cursor. */
export const windowOf = <Id>(cursor: Cursor<Id>, height: number): Window<Id> => {
  const page = Math.max(1, height) * 2;
  return cursor.seek === null
    ? { anchor: cursor.id, edge: 'first', before: page, after: page }
    : { anchor: null, edge: cursor.seek, before: page, after: page };
};

/**
 * The rows of a new picture, those that the last one had in the order they had there: while the
 * operator moves through a list, the row he aims at does not run away.
 */
export const inOrderOf = <R extends Row<unknown>>(before: Slice<R>, after: Slice<R>): Slice<R> => {
  const place = new Map(before.rows.map((row, index) => [row.id, index]));
  const rank = (row: R): number => place.get(row.id) ?? 0;
  const kept = after.rows.filter((row) => place.has(row.id)).sort((a, b) => rank(a) - rank(b));
  let next = 0;
  return {
    ...after,
    rows: after.rows.map((row) => (place.has(row.id) ? (kept[next++] ?? row) : row)),
  };
};
