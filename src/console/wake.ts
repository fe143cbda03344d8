/** When the picture changes by itself: a countdown, a message that goes, the clock. */
import type { State } from './state.ts';
import { wallTime } from './title-lines.ts';

const secondMs = 1000;

/** Milliseconds until the next `tick` is due, 1 to 1000. */
export const nextTickMs = (state: State): number => {
  const { now, armed, notice } = state;
  const wall = wallTime(state);
  const waits = [
    wall === null ? secondMs : secondMs - (wall % secondMs),
    // A countdown changes at whole seconds before its end, and at its end.
    ...armed.map(({ dueAt }) => (dueAt - now) % secondMs || (dueAt > now ? secondMs : 0)),
    ...(notice === null ? [] : [notice.until - now]),
  ];
  return Math.min(secondMs, Math.max(1, Math.ceil(Math.min(...waits))));
};
