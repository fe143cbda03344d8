/**
 * Chance that repeats: the same seed gives the same numbers on every machine, so that a run can
 * be run again.
 */

/** A stream of numbers from one seed. */
export type Random = {
  /** From 0 to below 1. */
  readonly next: () => number;
  /** A whole number from `least` to `most`, both included. */
  readonly between: (least: number, most: number) => number;
  readonly chance: (probability: number) => boolean;
  /** One of a list that is not empty. */
  readonly pick: <Item>(items: readonly Item[]) => Item;
  /** A gap between two happenings that come every `meanMs` on average, whatever came before. */
  readonly gap: (meanMs: number) => number;
  readonly bytes: (length: number) => Buffer;
};

const RANGE = 2 ** 32;

/** Xorshift with 32 bits of state, the shifts 13, 17 and 5 (G. Marsaglia, Xorshift RNGs, 2003). */
const wordsFrom = (start: number): (() => number) => {
  let word = start;
  return () => {
    word ^= word << 13;
    word ^= word >>> 17;
    word ^= word << 5;
    return word >>> 0;
  };
};

const numbersFrom = (seed: number): (() => number) => {
  // Of 0 xorshift makes nothing else, and no seed from 0 on gives it that; neighbours are far apart.
  const words = wordsFrom(Math.imul(seed + 1, 0x9e37_79b1));
  for (let step = 0; step < 8; step += 1) words();
  return () => words() / RANGE;
};

/** The numbers of `seed`, a whole number. */
export const randomFrom = (seed: number): Random => {
  const next = numbersFrom(seed);
  const between = (least: number, most: number): number =>
    least + Math.floor(next() * (most - least + 1));
  return {
    next,
    between,
    chance: (probability) => next() < probability,
    pick: (items) => items[between(0, items.length - 1)]!,
    gap: (meanMs) => -Math.log(1 - next()) * meanMs,
    bytes: (length) => {
      const made = Buffer.allocUnsafe(length);
      let at = 0;
      for (; at + 4 <= length; at += 4) made.writeUInt32LE(next() * RANGE, at);
      for (; at < length; at += 1) made[at] = next() * 256;
      return made;
    },
  };
};
