/**
 * A machine is seldom one's own. What others use of it meanwhile is measured with every window; a
 * window in which they use too much says more about them, and is taken again, a bounded number
 * of times. How many were left out is told with the figures.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { watchStrangers } from './processes.ts';

/** How long a window waits for a quiet machine, in milliseconds, and how it looks. */
const PATIENCE_MS = 20_000;
const LOOK_MS = 500;

/** What others may use of a core in a window, in percent: what any machine does beside. */
export const USUAL_NOISE = 40;

/** What was taken, and how often in vain. */
export type Calm<Value> = {
  readonly values: readonly Value[];
  /** What others used of a core meanwhile, in percent, one for each value. */
  readonly strangers: readonly number[];
  readonly disturbed: number;
};

/** What others may use of a core in a window, in percent. */
export type Noise = { readonly most: number };

/** Waits for a second in which others leave the machine alone, within bounds. */
const quiet = async (noise: Noise, ours: readonly number[]): Promise<void> => {
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end;) {
    const used = watchStrangers(ours);
    await wait(LOOK_MS);
    if (used() <= noise.most) return;
  }
};

/** Runs `take` when the machine is quiet, and says what others used of it meanwhile. */
export const inQuiet = async <Value>(
  noise: Noise,
  ours: readonly number[],
  take: () => Promise<Value>,
): Promise<{ readonly value: Value; readonly strangers: number }> => {
  if (Number.isFinite(noise.most)) await quiet(noise, ours);
  const used = watchStrangers(ours);
  const value = await take();
  return { value, strangers: used() };
};

/** Takes `wanted` undisturbed values, and tries at most twice as often. */
export const collect = async <Value>(
  wanted: number,
  noise: Noise,
  take: (attempt: number) => Promise<{ readonly value: Value; readonly strangers: number } | null>,
): Promise<Calm<Value>> => {
  const values: Value[] = [];
  const strangers: number[] = [];
  let disturbed = 0;
  for (let attempt = 0; values.length < wanted && attempt < 2 * wanted; attempt += 1) {
    const taken = await take(attempt);
    if (taken === null || taken.strangers > noise.most) disturbed += 1;
    else {
      values.push(taken.value);
      strangers.push(taken.strangers);
    }
  }
  return { values, strangers, disturbed };
};
