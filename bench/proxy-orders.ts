/** What a benchmark tells a process with a proxy of its own to do (`proxy.ts`), and what comes back. */

/** How the proxy runs: as headless; in its thread, as under the console; or with others at its port. */
export type ProxyKind = 'plain' | 'thread' | 'sharing';

/** An order; each has one answer. */
export type ProxyOrder =
  /** Starts it with the options of the command line; the answer is its port. */
  | { readonly do: 'start'; readonly as: ProxyKind; readonly args: readonly string[] }
  /** Makes so many pictures one after the other; the answer is the milliseconds of each. */
  | { readonly do: 'draw'; readonly times: number }
  /** Somebody watches from now on, and looks anew so often: a picture each time. */
  | { readonly do: 'watch'; readonly everyMs: number }
  /** Nobody does; the answer is how many pictures came. */
  | { readonly do: 'unwatch' }
  /** The answer is how many viewers there are. */
  | { readonly do: 'count' };
