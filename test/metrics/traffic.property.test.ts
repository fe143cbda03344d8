import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import type { ViewerId } from '../../src/contract.ts';
import type { ProxyEvent } from '../../src/events.ts';
import { echoBackend } from '../support/backends.ts';
import { type EventNamed, named } from '../support/events.ts';
import { connectViewer, echo } from '../support/viewer.ts';
import { type MeasuredProxy, measuredProxy, scrape } from './measured-proxy.ts';
import { growing } from './open-metrics.ts';

const CAP = 2;

/** What viewers and the operator do; `who` and `session` pick one of those that there are. */
const deed = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('come' as const), session: fc.nat(2) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('close', 'cut', 'evict'),
      who: fc.nat(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('talk' as const),
      who: fc.nat(),
      bytes: fc.nat({ max: 100_000 }),
    }),
  },
);

type Deed = typeof deed extends fc.Arbitrary<infer One> ? One : never;

type Here = { readonly id: ViewerId; readonly viewer: WebSocket };

/** What was done, as the metrics should have it. */
type Tally = { came: number; refused: number; evicted: number; left: number; messages: number };

const settled = (
  event: ProxyEvent,
): event is EventNamed<'viewer.admitted'> | EventNamed<'viewer.refused'> =>
  event.event === 'viewer.admitted' || event.event === 'viewer.refused';

const carryOut = async (
  { proxy }: MeasuredProxy,
  here: Here[],
  tally: Tally,
  deed: Deed,
): Promise<void> => {
  if (deed.do === 'come') {
    const viewer = await connectViewer(proxy.url(`s${deed.session}`));
    const event = await proxy.events.next(settled);
    if (event.event === 'viewer.refused') tally.refused += 1;
    else {
      tally.came += 1;
      here.push({ id: event.viewer, viewer });
    }
    return;
  }
  const at = deed.who % Math.max(1, here.length);
  const one = here[at];
  if (one === undefined) return;
  if ('bytes' in deed) {
    await echo(one.viewer, Buffer.alloc(deed.bytes));
    tally.messages += 1;
    return;
  }
  here.splice(at, 1);
  tally.left += 1;
  if (deed.do === 'close') one.viewer.close(1000);
  else if (deed.do === 'cut') one.viewer.terminate();
  else {
    tally.evicted += 1;
    await proxy.control.command({ do: 'evict', viewer: one.id, actor: 'test' });
  }
  await proxy.events.next(named('viewer.left', { viewer: one.id }));
};

test('after anything that viewers and operators do, the numbers are those of what they did', async () => {
  const backend = await echoBackend();
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { minLength: 5, maxLength: 25 }), async (deeds) => {
      const measured = await measuredProxy({ backend: backend.template, cap: CAP });
      const { proxy, metrics } = measured;
      const here: Here[] = [];
      const tally: Tally = { came: 0, refused: 0, evicted: 0, left: 0, messages: 0 };
      let before = growing((await scrape(metrics)).families);
      for (const deed of deeds) {
        await carryOut(measured, here, tally, deed);
        const { families, value } = await scrape(metrics);
        const after = growing(families);
        expect([...before].filter(([series, was]) => after.get(series)! < was)).toEqual([]);
        before = after;
        const admitted = value('wsbouncer_admissions_total', { result: 'admitted' });
        const left = value('wsbouncer_viewer_lifetime_seconds_count');
        expect(admitted - left).toBe(value('wsbouncer_viewers'));
        const leaves = families.get('wsbouncer_leaves')!.samples;
        const messages = (direction: string): number =>
          value('wsbouncer_relay_messages_total', { direction });
        expect({
          came: admitted,
          refused: value('wsbouncer_refusals_total', { reason: 'cap' }),
          evicted: value('wsbouncer_evictions_total', { reason: 'operator' }),
          left: leaves.reduce((sum, one) => sum + one.value, 0),
          messages: messages('to-viewer'),
        }).toEqual(tally);
        expect(messages('to-backend')).toBe(tally.messages);
        expect(value('wsbouncer_viewers')).toBe(here.length);
      }
      const lefts = proxy.events.all.filter(named('viewer.left'));
      const rows = (await proxy.snapshot()).sessions.rows.map(({ viewers }) => viewers);
      const { value } = await scrape(metrics);
      expect(lefts).toHaveLength(tally.left);
      expect(value('wsbouncer_sessions')).toBe(rows.length);
      expect(value('wsbouncer_sessions_at_cap')).toBe(rows.filter((row) => row >= CAP).length);
      await proxy.close();
      const last = await scrape(metrics);
      expect(last.value('wsbouncer_viewers')).toBe(0);
      const all = proxy.events.all.filter(named('viewer.left'));
      const sum = (figure: 'bytesToViewer' | 'bytesToBackend'): number =>
        all.reduce((total, one) => total + one[figure], 0);
      const bytes = (direction: string): number =>
        last.value('wsbouncer_relay_bytes_total', { direction });
      expect([bytes('to-viewer'), bytes('to-backend')]).toEqual([
        sum('bytesToViewer'),
        sum('bytesToBackend'),
      ]);
    }),
    { numRuns: 12 },
  );
});
