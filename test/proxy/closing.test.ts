import { describe, expect, it } from 'vitest';
import { named } from '../support/events.ts';
import { opcodes } from '../support/frame-reader.ts';
import { closing, frame, frameHeader } from '../support/frames.ts';
import type { RawPeer } from '../support/raw-peer.ts';
import { onlyRow, pair, pass, turns, until } from './pair.ts';

type Pair = Awaited<ReturnType<typeof pair>>;

/** Code and reason in a Close frame, null for a frame without payload. */
type Words = { readonly code: number; readonly reason: string } | null;

const LEGAL: readonly Words[] = [
  null,
  { code: 1000, reason: '' },
  { code: 1001, reason: 'going away' },
  { code: 1003, reason: 'no such thing' },
  { code: 1007, reason: 'not UTF-8' },
  { code: 1009, reason: 'too big for me' },
  { code: 1011, reason: 'broken' },
  { code: 1014, reason: 'bad gateway' },
  { code: 3000, reason: 'für alle' },
  { code: 4999, reason: 'r'.repeat(123) },
];

const sendClose = (peer: RawPeer, words: Words): void => {
  const payload = words === null ? Buffer.alloc(0) : closing(words.code, words.reason);
  peer.sendFrame({ opcode: opcodes.close, payload });
};

/** As `RawEnd` says it; without a code it is 1005. */
const heard = (words: Words) => words ?? { code: 1005, reason: '' };

const left = ({ proxy }: Pair) => proxy.events.next(named('viewer.left'));

describe('a Close passes with its code and reason', () => {
  it.for(LEGAL)('from a viewer: %o', async (words) => {
    const ends = await pair();
    sendClose(ends.viewer, words);
    expect(await ends.peer.closed()).toEqual({ close: heard(words), how: 'fin' });
    expect((await ends.viewer.closed()).close).toEqual(heard(words));
    const event = await left(ends);
    expect(event).toMatchObject({ cause: 'viewer-closed', closeSent: true, viewers: 0 });
    expect(event.code).toBe(words?.code);
    expect(JSON.stringify(event)).not.toContain(words?.reason || 'reason');
  });

  it.for(LEGAL)('from a backend: %o', async (words) => {
    const ends = await pair();
    sendClose(ends.peer, words);
    expect(await ends.viewer.closed()).toEqual({ close: heard(words), how: 'fin' });
    expect((await ends.peer.closed()).close).toEqual(heard(words));
    const event = await left(ends);
    expect(event).toMatchObject({ cause: 'backend-closed', closeSent: true, viewers: 0 });
    expect(event.code).toBe(words?.code);
    expect(JSON.stringify(event)).not.toContain(words?.reason || 'reason');
  });

  it('and the answer with its own', async () => {
    const up = await pair({ backend: { answerClose: false } });
    sendClose(up.viewer, { code: 4001, reason: 'bye' });
    await up.peer.nextFrame(({ opcode }) => opcode === opcodes.close);
    sendClose(up.peer, { code: 4002, reason: 'bye bye' });
    expect((await up.viewer.closed()).close).toEqual({ code: 4002, reason: 'bye bye' });

    const down = await pair({ viewer: { answerClose: false } });
    sendClose(down.peer, { code: 4003, reason: '' });
    await down.viewer.nextFrame(({ opcode }) => opcode === opcodes.close);
    sendClose(down.viewer, null);
    expect((await down.peer.closed()).close).toEqual({ code: 1005, reason: '' });
  });

  it('in the middle of a fragmented message', async () => {
    const { viewer, peer } = await pair();
    peer.sendFrame({ opcode: opcodes.text, fin: false, payload: 'half' });
    sendClose(peer, { code: 4000, reason: '' });
    expect((await viewer.nextFrame()).payload.toString()).toBe('half');
    expect((await viewer.closed()).close).toEqual({ code: 4000, reason: '' });
  });
});

describe('once both sides have closed', () => {
  it('nothing is left of a viewer that does not look, and it has the last word when it does', async () => {
    const ends = await pair();
    const before = ends.clock.pending;
    ends.viewer.pause();
    sendClose(ends.viewer, { code: 4001, reason: 'bye' });
    await ends.peer.closed();
    expect(await left(ends)).toMatchObject({ cause: 'viewer-closed', closeSent: true });
    await ends.clock.whenPending(before);
    ends.viewer.resume();
    expect(await ends.viewer.closed()).toEqual({
      close: { code: 4001, reason: 'bye' },
      how: 'fin',
    });
  });

  it('a viewer that talks on has its answer', async () => {
    const ends = await pair();
    sendClose(ends.viewer, { code: 4001, reason: 'bye' });
    ends.viewer.sendFrame({ opcode: opcodes.text, payload: 'one more thing' });
    expect((await ends.viewer.closed()).close).toEqual({ code: 4001, reason: 'bye' });
    expect(await left(ends)).toMatchObject({ cause: 'viewer-closed', closeSent: true });
  });
});

describe('who closed gets an answer when the other side gives none', () => {
  it('a viewer, after 2 s and with its own code', async () => {
    const ends = await pair({ backend: { answerClose: false } });
    sendClose(ends.viewer, { code: 4001, reason: 'bye' });
    await ends.peer.nextFrame(({ opcode }) => opcode === opcodes.close);
    await left(ends);
    ends.clock.advance(1_999);
    ends.peer.sendFrame({ opcode: opcodes.text, payload: 'still talking' });
    await ends.viewer.nextData();
    ends.clock.advance(1);
    expect((await ends.viewer.closed()).close).toEqual({ code: 4001, reason: '' });
    expect((await ends.peer.closed()).how).toBe('fin');
  });

  it('a backend, after 2 s and with its own code', async () => {
    const ends = await pair({ viewer: { answerClose: false } });
    sendClose(ends.peer, { code: 4001, reason: 'bye' });
    await ends.viewer.nextFrame(({ opcode }) => opcode === opcodes.close);
    await left(ends);
    ends.clock.advance(1_999);
    ends.viewer.sendFrame({ opcode: opcodes.text, payload: 'still talking' });
    await ends.peer.nextData();
    ends.clock.advance(1);
    expect((await ends.peer.closed()).close).toEqual({ code: 4001, reason: '' });
    expect((await ends.viewer.closed()).how).toBe('fin');
  });
});

describe('an end without a Close', () => {
  it.for(['fin', 'reset'] as const)('of a viewer (%s) is told to the backend', async (how) => {
    const ends = await pair();
    if (how === 'fin') ends.viewer.socket.end();
    else ends.viewer.reset();
    expect((await ends.peer.closed()).close).toEqual({ code: 1001, reason: 'viewer lost' });
    expect(await left(ends)).toMatchObject({ cause: 'viewer-lost', closeSent: false });
  });

  it.for(['fin', 'reset'] as const)('of a backend (%s) is told to the viewer', async (how) => {
    const ends = await pair();
    if (how === 'fin') ends.peer.socket.end();
    else ends.peer.reset();
    const close = { code: 1011, reason: 'backend lost' };
    expect(await ends.viewer.closed()).toEqual({ close, how: 'fin' });
    expect(await left(ends)).toMatchObject({ cause: 'backend-lost', ...close, closeSent: true });
  });

  it('of a backend in the middle of a frame ends the viewer at once, without a code', async () => {
    const ends = await pair();
    ends.peer.send(frameHeader({ opcode: opcodes.binary, claims: 1000 }));
    ends.peer.send(Buffer.alloc(999));
    ends.peer.socket.end();
    expect(await ends.viewer.closed()).toEqual({ close: null, how: 'fin' });
    const event = await left(ends);
    expect(event).toMatchObject({ cause: 'backend-lost', closeSent: false });
    expect(event).not.toHaveProperty('code');
    expect(ends.viewer.frames.all).toEqual([]);
  });

  it('of a viewer in the middle of a frame ends the backend at once, without a code', async () => {
    const ends = await pair();
    const whole = frame({ opcode: opcodes.binary, payload: Buffer.alloc(1000), masked: true });
    ends.viewer.send(whole.subarray(0, 900));
    await ends.viewer.flushed();
    ends.viewer.socket.end();
    expect(await ends.peer.closed()).toEqual({ close: null, how: 'fin' });
    expect(ends.peer.frames.all).toEqual([]);
    expect((await left(ends)).cause).toBe('viewer-lost');
  });
});

describe('a Close of the proxy', () => {
  const evicted = { code: 1008, reason: 'evicted by operator' };
  const toBackend = { code: 1001, reason: 'viewer evicted' };
  const cutFrame = frame({ opcode: opcodes.binary, payload: Buffer.alloc(70_000, 'x') });

  /** The viewer has got the beginning of a frame. */
  const inFrame = async () => {
    const ends = await pair({ backend: { answerClose: false } });
    const before = ends.viewer.bytesRead;
    ends.peer.send(cutFrame.subarray(0, 60_000));
    await until('a part has come', () => ends.viewer.bytesRead >= before + 60_000);
    return ends;
  };

  it('goes to both sides of a viewer that the operator evicts', async () => {
    const ends = await pair();
    expect(await ends.evict()).toEqual({ ok: true });
    expect(await ends.viewer.closed()).toEqual({ close: evicted, how: 'fin' });
    expect((await ends.peer.closed()).close).toEqual(toBackend);
    // The proxy is the server of the one and the client of the other (RFC 6455 5.1).
    expect(ends.viewer.frames.all[0]?.masked).toBe(false);
    expect(ends.peer.frames.all[0]?.masked).toBe(true);
    const { events } = ends.proxy;
    const told = { ...evicted, closeSent: true };
    expect(await events.next(named('viewer.evicted'))).toMatchObject({
      cause: 'operator',
      ...told,
    });
    expect(await left(ends)).toMatchObject({ cause: 'evicted', ...told });
  });

  it('waits for the end of a frame, and nothing follows it', async () => {
    const ends = await inFrame();
    ends.viewer.answerClose = false;
    await ends.evict();
    expect((await ends.peer.nextFrame()).opcode).toBe(opcodes.close);
    ends.clock.advance(999);
    ends.peer.send(cutFrame.subarray(60_000));
    ends.peer.send(cutFrame);
    ends.peer.sendFrame({ opcode: opcodes.ping });
    expect(await ends.viewer.nextFrame()).toMatchObject({ payload: cutFrame.subarray(-70_000) });
    expect((await ends.viewer.nextFrame()).opcode).toBe(opcodes.close);
    expect((await left(ends)).closeSent).toBe(true);
    ends.clock.advance(2_000);
    expect(await ends.viewer.closed()).toEqual({ close: evicted, how: 'fin' });
    expect(ends.viewer.frames.all).toHaveLength(2);
  });

  it('is not displaced by a Ping that waits for the same end', async () => {
    const ends = await inFrame();
    await pass(ends.clock, 20_000, { asking: true });
    // The kernel is being asked about a viewer that is evicted meanwhile.
    ends.clock.advance(250);
    await turns(1);
    await ends.evict();
    await pass(ends.clock, 250, { asking: true });
    ends.peer.send(cutFrame.subarray(60_000));
    expect((await ends.viewer.nextFrame()).payload).toHaveLength(70_000);
    expect((await ends.viewer.nextFrame()).opcode).toBe(opcodes.close);
    expect((await left(ends)).closeSent).toBe(true);
  });

  it('is not sent into a frame: after 1 s the viewer is cut without a code', async () => {
    const ends = await inFrame();
    await ends.evict();
    ends.clock.advance(1_000);
    expect(await ends.viewer.closed()).toEqual({ close: null, how: 'fin' });
    const event = await ends.proxy.events.next(named('viewer.evicted'));
    expect(event).toMatchObject({ cause: 'operator', closeSent: false });
    expect(event).not.toHaveProperty('code');
    expect((await left(ends)).closeSent).toBe(false);
    expect(ends.viewer.frames.all).toEqual([]);
    expect((await ends.peer.closed()).close).toEqual(toBackend);
  });

  it('is not sent into a frame when the proxy stops', async () => {
    const ends = await inFrame();
    const stopped = ends.proxy.control.command({ do: 'stop', now: false });
    ends.clock.advance(1_000);
    expect(await ends.viewer.closed()).toEqual({ close: null, how: 'fin' });
    expect(await left(ends)).toMatchObject({ cause: 'shutdown', closeSent: false });
    expect((await ends.peer.closed()).close?.code).toBe(1001);
    expect(await stopped).toEqual({ ok: true });
  });

  it("is not sent into a viewer's frame either", async () => {
    const ends = await pair();
    const whole = frame({ opcode: opcodes.binary, payload: Buffer.alloc(70_000), masked: true });
    ends.viewer.send(whole.subarray(0, 60_000));
    await until('a part has come', () => ends.peer.bytesRead >= 60_000);
    ends.viewer.answerClose = false;
    await ends.evict();
    expect((await ends.viewer.nextFrame()).opcode).toBe(opcodes.close);
    ends.clock.advance(1_000);
    expect(await ends.peer.closed()).toEqual({ close: null, how: 'fin' });
    expect(ends.peer.frames.all).toEqual([]);
  });

  it('waits at most 1 s for the bytes ahead of it', async () => {
    const ends = await pair();
    ends.viewer.pause();
    const block = frame({ opcode: opcodes.binary, payload: Buffer.alloc(1024 * 1024) });
    await until('the viewer is full', async () => {
      ends.peer.send(block);
      return (await onlyRow(ends.proxy)).queuedBytes > 0;
    });
    await ends.evict();
    ends.clock.advance(1_000);
    expect(await left(ends)).toMatchObject({ cause: 'evicted', closeSent: false });
    ends.viewer.resume();
    expect(await ends.viewer.closed()).toEqual({ close: null, how: 'reset' });
  });

  it('is followed by no Ping, however long the viewer takes to answer', async () => {
    const ends = await pair({ viewer: { answerClose: false }, proxy: { pingIntervalMs: 100 } });
    await ends.evict();
    await ends.viewer.nextFrame(({ opcode }) => opcode === opcodes.close);
    ends.clock.advance(1_000);
    await turns();
    ends.clock.advance(1_000);
    expect((await ends.viewer.closed()).close).toEqual(evicted);
    expect(ends.viewer.frames.all.at(-1)?.opcode).toBe(opcodes.close);
  });

  it('ends reading: what a viewer says after its own Close goes nowhere', async () => {
    const ends = await pair({ backend: { answerClose: false } });
    sendClose(ends.viewer, { code: 1000, reason: '' });
    ends.viewer.sendFrame({ opcode: opcodes.text, payload: 'one more thing' });
    await ends.peer.nextFrame(({ opcode }) => opcode === opcodes.close);
    await left(ends);
    ends.clock.advance(2_000);
    await ends.peer.closed();
    expect(ends.peer.frames.all).toHaveLength(1);
  });

  it('does not wait for a backend that talks on after its Close, and loses its viewer nothing', async () => {
    const ends = await pair();
    ends.peer.sendFrame({ opcode: opcodes.text, payload: 'last words' });
    sendClose(ends.peer, { code: 4000, reason: 'done' });
    ends.peer.sendFrame({ opcode: opcodes.text, payload: 'one more thing' });
    expect((await ends.viewer.nextData()).payload.toString()).toBe('last words');
    expect(await ends.viewer.closed()).toEqual({
      close: { code: 4000, reason: 'done' },
      how: 'fin',
    });
    await ends.peer.closed();
    expect(await left(ends)).toMatchObject({ cause: 'backend-closed', closeSent: true });
  });
});
