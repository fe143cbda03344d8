/** When the picture changes by itself: a countdown, a message that goes, the clock. */
import type { State } from './state.ts';

const secondMs = 1000;

/**
 * Milliseconds until the next `tick` is due, 1 to 1000. The clock asks for a second from now and
 * not for the next whole one: while pictures come they move it, and no frame is drawn for it.
 */
export const nextTickMs = ({ now, armed, notice, pace }: State): number => {
  const waits = [
    secondMs,
    // A countdown changes at whole seconds before its end, and at its end.
    ...armed.map(({ dueAt }) => (dueAt - now) % secondMs || (dueAt > now ? secondMs : 0)),
    ...(notice === null ? [] : [notice.until - now]),
    ...(pace === null || pace.waiting.length === 0 ? [] : [pace.nextAt - now]),
  ];
  return Math.max(1, Math.ceil(Math.min(...waits)));
};
