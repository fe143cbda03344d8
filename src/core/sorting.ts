/**
 * The part of a sorted list that is looked at, without sorting the rest: a list is drawn several
 * times a second on the relay's thread, and a screen shows a few dozen of thousands of rows.
 */
import type { Slice, Window } from '../contract.ts';

/** What an item is sorted by: the lowest first, and null last, however the list is turned. */
export type SortKey = number | string | null;

/** An order in which no two items are equal, as long as `tie` is 0 only for the same item. */
export type Order<Item> = {
  readonly keyOf: (item: Item) => SortKey;
  readonly reversed: boolean;
  /** Negative where `a` comes first of two with equal keys; not turned by `reversed`. */
  readonly tie: (a: Item, b: Item) => number;
};

/** Negative where the item at `a` comes before the one at `b`. */
type Compare = (a: number, b: number) => number;

const compareKeys = (a: SortKey, b: SortKey, reversed: boolean): number => {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  return a < b === reversed ? 1 : -1;
};

const comparer = <Item>(items: readonly Item[], { keyOf, reversed, tie }: Order<Item>): Compare => {
  const keys = items.map(keyOf);
  return (a, b) => {
    const order = compareKeys(keys[a] ?? null, keys[b] ?? null, reversed);
    return order || tie(items[a] as Item, items[b] as Item);
  };
};

/**
 * Moves what belongs at `rank` there, within `start` to `end`: what is before it comes before.
 * Halves what is left with each partition, and sorts it where that does not work out.
 */
const select = (
  places: Uint32Array,
  compare: Compare,
  rank: number,
  start: number,
  end: number,
): void => {
  let [first, last] = [start, end - 1];
  let patience = 2 * Math.ceil(Math.log2(places.length + 1));
  const at = (index: number): number => places[index] ?? 0;
  while (first < last) {
    patience -= 1;
    if (patience < 0) {
      places.subarray(first, last + 1).sort(compare);
      return;
    }
    const pivot = at((first + last) >>> 1);
    let [low, high] = [first, last];
    while (low <= high) {
      while (compare(at(low), pivot) < 0) low += 1;
      while (compare(pivot, at(high)) < 0) high -= 1;
      if (low > high) break;
      const swapped = at(low);
      places[low] = at(high);
      places[high] = swapped;
      low += 1;
      high -= 1;
    }
    if (rank <= high) last = high;
    else if (rank >= low) first = low;
    else return;
  }
};

/** The places in the list of those with the ranks `from` to before `to`. */
const ranked = (count: number, compare: Compare, from: number, to: number): Uint32Array => {
  const places = Uint32Array.from({ length: count }, (_none, index) => index);
  // Where most of it is looked at, sorting is no dearer.
  const most = 2 * (to - from) >= count;
  if (!most && from > 0) select(places, compare, from, 0, count);
  if (!most && to < count) select(places, compare, to, from, count);
  const part = most ? places : places.subarray(from, to);
  part.sort(compare);
  return most ? part.subarray(from, to) : part;
};

const rankOf = (place: number, count: number, compare: Compare): number => {
  let rank = 0;
  for (let other = 0; other < count; other += 1) if (compare(other, place) < 0) rank += 1;
  return rank;
};

/** The part of `items`, sorted by `order`, that `window` shows; of none it shows none. */
export const sortedSlice = <Item, Id>(
  items: readonly Item[],
  order: Order<Item>,
  window: Window<Id>,
  idOf: (item: Item) => Id,
): Slice<Item> => {
  const { anchor, edge, before, after } = window;
  const total = items.length;
  const rows = before + after + 1;
  const compare = comparer(items, order);
  const place = anchor === null ? -1 : items.findIndex((item) => idOf(item) === anchor);
  const lastStart = Math.max(0, total - rows);
  const edgeStart = edge === 'first' ? 0 : lastStart;
  const wanted = place < 0 ? edgeStart : rankOf(place, total, compare) - before;
  const from = Math.max(0, Math.min(wanted, lastStart));
  const shown = ranked(total, compare, from, Math.min(from + rows, total));
  return { from, total, rows: Array.from(shown, (at) => items[at] as Item) };
};

/** A part of a sorted list, as somebody asks for it who goes through all of it. */
export type Part<Id> = {
  /** The last one that he has. */
  readonly after: Id | null;
  /** How many he has; counts where `after` is null, or has gone. */
  readonly skip: number;
  readonly most: number;
};

/** The `most` that stand behind `after`, or behind the first `skip`; `more`: others follow. */
export const sortedPart = <Item, Id>(
  items: readonly Item[],
  order: Order<Item>,
  { after, skip, most }: Part<Id>,
  idOf: (item: Item) => Id,
): { readonly rows: readonly Item[]; readonly more: boolean } => {
  const isThere = after !== null && items.some((item) => idOf(item) === after);
  const count = isThere ? most : Math.min(skip, items.length) + most - 1;
  const window = { anchor: after, edge: 'first', before: 0, after: count } as const;
  const slice = sortedSlice(items, order, window, idOf);
  // Near the end of the list the window begins before its anchor.
  const start = isThere ? slice.rows.findIndex((item) => idOf(item) === after) + 1 : skip;
  const rows = slice.rows.slice(start, start + most);
  return { rows, more: slice.from + start + rows.length < slice.total };
};
