/**
 * The proxy without a console: one thread, events as lines on stdout, and neither `ink` nor
 * `react` in memory.
 */
import type { Front } from './front.ts';
import type { EventLines } from './event-lines.ts';

/** The front without a terminal; `say` writes a line to stderr. */
export const headlessFront = (lines: EventLines, say: (line: string) => void): Front => ({
  start: async (options) => {
    const { startProxy } = await import('../proxy/proxy.ts');
    return startProxy(options, { onEvent: lines.write });
  },
  show: ({ join }) => {
    if (join !== null) say(join);
  },
  // The proxy itself runs in this thread: after an error nobody expected, it cannot be trusted.
  fallBack: () => false,
  close: () => {},
  farewell: () => null,
});
