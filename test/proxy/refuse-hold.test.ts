import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { ProxyOptions } from '../../src/contract.ts';
import { echoBackend } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { opcodes } from '../support/frame-reader.ts';
import { type TestProxy, withProxy } from '../support/proxy.ts';
import { connectRaw, type RawViewerOptions } from '../support/raw-viewer.ts';
import { full, held, heldAre, HOLD_MS, refusedAtOnce, seated, started } from './full-house.ts';
import { turns } from './pair.ts';

const proxyFull = { code: 1013, reason: 'too many connections' };

/** What a trusted proxy says of a viewer. */
const from = (address: string, user?: string): RawViewerOptions => ({
  extraHeaders: { 'X-Forwarded-For': address, ...(user !== undefined && { 'X-User': user }) },
});

describe('who is refused again and again', () => {
  it('hears it at once the first time, then after a growing wait', async () => {
    const { clock, proxy, backend } = await started();
    await seated(proxy);
    await refusedAtOnce(proxy);
    for (const holdMs of [100, 200, 400, 800, 1_600, 1_600]) {
      const newcomer = await held(proxy);
      clock.advance(holdMs - 1);
      await turns();
      expect((await proxy.snapshot()).totals).toMatchObject({ held: 1, viewers: 1 });
      clock.advance(1);
      expect((await newcomer.closed()).close).toEqual(full);
      await proxy.events.next(named('viewer.refused', { cause: 'cap', heldMs: holdMs, ...full }));
    }
    expect(backend.tally.total('a')).toBe(1);
    clock.advance(4_000);
    await refusedAtOnce(proxy);
  });

  it('is told by HTTP where refusals are HTTP', async () => {
    const { clock, proxy } = await started({ refuseWith: 'http' });
    await seated(proxy);
    await refusedAtOnce(proxy);
    const newcomer = await held(proxy);
    clock.advance(100);
    const { status, headers } = await newcomer.open();
    expect([status, headers['retry-after']]).toEqual([503, '5']);
    await proxy.events.next(named('viewer.refused', { status: 503, heldMs: 100 }));
  });

  it('is known by its session, so that another is refused at once', async () => {
    const { proxy } = await started();
    await seated(proxy, 'a');
    await seated(proxy, 'b');
    await refusedAtOnce(proxy, 'a');
    await refusedAtOnce(proxy, 'b');
    expect((await proxy.snapshot()).totals).toMatchObject({ held: 0, refused: 2 });
  });

  it('is known by the address that a trusted proxy tells, and by the name', async () => {
    const { proxy } = await started({ trustProxies: ['127.0.0.1/32'], whoHeader: 'x-user' });
    await seated(proxy);
    for (const options of [from('192.0.2.1'), from('192.0.2.2'), from('192.0.2.1', 'ana')]) {
      expect((await connectRaw(proxy.url('a'), options).closed()).close).toEqual(full);
    }
    await held(proxy, 1, 'a', from('192.0.2.1'));
    await held(proxy, 2, 'a', from('192.0.2.9', 'ana'));
    const refusals = proxy.events.all.filter(named('viewer.refused'));
    expect(refusals.map(({ remote }) => remote)).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.1']);
  });

  it('is refused at once every time where that is switched off', async () => {
    const { proxy } = await started({ refuseHoldMs: 0 });
    await seated(proxy);
    for (let nth = 0; nth < 5; nth += 1) await refusedAtOnce(proxy);
    expect((await proxy.snapshot()).totals).toMatchObject({ held: 0, refused: 5 });
  });

  it('waits at a full proxy too, whichever session it makes up', async () => {
    const { clock, proxy } = await started({ maxViewers: 1 });
    await seated(proxy);
    await refusedAtOnce(proxy, 'x1');
    const newcomer = await held(proxy, 1, 'x2');
    clock.advance(100);
    expect((await newcomer.closed()).close).toEqual(proxyFull);
    await proxy.events.next(named('viewer.refused', { cause: 'max-viewers', heldMs: 100 }));
  });

  it('is refused at once when it says too much meanwhile', async () => {
    const { proxy } = await started();
    await seated(proxy);
    await refusedAtOnce(proxy);
    const newcomer = await held(proxy);
    newcomer.send(Buffer.alloc(20_000));
    await proxy.events.next(named('viewer.refused', { heldMs: 0 }));
    await newcomer.closed();
    expect((await proxy.snapshot()).totals.held).toBe(0);
  });

  it('is let go when it leaves, whatever it sent before', async () => {
    const { clock, proxy } = await started();
    await seated(proxy);
    const timers = clock.pending;
    await refusedAtOnce(proxy);
    for (const leave of ['destroy', 'reset'] as const) {
      const newcomer = await held(proxy);
      newcomer.sendFrame({ opcode: opcodes.text, payload: 'early' });
      await newcomer.flushed();
      newcomer[leave]();
      await heldAre(proxy, 0);
      const event = await proxy.events.next(named('viewer.refused', { heldMs: 0 }));
      expect(event).toMatchObject({ closeSent: false });
      await clock.whenPending(timers);
    }
  });
});

describe('at a time', () => {
  it('16 from one origin wait, and the others are refused at once', async () => {
    const { clock, proxy } = await started();
    await seated(proxy);
    await refusedAtOnce(proxy);
    const waiting = Array.from({ length: 16 }, () => connectRaw(proxy.url('a')));
    await heldAre(proxy, 16);
    for (let nth = 0; nth < 3; nth += 1) await refusedAtOnce(proxy);
    expect((await proxy.snapshot()).totals).toMatchObject({ held: 16, viewers: 1 });
    clock.advance(HOLD_MS);
    for (const newcomer of waiting) expect((await newcomer.closed()).close).toEqual(full);
    expect((await proxy.snapshot()).totals.held).toBe(0);
  });

  it('64 for one session wait, however many origins there are', async () => {
    const { proxy } = await started({ trustProxies: ['127.0.0.1/32'] });
    await seated(proxy, 'a');
    await seated(proxy, 'b');
    for (let nth = 0; nth < 5; nth += 1) {
      await connectRaw(proxy.url('a'), from(`192.0.2.${nth}`)).closed();
    }
    for (let nth = 0; nth < 4; nth += 1) {
      for (let each = 0; each < 16; each += 1) connectRaw(proxy.url('a'), from(`192.0.2.${nth}`));
    }
    await heldAre(proxy, 64);
    expect((await connectRaw(proxy.url('a'), from('192.0.2.4')).closed()).close).toEqual(full);
    expect((await proxy.snapshot()).totals.held).toBe(64);
  });
});

/** Connects again and again for `ms`, at once after each end; returns how often. */
const loop = async (proxy: TestProxy, ms: number): Promise<number> => {
  const over = new AbortController();
  const end = new Promise<void>((resolve) => {
    over.signal.addEventListener('abort', () => resolve());
  });
  systemClock.after(ms, () => over.abort());
  let tries = 0;
  for (; !over.signal.aborted; tries += 1) {
    const viewer = connectRaw(proxy.url('a'));
    await Promise.race([viewer.closed(), end]);
    viewer.destroy();
  }
  return tries;
};

/** In real time. */
const real = async (options: Partial<ProxyOptions>): Promise<TestProxy> => {
  const backend = await echoBackend();
  const proxy = await withProxy({ backend: backend.template, cap: 1, ...options });
  await seated(proxy);
  return proxy;
};

describe('a page that comes back at once after each refusal', () => {
  it('makes a handful of connects a second, and as many as it can where nothing is held', async () => {
    const calm = await loop(await real({ refuseHoldMs: 5_000 }), 1_000);
    const wild = await loop(await real({ refuseHoldMs: 0 }), 1_000);
    expect(calm).toBeLessThanOrEqual(5);
    expect(wild).toBeGreaterThan(50);
  });
});
