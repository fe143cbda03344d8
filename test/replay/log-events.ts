/** Logs as they might be found: what a proxy writes, with lines missing, and by bad clocks. */
import * as fc from 'fast-check';
import type { SessionId, ViewerId } from '../../src/contract.ts';
import type { ProxyEvent } from '../../src/events.ts';
import { anyEvent } from '../control/wire-arbitraries.ts';

/** When they begin. */
export const BEGINS = Date.parse('2026-01-01T00:00:00Z');

const few = fc.record({
  session: fc.constantFrom('a', 'b').map((id) => id as SessionId),
  viewer: fc.integer({ min: 1, max: 5 }).map((number) => `v${number}` as ViewerId),
  viewers: fc.integer({ min: 0, max: 4 }),
});

/** Few ids, so that events have to do with each other; sometimes the clock is set back. */
export const anyLog = (most: number): fc.Arbitrary<readonly ProxyEvent[]> =>
  fc
    .array(fc.tuple(anyEvent, few, fc.integer({ min: -20_000, max: 90_000 })), {
      minLength: 1,
      maxLength: most,
    })
    .map((all) => {
      let at = BEGINS;
      return all.map(([event, { session, viewer, viewers }, byMs]) => {
        at += byMs;
        return {
          ...event,
          ...('session' in event ? { session } : {}),
          ...('viewer' in event ? { viewer } : {}),
          ...('viewers' in event && !Array.isArray(event.viewers) ? { viewers } : {}),
          time: new Date(at).toISOString(),
        } as ProxyEvent;
      });
    });
