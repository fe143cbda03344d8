import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { Peaks, Samples } from '../../src/core/trace.ts';

const steps = fc.array(
  fc.record({
    afterMs: fc.oneof(fc.nat(2_000), fc.nat(20_000), fc.constantFrom(0, 5_000, 300_000, 1e6)),
    value: fc.oneof(fc.constant(0), fc.nat(1_000_000)),
  }),
  { minLength: 1, maxLength: 120 },
);

it('samples are the newest of five minutes, and never more than 60', () => {
  fc.assert(
    fc.property(fc.nat(1e9), steps, (start, list) => {
      const samples = new Samples();
      const all: { readonly now: number; readonly value: number }[] = [];
      let now = start;
      for (const { afterMs, value } of list) {
        now += afterMs;
        samples.add(now, value);
        all.push({ now, value });
        const recent = all.filter((each) => now - each.now <= 300_000).slice(-60);
        expect(samples.values(now)).toEqual(recent.map((each) => each.value));
        expect(samples.newest).toEqual(all.slice(-8).map((each) => each.value));
      }
    }),
  );
});

it('peaks are the maximum of each step, and 0 where nothing was sampled', () => {
  fc.assert(
    fc.property(fc.nat(1e9), steps, (start, list) => {
      const peaks = new Peaks(start);
      const highest = new Map<number, number>();
      let now = start;
      for (const { afterMs, value } of list) {
        now += afterMs;
        peaks.sample(now, value);
        const current = Math.floor((now - start) / 5_000);
        highest.set(current, Math.max(highest.get(current) ?? 0, value));
        const count = Math.min(60, current + 1);
        expect(peaks.values(now)).toEqual(
          Array.from({ length: count }, (_, at) => highest.get(current - count + 1 + at) ?? 0),
        );
      }
    }),
  );
});
