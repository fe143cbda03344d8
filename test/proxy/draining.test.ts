import { describe, expect, it } from 'vitest';
import type { ProxyOptions } from '../../src/contract.ts';
import { echoBackend, hangingBackend, rawBackend } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { opcodes } from '../support/frame-reader.ts';
import { frame } from '../support/frames.ts';
import { type TestProxy, withProxy } from '../support/proxy.ts';
import { connectRaw, type RawViewer } from '../support/raw-viewer.ts';
import { closeOf, connectViewer, refusedHandshake } from '../support/viewer.ts';
import { within } from '../support/within.ts';
import { evict, held, refusedAtOnce, seated, started } from './full-house.ts';
import { pass, turns, until } from './pair.ts';

const done = { ok: true };
const restart = { code: 1012, reason: 'service restart' };
const words = { code: 1013, reason: 'proxy is draining' };

const drain = (proxy: TestProxy, windowMs: number, actor = 'console') =>
  proxy.control.command({ do: 'drain', windowMs, actor });

const get = async (proxy: TestProxy, path: string): Promise<readonly [number, string]> => {
  const response = await fetch(`http://${proxy.address}${path}`, {
    headers: { Connection: 'close' },
  });
  return [response.status, await response.text()];
};

/** A proxy on a clock that stands still, with so many viewers. */
const withViewers = async (count: number, options: Partial<ProxyOptions> = {}) => {
  const clock = new FakeClock();
  const backend = await echoBackend();
  const proxy = await withProxy({ backend: backend.template, cap: 100, ...options }, { clock });
  const viewers: RawViewer[] = [];
  for (let nth = 0; nth < count; nth += 1) viewers.push(await seated(proxy));
  return { clock, backend, proxy, viewers };
};

const presentIn = async (proxy: TestProxy): Promise<number> =>
  (await proxy.snapshot()).totals.viewers;

const ended = (proxy: TestProxy): Promise<string> =>
  within('the proxy to end', proxy.control.closed);

describe('a proxy that drains', () => {
  it('refuses newcomers, is alive and not ready, and lets its viewers finish', async () => {
    const { proxy, viewers } = await withViewers(1);
    expect(await get(proxy, '/readyz')).toEqual([200, 'ready\n']);
    expect(await drain(proxy, 60_000)).toEqual(done);
    expect(await proxy.events.next(named('proxy.draining'))).toEqual({
      time: expect.any(String),
      event: 'proxy.draining',
      windowMs: 60_000,
      viewers: 1,
      actor: 'console',
    });
    expect(await closeOf(await connectViewer(proxy.url('b')))).toEqual(words);
    expect(await proxy.events.next(named('viewer.refused'))).toMatchObject({
      cause: 'draining',
      ...words,
    });
    expect(await get(proxy, '/readyz')).toEqual([503, 'draining\n']);
    expect(await get(proxy, '/healthz')).toEqual([200, 'ok\n']);
    expect((await proxy.snapshot()).totals.draining).toEqual({ leftMs: 60_000, viewers: 1 });
    viewers[0]!.send(frame({ opcode: opcodes.text, payload: 'still here', masked: true }));
    expect((await viewers[0]!.nextData()).payload.toString()).toBe('still here');
  });

  it('refuses with 503 where refusals are HTTP', async () => {
    const { proxy } = await withViewers(1, { refuseWith: 'http' });
    await drain(proxy, 60_000);
    const { status, body } = await refusedHandshake(proxy.url('a'));
    expect({ status, body }).toEqual({ status: 503, body: 'proxy is draining\n' });
  });

  it('refuses at once those who wait, and holds nobody who comes back too soon', async () => {
    const { proxy } = await started();
    await seated(proxy);
    await refusedAtOnce(proxy);
    const waiting = await held(proxy);
    await drain(proxy, 60_000);
    expect((await waiting.closed()).close).toEqual(words);
    for (let nth = 0; nth < 3; nth += 1) {
      expect((await connectRaw(proxy.url('a')).closed()).close).toEqual(words);
    }
    expect((await proxy.snapshot()).totals.held).toBe(0);
  });

  it('gives a slot that frees to nobody', async () => {
    const { proxy, viewers } = await withViewers(2);
    await drain(proxy, 60_000);
    await evict(proxy, 'v1');
    await viewers[0]!.closed();
    expect(await proxy.control.command({ do: 'set-cap', cap: 9, actor: 'test' })).toEqual(done);
    expect((await connectRaw(proxy.url('a')).closed()).close).toEqual(words);
  });

  it('closes those who are left with 1012, evenly over the window, the oldest first', async () => {
    const { clock, proxy, viewers } = await withViewers(4);
    await drain(proxy, 8_000);
    for (const [nth, viewer] of viewers.entries()) {
      clock.advance(1_999);
      expect(await presentIn(proxy)).toBe(4 - nth);
      clock.advance(1);
      expect(await viewer.closed()).toEqual({ close: restart, how: 'fin' });
    }
    expect(await ended(proxy)).toBe('drained');
    const left = { cause: 'shutdown', ...restart };
    expect(proxy.events.all.filter(named('viewer.left'))).toMatchObject([left, left, left, left]);
    expect(proxy.events.all.filter(named('viewer.left')).map(({ viewer }) => viewer)).toEqual([
      'v1',
      'v2',
      'v3',
      'v4',
    ]);
    expect(proxy.events.all.at(-1)?.event).toBe('proxy.stopped');
    expect(clock.pending).toBe(0);
  });

  it('tells backends that the proxy goes, with a code of their own', async () => {
    const backend = await rawBackend();
    const proxy = await withProxy({ backend: backend.template });
    await connectRaw(proxy.url('a')).open();
    const { peer } = await backend.connections.next();
    await drain(proxy, 0);
    expect((await peer.closed()).close).toEqual({ code: 1001, reason: 'proxy is shutting down' });
  });

  it('does not close anybody while they leave by themselves fast enough', async () => {
    const { clock, proxy, viewers } = await withViewers(4);
    await drain(proxy, 8_000);
    for (const viewer of viewers.slice(0, 3)) await viewer.leave();
    await until('three are gone', async () => (await presentIn(proxy)) === 1);
    clock.advance(7_999);
    await turns();
    expect(await presentIn(proxy)).toBe(1);
    clock.advance(1);
    expect((await viewers[3]!.closed()).close).toEqual(restart);
    expect(await ended(proxy)).toBe('drained');
  });

  it('ends as soon as the last has left, without waiting for the rest of the window', async () => {
    const { clock, proxy, viewers } = await withViewers(2);
    await drain(proxy, 3_600_000);
    for (const viewer of viewers) await viewer.leave();
    expect(await ended(proxy)).toBe('drained');
    expect(clock.now()).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('ends at once where nobody is there', async () => {
    const { proxy } = await withViewers(0);
    expect(await drain(proxy, 3_600_000, 'ann')).toEqual(done);
    expect(await ended(proxy)).toBe('drained');
    expect(proxy.events.all.map(({ event }) => event)).toEqual([
      'proxy.listening',
      'proxy.draining',
      'proxy.stopped',
    ]);
    expect(proxy.events.all.at(-1)).toMatchObject({ actor: 'ann' });
  });

  it('with the window 0 closes all at once', async () => {
    const { clock, proxy, viewers } = await withViewers(3);
    expect(await drain(proxy, 0)).toEqual(done);
    for (const viewer of viewers) expect((await viewer.closed()).close).toEqual(restart);
    expect(await ended(proxy)).toBe('drained');
    expect(clock.now()).toBe(0);
  });

  it('waits two seconds for one who does not answer its Close, and then cuts it', async () => {
    const clock = new FakeClock();
    const proxy = await withProxy({ backend: (await echoBackend()).template }, { clock });
    const viewer = connectRaw(proxy.url('a'), { answerClose: false });
    await viewer.open();
    await proxy.events.next(named('viewer.admitted'));
    await drain(proxy, 0);
    await turns(20);
    clock.advance(2_000);
    expect(await ended(proxy)).toBe('drained');
    expect((await viewer.closed()).close).toEqual(restart);
  });

  it('ends dials that are still under way', async () => {
    const backend = await hangingBackend();
    const proxy = await withProxy({ backend: backend.template });
    const viewer = connectRaw(proxy.url('a'));
    await backend.dials.next();
    await drain(proxy, 0);
    expect((await viewer.closed()).close).toEqual(restart);
    expect(await ended(proxy)).toBe('drained');
  });

  it('counts viewers that the deadlines end', async () => {
    const clock = new FakeClock();
    const proxy = await withProxy({ backend: (await echoBackend()).template }, { clock });
    const silent = connectRaw(proxy.url('a'), { answerPings: false });
    await silent.open();
    await proxy.events.next(named('viewer.admitted'));
    await drain(proxy, 3_600_000);
    await pass(clock, 46_000);
    expect((await silent.closed()).close?.code).toBe(1001);
    await pass(clock, 2_000);
    expect(await ended(proxy)).toBe('drained');
  });
});

describe('another drain while one runs', () => {
  it('with a longer window spreads those who are left over that, and says so', async () => {
    const { clock, proxy, viewers } = await withViewers(4);
    await drain(proxy, 8_000);
    clock.advance(2_000);
    await viewers[0]!.closed();
    expect(await drain(proxy, 30_000, 'ada')).toEqual(done);
    const [, changed] = proxy.events.all.filter(named('proxy.draining'));
    expect(changed).toMatchObject({ windowMs: 30_000, beforeMs: 6_000, viewers: 3, actor: 'ada' });
    clock.advance(9_999);
    expect(await presentIn(proxy)).toBe(3);
    clock.advance(1);
    expect((await viewers[1]!.closed()).close).toEqual(restart);
    expect((await proxy.snapshot()).totals.draining).toEqual({ leftMs: 20_000, viewers: 2 });
  });

  it('with a shorter one, or none, ends them sooner', async () => {
    const { clock, proxy, viewers } = await withViewers(4);
    await drain(proxy, 3_600_000);
    await drain(proxy, 400);
    clock.advance(100);
    expect((await viewers[0]!.closed()).close).toEqual(restart);
    await drain(proxy, 0);
    for (const viewer of viewers) expect((await viewer.closed()).close).toEqual(restart);
    expect(await ended(proxy)).toBe('drained');
    expect(clock.now()).toBe(100);
  });
});

describe('a proxy that drains and is told to stop', () => {
  it('stops, with the words of that', async () => {
    const { clock, proxy, viewers } = await withViewers(2);
    await drain(proxy, 60_000);
    expect(await proxy.control.command({ do: 'stop', now: false })).toEqual(done);
    for (const viewer of viewers) {
      expect((await viewer.closed()).close).toEqual({
        code: 1001,
        reason: 'proxy is shutting down',
      });
    }
    expect(await ended(proxy)).toBe('stopped');
    expect(clock.pending).toBe(0);
  });

  it('does not drain any more', async () => {
    const clock = new FakeClock();
    const proxy = await withProxy({ backend: (await echoBackend()).template }, { clock });
    const viewer = connectRaw(proxy.url('a'), { answerClose: false });
    await viewer.open();
    const stopping = proxy.control.command({ do: 'stop', now: false });
    expect(await drain(proxy, 60_000)).toEqual({ ok: false, reason: 'the proxy is stopping' });
    clock.advance(2_000);
    await stopping;
    expect(await drain(proxy, 60_000)).toEqual({ ok: false, reason: 'the proxy has stopped' });
  });
});

it.each([-1, 0.5, Number.NaN, 86_400_001, Number.POSITIVE_INFINITY])(
  'a drain over %s ms is refused',
  async (windowMs) => {
    const { proxy } = await withViewers(0);
    expect(await drain(proxy, windowMs)).toEqual({ ok: false, reason: 'a drain takes 0 to 24 h' });
    expect((await proxy.snapshot()).totals.draining).toBeNull();
  },
);
