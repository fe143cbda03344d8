/**
 * The digits beside the worst viewers. A digit stays with its viewer, and is not given to
 * another one for 10 s after it was last drawn: a key that is already on its way, over a slow
 * link or from a slow hand, must not mean somebody else.
 */
import type { ViewerId } from '../contract.ts';

/** A digit and whose it is. */
export type Tag = {
  /** 1 to 9. */
  readonly digit: number;
  readonly viewer: ViewerId;
  /** When it was last drawn beside its viewer; null while it is. */
  readonly leftAt: number | null;
};

/** A viewer that is drawn among the worst and would have a digit. */
export type Claim = {
  readonly viewer: ViewerId;
  /** So many digits stay free when it gets a fresh one: for those that need one more. */
  readonly leaves: number;
};

/** How long a digit belongs to a viewer that is not drawn any more. */
const restMs = 10_000;

const digits = [1, 2, 3, 4, 5, 6, 7, 8, 9];

/**
 * The digits when `drawn` are drawn as the worst, the worst first: those that have one keep it,
 * the others get the lowest that is nobody's, where that leaves enough. The same array where
 * nothing changes.
 */
export const retagged = (
  tags: readonly Tag[],
  drawn: readonly Claim[],
  now: number,
): readonly Tag[] => {
  const shown = new Set(drawn.map(({ viewer }) => viewer));
  const kept = tags.map((tag): Tag => {
    if (shown.has(tag.viewer) === (tag.leftAt === null)) return tag;
    return { ...tag, leftAt: tag.leftAt === null ? now : null };
  });
  const taken = new Set(tags.map(({ digit }) => digit));
  const tagged = new Set(tags.map(({ viewer }) => viewer));
  const free = digits.filter((digit) => !taken.has(digit));
  const fresh: Tag[] = [];
  for (const { viewer, leaves } of drawn) {
    const digit = free[fresh.length];
    if (digit === undefined) break;
    if (tagged.has(viewer) || free.length - fresh.length <= leaves) continue;
    fresh.push({ digit, viewer, leftAt: null });
  }
  return fresh.length === 0 && kept.every((tag, index) => tag === tags[index])
    ? tags
    : [...kept, ...fresh];
};

/**
 * The digits without those that have rested. Of the time since the last picture, `blindMs` does
 * not count: nothing was drawn then, and the digit may still stand beside its viewer.
 */
export const rested = (tags: readonly Tag[], now: number, blindMs: number): readonly Tag[] =>
  tags.flatMap((tag): readonly Tag[] => {
    if (tag.leftAt === null) return [tag];
    const leftAt = Math.min(now, tag.leftAt + blindMs);
    return now - leftAt < restMs ? [{ ...tag, leftAt }] : [];
  });

/** The digit that is drawn beside the viewer; null without one. */
export const tagOf = (tags: readonly Tag[], viewer: ViewerId): number | null =>
  tags.find((tag) => tag.viewer === viewer && tag.leftAt === null)?.digit ?? null;

/** Whose digit it is, drawn or resting; null where it is nobody's. */
export const taggedBy = (tags: readonly Tag[], digit: number): Tag | null =>
  tags.find((tag) => tag.digit === digit) ?? null;
