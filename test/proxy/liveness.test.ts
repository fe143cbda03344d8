import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { privateDirectory } from '../support/backend-server.ts';
import { named } from '../support/events.ts';
import { type Frame, opcodes } from '../support/frame-reader.ts';
import { frame } from '../support/frames.ts';
import type { TestProxy } from '../support/proxy.ts';
import { connectRaw } from '../support/raw-viewer.ts';
import { onlyRow, pair, pairOn, pass, turns, until } from './pair.ts';

const isPing = ({ opcode }: Frame): boolean => opcode === opcodes.ping;

const silent = { answerPings: false } as const;
const evicted = { code: 1001, reason: 'pong timeout' };

const STATES = new Set(['viewer.late', 'viewer.expiring', 'viewer.stuck', 'viewer.evicted']);

/** The states that events told of, with the silence of each. */
const told = ({ proxy }: { readonly proxy: TestProxy }) =>
  proxy.events.all.flatMap((event) =>
    STATES.has(event.event)
      ? [[event.event, 'silentMs' in event ? event.silentMs : null] as const]
      : [],
  );

describe('with a ping interval of 50 ms', () => {
  const proxy = { cap: 1, pingIntervalMs: 50, pongTimeoutMs: 150 };

  it('a viewer that never answers is gone within 1.5 s and not before 150 ms', async () => {
    const ends = await pairOn({ clock: systemClock, proxy, viewer: silent });
    await ends.proxy.events.next(named('viewer.evicted', { cause: 'pong-timeout', ...evicted }));
    const next = connectRaw(ends.proxy.url('a'));
    expect((await next.open()).upgraded).toBe(true);
    await ends.proxy.events.next(named('viewer.admitted', { viewers: 1 }));
    expect(await ends.viewer.closed()).toEqual({ close: evicted, how: 'fin' });
    expect((await ends.peer.closed()).close).toEqual({ code: 1001, reason: 'viewer evicted' });
    const left = await ends.proxy.events.next(named('viewer.left', { cause: 'evicted' }));
    expect(left).toMatchObject({ ...evicted, closeSent: true });
    // The figure begins a moment after the deadline does, which on a busy machine is milliseconds.
    expect(left.durationMs).toBeGreaterThanOrEqual(130);
    expect(left.durationMs).toBeLessThan(1_500);
  });

  it('a viewer that answers stays', async () => {
    const ends = await pairOn({ clock: systemClock, proxy });
    for (let nth = 0; nth < 12; nth += 1) await ends.viewer.nextFrame(isPing);
    ends.viewer.sendFrame({ opcode: opcodes.text, payload: 'here' });
    expect((await ends.peer.nextFrame()).payload.toString()).toBe('here');
    expect((await ends.proxy.snapshot()).totals.viewers).toBe(1);
  });

  it('a viewer that sends data and never a Pong stays', async () => {
    const ends = await pairOn({ clock: systemClock, proxy, viewer: silent });
    for (let nth = 0; nth < 12; nth += 1) {
      await ends.viewer.nextFrame(isPing);
      ends.viewer.sendFrame({ opcode: opcodes.text, payload: 'here' });
    }
    for (let nth = 0; nth < 12; nth += 1) await ends.peer.nextData();
    expect((await ends.proxy.snapshot()).totals.viewers).toBe(1);
  });
});

describe('with the default intervals', () => {
  it('silence is late after 16.9 s, expiring after 32 s and over after 45 s', async () => {
    const ends = await pair({ viewer: silent });
    await pass(ends.clock, 16_750);
    expect(told(ends)).toEqual([]);
    await pass(ends.clock, 28_000);
    expect(told(ends)).toEqual([
      ['viewer.late', 16_900],
      ['viewer.expiring', 32_000],
    ]);
    expect(await onlyRow(ends.proxy)).toMatchObject({
      state: 'expiring',
      deadlineMs: 250,
      deadlineHeld: false,
    });
    await pass(ends.clock, 250);
    expect(await ends.viewer.closed()).toEqual({ close: evicted, how: 'fin' });
    expect(ends.viewer.frames.all.map(({ opcode }) => opcode)).toEqual([9, 9, 9, 9, 8]);
  });

  it('a viewer that came over a Unix socket is judged the same', async () => {
    const socketPath = `${await privateDirectory()}/proxy.sock`;
    const ends = await pair({ viewer: silent, proxy: { listen: { socketPath } } });
    await pass(ends.clock, 44_750);
    expect(told(ends)).toHaveLength(2);
    await pass(ends.clock, 250);
    expect((await ends.viewer.closed()).close).toEqual(evicted);
  });

  it('any byte of a frame is life', async () => {
    const ends = await pair({ viewer: silent });
    await pass(ends.clock, 40_000);
    const byte = frame({ opcode: opcodes.text, payload: 'x', masked: true }).subarray(0, 1);
    ends.viewer.send(byte);
    await until('it is heard', async () => (await onlyRow(ends.proxy)).deadlineMs === 45_000);
    await pass(ends.clock, 250);
    const event = await ends.proxy.events.next(named('viewer.recovered'));
    expect(event).toMatchObject({ viewer: ends.admitted.viewer, silentMs: 250 });
    expect((await onlyRow(ends.proxy)).state).toBe('ok');
    await pass(ends.clock, 44_500);
    expect((await ends.proxy.snapshot()).totals.viewers).toBe(1);
    await pass(ends.clock, 500);
    await ends.proxy.events.next(named('viewer.evicted', evicted));
  });

  it('what came while the proxy was busy counts before the deadline', async () => {
    const ends = await pair({ viewer: silent });
    await pass(ends.clock, 30_000);
    const { payload } = await ends.viewer.nextFrame(isPing);
    // In one turn, as after a pause of the whole process: the tick is late, the Pong is here.
    await new Promise<void>((resolve) => {
      systemClock.after(0, () => {
        ends.viewer.sendFrame({ opcode: opcodes.pong, payload });
        ends.clock.advance(30_000);
        resolve();
      });
    });
    await turns();
    expect((await onlyRow(ends.proxy)).deadlineMs).toBe(45_000);
  });
});

describe('the round trip', () => {
  it('is measured from each Ping to its own Pong', async () => {
    const { clock, viewer, proxy } = await pair({ viewer: silent });
    const rtts = [80, 120, 40, 200, 90, 60, 100, 110, 70];
    let smoothed = rtts[0]!;
    for (const [nth, rtt] of rtts.entries()) {
      while (!viewer.frames.left.some(isPing)) await pass(clock, 250);
      const { payload } = await viewer.nextFrame(isPing);
      clock.advance(rtt);
      viewer.sendFrame({ opcode: opcodes.pong, payload });
      await until('it is heard', async () => (await onlyRow(proxy)).deadlineMs === 45_000);
      smoothed = smoothed * 0.875 + rtt * 0.125;
      const row = await onlyRow(proxy);
      expect(row).toMatchObject({ rttMs: rtt, recentRttsMs: rtts.slice(0, nth + 1).slice(-8) });
      expect(row.smoothedRttMs).toBeCloseTo(smoothed, 6);
      clock.advance(250 - rtt);
    }
    expect((await proxy.snapshot()).sessions.rows[0]).toMatchObject({ p95RttMs: 70 });
  });
});
