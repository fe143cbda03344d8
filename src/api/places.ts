/**
 * Who makes room when all places are taken: a reader that has stalled holds its place for nothing,
 * and comes back by itself when it goes on.
 */

/** A reader that has taken nothing for so long counts as stalled, in milliseconds. */
export const STALLED_MS = 30_000;

/** Somebody with a place. */
export type Holder = {
  /** Since when it has taken nothing of what there is for it; null: it takes. */
  readonly stillSince: number | null;
};

/** The one that has stalled for longest at the time `now`; null where none has. */
export const longestStalled = <One extends Holder>(
  holders: Iterable<One>,
  now: number,
): One | null => {
  let longest: One | null = null;
  let since = now - STALLED_MS;
  for (const holder of holders) {
    if (holder.stillSince === null || holder.stillSince > since) continue;
    // Of two that stalled at the same time, the one that came first.
    if (longest !== null && holder.stillSince === since) continue;
    longest = holder;
    since = holder.stillSince;
  }
  return longest;
};
