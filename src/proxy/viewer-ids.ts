/**
 * The numbers behind `v1`, `v2`, …: they count up and none is given twice while the process
 * lives. The shared counter outlives the thread that counts with it, so that a relay that had
 * to be started again does not name a newcomer like somebody an operator still has in mind.
 */

/** Where the numbers of viewers come from. */
export type ViewerIds = {
  /** A number that was never given before, above all earlier ones. */
  readonly next: () => number;
};

/** Counts in memory of its own; `start` is the first number given, 1 by default. */
export const countingIds = (start = 1): ViewerIds => {
  let following = start;
  return { next: () => following++ };
};

/**
 * Counts in memory that threads share: at least 8 bytes, zeroed. Whoever counts next with the
 * same buffer goes on where the last one stopped. Exact up to 2^53.
 */
export const sharedIds = (buffer: SharedArrayBuffer): ViewerIds => {
  const given = new BigInt64Array(buffer, 0, 1);
  return { next: () => Number(Atomics.add(given, 0, 1n)) + 1 };
};
