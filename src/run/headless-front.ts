/**
 * The proxy without a console: one thread, events as lines on stdout, and neither `ink` nor
 * `react` in memory.
 */
import type { Front, Outlets } from './front.ts';

/** The front without a terminal; `say` writes a line to stderr. */
export const headlessFront = ({ lines, keep }: Outlets, say: (line: string) => void): Front => ({
  start: async (options, control) => {
    const { startOpenProxy } = await import('../control/open-proxy.ts');
    return startOpenProxy(options, control, {
      onEvent: (event) => {
        keep(event);
        lines.write(event);
      },
    });
  },
  show: ({ join }) => {
    if (join !== null) say(join);
  },
  // The proxy itself runs in this thread: after an error nobody expected, it cannot be trusted.
  fallBack: () => false,
  hangUp: () => {},
  close: () => {},
  farewell: () => null,
});
