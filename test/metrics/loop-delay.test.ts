import { createHistogram } from 'node:perf_hooks';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countUpTo } from '../../src/metrics/loop-delay.ts';
import { createMetrics } from '../../src/metrics/metrics.ts';
import { onCleanup } from '../support/cleanup.ts';
import { eventually } from '../support/process-figures.ts';
import { scrape } from './measured-proxy.ts';
import { growing } from './open-metrics.ts';

const COUNT = 'wsbouncer_event_loop_delay_seconds_count';
const BUCKET = 'wsbouncer_event_loop_delay_seconds_bucket';

/** Holds the loop up. */
const block = (ms: number): void => {
  const until = performance.now() + ms;
  while (performance.now() < until);
};

describe('counting what a histogram of Node holds', () => {
  it('is exact for values of up to three digits', () => {
    const values = fc.array(fc.integer({ min: 1, max: 1_000 }), { maxLength: 300 });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 1_000 }), (all, bound) => {
        const histogram = createHistogram({ figures: 3 });
        for (const value of all) histogram.record(value);
        expect(countUpTo(histogram, bound)).toBe(all.filter((value) => value <= bound).length);
      }),
    );
  });
});

describe('the delay of the event loop', () => {
  it('is next to nothing where there is nothing to do', async () => {
    const metrics = createMetrics('1.2.3');
    onCleanup(metrics.close);
    const onTime = async () => (await scrape(metrics)).value(BUCKET, { le: '0.005' });
    await eventually('a turn that is on time', async () => (await onTime()) > 0);
    expect(await onTime()).toBeLessThanOrEqual((await scrape(metrics)).value(COUNT));
  });

  it('shows a loop that was held up, to every scraper alike', async () => {
    const metrics = createMetrics('1.2.3');
    onCleanup(metrics.close);
    await eventually(
      'the loop to be measured',
      async () => (await scrape(metrics)).value(COUNT) > 0,
    );
    const before = await scrape(metrics);
    block(150);
    const above = async () => {
      const { value } = await scrape(metrics);
      return value(COUNT) - value(BUCKET, { le: '0.1' });
    };
    const was = before.value(COUNT) - before.value(BUCKET, { le: '0.1' });
    await eventually('the delay to be seen', async () => (await above()) > was);
    const seen = await above();
    // Another scrape takes nothing away.
    expect(await above()).toBeGreaterThanOrEqual(seen);
    const after = growing((await scrape(metrics)).families);
    for (const [series, value] of growing(before.families)) {
      expect([series, after.get(series)! >= value]).toEqual([series, true]);
    }
  });
});
