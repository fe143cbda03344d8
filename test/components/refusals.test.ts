import { describe, expect, it } from 'vitest';
import { Refusals } from '../../components/refusals.ts';
import type { ProxyEvent } from '../../src/events.ts';
import { sessionId } from '../support/fake-control.ts';

const refusal = (session: string, cause: 'cap' | 'max-viewers' = 'cap'): ProxyEvent => ({
  time: '2026-11-21T12:05:03.000Z',
  event: 'viewer.refused',
  session: sessionId(session),
  cause,
  remote: '10.8.1.30:4711',
  viewers: 3,
  cap: 3,
});

describe('refusals', () => {
  it('are news once for a session and cause, and then a number', () => {
    const refusals = new Refusals();
    const told = [
      refusal('a'),
      refusal('a'),
      refusal('b'),
      refusal('a', 'max-viewers'),
      refusal('a'),
    ].map((event) => refusals.isNews(event));
    expect(told).toEqual([true, false, true, true, false]);
    expect(refusals.summed()).toEqual(['refused meanwhile: 2 more, a cap']);
    expect(refusals.summed()).toEqual([]);
    expect(refusals.isNews(refusal('a'))).toBe(true);
  });

  it('of names without end are one number in the end', () => {
    const refusals = new Refusals();
    const told = Array.from({ length: 1000 }, (_, at) => refusals.isNews(refusal(`s${at}`)));
    expect(told.filter(Boolean)).toHaveLength(50);
    expect(refusals.summed()).toEqual(['refused meanwhile: 950 viewers elsewhere']);
  });

  it('keep no other event back', () => {
    const refusals = new Refusals();
    const stopped: ProxyEvent = { time: '2026-11-21T12:05:03.000Z', event: 'proxy.stopped' };
    expect([stopped, stopped].map((event) => refusals.isNews(event))).toEqual([true, true]);
  });
});
