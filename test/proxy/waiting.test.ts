import { describe, expect, it } from 'vitest';
import type { SessionId } from '../../src/contract.ts';
import { named } from '../support/events.ts';
import type { TestProxy } from '../support/proxy.ts';
import { connectRaw, type RawViewer } from '../support/raw-viewer.ts';
import { evict, full, held, heldAre, refusedAtOnce, seated, started } from './full-house.ts';
import { turns, until } from './pair.ts';

const fullEvents = (proxy: TestProxy): number =>
  proxy.events.all.filter(named('session.full')).length;

describe('a slot that frees', () => {
  it('goes to the one who waits longest, in the step in which it frees', async () => {
    const { clock, proxy } = await started();
    const first = await seated(proxy);
    await refusedAtOnce(proxy);
    const waiting: RawViewer[] = [];
    for (let count = 1; count <= 3; count += 1) {
      waiting.push(await held(proxy, count));
      clock.advance(10);
    }
    const before = fullEvents(proxy);
    const evicted = evict(proxy, 'v1');
    // Nothing but this has run.
    expect(fullEvents(proxy)).toBe(before + 1);
    expect(await evicted).toEqual({ ok: true });
    expect((await waiting[0]!.open()).upgraded).toBe(true);
    await proxy.events.next(named('viewer.admitted', { viewer: 'v2', heldMs: 30, viewers: 1 }));
    expect((await first.closed()).close).toEqual({ code: 1008, reason: 'evicted by operator' });
    expect((await waiting[0]!.leave()).close).not.toBeNull();
    expect((await waiting[1]!.open()).upgraded).toBe(true);
    await proxy.events.next(named('viewer.admitted', { viewer: 'v3', heldMs: 20 }));
    expect((await proxy.snapshot()).totals).toMatchObject({ viewers: 1, held: 1 });
    clock.advance(400);
    expect((await waiting[2]!.closed()).close).toEqual(full);
  });

  it('lets the backend of the one who left hear its Close first', async () => {
    const { proxy, backend } = await started();
    const first = await seated(proxy);
    const { ws } = await backend.connections.next();
    const closed = new Promise((resolve) => {
      ws.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    await refusedAtOnce(proxy);
    const newcomer = await held(proxy);
    void first.leave(4_321, 'mine');
    expect((await newcomer.open()).upgraded).toBe(true);
    expect(await closed).toEqual({ code: 4_321, reason: 'mine' });
    expect(backend.tally.most('a')).toBeLessThanOrEqual(1);
  });

  it('by a higher cap, for all or for one session, goes to those who wait', async () => {
    const { proxy } = await started();
    await seated(proxy);
    await refusedAtOnce(proxy);
    const [first, second] = [await held(proxy, 1), await held(proxy, 2)];
    const third = await held(proxy, 3);
    await proxy.control.command({ do: 'set-cap', cap: 2, actor: 'console' });
    expect((await first.open()).upgraded).toBe(true);
    expect((await proxy.snapshot()).totals).toMatchObject({ viewers: 2, held: 2 });
    const session = 'a' as SessionId;
    await proxy.control.command({ do: 'set-cap', cap: 3, session, actor: 'console' });
    expect((await second.open()).upgraded).toBe(true);
    await proxy.control.command({ do: 'set-cap', cap: 4, actor: 'console' });
    expect((await proxy.snapshot()).totals).toMatchObject({ viewers: 3, held: 1 });
    await proxy.control.command({ do: 'lift-cap', session, actor: 'console' });
    expect((await third.open()).upgraded).toBe(true);
    await heldAre(proxy, 0);
  });

  it('in any session goes to one who waits because the proxy is full', async () => {
    const { proxy } = await started({ maxViewers: 2 });
    await seated(proxy, 'a');
    await seated(proxy, 'b');
    await refusedAtOnce(proxy, 'c');
    const newcomer = await held(proxy, 1, 'd');
    await evict(proxy, 'v1');
    expect((await newcomer.open()).upgraded).toBe(true);
    await proxy.events.next(named('viewer.admitted', { session: 'd', heldMs: 0 }));
  });

  it('goes first to those who wait for its own session', async () => {
    const { proxy } = await started({ maxViewers: 2 });
    await seated(proxy, 'a');
    await seated(proxy, 'b');
    await refusedAtOnce(proxy, 'c');
    await refusedAtOnce(proxy, 'a');
    const older = await held(proxy, 1, 'c');
    const own = await held(proxy, 2, 'a');
    await evict(proxy, 'v1');
    expect((await own.open()).upgraded).toBe(true);
    await evict(proxy, 'v2');
    expect((await older.open()).upgraded).toBe(true);
  });

  it('is passed over by one who has left meanwhile', async () => {
    const { proxy } = await started();
    await seated(proxy);
    await refusedAtOnce(proxy);
    const [first, second] = [await held(proxy, 1), await held(proxy, 2)];
    first.destroy();
    await heldAre(proxy, 1);
    await evict(proxy, 'v1');
    expect((await second.open()).upgraded).toBe(true);
    expect((await proxy.snapshot()).totals).toMatchObject({ viewers: 1, held: 0 });
  });
});

describe('whatever ends the waiting', () => {
  it('every newcomer is admitted or refused once, and nothing is left of any', async () => {
    const { clock, proxy, backend } = await started({ cap: 3, trustProxies: ['127.0.0.1/32'] });
    const timers = clock.pending;
    const newcomers: RawViewer[] = [];
    for (let nth = 0; nth < 60; nth += 1) {
      const extraHeaders = { 'X-Forwarded-For': `192.0.2.${nth % 4}` };
      newcomers.push(connectRaw(proxy.url('a'), { extraHeaders }));
      await turns();
      if (nth % 5 === 1) newcomers[Math.floor(nth * 0.8)]!.destroy();
      if (nth % 7 === 2) newcomers[Math.floor(nth * 0.9)]!.reset();
      if (nth % 6 === 3) await evict(proxy, `v${Math.ceil(nth / 6)}`);
      const cap = nth % 11 === 4 ? 4 : 3;
      if (nth % 11 < 6) await proxy.control.command({ do: 'set-cap', cap, actor: 'console' });
      clock.advance(nth % 8 === 5 ? 300 : 20);
    }
    clock.advance(1_600);
    await heldAre(proxy, 0);
    for (const newcomer of newcomers) newcomer.destroy();
    await until('nobody is here', async () => (await proxy.snapshot()).totals.viewers === 0);
    await clock.advanceUntil(clock.whenPending(timers), 100);
    const answered = proxy.events.all.flatMap((event) =>
      ['viewer.admitted', 'viewer.refused', 'backend.unavailable'].includes(event.event)
        ? ['remote' in event ? event.remote : '']
        : [],
    );
    const held = proxy.events.all.filter((event) => 'heldMs' in event);
    expect(answered).toHaveLength(60);
    expect(held.filter(named('viewer.admitted')).length).toBeGreaterThan(3);
    expect(held.filter(named('viewer.refused')).length).toBeGreaterThan(10);
    expect(backend.tally.most('a')).toBeLessThanOrEqual(4);
    await backend.tally.until((tally) => tally.open('a') === 0, 'its backends to be let go');
  });
});

describe('a proxy that stops', () => {
  it.for([
    { refuseWith: 'close', code: 1001, reason: 'proxy is shutting down' },
    { refuseWith: 'http', status: 503 },
  ] as const)('tells all that wait, by $refuseWith', async ({ refuseWith, ...put }) => {
    const { clock, proxy } = await started({ refuseWith });
    const viewer = await seated(proxy);
    await refusedAtOnce(proxy);
    const waiting = [await held(proxy, 1), await held(proxy, 2), await held(proxy, 3)];
    const stopping = proxy.control.command({ do: 'stop', now: false });
    for (const newcomer of waiting) {
      const told = refuseWith === 'close' ? (await newcomer.closed()).close : await newcomer.body();
      expect(told).toEqual(
        refuseWith === 'close'
          ? { code: 1001, reason: 'proxy is shutting down' }
          : 'proxy is shutting down\n',
      );
      await proxy.events.next(named('viewer.refused', { cause: 'shutdown', heldMs: 0, ...put }));
    }
    await viewer.closed();
    await clock.advanceUntil(stopping, 250);
    expect(proxy.events.all.filter(named('viewer.admitted'))).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('waits for their farewells', async () => {
    const { clock, proxy } = await started();
    const viewer = await seated(proxy);
    await refusedAtOnce(proxy);
    const newcomer = await held(proxy, 1, 'a', { answerClose: false });
    const stopping = proxy.control.command({ do: 'stop', now: false });
    await newcomer.nextFrame();
    await viewer.closed();
    await turns(20);
    expect(proxy.events.all.filter(named('proxy.stopped'))).toEqual([]);
    newcomer.destroy();
    await clock.advanceUntil(stopping, 1);
  });

  it('at once leaves nothing of them', async () => {
    const { clock, proxy } = await started();
    await seated(proxy);
    await refusedAtOnce(proxy);
    const newcomer = await held(proxy);
    await proxy.control.command({ do: 'stop', now: true });
    await newcomer.closed();
    expect(clock.pending).toBe(0);
  });
});
