import { describe, expect, it } from 'vitest';
import { named } from '../support/events.ts';
import { type Frame, opcodes } from '../support/frame-reader.ts';
import { frame, frameHeader } from '../support/frames.ts';
import { askAlong, fillBackend, onlyRow, pair, pass, passUntil, turns, until } from './pair.ts';

type Pair = Awaited<ReturnType<typeof pair>>;

const isPing = ({ opcode }: Frame): boolean => opcode === opcodes.ping;

const silent = { answerPings: false } as const;
const pongTimeout = { code: 1001, reason: 'pong timeout' };
const HOUR_MS = 3_600_000;

const countOf = ({ proxy }: Pair, event: string): number =>
  proxy.events.all.filter((one) => one.event === event).length;

describe('a viewer whose backend has stopped reading', () => {
  it('is not blamed: its deadline stands still until it is read again', async () => {
    const ends = await pair({ proxy: { writeTimeoutMs: HOUR_MS } });
    const sent = await fillBackend(ends);
    await pass(ends.clock, 120_000, { tickMs: 5_000, asking: true });
    expect(await onlyRow(ends.proxy)).toMatchObject({
      state: 'ok',
      deadlineMs: 45_000,
      deadlineHeld: true,
    });
    ends.peer.resume();
    for (let nth = 0; nth < sent; nth += 1) await ends.peer.nextData();
    expect(await onlyRow(ends.proxy)).toMatchObject({ state: 'ok', deadlineHeld: false });
    await pass(ends.clock, 60_000);
    expect((await ends.proxy.snapshot()).totals.viewers).toBe(1);
  });

  it('hears why the operator evicts it, for it is read again at once', async () => {
    const ends = await pair();
    await fillBackend(ends);
    await ends.evict();
    const close = { code: 1008, reason: 'evicted by operator' };
    expect(await ends.viewer.closed()).toEqual({ close, how: 'fin' });
    ends.clock.advance(1_000);
    ends.peer.resume();
    expect(await ends.peer.closed()).toEqual({ close: null, how: 'reset' });
  });

  it('loses that backend to the write deadline', async () => {
    const ends = await pair();
    await fillBackend(ends);
    const waited = await passUntil(ends, 'viewer.left', { tickMs: 1_000, asking: true });
    expect(waited).toBeGreaterThanOrEqual(20_000);
    const close = { code: 1011, reason: 'backend lost' };
    const left = await ends.proxy.events.next(named('viewer.left'));
    expect(left).toMatchObject({ cause: 'backend-lost', ...close, closeSent: true });
    expect((await ends.viewer.closed()).close).toEqual(close);
    expect(countOf(ends, 'viewer.evicted')).toBe(0);
    ends.peer.resume();
    expect((await ends.peer.closed()).how).toBe('reset');
  });
});

describe('while the backend is in the middle of a frame', () => {
  const slice = Buffer.alloc(500);

  it('no Ping goes in, and a viewer that could not be asked stays', async () => {
    const ends = await pair();
    await pass(ends.clock, 250);
    await ends.viewer.nextFrame(isPing);
    await until('it has answered', async () => (await onlyRow(ends.proxy)).rttMs !== null);
    ends.peer.send(frameHeader({ opcode: opcodes.binary, claims: 500 * 24 }));
    // Slowly, but never for so long that the backend itself is given up.
    for (let nth = 0; nth < 23; nth += 1) {
      ends.peer.send(slice);
      await pass(ends.clock, 10_000, { tickMs: 5_000, asking: true });
    }
    expect(ends.viewer.frames.left).toEqual([]);
    await until('it is held', async () => (await onlyRow(ends.proxy)).deadlineHeld);
    expect((await onlyRow(ends.proxy)).state).toBe('expiring');
    ends.peer.send(slice);
    expect((await ends.viewer.nextFrame()).payload).toHaveLength(500 * 24);
    await pass(ends.clock, 250);
    await ends.viewer.nextFrame(isPing);
    await until('it has answered', async () => (await onlyRow(ends.proxy)).state === 'ok');
    expect(countOf(ends, 'viewer.evicted')).toBe(0);
  });

  it('at every tick, a viewer that was asked in between and is silent is evicted', async () => {
    const ends = await pair({ viewer: silent, backend: { answerClose: false } });
    const header = frameHeader({ opcode: opcodes.binary, claims: 1_000 });
    ends.peer.send(Buffer.concat([header, slice]));
    await pass(ends.clock, 44_750, {
      each: () => void ends.peer.send(Buffer.concat([slice, header, slice])),
    });
    expect((await onlyRow(ends.proxy)).state).toBe('expiring');
    await pass(ends.clock, 500);
    ends.peer.send(slice);
    await ends.proxy.events.next(named('viewer.evicted', { cause: 'pong-timeout' }));
    expect((await ends.viewer.closed()).close).toEqual(pongTimeout);
    expect(ends.viewer.frames.all.filter(isPing)).toHaveLength(4);
  });

  it('a backend that is silent for the pong timeout is lost', async () => {
    const ends = await pair();
    ends.peer.send(Buffer.concat([frameHeader({ opcode: 2, claims: 501 }), slice]));
    await until('it is passed on', async () => (await onlyRow(ends.proxy)).bytesToViewer > 500);
    await pass(ends.clock, 44_750);
    expect((await ends.proxy.snapshot()).totals.viewers).toBe(1);
    await pass(ends.clock, 250);
    const left = await ends.proxy.events.next(named('viewer.left'));
    expect(left).toMatchObject({ cause: 'backend-lost', closeSent: false });
    expect(await ends.viewer.closed()).toEqual({ close: null, how: 'fin' });
    expect((await ends.peer.closed()).how).toBe('reset');
    expect(countOf(ends, 'viewer.evicted')).toBe(0);
  });

  it('a backend that the proxy does not read is not blamed', async () => {
    const ends = await pair({ proxy: { writeTimeoutMs: HOUR_MS } });
    ends.viewer.pause();
    const big = frame({ opcode: opcodes.binary, payload: Buffer.alloc(4 * 1024 * 1024) });
    let sent = 0;
    await until('the viewer is full', async () => {
      if (ends.peer.socket.writableLength === 0) {
        ends.peer.send(big);
        sent += 1;
      }
      return (await onlyRow(ends.proxy)).queuedBytes > 0;
    });
    await pass(ends.clock, 120_000, { tickMs: 5_000, asking: true });
    await until('it is held', async () => (await onlyRow(ends.proxy)).deadlineHeld);
    expect((await onlyRow(ends.proxy)).state).toBe('stuck');
    ends.viewer.resume();
    for (let nth = 0; nth < sent; nth += 1) {
      expect((await ends.viewer.nextData()).payload).toHaveLength(4 * 1024 * 1024);
    }
    await pass(ends.clock, 500);
    await until('it has answered', async () => (await onlyRow(ends.proxy)).state === 'ok');
    await pass(ends.clock, 60_000);
    expect((await ends.proxy.snapshot()).totals.viewers).toBe(1);
  });
});

/** The viewer has answered the first Ping of the proxy, and not that of the backend. */
const pinged = async () => {
  const ends = await pair({ viewer: silent, proxy: { backendPingIntervalMs: 0 } });
  await pass(ends.clock, 250);
  const { payload } = await ends.viewer.nextFrame(isPing);
  ends.viewer.sendFrame({ opcode: opcodes.pong, payload });
  await until('it has answered', async () => (await onlyRow(ends.proxy)).rttMs !== null);
  ends.peer.sendFrame({ opcode: opcodes.ping, payload: 'backend' });
  expect((await ends.viewer.nextFrame()).payload.toString()).toBe('backend');
  return ends;
};

it('a backend that is read again has the whole pong timeout to go on with its frame', async () => {
  const proxy = { writeTimeoutMs: HOUR_MS, maxBackendMessage: 64 * 1024 * 1024 };
  const ends = await pair({ proxy });
  ends.viewer.pause();
  // So small that each is read at once, and the last one whole.
  const piece = Buffer.alloc(16 * 1024);
  ends.peer.send(frameHeader({ opcode: opcodes.binary, claims: proxy.maxBackendMessage }));
  let sent = 10;
  await until('the viewer is full, and all is read that the backend sent', async () => {
    const { bytesToViewer, queuedBytes } = await onlyRow(ends.proxy);
    if (bytesToViewer !== sent) return false;
    if (queuedBytes >= ends.viewer.socket.writableHighWaterMark) return true;
    ends.peer.send(piece);
    sent += piece.length;
    return false;
  });
  await pass(ends.clock, 120_000, { tickMs: 5_000, asking: true });
  ends.viewer.resume();
  await until('it has read', async () => {
    await pass(ends.clock, 250, { asking: true });
    return (await onlyRow(ends.proxy)).queuedBytes === 0;
  });
  await pass(ends.clock, 40_000, { tickMs: 1_000 });
  expect((await ends.proxy.snapshot()).totals.viewers).toBe(1);
  await passUntil(ends, 'viewer.left');
  await ends.proxy.events.next(named('viewer.left', { cause: 'backend-lost' }));
});

it('a viewer is pinged when that is due, also while the kernel is asked about it', async () => {
  const ends = await pair({ viewer: silent });
  await pass(ends.clock, 250);
  const { payload } = await ends.viewer.nextFrame(isPing);
  ends.viewer.sendFrame({ opcode: opcodes.pong, payload });
  // Ahead of the next Ping, so that it takes the kernel to tell whether that was reached.
  ends.peer.sendFrame({ opcode: opcodes.text, payload: 'data' });
  await pass(ends.clock, 20_000);
  const pings = (): number => ends.viewer.frames.all.filter(isPing).length;
  const before = pings();
  while (pings() === before) {
    ends.clock.advance(250);
    // Too short for the kernel's answer.
    await turns(4);
    const atOnce = pings();
    await askAlong();
    await turns(4);
    expect(pings()).toBe(atOnce);
  }
});

describe("while a Ping of the backend's own is unanswered", () => {
  it("the proxy's stay out, and its Pong measures the round trip", async () => {
    const ends = await pinged();
    await pass(ends.clock, 40_000);
    expect(ends.viewer.frames.left).toEqual([]);
    ends.viewer.sendFrame({ opcode: opcodes.pong, payload: 'backend' });
    expect((await ends.peer.nextFrame()).opcode).toBe(opcodes.pong);
    expect(await onlyRow(ends.proxy)).toMatchObject({ rttMs: 40_000, deadlineMs: 45_000 });
    await pass(ends.clock, 250);
    expect((await ends.viewer.nextFrame()).payload).toHaveLength(8);
  });

  it('a viewer that is silent is evicted', async () => {
    const ends = await pinged();
    await pass(ends.clock, 44_750);
    expect((await ends.proxy.snapshot()).totals.viewers).toBe(1);
    await pass(ends.clock, 250);
    expect((await ends.viewer.closed()).close).toEqual(pongTimeout);
    await ends.proxy.events.next(named('viewer.evicted', { cause: 'pong-timeout' }));
    expect(ends.viewer.frames.all.filter(isPing)).toHaveLength(2);
  });
});
