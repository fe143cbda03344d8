/**
 * What a storm leaves in the process of the proxy: nothing. The proxy runs in the process of
 * the test, where its timers and listeners can be counted, and with a ledger to be asked.
 */
import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { ProxyOptions } from '../../src/contract.ts';
import { type Audience, keepEchoing } from '../support/audience.ts';
import { named } from '../support/events.ts';
import { descriptorsOf, eventually } from '../support/process-figures.ts';
import { everything, type TestProxy, withProxy } from '../support/proxy.ts';
import { slowBackend } from '../support/slow-backend.ts';
import { startStorm } from '../support/storm.ts';
import { connectViewer } from '../support/viewer.ts';

const CAP = 8;
const phases = [
  { forMs: 1_000, connectsPerSecond: 500 },
  { forMs: 2_000, connectsPerSecond: 2_000 },
];

/** Everything that has a handle in the event loop: servers, sockets, children. */
const handles = (): unknown[] =>
  (process as unknown as { readonly _getActiveHandles: () => unknown[] })._getActiveHandles();

/** How many listeners all of them have, and the process itself. */
const listeners = (): number =>
  [process, ...handles()]
    .filter((handle) => handle instanceof EventEmitter)
    .reduce(
      (sum, each) =>
        each.eventNames().reduce((count, name) => count + each.listenerCount(name), sum),
      0,
    );

/** What the event loop waits for, by kind. */
const resources = (): Record<string, number> => {
  const counts: Record<string, number> = {};
  // A meter of the loop goes when its proxy is collected, and that may be an earlier test's.
  for (const kind of process.getActiveResourcesInfo().sort()) {
    if (kind !== 'IntervalHistogram') counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
};

/** The figures of this process, looked at until `check` has seen what it wants. */
const figures = async (what: string, check: (seen: string) => boolean): Promise<string> => {
  let seen = '';
  const look = (): boolean => {
    const descriptors = descriptorsOf(process.pid);
    seen = JSON.stringify({ descriptors, ...resources(), listeners: listeners() });
    return check(seen);
  };
  await eventually(what, look, { saw: () => seen });
  return seen;
};

/** A proxy with a full session of viewers that echo all the time. */
const begin = async (afterMs: number | null, options: Partial<ProxyOptions>) => {
  const backend = await slowBackend('full', afterMs);
  const proxy = await withProxy({ backend: backend.template, cap: CAP, ...options });
  const viewers = await Promise.all(
    Array.from({ length: CAP }, () => connectViewer(proxy.url('full'))),
  );
  return { backend, proxy, audience: keepEchoing(viewers) };
};

/** Storms, and waits until nothing of it is left; the proxy gives what it closes two seconds. */
const stormAndSettle = async ({ address }: TestProxy, session: string | null) => {
  // What the beginning has left to do is done when three looks are the same.
  const looks: string[] = [];
  const before = await figures('rest', (seen) => {
    looks.push(seen);
    return looks.length >= 3 && looks.slice(-3).every((look) => look === seen);
  });
  const storm = await startStorm(address, { session, patienceMs: 1_000, phases }).over;
  await figures(`what was before: ${before}`, (seen) => seen === before);
  return storm;
};

/** Free slots of all sessions that the ledger has an entry for, beyond the full one. */
const freeSlots = async ({ control }: TestProxy): Promise<number | undefined> => {
  const result = await control.command({ do: 'preview-cap', cap: CAP });
  return result.ok ? result.preview?.freeNow : undefined;
};

/** Those inside were served all the while, however busy a process that has both ends was. */
const expectServed = async (audience: Audience): Promise<void> => {
  const { count, p99 } = audience.roundTrips();
  expect(count).toBeGreaterThan(500);
  expect(p99).toBeLessThan(1_000);
  await audience.lastWords();
};

describe('after a storm', () => {
  it('against a full session that holds some of it, nothing is left', async () => {
    const { proxy, audience } = await begin(null, { refuseHoldMs: 2_000 });
    const storm = await stormAndSettle(proxy, 'full');
    expect(storm.started).toBeGreaterThan(2_000);
    await expectServed(audience);
    const { totals } = await proxy.snapshot();
    expect(totals).toMatchObject({ sessions: 1, viewers: CAP });
    expect(proxy.events.all.filter(named('viewer.left'))).toEqual([]);
  });

  it.each([
    ['never answer', null],
    ['answer slowly', 100],
  ] as const)(
    'of invented sessions, whose backends %s, nothing is left, and its bounds have held',
    async (_how, afterMs) => {
      const maxViewers = CAP + 200;
      const { backend, proxy, audience } = await begin(afterMs, { maxViewers, maxDials: 32 });
      let most = 0;
      const watch = proxy.control.watch(everything, ({ totals }) => {
        most = Math.max(most, totals.viewers);
      });
      const storm = await stormAndSettle(proxy, null);
      watch.close();
      console.log(
        `invented, backends that ${_how}: ${JSON.stringify({ ...storm, waiting: backend.waiting, most })}`,
      );
      expect(storm.started).toBeGreaterThan(2_000);
      await expectServed(audience);
      expect(most).toBeGreaterThan(CAP);
      expect(most).toBeLessThanOrEqual(maxViewers);
      expect(backend.waiting.most).toBeGreaterThan(16);
      expect(backend.waiting.most).toBeLessThanOrEqual(32);
      expect(proxy.events.all.some(named('viewer.refused', { cause: 'max-viewers' }))).toBe(true);
      const { totals } = await proxy.snapshot();
      expect(totals).toMatchObject({ sessions: 1, viewers: CAP });
      expect(await freeSlots(proxy)).toBe(0);
      const admitted = proxy.events.all.filter(named('viewer.admitted'));
      const left = proxy.events.all.filter(named('viewer.left'));
      expect(left).toHaveLength(admitted.length - CAP);
      expect(left.filter(named('viewer.left', { session: 'full' }))).toEqual([]);
    },
  );
});
