/**
 * Frames that break RFC 6455 in every place where they can, from a viewer and from a backend. One
 * frame of each kind, alone on its proxy, is in `frame-rules.test.ts`.
 */
import { describe, expect, it } from 'vitest';
import { opcodes } from '../support/frame-reader.ts';
import { closing, frame, frameHeader, type FrameParts } from '../support/frames.ts';
import { connectRaw } from '../support/raw-viewer.ts';
import { named } from '../support/events.ts';
import { rawBackend } from '../support/backends.ts';
import { withProxy } from '../support/proxy.ts';
import { caught, arenaWith, type Offender, outcomeOf, sidesOf } from './arena.ts';

const { continuation, text, binary, close, ping, pong } = opcodes;
const OFFENDERS: readonly Offender[] = ['viewer', 'backend'];

/** What RFC 6455 5.2 says about a frame's first byte, bit by bit. */
const isLegal = (byte: number, deflate: boolean, midMessage: boolean): boolean => {
  const opcode = byte % 16;
  const [fin, rsv1, rsv2, rsv3] = [128, 64, 32, 16].map((bit) => (byte & bit) === bit);
  if (rsv2 || rsv3 || ![0, 1, 2, 8, 9, 10].includes(opcode)) return false;
  if (rsv1 && !(deflate && (opcode === 1 || opcode === 2))) return false;
  return opcode >= 8 ? fin === true : (opcode === 0) === midMessage;
};

const partsOf = (byte: number): FrameParts => ({
  opcode: byte % 16,
  fin: (byte & 128) !== 0,
  rsv1: (byte & 64) !== 0,
  rsv2: (byte & 32) !== 0,
  rsv3: (byte & 16) !== 0,
  // Whoever took a reserved opcode for a Close would find nothing wrong.
  payload: byte % 16 >= close ? closing(1000) : 'x',
});

const opened: FrameParts = { opcode: text, fin: false, payload: 'begun' };

describe.each(OFFENDERS)('of the 256 first bytes that a frame of a %s may have', (offender) => {
  it.each([
    ['before a message', false, false],
    ['inside a message', false, true],
    ['before a message, with compression', true, false],
    ['inside a message, with compression', true, true],
  ])('%s, the legal ones pass and the others end it', async (_when, deflate, midMessage) => {
    const arena = await arenaWith(deflate);
    const before = midMessage ? ['1:5'] : [];
    const outcomes = Array.from(Array(256).keys(), async (byte) => {
      const ends = await arena.enter();
      const [from, to] = sidesOf(ends, offender);
      if (midMessage) from.sendFrame(opened);
      from.sendFrame(partsOf(byte));
      if (!isLegal(byte, deflate, midMessage)) return outcomeOf(arena, ends, offender);
      if (midMessage) await to.nextFrame();
      const { fin, rsv, opcode } = await to.nextFrame();
      from.destroy();
      return (fin ? 128 : 0) + rsv * 16 + opcode;
    });
    const expected = Array.from(Array(256).keys(), (byte) =>
      isLegal(byte, deflate, midMessage) ? byte : caught(offender, before),
    );
    expect(await Promise.all(outcomes)).toEqual(expected);
    // 3 control frames; of data a continuation or two opcodes, whole or not, RSV1 set or not.
    const data = midMessage ? 2 : deflate ? 8 : 4;
    expect(expected.filter((one) => typeof one === 'number')).toHaveLength(3 + data);
    await arena.backend.tally.until((tally) => tally.open('s1') === 0, 'the last one to go');
    expect((await arena.proxy.snapshot()).totals.viewers).toBe(0);
  });
});

type Row = readonly [what: string, frames: readonly FrameParts[], code?: 1009];

const hello: FrameParts = { opcode: text, payload: 'hello' };

/** Lengths that a header may not have; the last frame of each is the one. */
const lengths: readonly Row[] = [
  ...[0, 1, 125].map((claims): Row => [
    `${claims} in 16 bits`,
    [hello, { opcode: binary, claims, lengthBits: 16 }],
  ]),
  ...[0, 1, 125, 126, 65_535].map((claims): Row => [
    `${claims} in 64 bits`,
    [hello, { opcode: binary, claims, lengthBits: 64 }],
  ]),
  ...[2n ** 53n, 2n ** 62n, 2n ** 63n, 2n ** 64n - 1n].flatMap((claims): Row[] => [
    [`${claims} in a message`, [hello, { opcode: text, claims }]],
    [`${claims} in a fragment`, [opened, { opcode: continuation, claims }]],
  ]),
  ['2^53 - 1', [hello, { opcode: binary, claims: 2n ** 53n - 1n }], 1009],
  ['2^32', [hello, { opcode: binary, claims: 2n ** 32n }], 1009],
  ...[close, ping, pong].flatMap((opcode): Row[] => [
    [`126 in control frame ${opcode}`, [hello, { opcode, claims: 126 }]],
    [`5 in 16 bits in control frame ${opcode}`, [hello, { opcode, claims: 5, lengthBits: 16 }]],
    [`65536 in control frame ${opcode}`, [hello, { opcode, claims: 65_536 }]],
    [`2^63 in control frame ${opcode}`, [opened, { opcode, claims: 2n ** 63n }]],
    [`none, in a fragment of control frame ${opcode}`, [opened, { opcode, fin: false }]],
  ]),
];

const masks = (offender: Offender): readonly Row[] =>
  [continuation, text, binary, close, ping, pong].flatMap((opcode): Row[] => {
    const masked = offender === 'backend';
    const before = opcode === continuation ? opened : hello;
    return [
      [`opcode ${opcode}, whole`, [before, { opcode, payload: closing(1000), masked }]],
      [`opcode ${opcode}, empty`, [before, { opcode, masked }]],
      [`opcode ${opcode}, of 16 bits`, [before, { opcode, claims: 126, lengthBits: 16, masked }]],
    ];
  });

const out = (offender: Offender, [, frames, code]: Row) => {
  const [before] = frames;
  return caught(offender, [`${before?.opcode}:${String(before?.payload).length}`], code);
};

describe.each(OFFENDERS)('a %s', (offender) => {
  it.each([
    ['illegal lengths', lengths],
    ['a mask where none may be, or none where one must', masks(offender)],
  ])('with %s is caught before a byte of the header is passed on', async (_what, rows) => {
    const arena = await arenaWith();
    const outcomes = rows.map(async (row) => {
      const ends = await arena.enter();
      const [from] = sidesOf(ends, offender);
      for (const parts of row[1]) from.sendFrame(parts);
      return [row[0], await outcomeOf(arena, ends, offender)];
    });
    expect(await Promise.all(outcomes)).toEqual(rows.map((row) => [row[0], out(offender, row)]));
    expect((await arena.proxy.snapshot()).totals.viewers).toBe(0);
  });

  it('that announces more than comes takes nobody in with what is inside of it', async () => {
    const arena = await arenaWith();
    const ends = await arena.enter();
    const [from, to] = sidesOf(ends, offender);
    const masked = offender === 'viewer';
    const inside = frame({ opcode: close, payload: closing(1000, 'not a Close'), masked });
    from.send(Buffer.concat([frameHeader({ opcode: binary, claims: 100, masked }), inside]));
    from.socket.end();
    // Its end comes in the middle of a frame, where no Close can be put.
    expect((await to.closed()).close).toBeNull();
    expect(to.frames.all).toEqual([]);
    expect(await arena.proxy.events.next(named('viewer.left'))).toMatchObject({
      cause: `${offender}-lost`,
    });
  });

  it('that announces less than comes is caught by what follows', async () => {
    const arena = await arenaWith();
    const ends = await arena.enter();
    const [from] = sidesOf(ends, offender);
    const masked = offender === 'viewer';
    const header = frameHeader({ opcode: binary, claims: 3, masked });
    from.send(Buffer.concat([header, Buffer.alloc(3), Buffer.alloc(20, 0xff)]));
    expect(await outcomeOf(arena, ends, offender)).toEqual(caught(offender, ['2:3']));
  });

  const more: readonly (readonly [string, FrameParts])[] = [
    ['a message', hello],
    ['another Close', { opcode: close, payload: closing(4000, 'again') }],
    ['a Ping', { opcode: ping, payload: 'x' }],
    ['an illegal frame', { opcode: 3 }],
    ['a frame that is too big', { opcode: binary, claims: 2n ** 40n }],
  ];

  it.each(more)('that sends %s behind its Close is not heard any more', async (_what, parts) => {
    const arena = await arenaWith();
    for (const inOnePacket of [true, false]) {
      const ends = await arena.enter();
      const [from, to] = sidesOf(ends, offender);
      const masked = offender === 'viewer';
      const first = frame({ opcode: close, payload: closing(3000, 'bye'), masked });
      const second = frame({ ...parts, masked });
      if (inOnePacket) from.send(Buffer.concat([first, second]));
      else {
        to.answerClose = false;
        from.send(first);
        await to.nextFrame(({ opcode }) => opcode === close);
        from.send(second);
        await from.flushed();
        to.sendFrame({ opcode: close, payload: closing(3000, 'bye') });
        if (offender === 'viewer') to.socket.end();
      }
      expect((await to.closed()).close).toEqual({ code: 3000, reason: 'bye' });
      expect((await from.closed()).close).toEqual({ code: 3000, reason: 'bye' });
      expect(to.frames.all).toHaveLength(1);
      expect(await arena.proxy.events.next(named('viewer.left'))).toMatchObject({
        cause: `${offender}-closed`,
        code: 3000,
      });
    }
  });

  it('may send 65,536 fragments without payload in one message, and not one more', async () => {
    const arena = await arenaWith();
    const ends = await arena.enter();
    const [from, to] = sidesOf(ends, offender);
    const masked = offender === 'viewer';
    const empty = (opcode: number) => frame({ opcode, fin: false, masked });
    const more = Array<Buffer>(65_535).fill(empty(continuation));
    from.send(Buffer.concat([empty(text), ...more]));
    from.sendFrame({ opcode: ping, payload: 'all passed' });
    await to.nextFrame(({ opcode }) => opcode === ping);
    from.send(empty(continuation));
    const passed = Array<string>(65_537).fill('0:0').fill('1:0', 0, 1).fill('9:10', -1);
    expect(await outcomeOf(arena, ends, offender)).toEqual(caught(offender, passed, 1009));
  });
});

describe('illegal frames', () => {
  it('of both ends at the same time end it once', async () => {
    const arena = await arenaWith();
    const all = await Promise.all(Array.from({ length: 50 }, () => arena.enter()));
    for (const { viewer, peer } of all) {
      viewer.sendFrame({ opcode: 3 });
      peer.sendFrame({ opcode: 3 });
    }
    await Promise.all(all.flatMap(({ viewer, peer }) => [viewer.closed(), peer.closed()]));
    const left = arena.proxy.events.all.filter(named('viewer.left'));
    expect(new Set(left.map(({ session }) => session)).size).toBe(50);
    expect(left).toHaveLength(50);
    for (const { viewer, peer } of all) {
      expect(viewer.frames.all.map(({ opcode }) => opcode)).toEqual([close]);
      expect(peer.frames.all.map(({ opcode }) => opcode)).toEqual([close]);
    }
    expect((await arena.proxy.snapshot()).totals.viewers).toBe(0);
  });

  it.each([
    ['a viewer', 1002, 'protocol-error'],
    ['a backend', 1011, 'backend-lost'],
  ] as const)('of %s that come with its handshake end it too', async (who, code, cause) => {
    const bad = frame({ opcode: 5, payload: 'x', masked: who === 'a viewer' });
    const backend = await rawBackend(who === 'a backend' ? { early: bad } : {});
    const proxy = await withProxy({ backend: backend.template });
    const viewer = connectRaw(proxy.url('a'), who === 'a viewer' ? { early: bad } : {});
    expect((await viewer.closed()).close?.code).toBe(code);
    expect(await proxy.events.next(named('viewer.left'))).toMatchObject({ cause, code });
    expect(viewer.frames.all).toHaveLength(1);
    const { peer } = await backend.connections.next();
    expect((await peer.closed()).close?.code).toBe(who === 'a viewer' ? 1001 : 1002);
    expect(peer.frames.all).toHaveLength(1);
  });
});
