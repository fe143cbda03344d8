import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ProxyControl, SessionId } from '../../src/contract.ts';
import { joinLine, startDemo, viewerUrl } from '../../src/demo/demo.ts';
import { statusBackend } from '../support/backends.ts';
import { onCleanup } from '../support/cleanup.ts';
import { named } from '../support/events.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { withProxy } from '../support/proxy.ts';
import { quickClock } from '../support/quick-clock.ts';
import { connectViewer, received } from '../support/viewer.ts';

/** Half a minute of the demo, with the command line's defaults for it, takes six seconds. */
const QUICKER = 5;
const defaults = {
  cap: 4,
  probeOnFullMs: 1000,
  refuseHoldMs: 2000,
  pingIntervalMs: 2000,
  pongTimeoutMs: 6000,
  writeTimeoutMs: 8000,
};

const started = async () => {
  const clock = quickClock(QUICKER);
  const demo = await startDemo(clock);
  onCleanup(demo.stop);
  const proxy = await withProxy({ ...defaults, ...demo.naming, backend: demo.backend }, { clock });
  return { clock, demo, proxy };
};

const directoryOf = (demo: Awaited<ReturnType<typeof startDemo>>): string => {
  const { address } = demo.backend;
  return 'socketPath' in address ? dirname(address.socketPath) : '';
};

describe('the demo', () => {
  it('shows everything that a proxy decides within half a minute', async () => {
    const { clock, demo, proxy } = await started();
    const began = clock.now();
    demo.start(proxy.address, proxy.control);
    const { events } = proxy;
    await Promise.all([
      events.next(named('viewer.refused', { session: 'lobby', cause: 'cap', code: 1013 })),
      // Whoever storms hears it later and later.
      events.next(
        (event) =>
          event.event === 'viewer.refused' &&
          event.code === 1013 &&
          event.heldMs !== undefined &&
          event.heldMs >= 1000,
      ),
      events.next(named('viewer.late', { session: 'cores' })),
      events.next(named('viewer.recovered', { session: 'cores' })),
      events.next(named('viewer.evicted', { session: 'load', cause: 'pong-timeout' })),
      events.next(named('viewer.stuck', { session: 'firehose', who: 'mira' })),
      events.next(named('viewer.evicted', { session: 'firehose', cause: 'write-timeout' })),
      events.next(named('viewer.left', { session: 'clock', cause: 'viewer-closed' })),
    ]);
    expect(clock.now() - began).toBeLessThan(30_000);
    // Who was evicted comes back.
    for (let visit = 1; visit <= 2; visit += 1) {
      await events.next(named('viewer.admitted', { session: 'load', who: 'jon' }));
    }
    const { viewers } = await proxy.snapshot({ session: 'load' as SessionId });
    expect(viewers.rows.find(({ who }) => who === 'jon')?.rejoined).toBe(1);
    const { totals, sessions } = await proxy.snapshot();
    expect(totals.sessions).toBe(7);
    expect(Math.max(...sessions.rows.map(({ viewers }) => viewers))).toBe(defaults.cap);
    // A visitor finds a slot where he is asked to join.
    expect(sessions.rows.find(({ id }) => id === 'clock')?.viewers).toBeLessThan(defaults.cap);
  });

  it('lets a visitor join with the line that it shows', async () => {
    const { demo, proxy } = await started();
    const [, page, url] = /^open: (\S+) {2}join: (\S+)$/.exec(demo.join(proxy.address)) ?? [];
    expect(page).toBe(`http://${proxy.address}/`);
    const viewer = await connectViewer(url!);
    const [first, second] = [await received(viewer).next(), await received(viewer).next()];
    expect(first.data.toString()).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(second.data.equals(first.data)).toBe(false);
  });

  it('feeds the events of the proxy to the session of that name', async () => {
    const { demo, proxy } = await started();
    demo.start(proxy.address, proxy.control);
    const viewer = await connectViewer(proxy.url('events'));
    const told = await received(viewer).next(
      ({ data }) => data.includes('viewer.admitted'),
      'an admission',
    );
    expect(JSON.parse(told.data.toString())).toMatchObject({ event: 'viewer.admitted' });
  });

  it('takes its viewers, its sockets and its timers with it', async () => {
    const exits = process.listenerCount('exit');
    const { demo, proxy } = await started();
    demo.start(proxy.address, proxy.control);
    await proxy.events.next(named('viewer.admitted', { session: 'lobby' }));
    expect(existsSync(directoryOf(demo))).toBe(true);
    await demo.stop();
    await demo.stop();
    expect(existsSync(directoryOf(demo))).toBe(false);
    expect(process.listenerCount('exit')).toBe(exits);
    const admitted = proxy.events.all.filter(named('viewer.admitted'));
    for (const { viewer } of admitted) await proxy.events.next(named('viewer.left', { viewer }));
    expect((await proxy.snapshot()).totals.viewers).toBe(0);
  });

  it('goes on trying where nothing answers as it should', async () => {
    const clock = new FakeClock();
    const demo = await startDemo(clock);
    onCleanup(demo.stop);
    const elsewhere = await statusBackend(502);
    const control: Pick<ProxyControl, 'events'> = { events: () => () => undefined };
    const address = new URL(elsewhere.url).host;
    demo.start(address, control as ProxyControl);
    const dials = elsewhere.tally.until((tally) => tally.total('ws') >= 40, 'the fortieth dial');
    await clock.advanceUntil(dials, 100);
    await demo.stop();
    await elsewhere.tally.until((tally) => tally.open('ws') === 0, 'the last dials to end');
    expect(clock.pending).toBe(0);
  });
});

describe('where a session is reached', () => {
  it.for([
    { address: '127.0.0.1:8080', url: 'ws://127.0.0.1:8080/ws/clock' },
    { address: '[::1]:8080', url: 'ws://[::1]:8080/ws/clock' },
    { address: '0.0.0.0:8080', url: 'ws://localhost:8080/ws/clock' },
    { address: '[::]:8080', url: 'ws://localhost:8080/ws/clock' },
    { address: 'unix:/run/w.sock', url: 'ws+unix:/run/w.sock:/ws/clock' },
  ])('is $url at $address', ({ address, url }) => {
    expect(viewerUrl(address, 'clock')).toBe(url);
    expect(joinLine(address).split('join: ').at(-1)).toBe(url);
  });
});

describe('the line that says how to join', () => {
  it.for([
    { address: '127.0.0.1:8080', start: 'open: http://127.0.0.1:8080/  join: ws:' },
    { address: '0.0.0.0:8080', start: 'open: http://localhost:8080/  join: ws:' },
    { address: '[::]:8080', start: 'open: http://localhost:8080/  join: ws:' },
    { address: '[::1]:8080', start: 'open: http://[::1]:8080/  join: ws:' },
    { address: 'unix:/run/w.sock', start: 'join: ws+unix:' },
  ])('starts with $start at $address', ({ address, start }) => {
    expect(joinLine(address).startsWith(start)).toBe(true);
  });
});
