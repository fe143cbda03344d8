import { describe, expect, it } from 'vitest';
import type { Command, ViewerId } from '../../src/contract.ts';
import { rawBackend } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type Frame, opcodes } from '../support/frame-reader.ts';
import { frame } from '../support/frames.ts';
import { acceptFor, writeHead } from '../support/http-head.ts';
import { withProxy } from '../support/proxy.ts';
import { connectRaw } from '../support/raw-viewer.ts';
import { onlyRow, pair, pass, passUntil, until } from './pair.ts';

type Pair = Awaited<ReturnType<typeof pair>>;

const HOUR_MS = 3_600_000;

const done = { ok: true };
const silent = { answerPings: false } as const;
const bySeconds = { tickMs: 1_000, asking: true } as const;

const isPing = ({ opcode }: Frame): boolean => opcode === opcodes.ping;

const keepFor = (forMs: number, viewer = 'v1'): Command => ({
  do: 'keep',
  viewer: viewer as ViewerId,
  forMs,
  actor: 'console',
});

const keep = ({ proxy }: Pair, forMs: number) => proxy.control.command(keepFor(forMs));

const countOf = ({ proxy }: Pair, event: string): number =>
  proxy.events.all.filter((one) => one.event === event).length;

const detailOf = async ({ proxy, admitted }: Pair) => {
  const { detail } = await proxy.snapshot({ detail: admitted.viewer });
  if (detail === null || detail.gone) throw new Error('the viewer is not here');
  return detail;
};

const block = frame({ opcode: opcodes.binary, payload: Buffer.alloc(64 * 1024, 'flood ') });

/** The viewer reads nothing, and the backend sends without end, no faster than it is taken. */
const floodUnread = async ({ viewer, peer, proxy }: Pair): Promise<void> => {
  viewer.pause();
  const pour = (): void => {
    while (peer.socket.writable && peer.socket.write(block));
  };
  peer.socket.on('drain', pour);
  pour();
  await until('the viewer is full', async () => (await onlyRow(proxy)).queuedBytes > 0);
};

describe('a viewer that is silent', () => {
  it('is not evicted while it is kept, and its state is shown as it is', async () => {
    const ends = await pair({ viewer: silent });
    await pass(ends.clock, 10_000);
    expect(await keep(ends, 300_000)).toEqual(done);
    expect((await onlyRow(ends.proxy)).keptMs).toBe(300_000);
    await pass(ends.clock, 120_000);
    expect(await onlyRow(ends.proxy)).toMatchObject({
      state: 'expiring',
      deadlineMs: 0,
      keptMs: 180_000,
    });
    expect(countOf(ends, 'viewer.evicted')).toBe(0);
    expect(countOf(ends, 'viewer.late')).toBe(1);
    expect(countOf(ends, 'viewer.expiring')).toBe(1);
  });

  it('is evicted as soon as the time is over', async () => {
    const ends = await pair({ viewer: silent });
    await keep(ends, 60_000);
    await pass(ends.clock, 59_750);
    expect((await ends.proxy.snapshot()).totals.viewers).toBe(1);
    await pass(ends.clock, 250);
    await ends.proxy.events.next(named('viewer.evicted', { cause: 'pong-timeout' }));
  });

  it('is evicted as soon as the operator ends it', async () => {
    const ends = await pair({ viewer: silent });
    await keep(ends, HOUR_MS);
    await pass(ends.clock, 60_000);
    expect(await keep(ends, 0)).toEqual(done);
    expect((await onlyRow(ends.proxy)).keptMs).toBe(null);
    await pass(ends.clock, 250);
    await ends.proxy.events.next(named('viewer.evicted', { cause: 'pong-timeout' }));
  });

  it('is asked on meanwhile, and well again when it answers at last', async () => {
    const ends = await pair({ viewer: silent });
    await keep(ends, HOUR_MS);
    await pass(ends.clock, 90_000);
    const pings = ends.viewer.frames.all.filter(isPing);
    expect(pings.length).toBeGreaterThanOrEqual(6);
    const { payload } = pings.at(-1)!;
    ends.viewer.sendFrame({ opcode: opcodes.pong, payload });
    await ends.clock.advanceUntil(ends.proxy.events.next(named('viewer.recovered')), 250);
    await pass(ends.clock, 44_000);
    expect((await onlyRow(ends.proxy)).state).toBe('expiring');
    // The backend got no Pong, and was asked too.
    expect(ends.peer.frames.all.every(isPing)).toBe(true);
  });
});

describe('a viewer that takes nothing', () => {
  it('is not evicted while it is kept, is shown as stuck, and is evicted after that', async () => {
    const ends = await pair();
    await floodUnread(ends);
    await keep(ends, 60_000);
    await passUntil(ends, 'viewer.stuck', bySeconds);
    while (ends.clock.now() < 30_000) await pass(ends.clock, 1_000, bySeconds);
    const before = await onlyRow(ends.proxy);
    while (ends.clock.now() < 58_000) await pass(ends.clock, 1_000, bySeconds);
    const row = await onlyRow(ends.proxy);
    expect(row.bytesToViewer).toBe(before.bytesToViewer);
    expect(row.queuedBytes).toBeLessThanOrEqual(before.queuedBytes + 10);
    expect(row.state).toBe('stuck');
    expect(row.stuckMs).toBeGreaterThan(20_000);
    expect(countOf(ends, 'viewer.evicted')).toBe(0);
    await passUntil(ends, 'viewer.evicted', bySeconds);
    const evicted = await ends.proxy.events.next(named('viewer.evicted'));
    expect(evicted.cause).toBe('write-timeout');
    expect(ends.clock.now()).toBeLessThanOrEqual(63_000);
  });

  it('gets one Ping at most, however long it is kept and lives', async () => {
    const ends = await pair({ viewer: silent });
    ends.viewer.pause();
    // One at a time: the proxy stops at the end of a frame, where Pings could go in.
    const one = frame({ opcode: opcodes.binary, payload: Buffer.alloc(16_000) });
    let sent = 0;
    await until('the viewer is full', async () => {
      const { bytesToViewer, queuedBytes } = await onlyRow(ends.proxy);
      if (queuedBytes === 0 && bytesToViewer === sent) {
        ends.peer.send(one);
        sent += one.length;
      }
      return queuedBytes > 0 && bytesToViewer === sent;
    });
    await keep(ends, HOUR_MS);
    await pass(ends.clock, 60_000, { tickMs: 5_000, asking: true });
    const before = await detailOf(ends);
    const life = frame({ opcode: opcodes.text, payload: 'x', masked: true });
    let lives = 0;
    await pass(ends.clock, 300_000, {
      tickMs: 5_000,
      asking: true,
      each: async () => {
        ends.viewer.send(life);
        lives += 1;
        await until('it is heard', () => ends.peer.frames.all.length >= lives);
      },
    });
    const after = await detailOf(ends);
    expect(after.row.state).toBe('stuck');
    expect(after.row.bytesToViewer).toBe(before.row.bytesToViewer);
    expect(after.row.queuedBytes).toBeLessThanOrEqual(before.row.queuedBytes + 10);
    expect(after.pingsSent).toBeLessThanOrEqual(before.pingsSent + 1);
  });
});

describe('keep', () => {
  it('is recorded, with how long and by whom', async () => {
    const ends = await pair();
    await keep(ends, 300_000);
    await keep(ends, 0);
    const kept = ends.proxy.events.all.filter(named('viewer.kept'));
    expect(kept).toEqual(
      [300_000, 0].map((forMs) => ({
        event: 'viewer.kept',
        time: expect.any(String),
        session: 'a',
        viewer: 'v1',
        remote: ends.admitted.remote,
        viewers: 1,
        cap: 8,
        forMs,
        actor: 'console',
      })),
    );
  });

  it('begins anew when it is said again', async () => {
    const ends = await pair();
    await keep(ends, 300_000);
    ends.clock.advance(100_000);
    await keep(ends, HOUR_MS);
    expect((await onlyRow(ends.proxy)).keptMs).toBe(HOUR_MS);
    await keep(ends, 1);
    expect((await onlyRow(ends.proxy)).keptMs).toBe(1);
  });

  it('does not save a viewer from the operator', async () => {
    const ends = await pair();
    await keep(ends, HOUR_MS);
    await ends.evict();
    expect((await ends.viewer.closed()).close?.code).toBe(1008);
  });

  it('of a viewer that is dialling holds once it is open', async () => {
    const clock = new FakeClock();
    const backend = await rawBackend({ answer: '' });
    const proxy = await withProxy({ backend: backend.template }, { clock });
    connectRaw(proxy.url('a'), silent);
    const { peer, request } = await backend.connections.next();
    expect(await proxy.control.command(keepFor(60_000))).toEqual(done);
    expect(await onlyRow(proxy)).toMatchObject({ state: 'dialling', keptMs: 60_000 });
    const accept = acceptFor(request.headers['sec-websocket-key'] ?? '');
    const fields = { Upgrade: 'websocket', Connection: 'Upgrade', 'Sec-WebSocket-Accept': accept };
    peer.send(Buffer.from(writeHead('HTTP/1.1 101 Switching Protocols', fields), 'latin1'));
    await proxy.events.next(named('viewer.admitted'));
    await pass(clock, 59_750);
    expect((await onlyRow(proxy)).state).toBe('expiring');
    await pass(clock, 250);
    await proxy.events.next(named('viewer.evicted', { cause: 'pong-timeout' }));
  });

  it.each([-1, 0.5, HOUR_MS + 1, Number.NaN, Number.POSITIVE_INFINITY])(
    'refuses %d ms',
    async (forMs) => {
      const ends = await pair();
      const reason = 'a viewer is kept for 1 ms to 1 h, or 0 to end that';
      expect(await keep(ends, forMs)).toEqual({ ok: false, reason });
      expect((await onlyRow(ends.proxy)).keptMs).toBe(null);
      expect(countOf(ends, 'viewer.kept')).toBe(0);
    },
  );

  it('says so where the viewer had gone, or is not kept', async () => {
    const ends = await pair();
    expect(await ends.proxy.control.command(keepFor(1_000, 'v2'))).toEqual({
      ok: false,
      reason: 'v2 had already gone',
    });
    expect(await keep(ends, 0)).toEqual({ ok: false, reason: 'v1 is not kept' });
  });
});
