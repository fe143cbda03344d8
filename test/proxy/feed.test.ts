import { describe, expect, it } from 'vitest';
import type { FeedEntry, ProxyOptions } from '../../src/contract.ts';
import { echoBackend, hangingBackend } from '../support/backends.ts';
import { privateDirectory } from '../support/backend-server.ts';
import { named } from '../support/events.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type TestProxy, withProxy } from '../support/proxy.ts';
import { connectRaw } from '../support/raw-viewer.ts';
import { closeOf, connectViewer, echo } from '../support/viewer.ts';

/** A proxy on a clock that stands still, before backends that echo. */
const opened = async (options: Partial<ProxyOptions> = {}) => {
  const clock = new FakeClock();
  const backend = (await echoBackend()).template;
  return { clock, proxy: await withProxy({ backend, cap: 1, ...options }, { clock }) };
};

const enter = async (proxy: TestProxy, session: string) => {
  const viewer = await connectViewer(proxy.url(session));
  await echo(viewer, 'in');
  return viewer;
};

const beRefused = async (proxy: TestProxy, session: string, times = 1): Promise<void> => {
  for (let nth = 0; nth < times; nth += 1) {
    const { code } = await closeOf(await connectViewer(proxy.url(session)));
    expect(code).toBe(1013);
  }
};

const feedOf = async (proxy: TestProxy): Promise<readonly FeedEntry[]> =>
  (await proxy.snapshot()).events;

const refusalsIn = async (proxy: TestProxy) =>
  (await feedOf(proxy)).flatMap(({ event, count, spanMs }) =>
    event.event === 'viewer.refused' ? [[event.session, event.cause, count, spanMs]] : [],
  );

const holdersOf = async (proxy: TestProxy) =>
  (await feedOf(proxy)).flatMap(({ event, holders }) =>
    event.event === 'viewer.refused' ? [holders] : [],
  );

describe('refusals of one session and host', () => {
  it('are one line in the feed, and one event each to whoever listens', async () => {
    const { clock, proxy } = await opened();
    await enter(proxy, 'a');
    await enter(proxy, 'b');
    await beRefused(proxy, 'a', 3);
    clock.advance(10_000);
    await beRefused(proxy, 'b');
    await beRefused(proxy, 'a');
    clock.advance(1);
    await beRefused(proxy, 'a');
    expect(await refusalsIn(proxy)).toEqual([
      ['a', 'cap', 4, 10_000],
      ['b', 'cap', 1, 0],
      ['a', 'cap', 1, 0],
    ]);
    const events = proxy.events.all.filter(named('viewer.refused'));
    expect(events).toHaveLength(6);
    expect(new Set(events.map(({ remote }) => remote)).size).toBe(6);
    expect((await proxy.snapshot()).totals.refused).toBe(6);
  });

  it('are one line over IPv6 too', async () => {
    const { proxy } = await opened({ listen: { host: '::1', port: 0 } });
    await enter(proxy, 'a');
    await beRefused(proxy, 'a', 2);
    expect(await refusalsIn(proxy)).toEqual([['a', 'cap', 2, 0]]);
  });

  it('are one line over a Unix socket too', async () => {
    const socketPath = `${await privateDirectory()}/proxy.sock`;
    const { proxy } = await opened({ listen: { socketPath } });
    await enter(proxy, 'a');
    await beRefused(proxy, 'a', 2);
    expect(await refusalsIn(proxy)).toEqual([['a', 'cap', 2, 0]]);
  });

  it('are a line for each host', async () => {
    const { proxy } = await opened({ trustProxies: ['127.0.0.1'] });
    await enter(proxy, 'a');
    for (const from of ['192.0.2.1', '192.0.2.2', '192.0.2.1']) {
      const headers = { 'X-Forwarded-For': from };
      await closeOf(await connectViewer(proxy.url('a'), { headers }));
    }
    expect(await refusalsIn(proxy)).toEqual([
      ['a', 'cap', 2, 0],
      ['a', 'cap', 1, 0],
    ]);
  });

  it('are a line for each cause', async () => {
    const { proxy } = await opened({ maxViewers: 2, cap: 2 });
    await enter(proxy, 'a');
    await enter(proxy, 'a');
    await beRefused(proxy, 'a', 2);
    await proxy.control.command({ do: 'set-cap', cap: 3, actor: 'console' });
    await beRefused(proxy, 'a', 2);
    expect(await refusalsIn(proxy)).toEqual([
      ['a', 'cap', 2, 0],
      ['a', 'max-viewers', 2, 0],
    ]);
  });
});

describe('the holders', () => {
  it('are who had the slots at the first refusal, the oldest first', async () => {
    const { clock, proxy } = await opened({ cap: 2 });
    const first = await enter(proxy, 'a');
    await enter(proxy, 'a');
    await beRefused(proxy, 'a');
    first.close();
    await closeOf(first);
    await enter(proxy, 'a');
    await beRefused(proxy, 'a');
    clock.advance(10_001);
    await beRefused(proxy, 'a');
    const remote = expect.stringMatching(/^127\.0\.0\.1:\d+$/);
    const holder = (viewer: string) => ({ viewer, who: null, remote, state: 'ok' });
    expect(await holdersOf(proxy)).toEqual([
      [holder('v1'), holder('v2')],
      [holder('v2'), holder('v3')],
    ]);
  });

  it('are at most 16, dialling ones included', async () => {
    const backend = await hangingBackend();
    const proxy = await withProxy({ backend: backend.template, cap: 20 });
    for (let nth = 0; nth < 20; nth += 1) {
      connectRaw(proxy.url('a'));
      await backend.dials.next();
    }
    await beRefused(proxy, 'a');
    const [holders = []] = await holdersOf(proxy);
    expect(holders.map(({ viewer }) => viewer)).toEqual(
      Array.from({ length: 16 }, (_, at) => `v${at + 1}`),
    );
    expect(new Set(holders.map(({ state }) => state))).toEqual(new Set(['dialling']));
  });

  it('are not told of a refusal that is not for the cap', async () => {
    const { proxy } = await opened({ maxViewers: 1, cap: 8 });
    await enter(proxy, 'a');
    await beRefused(proxy, 'a');
    expect(await holdersOf(proxy)).toEqual([[]]);
  });
});

describe('an eviction', () => {
  it('is told once in the feed, and twice to whoever listens', async () => {
    const { proxy } = await opened();
    const viewer = await enter(proxy, 'a');
    const [row] = (await proxy.snapshot()).viewers.rows;
    await proxy.control.command({ do: 'evict', viewer: row!.id, actor: 'console' });
    await closeOf(viewer);
    await proxy.events.next(named('viewer.left', { cause: 'evicted' }));
    const second = await enter(proxy, 'a');
    second.close();
    await proxy.events.next(named('viewer.left', { cause: 'viewer-closed' }));
    const told = (await feedOf(proxy)).map(({ event }) => event.event);
    expect(told).toEqual([
      'proxy.listening',
      'session.full',
      'viewer.admitted',
      'viewer.evicted',
      'session.full',
      'viewer.admitted',
      'viewer.left',
    ]);
    expect(proxy.events.all.filter(named('viewer.left'))).toHaveLength(2);
  });
});

it('one family is shown alone, where a watcher asks for it', async () => {
  const { proxy } = await opened();
  await enter(proxy, 'a');
  await beRefused(proxy, 'a', 2);
  await enter(proxy, 'b');
  await proxy.control.command({ do: 'set-cap', cap: 5, actor: 'console' });
  const shown = async (kind: 'refusals' | 'visits' | 'operator') => {
    const { events, newestEvent } = await proxy.snapshot({
      events: { rows: 100, upTo: null, kind },
    });
    return { events: events.map(({ event }) => event.event), newestEvent };
  };
  const all = await feedOf(proxy);
  const seqOf = (name: string) => all.findLast(({ event }) => event.event === name)?.seq;
  expect(await shown('refusals')).toEqual({
    events: ['session.full', 'viewer.refused', 'session.full'],
    newestEvent: seqOf('session.full'),
  });
  expect(await shown('visits')).toEqual({
    events: ['viewer.admitted', 'viewer.admitted'],
    newestEvent: seqOf('viewer.admitted'),
  });
  expect(await shown('operator')).toEqual({
    events: ['proxy.listening', 'cap.changed'],
    newestEvent: seqOf('cap.changed'),
  });
});
