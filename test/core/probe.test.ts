import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Probe } from '../../src/core/probe.ts';

const INTERVAL_MS = 15_000;

describe('a viewer that is late', () => {
  it('is asked once, and owes that answer to all who come meanwhile', () => {
    const probe = new Probe(INTERVAL_MS);
    expect(probe.ask(20_000, 1)).toEqual({ since: 20_000, isNew: true });
    expect(probe.ask(20_000, 1)).toEqual({ since: 20_000, isNew: false });
    expect(probe.ask(34_999, 1)).toEqual({ since: 20_000, isNew: false });
    expect(probe.isUnanswered(1)).toBe(true);
    expect(probe.ask(35_000, 1)).toEqual({ since: 35_000, isNew: true });
  });

  it('has answered with any life, and is left in peace for a ping interval', () => {
    const probe = new Probe(INTERVAL_MS);
    probe.ask(20_000, 1);
    expect(probe.isUnanswered(20_001)).toBe(false);
    expect(probe.ask(34_999, 20_001)).toBeNull();
    expect(probe.ask(37_000, 20_001)).toEqual({ since: 37_000, isNew: true });
  });

  it('is left in peace as long where it could not be asked', () => {
    const probe = new Probe(INTERVAL_MS);
    probe.ask(20_000, 1);
    probe.spare();
    expect(probe.isUnanswered(1)).toBe(false);
    expect(probe.ask(34_999, 1)).toBeNull();
    expect(probe.ask(35_000, 1)).toEqual({ since: 35_000, isNew: true });
    expect(probe.isUnanswered(1)).toBe(true);
  });

  it('is never asked anew within a ping interval, whatever happens', () => {
    const step = fc.record({ ms: fc.nat(8_000), life: fc.boolean(), spare: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const probe = new Probe(INTERVAL_MS);
        let [now, lifeAt, newest] = [0, 0, Number.NEGATIVE_INFINITY];
        for (const { ms, life, spare } of steps) {
          now += ms;
          if (life) lifeAt = now;
          if (spare) probe.spare();
          const question = probe.ask(now, lifeAt);
          const isNew = question?.isNew === true;
          expect(!isNew || now - newest >= INTERVAL_MS).toBe(true);
          if (isNew) newest = now;
          expect(question?.since ?? newest).toBe(newest);
        }
      }),
    );
  });
});
