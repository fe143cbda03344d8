/**
 * How viewers are sent away over a window: so many may still stay at each moment, and whoever is
 * beyond that goes. Those who leave by themselves count, so that nobody is sent away while they
 * leave fast enough; the others go evenly, so that they do not all come back at once elsewhere.
 */

/** A window in milliseconds where nobody names one: a page that is told reconnects in a second. */
export const USUAL_DRAIN_MS = 30_000;

/** The longest window: timers end at 2^31 ms, 24 days, and no deployment takes a day. */
export const MOST_DRAIN_MS = 24 * 3_600_000;

/** A drain as it was ordered; times are milliseconds of one monotonic clock. */
export type DrainPlan = {
  readonly since: number;
  /** 0: everybody goes at once. */
  readonly windowMs: number;
  /** Viewers that were there when it was ordered. */
  readonly viewers: number;
};

/** Time left of the window, in milliseconds. */
export const drainLeftMs = ({ since, windowMs }: DrainPlan, now: number): number =>
  Math.max(0, windowMs - Math.max(0, now - since));

/** How many viewers may still be there at `now`: all at first, nobody once the window is over. */
export const mayStay = (plan: DrainPlan, now: number): number => {
  const left = drainLeftMs(plan, now);
  return left === 0 ? 0 : Math.ceil((plan.viewers * left) / plan.windowMs);
};

/** When the next one has to go where `present` are there, at `now` or later; null: nobody is. */
export const nextGoesAt = (plan: DrainPlan, present: number, now: number): number | null => {
  if (present === 0) return null;
  const { since, windowMs, viewers } = plan;
  // With fewer than were counted the line is reached later, with more it has been passed.
  const gone = Math.max(0, viewers - (present - 1));
  return Math.max(now, viewers === 0 ? since : since + (windowMs * gone) / viewers);
};
