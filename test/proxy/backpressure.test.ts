import { describe, expect, it } from 'vitest';
import { named } from '../support/events.ts';
import { FrameReader, opcodes } from '../support/frame-reader.ts';
import { frame, frameHeader } from '../support/frames.ts';
import type { RawPeer } from '../support/raw-peer.ts';
import { onlyRow, pair, pass, passUntil, turns, until } from './pair.ts';

type Pair = Awaited<ReturnType<typeof pair>>;

const KIB = 1024;

const block = frame({ opcode: opcodes.binary, payload: Buffer.alloc(64 * KIB, 'flood ') });

/** Sends without end, no faster than it is taken. */
const flood = (peer: RawPeer): void => {
  const { socket } = peer;
  const pour = (): void => {
    while (socket.writable && socket.write(block));
  };
  socket.on('drain', pour);
  pour();
};

/** The viewer reads nothing, and the proxy holds data for it. */
const floodUnread = async (ends: Pair): Promise<void> => {
  ends.viewer.pause();
  flood(ends.peer);
  await until('the viewer is full', async () => (await onlyRow(ends.proxy)).queuedBytes > 0);
};

/** Reads a viewer that is paused, and answers the Pings in what was read. */
const sipper = ({ viewer }: Pair) => {
  const reader = new FrameReader();
  return async (bytes: number): Promise<void> => {
    for (let left = bytes; left > 0;) {
      const { readableLength } = viewer.socket;
      const chunk = viewer.socket.read(Math.min(left, readableLength)) as Buffer | null;
      if (chunk === null) return;
      left -= chunk.length;
      for (const { opcode, payload } of reader.feed(chunk)) {
        if (opcode === opcodes.ping) viewer.sendFrame({ opcode: opcodes.pong, payload });
      }
      await turns(1);
    }
  };
};

const happened = ({ proxy }: Pair): readonly string[] =>
  proxy.events.all.map(({ event }) => event).filter((event) => event !== 'proxy.listening');

const bySeconds = { tickMs: 1_000, asking: true } as const;

describe('a viewer that reads nothing while its backend sends without end', () => {
  it('is shown as stuck, and evicted by the write deadline', async () => {
    const ends = await pair();
    await floodUnread(ends);
    const stuckAfter = await passUntil(ends, 'viewer.stuck', bySeconds);
    expect(stuckAfter).toBeGreaterThanOrEqual(5_000);
    const row = await onlyRow(ends.proxy);
    expect(row).toMatchObject({ state: 'stuck' });
    expect(row.stuckMs).toBeGreaterThanOrEqual(5_000);
    const { worst, sessions, totals } = await ends.proxy.snapshot();
    expect(worst.map(({ id }) => id)).toEqual([ends.admitted.viewer]);
    expect([sessions.rows[0]?.state, totals.stuck]).toEqual(['stuck', 1]);

    const evictedAfter = await passUntil(ends, 'viewer.evicted', bySeconds);
    expect(stuckAfter + evictedAfter).toBeGreaterThanOrEqual(20_000);
    const evicted = await ends.proxy.events.next(named('viewer.evicted'));
    expect(evicted).toMatchObject({ cause: 'write-timeout', viewers: 0, closeSent: false });
    expect(evicted).not.toHaveProperty('code');
    expect((await ends.peer.closed()).close).toEqual({ code: 1001, reason: 'viewer evicted' });
    ends.viewer.resume();
    expect(await ends.viewer.closed()).toEqual({ close: null, how: 'reset' });
  });

  it("counts the kernel's share of what waits", async () => {
    const ends = await pair();
    await floodUnread(ends);
    const inNode = (await onlyRow(ends.proxy)).queuedBytes;
    await pass(ends.clock, 4_000, bySeconds);
    const { queuedBytes, bytesToViewer } = await onlyRow(ends.proxy);
    expect(queuedBytes).toBeGreaterThan(inNode + 64 * KIB);
    expect(queuedBytes).toBeLessThan(bytesToViewer);
  });

  it('is well again when it reads', async () => {
    const ends = await pair();
    await floodUnread(ends);
    await passUntil(ends, 'viewer.stuck', bySeconds);
    ends.peer.socket.removeAllListeners('drain');
    ends.viewer.resume();
    await passUntil(ends, 'viewer.recovered', bySeconds);
    await pass(ends.clock, 60_000);
    expect(await onlyRow(ends.proxy)).toMatchObject({ state: 'ok', queuedBytes: 0, stuckMs: 0 });
  });
});

describe('a viewer that reads 64 KiB/s of what never ends', () => {
  it('stays, although it answers a Ping only when it gets there', async () => {
    const ends = await pair();
    await pass(ends.clock, 250);
    await until('it has answered', async () => (await onlyRow(ends.proxy)).rttMs !== null);
    await floodUnread(ends);
    const sip = sipper(ends);
    await pass(ends.clock, 150_000, { ...bySeconds, each: () => sip(64 * KIB) });
    expect(happened(ends)).not.toContain('viewer.evicted');
    const row = await onlyRow(ends.proxy);
    expect(row.rttMs).toBeGreaterThan(20_000);
    expect(row.bytesToViewer).toBeGreaterThan(150 * 64 * KIB);
  });
});

it('a viewer that took something during a pause of the whole process stays', async () => {
  const ends = await pair();
  await floodUnread(ends);
  const sip = sipper(ends);
  await pass(ends.clock, 4_000, bySeconds);
  for (let nth = 0; nth < 8; nth += 1) await sip(64 * KIB);
  ends.clock.advance(60_000);
  await pass(ends.clock, 1_000, bySeconds);
  expect(happened(ends)).not.toContain('viewer.evicted');
  expect((await ends.proxy.snapshot()).totals.viewers).toBe(1);
});

/** The viewer has answered a Ping, and reads nothing of what follows, all of which the kernel has. */
const burstUnread = async (ends: Pair, bytes: Buffer): Promise<void> => {
  await pass(ends.clock, 250);
  await until('it has answered', async () => (await onlyRow(ends.proxy)).rttMs !== null);
  ends.viewer.pause();
  ends.peer.send(bytes);
  await until('all is passed on', async () => {
    const { bytesToViewer, queuedBytes } = await onlyRow(ends.proxy);
    return bytesToViewer === bytes.length && queuedBytes === 0;
  });
};

describe("a burst that fits into the kernel's buffers, for a viewer that is gone", () => {
  const half = Buffer.concat(Array<Buffer>(8).fill(block));
  const claims = 4 * KIB * KIB;
  const unfinished = Buffer.concat([
    frameHeader({ opcode: opcodes.binary, claims }),
    Buffer.alloc(512 * KIB),
  ]);
  const tick = frame({ opcode: opcodes.text, payload: 'tick' });

  it.for([
    ['is ended by the write deadline', half, null],
    ['is ended by it also while a little more is sent every second', half, tick],
    ['is ended by it also in a frame that goes on, where no Ping goes in', unfinished, tick],
  ] as const)('%s', async ([, burst, more]) => {
    const ends = await pair();
    await burstUnread(ends, burst);
    const waited = await passUntil(ends, 'viewer.evicted', {
      ...bySeconds,
      each: () => more && ends.peer.send(more),
    });
    const evicted = await ends.proxy.events.next(named('viewer.evicted'));
    expect(evicted.cause).toBe('write-timeout');
    expect(waited).toBeGreaterThanOrEqual(20_000);
    expect(happened(ends)).toContain('viewer.stuck');
  });
});
