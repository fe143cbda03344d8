import { describe, expect, it } from 'vitest';
import type { ViewerId } from '../../src/contract.ts';
import { echoBackend } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type TestProxy, withProxy } from '../support/proxy.ts';
import { evict, seated } from './full-house.ts';

const done = { ok: true };

const intend = (proxy: TestProxy, what: 'armed' | 'undone', viewers: string[], dueMs = 3_000) =>
  proxy.control.command({
    do: 'intend',
    what,
    viewers: viewers as ViewerId[],
    dueMs,
    actor: 'ada',
  });

const start = async (viewers: number): Promise<TestProxy> => {
  const proxy = await withProxy({ backend: (await echoBackend()).template, cap: 200 });
  for (let nth = 0; nth < viewers; nth += 1) await seated(proxy);
  return proxy;
};

const told = (proxy: TestProxy) =>
  proxy.events.all.filter(({ event }) => event.startsWith('eviction.'));

describe('what an operator intends', () => {
  it('is an event with who and when, and changes nothing', async () => {
    const proxy = await start(2);
    expect(await intend(proxy, 'armed', ['v1'])).toEqual(done);
    expect(await intend(proxy, 'undone', ['v1'])).toEqual(done);
    const time = expect.any(String);
    expect(told(proxy)).toEqual([
      { time, event: 'eviction.armed', viewers: ['v1'], count: 1, dueMs: 3_000, actor: 'ada' },
      { time, event: 'eviction.undone', viewers: ['v1'], count: 1, actor: 'ada' },
    ]);
    expect((await proxy.snapshot()).totals.viewers).toBe(2);
  });

  it('is in every picture for as long as it runs down', async () => {
    const clock = new FakeClock();
    const proxy = await withProxy({ backend: (await echoBackend()).template, cap: 100 }, { clock });
    for (let nth = 0; nth < 3; nth += 1) await seated(proxy);
    expect((await proxy.snapshot()).armed).toBeUndefined();
    await intend(proxy, 'armed', ['v1', 'v2', 'v3']);
    clock.advance(1_000);
    const three = ['v1', 'v2', 'v3'].map((viewer) => ({ viewer, actor: 'ada', leftMs: 2_000 }));
    expect((await proxy.snapshot()).armed).toEqual({ count: 3, first: three });
    await evict(proxy, 'v1');
    await intend(proxy, 'undone', ['v2']);
    expect((await proxy.snapshot()).armed).toEqual({ count: 1, first: three.slice(2) });
    clock.advance(3_000);
    expect((await proxy.snapshot()).armed).toBeUndefined();
  });

  it('is named first of those that are looked at, and at most 128 are', async () => {
    const proxy = await start(130);
    const all = Array.from({ length: 130 }, (_none, nth) => `v${nth + 1}`);
    await intend(proxy, 'armed', all);
    const { armed } = await proxy.snapshot({ detail: 'v130' as ViewerId });
    expect(armed?.count).toBe(130);
    expect(armed?.first).toHaveLength(128);
    expect(armed?.first[0]).toMatchObject({ viewer: 'v130' });
  });

  it('names ten at most, each once, and counts all', async () => {
    const proxy = await start(12);
    const all = Array.from({ length: 12 }, (_none, nth) => `v${nth + 1}`);
    await intend(proxy, 'armed', [...all, 'v1', 'v2']);
    expect(told(proxy)).toMatchObject([{ viewers: all.slice(0, 10), count: 12 }]);
  });

  it('for viewers that nobody knows is no event, and no error', async () => {
    const proxy = await start(1);
    expect(await intend(proxy, 'armed', ['v9', 'nonsense'])).toEqual(done);
    expect(await intend(proxy, 'undone', [])).toEqual(done);
    expect(told(proxy)).toEqual([]);
    await intend(proxy, 'armed', ['v9', 'v1']);
    expect(told(proxy)).toMatchObject([{ viewers: ['v1'], count: 1 }]);
  });

  it('may be undone for one who has gone meanwhile, but not be armed', async () => {
    const proxy = await start(1);
    await evict(proxy, 'v1');
    await proxy.events.next(named('viewer.left'));
    await intend(proxy, 'armed', ['v1']);
    await intend(proxy, 'undone', ['v1']);
    expect(told(proxy)).toMatchObject([{ event: 'eviction.undone', viewers: ['v1'] }]);
  });

  it.each([-1, Number.NaN, 3_600_001])('is not armed for %s ms', async (dueMs) => {
    const proxy = await start(1);
    const reason = 'an eviction is armed for 0 to 1 h';
    expect(await intend(proxy, 'armed', ['v1'], dueMs)).toEqual({ ok: false, reason });
    expect(told(proxy)).toEqual([]);
  });
});
