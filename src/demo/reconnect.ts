/**
 * When a page comes back after its connection ended, and when it does not: one pure function,
 * which the demo's page carries as it stands. It is made for being copied.
 */

/** How a connection ended, as `onclose` and the page's own notes say. */
export type Ending = {
  readonly code: number;
  /** A message came: there was a session, and not only a refusal that a page can read. */
  readonly heard: boolean;
  /** From `onopen` to `onclose`, in milliseconds; 0 where it never opened. */
  readonly openMs: number;
  /** What the browser says of the network: `navigator.onLine`. */
  readonly online: boolean;
};

/** What the page does next. `tries` is handed in again with the next ending. */
export type Step =
  /** Connects after `afterMs`; a look at the tab, or the network's return, may shorten that. */
  | {
      readonly next: 'wait';
      readonly tries: number;
      readonly afterMs: number;
      /** Not sooner than this in any case, in milliseconds after the ending. */
      readonly earliestMs: number;
    }
  /** Connects when the network is back, not sooner than `earliestMs`. */
  | { readonly next: 'network'; readonly tries: number; readonly earliestMs: number }
  /** Leaves it to a person: by itself the page would only get the same answer again. */
  | { readonly next: 'ask'; readonly tries: 0 };

/**
 * Decides by how a connection ended and by the tries that came to nothing before it; `random` is
 * in [0, 1), as `Math.random` gives it. Refers to nothing outside itself: the page gets its text.
 */
export const nextStep = (ending: Ending, tries: number, random: () => number): Step => {
  const { code, heard, openMs, online } = ending;
  const shortestMs = 1_000;
  const longestMs = 60_000;
  // An open connection proves nothing, for a refusal opens it too (to be read). One that has
  // brought a message, or has lasted, does: only then does the waiting start from the beginning.
  const lived = heard || openMs >= longestMs;
  const before = lived ? 0 : tries;
  // It is over (1000), somebody wants us gone (1008), we would offend again (1002, 1003, 1007,
  // 1009, 1010), or the session's server says something that only its own page understands.
  const final = [1000, 1002, 1003, 1007, 1008, 1009, 1010].includes(code) || code >= 3000;
  if (final) return { next: 'ask', tries: 0 };
  // 1006 is the browser's own word: no close came, so the network may be what is missing.
  const cut = code === 1006;
  if (cut && !online) return { next: 'network', tries: before + 1, earliestMs: shortestMs };
  // Whoever stops or restarts (1001, 1012) has sent everybody away at once: they spread out.
  // For all others, 1013 before all, the span doubles from try to try, and chance picks in it.
  const spanMs = code === 1001 || code === 1012 ? 5_000 : 2_000;
  const mostMs = Math.min(longestMs, spanMs * 2 ** before);
  const afterMs = shortestMs + Math.floor(random() * (mostMs - shortestMs));
  return { next: 'wait', tries: before + 1, afterMs, earliestMs: cut ? shortestMs : afterMs };
};
