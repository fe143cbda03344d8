import { describe, expect, it } from 'vitest';
import { echoBackend } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { opcodes } from '../support/frame-reader.ts';
import { closing, frame, type FrameParts } from '../support/frames.ts';
import { withProxy } from '../support/proxy.ts';
import type { RawPeer } from '../support/raw-peer.ts';
import { closeOf, connectViewer, echo } from '../support/viewer.ts';
import { pair } from './pair.ts';

const protocolError = { code: 1002, reason: 'protocol error' };
const tooBig = { code: 1009, reason: 'message too big' };
const backendLost = { code: 1011, reason: 'backend lost' };
const viewerLost = { code: 1001, reason: 'viewer lost' };

const agreed = 'permessage-deflate';
const withDeflate = {
  backend: { extraHeaders: { 'Sec-WebSocket-Extensions': agreed } },
  viewer: { extensions: agreed },
};

type Offence = {
  readonly what: string;
  /** The last frame is the illegal one. */
  readonly frames: readonly FrameParts[];
  readonly deflate?: true;
};

const opened = { opcode: opcodes.text, fin: false, payload: 'a' };
const control = [
  ['Close', opcodes.close],
  ['Ping', opcodes.ping],
  ['Pong', opcodes.pong],
] as const;

const closeFrames = (): Offence[] => {
  const codes = [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535];
  const payloads = [
    ['a Close of one byte', Buffer.from([3])],
    ...codes.map((code) => [`close code ${code}`, closing(code, 'why')] as const),
  ] as const;
  return payloads.map(([what, payload]) => ({
    what,
    frames: [{ opcode: opcodes.close, payload }],
  }));
};

const OFFENCES: readonly Offence[] = [
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode) => ({
    what: `reserved opcode ${opcode}`,
    frames: [{ opcode, payload: 'x' }],
  })),
  ...(['rsv1', 'rsv2', 'rsv3'] as const).map((bit) => ({
    what: `reserved bit ${bit}`,
    frames: [{ opcode: opcodes.text, payload: 'x', [bit]: true }],
  })),
  { what: 'rsv1 on a Ping', deflate: true, frames: [{ opcode: opcodes.ping, rsv1: true }] },
  {
    what: 'rsv1 on a continuation',
    deflate: true,
    frames: [
      { ...opened, rsv1: true },
      { opcode: opcodes.continuation, rsv1: true },
    ],
  },
  ...control.flatMap(([name, opcode]) => [
    { what: `a ${name} in fragments`, frames: [{ opcode, fin: false }] },
    { what: `a ${name} of 126 bytes`, frames: [{ opcode, payload: 'x'.repeat(126) }] },
  ]),
  { what: 'a continuation of nothing', frames: [{ opcode: opcodes.continuation, payload: 'x' }] },
  {
    what: 'a continuation after the last one',
    frames: [opened, { opcode: opcodes.continuation }, { opcode: opcodes.continuation }],
  },
  { what: 'a new message inside another', frames: [opened, { opcode: opcodes.binary }] },
  { what: '125 bytes in 16 bits', frames: [{ opcode: opcodes.text, claims: 125, lengthBits: 16 }] },
  { what: '65535 bytes in 64 bits', frames: [{ opcode: 2, claims: 65_535, lengthBits: 64 }] },
  { what: '2^53 bytes', frames: [{ opcode: opcodes.binary, claims: 2n ** 53n }] },
  { what: '2^63 bytes', frames: [{ opcode: opcodes.binary, claims: 2n ** 63n }] },
  ...closeFrames(),
];

const cases = OFFENCES.map((offence) => [offence.what, offence] as const);

/** All but the last of the frames arrive, and of that one not a byte. */
const expectOnly = (to: RawPeer, frames: readonly FrameParts[]): void => {
  const passed = to.frames.all.map(({ opcode, payload }) => [opcode, payload.toString()]);
  expect(passed.slice(0, -1)).toEqual(
    frames.slice(0, -1).map(({ opcode, payload = '' }) => [opcode, payload]),
  );
  expect(passed.at(-1)?.[0]).toBe(opcodes.close);
};

const hello = { opcode: opcodes.text, payload: 'hello' };

describe('a viewer is closed with 1002 for', () => {
  it.for([
    ['a frame that is not masked', { what: '', frames: [{ ...hello, masked: false }] }] as const,
    ['a Ping that is not masked', { what: '', frames: [{ opcode: 9, masked: false }] }] as const,
    ...cases,
  ])('%s', async ([, { frames, deflate }]) => {
    const { proxy, viewer, peer } = await pair(deflate ? withDeflate : {});
    for (const one of [hello, ...frames]) viewer.sendFrame(one);
    // It is not waited for: what an offender says cannot be understood, its answer neither.
    expect(await viewer.closed()).toEqual({ close: protocolError, how: 'fin' });
    expect((await peer.closed()).close).toEqual(viewerLost);
    expectOnly(peer, [hello, ...frames]);
    expect(await proxy.events.next(named('viewer.left'))).toMatchObject({
      cause: 'protocol-error',
      ...protocolError,
      closeSent: true,
    });
    expect((await proxy.snapshot()).totals.viewers).toBe(0);
  });
});

describe('a backend is closed with 1002, and its viewer with 1011, for', () => {
  it.for([
    ['a frame that is masked', { what: '', frames: [{ ...hello, masked: true }] }] as const,
    ['a Ping that is masked', { what: '', frames: [{ opcode: 9, masked: true }] }] as const,
    ...cases,
  ])('%s', async ([, { frames, deflate }]) => {
    const { proxy, viewer, peer } = await pair(deflate ? withDeflate : {});
    for (const one of [hello, ...frames]) peer.sendFrame(one);
    expect((await peer.closed()).close).toEqual(protocolError);
    expect((await viewer.closed()).close).toEqual(backendLost);
    expectOnly(viewer, [hello, ...frames]);
    expect(await proxy.events.next(named('viewer.left'))).toMatchObject({
      cause: 'backend-lost',
      ...backendLost,
      closeSent: true,
    });
    expect((await proxy.snapshot()).totals.viewers).toBe(0);
  });
});

describe('the header of a frame', () => {
  it('is passed on only when it is whole and legal, however it comes', async () => {
    const { viewer, peer } = await pair();
    // Only the last byte of the length says that it is not in its shortest form.
    const bad = frame({ opcode: 2, claims: 65_535, lengthBits: 64, masked: true });
    for (let at = 0; at < bad.length; at += 1) {
      viewer.send(bad.subarray(at, at + 1));
      await viewer.flushed();
    }
    expect((await viewer.closed()).close).toEqual(protocolError);
    expect((await peer.closed()).close).toEqual(viewerLost);
    expect(peer.frames.all).toHaveLength(1);
  });

  it('may have rsv1 on the first frame of a message where compression was agreed', async () => {
    const { viewer, peer } = await pair(withDeflate);
    const parts = { opcode: opcodes.text, rsv1: true, payload: 'not looked at' };
    viewer.sendFrame(parts);
    peer.sendFrame(parts);
    expect(await peer.nextFrame()).toMatchObject({ rsv: 4, opcode: opcodes.text });
    expect(await viewer.nextFrame()).toMatchObject({ rsv: 4, opcode: opcodes.text });
  });
});

/** Payload lengths of a message's fragments. */
const message = (...lengths: readonly number[]): FrameParts[] =>
  lengths.map((length, nth) => ({
    opcode: nth === 0 ? opcodes.binary : opcodes.continuation,
    fin: nth === lengths.length - 1,
    payload: Buffer.alloc(length, 'm'),
  }));

describe('the limits of a message', () => {
  const proxy = { maxViewerMessage: 100_000, maxBackendMessage: 200_000 };
  const limits = { viewer: proxy.maxViewerMessage, backend: proxy.maxBackendMessage };

  it.for(['viewer', 'backend'] as const)('let a %s send exactly that much', async (side) => {
    const { viewer, peer } = await pair({ proxy });
    const [from, to] = side === 'viewer' ? [viewer, peer] : [peer, viewer];
    const most = limits[side];
    const sent = [
      ...message(most),
      ...message(most - 10, 10),
      ...message(0, most, 0),
      ...message(1, most - 2, 1),
      ...message(most),
    ];
    for (const one of sent) {
      from.sendFrame(one);
      // What does not belong to the message does not count.
      from.sendFrame({ opcode: opcodes.pong, payload: 'p'.repeat(125) });
    }
    for (const { opcode, fin, payload } of sent) {
      const passed = await to.nextData();
      expect([passed.opcode, passed.fin, passed.payload.length]).toEqual([
        opcode,
        fin,
        payload?.length,
      ]);
    }
  });

  const over = [
    ['in one frame', (most: number) => message(most + 1)],
    ['in its last fragment', (most: number) => message(most - 10, 11)],
    ['in a fragment of one byte', (most: number) => message(most, 1)],
    ['in many fragments', (most: number) => message(...Array<number>(10).fill(most / 10), 1)],
    ['after one that was legal', (most: number) => [...message(most), ...message(most + 1)]],
    ['that is only claimed', () => [{ opcode: opcodes.binary, claims: 2n ** 53n - 1n }]],
  ] as const;

  it.for(over)('end a viewer with 1009 for a byte more %s', async ([, frames]) => {
    const { proxy: running, viewer, peer } = await pair({ proxy });
    const sent = frames(limits.viewer);
    for (const one of sent) viewer.sendFrame(one);
    expect((await viewer.closed()).close).toEqual(tooBig);
    expect((await peer.closed()).close).toEqual(viewerLost);
    expect(peer.frames.all).toHaveLength(sent.length);
    expect(await running.events.next(named('viewer.left'))).toMatchObject({
      cause: 'message-too-big',
      ...tooBig,
      closeSent: true,
    });
  });

  it.for(over)('end a backend with 1009 for a byte more %s', async ([, frames]) => {
    const { proxy: running, viewer, peer } = await pair({ proxy });
    const sent = frames(limits.backend);
    for (const one of sent) peer.sendFrame(one);
    expect((await peer.closed()).close).toEqual(tooBig);
    expect((await viewer.closed()).close).toEqual(backendLost);
    expect(viewer.frames.all).toHaveLength(sent.length);
    expect(await running.events.next(named('viewer.left'))).toMatchObject({
      cause: 'backend-lost',
      ...backendLost,
      closeSent: true,
    });
  });

  it('count what is on the wire, so that a compressed message may be longer', async () => {
    const backend = await echoBackend({ deflate: true });
    const running = await withProxy({ backend: backend.template, maxBackendMessage: 64 * 1024 });
    const viewer = await connectViewer(running.url('a'), { perMessageDeflate: { threshold: 0 } });
    expect(await echo(viewer, 'long '.repeat(200_000))).toBeGreaterThan(0);
  });
});

it('an offender gives its slot back, and the other viewers go on', async () => {
  const backend = await echoBackend();
  const clock = new FakeClock();
  const proxy = await withProxy({ backend: backend.template, cap: 2 }, { clock });
  const other = await connectViewer(proxy.url('a'));
  const big = await connectViewer(proxy.url('a'));
  big.send(Buffer.alloc(256 * 1024 + 1));
  await proxy.events.next(named('viewer.left'));
  expect(await closeOf(big)).toEqual(tooBig);
  const next = await connectViewer(proxy.url('a'));
  await echo(next, Buffer.alloc(256 * 1024));
  await echo(other, 'still here');
});
