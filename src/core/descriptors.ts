/**
 * Whether the process has descriptors left. Node says nothing where it has none: newcomers are
 * then closed unheard. So somebody looks now and then, and here is decided what a look means.
 */

/** The soft limit in the text of `/proc/self/limits`; null where it is not there. */
export const descriptorLimit = (limits: string): number | null => {
  const soft = /^Max open files\s+(\d+|unlimited)\s/m.exec(limits)?.[1];
  if (soft === undefined) return null;
  return soft === 'unlimited' ? Infinity : Number(soft);
};

/** Since when there is none left, and since when there are some again; null: there are enough. */
export type Shortage = { readonly since: number; readonly overSince: number | null } | null;

/** What a look has changed. `event` is to be recorded. */
export type ShortageStep = {
  readonly shortage: Shortage;
  readonly event: 'exhausted' | { readonly recoveredAfterMs: number } | null;
};

/** A storm takes and gives back the last ones many times: it is over after a second without. */
const CALM_MS = 1_000;

/** Takes one look into account: whether a descriptor was to be had at `now`. */
export const lookAtDescriptors = (
  shortage: Shortage,
  isLeft: boolean,
  now: number,
): ShortageStep => {
  if (!isLeft) {
    const since = shortage?.since ?? now;
    return { shortage: { since, overSince: null }, event: shortage === null ? 'exhausted' : null };
  }
  if (shortage === null) return { shortage, event: null };
  const { since, overSince } = shortage;
  if (overSince === null) return { shortage: { since, overSince: now }, event: null };
  if (now - overSince < CALM_MS) return { shortage, event: null };
  return { shortage: null, event: { recoveredAfterMs: overSince - since } };
};
