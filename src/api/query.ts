/**
 * The part of a request after the `?`: which part of a list, in which order, filtered how. What
 * nobody knows is an error, because a filter with a typing mistake would list everybody.
 */
import type { Filter, Sort } from '../contract.ts';
import { filterOf } from '../console/filter-text.ts';
import { read, unread, type Read } from './answer.ts';

/** Where a page goes on: behind whom, and how many came before that. */
export type Cursor = { readonly after: string; readonly skip: number };

/** Which part of a list is asked for. */
export type Page<By extends string> = {
  readonly limit: number;
  readonly cursor: Cursor | null;
  readonly sort: Sort<By>;
  readonly filter: Filter;
};

/** Rows of one page, and how many where nobody says. */
const LIMIT = { most: 1_000, usual: 100 } as const;

/** Beyond it no list is that long. */
const MOST_SKIPPED = 10_000_000;

/** A cursor as it is handed out; nobody is to build one. */
export const cursorText = ({ after, skip }: Cursor): string =>
  Buffer.from(`${skip}:${after}`, 'latin1').toString('base64url');

const cursorOf = (text: string): Cursor | null => {
  const decoded = Buffer.from(text.slice(0, 400), 'base64url').toString('latin1');
  const [, skip, after] = /^(\d{1,8}):([A-Za-z0-9][\w.~-]{0,127})$/.exec(decoded) ?? [];
  if (skip === undefined || after === undefined || Number(skip) > MOST_SKIPPED) return null;
  return { after, skip: Number(skip) };
};

/** The parameters by name, where all are known and none is there twice. */
export const parametersOf = <Name extends string>(
  query: URLSearchParams,
  known: readonly Name[],
): Read<Readonly<Partial<Record<Name, string>>>> => {
  const found: Partial<Record<Name, string>> = {};
  for (const [name, value] of query) {
    const one = known.find((each) => each === name);
    if (one === undefined) {
      return unread(
        known.length === 0
          ? 'there are no parameters here: leave out what follows the ?'
          : `no parameter of that name here: use ${known.join(', ')}`,
      );
    }
    if (found[one] !== undefined) return unread(`${one} is given twice: give it once`);
    found[one] = value;
  }
  return read(found);
};

const sortOf = <By extends string>(text: string, orders: readonly By[]): Read<Sort<By>> => {
  const reversed = text.startsWith('-');
  const by = orders.find((each) => each === (reversed ? text.slice(1) : text));
  return by === undefined
    ? unread(`no such order: sort by ${orders.join(', ')}, with a - before it to turn it round`)
    : read({ by, reversed });
};

const limitOf = (text: string): Read<number> => {
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  return limit >= 1 && limit <= LIMIT.most
    ? read(limit)
    : unread(`limit is a whole number from 1 to ${LIMIT.most}`);
};

const filterFrom = (text: string): Read<Filter> => {
  const { terms, trouble } = filterOf(text);
  return trouble === null ? read(terms) : unread(`the filter is not understood: ${trouble}`);
};

/** Reads which page is asked for; the first of `orders` is the one where none is named. */
export const pageOf = <By extends string>(
  given: Readonly<Partial<Record<'limit' | 'cursor' | 'sort' | 'filter', string>>>,
  orders: readonly [By, ...(readonly By[])],
): Read<Page<By>> => {
  const limit = given.limit === undefined ? read<number>(LIMIT.usual) : limitOf(given.limit);
  if (!limit.ok) return limit;
  const sort = sortOf(given.sort ?? orders[0], orders);
  if (!sort.ok) return sort;
  const filter = filterFrom(given.filter ?? '');
  if (!filter.ok) return filter;
  const cursor = given.cursor === undefined ? null : cursorOf(given.cursor);
  if (given.cursor !== undefined && cursor === null) {
    return unread('that is no cursor: pass the `next` of the page before, or leave it out');
  }
  return read({ limit: limit.value, cursor, sort: sort.value, filter: filter.value });
};
