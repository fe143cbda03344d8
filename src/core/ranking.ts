/**
 * The order in which an operator wants to see things, worst first, and the part of a list that
 * a watcher looks at.
 */
import type { SessionState, Slice, ViewerState, Window } from '../contract.ts';

const VIEWER_RANK: Record<ViewerState, number> = {
  stuck: 0,
  expiring: 1,
  late: 2,
  ok: 3,
  dialling: 4,
};

const SESSION_RANK: Record<SessionState, number> = {
  stuck: 0,
  expiring: 1,
  late: 2,
  over: 3,
  full: 4,
  ok: 5,
};

/** Negative where `a` is worse than `b`. */
export const compareViewers = (a: ViewerState, b: ViewerState): number =>
  VIEWER_RANK[a] - VIEWER_RANK[b];

/** Negative where `a` is worse than `b`. */
export const compareSessions = (a: SessionState, b: SessionState): number =>
  SESSION_RANK[a] - SESSION_RANK[b];

/** A viewer that an operator should look at. */
export const needsAttention = (state: ViewerState): boolean =>
  state === 'stuck' || state === 'expiring' || state === 'late';

/** The state of a session: its worst viewer's, or how full it is where all are well. */
export const sessionState = (worst: ViewerState, viewers: number, cap: number): SessionState => {
  if (worst === 'stuck' || worst === 'expiring' || worst === 'late') return worst;
  if (viewers > cap) return 'over';
  return viewers === cap ? 'full' : 'ok';
};

/** The part of `all` that `window` shows; what it shows of an empty list is empty. */
export const sliceOf = <Item, Id>(
  all: readonly Item[],
  window: Window<Id>,
  idOf: (item: Item) => Id,
): Slice<Item> => {
  const { anchor, edge, before, after } = window;
  const rows = before + after + 1;
  const at = anchor === null ? -1 : all.findIndex((item) => idOf(item) === anchor);
  const lastStart = Math.max(0, all.length - rows);
  const wanted = at >= 0 ? at - before : edge === 'first' ? 0 : lastStart;
  const from = Math.max(0, Math.min(wanted, lastStart));
  return { from, total: all.length, rows: all.slice(from, from + rows) };
};

/** The `share` (0 to 1) percentile of `values`, nearest rank; null without any. */
export const percentile = (values: readonly number[], share: number): number | null => {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
};
