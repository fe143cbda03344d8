import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { Tally } from '../../src/metrics/tally.ts';

const BUCKETS = [0.1, 1, 10];

const value = fc.oneof(fc.constantFrom(...BUCKETS), fc.double({ min: 0, max: 20, noNaN: true }));

it('has in each bucket whatever is at most its bound, and all of it in sum and count', () => {
  fc.assert(
    fc.property(fc.array(value), (all) => {
      const tally = new Tally(BUCKETS);
      for (const each of all) tally.add(each);
      const samples = tally.values('x_seconds', { result: 'ok' });
      const buckets = samples.filter(({ metricName }) => metricName === 'x_seconds_bucket');
      expect(buckets.map(({ labels, value: count }) => [labels['le'], count])).toEqual([
        ...BUCKETS.map((bound) => [bound, all.filter((each) => each <= bound).length]),
        ['+Inf', all.length],
      ]);
      const rest = samples.filter((sample) => !buckets.includes(sample));
      expect(rest).toEqual([
        {
          metricName: 'x_seconds_sum',
          labels: { result: 'ok' },
          value: all.reduce((sum, each) => sum + each, 0),
        },
        { metricName: 'x_seconds_count', labels: { result: 'ok' }, value: all.length },
      ]);
      expect(buckets.every(({ labels }) => labels['result'] === 'ok')).toBe(true);
    }),
  );
});
