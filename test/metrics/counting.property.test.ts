import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SessionId, ViewerId } from '../../src/contract.ts';
import type {
  DialCause,
  EvictionCause,
  LeaveCause,
  ProxyEvent,
  RefusalCause,
} from '../../src/events.ts';
import { createMetrics, type Metrics } from '../../src/metrics/metrics.ts';
import { DIALS, EVICTIONS, LEAVES, READERS, REFUSALS } from '../../src/metrics/labels.ts';
import { scrape } from './measured-proxy.ts';
import { growing } from './open-metrics.ts';

const place = {
  time: '2026-01-01T00:00:00.000Z',
  session: 'a' as SessionId,
  remote: '127.0.0.1:1',
  viewers: 1,
  cap: 8,
};
const named = { ...place, viewer: 'v1' as ViewerId };
const failures = DIALS.filter((cause) => cause !== 'ok');

/** A Close, a cut, or a status. */
const put = fc.oneof(
  fc.record({ code: fc.integer({ min: 1000, max: 4999 }), closeSent: fc.boolean() }),
  fc.record({ closeSent: fc.boolean() }),
);
const ms = fc.nat({ max: 1_000_000 });

type Put = { readonly code?: number; readonly closeSent: boolean };

const admitted = (dialMs: number): ProxyEvent => ({ event: 'viewer.admitted', ...named, dialMs });

const refused = (cause: RefusalCause, how: Put & { readonly status?: number }): ProxyEvent => ({
  event: 'viewer.refused',
  ...place,
  cause,
  ...how,
});

const unavailable = (cause: DialCause, dialMs: number, how: Put): ProxyEvent => ({
  event: 'backend.unavailable',
  ...named,
  cause,
  detail: 'for a test',
  dialMs,
  ...how,
});

const evicted = (cause: EvictionCause, how: Put): ProxyEvent => ({
  event: 'viewer.evicted',
  ...named,
  cause,
  ...how,
});

const gone = (cause: LeaveCause, durationMs: number, how: Put): ProxyEvent => ({
  event: 'viewer.left',
  ...named,
  cause,
  durationMs,
  bytesToViewer: 0,
  bytesToBackend: 0,
  messagesToViewer: 0,
  messagesToBackend: 0,
  ...how,
});

const answered = { status: 503, closeSent: false };

const event: fc.Arbitrary<ProxyEvent> = fc.oneof(
  ms.map(admitted),
  fc.tuple(fc.constantFrom(...REFUSALS), put).map((parts) => refused(...parts)),
  fc.constantFrom(...REFUSALS).map((cause) => refused(cause, answered)),
  fc.tuple(fc.constantFrom(...failures), ms, put).map((parts) => unavailable(...parts)),
  fc.tuple(fc.constantFrom(...EVICTIONS), put).map((parts) => evicted(...parts)),
  fc.tuple(fc.constantFrom(...LEAVES), ms, put).map((parts) => gone(...parts)),
  fc.constant({ event: 'session.full' as const, ...place }),
  fc.constant({ time: place.time, event: 'proxy.stopped' as const }),
);

/** Something that is counted. */
type Happening =
  | { readonly what: 'event'; readonly event: ProxyEvent }
  | { readonly what: 'rtt'; readonly rttMs: number }
  | { readonly what: 'dropped'; readonly reader: (typeof READERS)[number]; readonly count: number };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 8, arbitrary: event.map((one) => ({ what: 'event' as const, event: one })) },
  {
    weight: 2,
    arbitrary: fc
      .double({ min: 0, max: 60_000, noNaN: true })
      .map((rttMs) => ({ what: 'rtt' as const, rttMs })),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('dropped' as const),
      reader: fc.constantFrom(...READERS),
      count: fc.nat({ max: 1_000 }),
    }),
  },
);

const tell = (metrics: Metrics, what: Happening): void => {
  if (what.what === 'event') metrics.observe(what.event);
  else if (what.what === 'rtt') metrics.rtt(what.rttMs);
  else metrics.dropped(what.reader, what.count);
};

test('whatever happens, in whatever order, is counted once and stays counted', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(happening, { maxLength: 30 }), { maxLength: 4 }),
      async (batches) => {
        const metrics = createMetrics('1.2.3');
        try {
          let before = growing((await scrape(metrics)).families);
          for (const batch of batches) {
            for (const one of batch) tell(metrics, one);
            const after = growing((await scrape(metrics)).families);
            expect([...after.keys()]).toEqual([...before.keys()]);
            const less = [...before].filter(([series, value]) => after.get(series)! < value);
            expect(less).toEqual([]);
            before = after;
          }
          const { families, value } = await scrape(metrics);
          const all = batches.flat();
          const events = all.flatMap((one) => (one.what === 'event' ? [one.event] : []));
          const count = (name: ProxyEvent['event'], cause?: string): number =>
            events.filter(
              (one) =>
                one.event === name &&
                (cause === undefined || ('cause' in one && one.cause === cause)),
            ).length;
          const admissions = (result: string) => value('wsbouncer_admissions_total', { result });
          expect(admissions('admitted')).toBe(count('viewer.admitted'));
          expect(admissions('refused')).toBe(count('viewer.refused'));
          expect(admissions('aborted')).toBe(count('backend.unavailable', 'aborted'));
          expect(admissions('failed') + admissions('aborted')).toBe(count('backend.unavailable'));
          for (const reason of REFUSALS) {
            const counted = value('wsbouncer_refusals_total', { reason });
            expect(counted).toBe(count('viewer.refused', reason));
          }
          for (const reason of EVICTIONS) {
            const counted = value('wsbouncer_evictions_total', { reason });
            expect(counted).toBe(count('viewer.evicted', reason));
          }
          for (const reason of LEAVES) {
            const counted = value('wsbouncer_leaves_total', { reason });
            expect(counted).toBe(count('viewer.left', reason));
          }
          for (const result of failures) {
            const counted = value('wsbouncer_backend_dial_seconds_count', { result });
            expect(counted).toBe(count('backend.unavailable', result));
          }
          expect(value('wsbouncer_viewer_lifetime_seconds_count')).toBe(count('viewer.left'));
          const rtts = all.flatMap((one) => (one.what === 'rtt' ? [one.rttMs] : []));
          expect(value('wsbouncer_ping_rtt_seconds_count')).toBe(rtts.length);
          const sum = rtts.reduce((total, one) => total + one / 1_000, 0);
          expect(value('wsbouncer_ping_rtt_seconds_sum')).toBeCloseTo(sum);
          // Each connection that ended has one Close, or none, unless it was answered by a status.
          const closes = families.get('wsbouncer_closes')!.samples;
          const ended = events.filter(
            (one) =>
              ['viewer.refused', 'backend.unavailable', 'viewer.left'].includes(one.event) &&
              !('status' in one),
          );
          expect(closes.reduce((total, one) => total + one.value, 0)).toBe(ended.length);
        } finally {
          metrics.close();
        }
      },
    ),
    { numRuns: 40 },
  );
});
