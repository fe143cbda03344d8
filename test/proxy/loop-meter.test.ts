import { expect, it } from 'vitest';
import { loopMeter } from '../../src/proxy/loop-meter.ts';
import { until } from './pair.ts';

/** Real time passes, and the loop turns meanwhile. */
const passReal = (ms: number): Promise<void> => {
  const end = performance.now() + ms;
  return until('time has passed', () => performance.now() >= end);
};

const block = (ms: number): void => {
  const end = performance.now() + ms;
  while (performance.now() < end);
};

it('tells everybody who looks in the same moment how late the loop was', async () => {
  let now = 0;
  const { p99 } = loopMeter(() => now);
  expect(p99()).toBeNull();
  await passReal(50);
  block(100);
  await passReal(50);
  now += 250;
  const first = p99();
  expect(first).toBeGreaterThan(50);
  expect(p99()).toBe(first);
  await passReal(50);
  now += 250;
  expect(p99()).toBeLessThan(50);
});
