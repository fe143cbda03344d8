/**
 * Real time, a few times as fast: for a whole house of timers that is to live through half a
 * minute in seconds, without anybody moving it by hand.
 */
import { type Clock, systemClock } from '../../src/clock.ts';

/** Every timer fires `factor` times as soon, and `now` and `date` agree with that. */
export const quickClock = (factor: number): Clock => {
  const startedAt = systemClock.now();
  const date = systemClock.date().getTime();
  const now = (): number => (systemClock.now() - startedAt) * factor;
  return {
    now,
    date: () => new Date(date + now()),
    after: (ms, run) => systemClock.after(ms / factor, run),
    every: (ms, run) => systemClock.every(ms / factor, run),
  };
};
