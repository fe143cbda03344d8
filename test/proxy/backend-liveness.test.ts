import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { kernelKey, readKernelQueues } from '../../src/proxy/kernel-queues.ts';
import { onCleanup } from '../support/cleanup.ts';
import { named } from '../support/events.ts';
import { type Frame, opcodes } from '../support/frame-reader.ts';
import { frame, frameHeader } from '../support/frames.ts';
import { testCertificate } from '../support/test-certificate.ts';
import { fillBackend, onlyRow, pair, pass, passUntil, turns, until } from './pair.ts';

type Pair = Awaited<ReturnType<typeof pair>>;

const HOUR_MS = 3_600_000;
const mute = { answerPings: false } as const;
const lost = { code: 1011, reason: 'backend lost' };

const isPing = ({ opcode }: Frame): boolean => opcode === opcodes.ping;
const pingsAt = ({ peer }: Pair): readonly Frame[] => peer.frames.all.filter(isPing);
const viewersOf = async ({ proxy }: Pair): Promise<number> =>
  (await proxy.snapshot()).totals.viewers;

/** The first Ping of the proxy has reached the backend. */
const asked = async (ends: Pair): Promise<Buffer> => {
  await pass(ends.clock, 15_000);
  return (await ends.peer.nextFrame(isPing)).payload;
};

describe('a silent backend over TCP', () => {
  it('that answers Pings stays, and its Pongs reach nobody', async () => {
    const ends = await pair();
    await pass(ends.clock, 14_750);
    expect(ends.peer.frames.all).toEqual([]);
    await pass(ends.clock, 250);
    const first = await ends.peer.nextFrame();
    expect(first).toMatchObject({ opcode: opcodes.ping, masked: true, fin: true });
    await pass(ends.clock, 300_000, { tickMs: 1_000 });
    expect(await viewersOf(ends)).toBe(1);
    const payloads = pingsAt(ends).map(({ payload }) => payload.toString('hex'));
    expect(payloads.length).toBeGreaterThanOrEqual(18);
    expect(payloads.length).toBeLessThanOrEqual(21);
    expect(new Set(payloads).size).toBe(payloads.length);
    expect(payloads.every((payload) => payload.length === 16)).toBe(true);
    expect(ends.viewer.frames.all.every(isPing)).toBe(true);
  });

  it.for(['reads', 'reads nothing'])(
    'that never answers is lost at the pong timeout though it %s',
    async (how) => {
      const ends = await pair({ backend: mute });
      if (how === 'reads nothing') ends.peer.pause();
      await pass(ends.clock, 44_750);
      expect(await viewersOf(ends)).toBe(1);
      await pass(ends.clock, 250, { asking: true });
      const left = await ends.proxy.events.next(named('viewer.left'));
      expect(left).toMatchObject({ cause: 'backend-lost', ...lost, closeSent: true });
      expect(await ends.viewer.closed()).toEqual({ close: lost, how: 'fin' });
      ends.peer.resume();
      expect((await ends.peer.closed()).how).toBe('reset');
      expect(ends.proxy.events.all.filter(named('viewer.evicted'))).toEqual([]);
    },
  );

  it('that says something now and then stays, whether or not it answers', async () => {
    const ends = await pair({ backend: mute });
    for (let nth = 0; nth < 6; nth += 1) {
      await pass(ends.clock, 40_000, { tickMs: 1_000 });
      ends.peer.sendFrame({ opcode: opcodes.text, payload: 'still here' });
      await ends.viewer.nextData();
    }
    expect(await viewersOf(ends)).toBe(1);
    expect(pingsAt(ends).length).toBeGreaterThanOrEqual(6);
  });

  it('whose answer came while the loop was busy stays', async () => {
    const ends = await pair({ backend: mute });
    const payload = await asked(ends);
    ends.peer.sendFrame({ opcode: opcodes.pong, payload });
    ends.clock.advance(HOUR_MS);
    await turns();
    expect(await viewersOf(ends)).toBe(1);
  });

  it('that nobody could ask while the loop was busy is asked and not lost', async () => {
    const ends = await pair({ backend: mute });
    ends.clock.advance(HOUR_MS);
    await ends.peer.nextFrame(isPing);
    await pass(ends.clock, 29_500);
    expect(await viewersOf(ends)).toBe(1);
    await passUntil(ends, 'viewer.left');
  });

  it('is asked over TLS too', async () => {
    const before = getCACertificates('default');
    setDefaultCACertificates([...before, testCertificate.cert]);
    onCleanup(() => setDefaultCACertificates(before));
    const ends = await pair({ backend: { on: 'tls' } });
    await asked(ends);
    await pass(ends.clock, 60_000, { tickMs: 1_000 });
    expect(await viewersOf(ends)).toBe(1);
    ends.peer.answerPings = false;
    await passUntil(ends, 'viewer.left', { tickMs: 1_000, asking: true });
  });
});

describe('silence is no fault and nobody is asked', () => {
  it.for([
    ['at a Unix socket', { backend: { ...mute, on: 'unix' as const } }],
    ['with an interval of 0', { backend: mute, proxy: { backendPingIntervalMs: 0 } }],
  ] as const)('%s', async ([, options]) => {
    const ends = await pair(options);
    await pass(ends.clock, 10 * 60_000, { tickMs: 5_000 });
    expect(await viewersOf(ends)).toBe(1);
    expect(ends.peer.frames.all).toEqual([]);
  });
});

describe('Pongs', () => {
  it("to the viewer's own Ping pass, and no Ping of ours comes between", async () => {
    const ends = await pair({ backend: mute });
    ends.viewer.sendFrame({ opcode: opcodes.ping, payload: 'of the viewer' });
    expect((await ends.peer.nextFrame()).payload.toString()).toBe('of the viewer');
    await pass(ends.clock, 40_000, { tickMs: 1_000 });
    expect(ends.peer.frames.left).toEqual([]);
    ends.peer.sendFrame({ opcode: opcodes.pong, payload: 'of the viewer' });
    const pong = await ends.viewer.nextFrame(({ opcode }) => opcode === opcodes.pong);
    expect(pong.payload.toString()).toBe('of the viewer');
    await pass(ends.clock, 15_000);
    expect((await ends.peer.nextFrame()).payload).toHaveLength(8);
  });

  it('to ours are taken out once; the same again passes', async () => {
    const ends = await pair({ backend: mute });
    const payload = await asked(ends);
    for (const _ of [1, 2]) ends.peer.sendFrame({ opcode: opcodes.pong, payload });
    ends.peer.sendFrame({ opcode: opcodes.text, payload: 'behind them' });
    await ends.viewer.nextData();
    const pongs = ends.viewer.frames.all.filter(({ opcode }) => opcode === opcodes.pong);
    expect(pongs.map((pong) => pong.payload)).toEqual([payload]);
  });

  it("of the viewer to a Ping of the backend's own pass", async () => {
    const ends = await pair();
    ends.peer.sendFrame({ opcode: opcodes.ping, payload: 'of the backend' });
    const pong = await ends.peer.nextFrame(({ opcode }) => opcode === opcodes.pong);
    expect(pong.payload.toString()).toBe('of the backend');
  });

  it('nobody asked for pass by the thousand, in order, and are life', async () => {
    const ends = await pair({ backend: mute });
    const payload = await asked(ends);
    await pass(ends.clock, 29_000, { tickMs: 1_000 });
    const flood = Array.from({ length: 20_000 }, (_, nth) =>
      frame({ opcode: opcodes.pong, payload: `${nth}` }),
    );
    const own = frame({ opcode: opcodes.pong, payload });
    ends.peer.send(Buffer.concat([...flood.slice(0, 10_000), own, ...flood.slice(10_000)]));
    ends.peer.sendFrame({ opcode: opcodes.text, payload: 'behind them' });
    await ends.viewer.nextData();
    const pongs = ends.viewer.frames.all.filter(({ opcode }) => opcode === opcodes.pong);
    expect(pongs.map((pong) => pong.payload.toString())).toEqual(
      Array.from({ length: 20_000 }, (_, nth) => `${nth}`),
    );
    await pass(ends.clock, 14_000);
    expect(await viewersOf(ends)).toBe(1);
  });
});

/** The kernel holds bytes for the backend and Node none. */
const fillKernel = async (ends: Pair): Promise<void> => {
  if (process.platform !== 'linux') {
    throw new Error('what the kernel holds is read from /proc/net/tcp: run this test on Linux');
  }
  ends.peer.pause();
  const { socket } = ends.peer;
  const { localAddress, localPort, remoteAddress, remotePort } = socket;
  const turned = { localAddress: remoteAddress, localPort: remotePort };
  const key = kernelKey({
    ...turned,
    remoteAddress: localAddress,
    remotePort: localPort,
  } as typeof socket);
  const one = frame({ opcode: opcodes.binary, payload: Buffer.alloc(128_000), masked: true });
  let sent = 0;
  let before = 0;
  await until('the kernel holds something', async () => {
    const { bytesToBackend } = await onlyRow(ends.proxy);
    const queued = (await readKernelQueues(new Set([key ?? '']))).get(key ?? '')?.bytes ?? 0;
    // So much that it is not for a moment only that the far side has no room.
    const isFull = queued > 500_000;
    if (isFull && queued === before) return true;
    before = queued;
    if (!isFull && bytesToBackend === sent * one.length) {
      ends.viewer.send(one);
      sent += 1;
    }
    return false;
  });
};

describe('a Ping that cannot reach the backend', () => {
  it("because the viewer is in the middle of a frame waits for its end, and is nobody's fault", async () => {
    const ends = await pair({ backend: mute, viewer: mute });
    const slice = Buffer.alloc(100);
    const header = frameHeader({ opcode: opcodes.binary, claims: 1_000, masked: true });
    ends.viewer.send(header);
    for (let nth = 0; nth < 9; nth += 1) {
      ends.viewer.send(slice);
      await pass(ends.clock, 20_000, { tickMs: 10_000, asking: true });
    }
    expect(await viewersOf(ends)).toBe(1);
    expect(ends.peer.bytesRead).toBe(header.length + 900);
    const text = frame({ opcode: opcodes.text, payload: 'next', masked: true });
    ends.viewer.send(Buffer.concat([slice, text]));
    const frames = [await ends.peer.nextFrame(), await ends.peer.nextFrame()];
    expect(frames.map(({ opcode }) => opcode)).toEqual([opcodes.binary, opcodes.ping]);
    expect((await ends.peer.nextFrame()).payload.toString()).toBe('next');
  });

  it('because the kernel holds bytes ahead of it leaves it to the write deadline', async () => {
    const patient = await pair({ proxy: { writeTimeoutMs: HOUR_MS } });
    await fillKernel(patient);
    await pass(patient.clock, 120_000, { tickMs: 10_000, asking: true });
    expect(await viewersOf(patient)).toBe(1);

    const strict = await pair();
    await fillKernel(strict);
    // The pong timeout alone would begin anew with every look at what waits, and never end. How
    // soon the kernel is asked is a matter of the machine, while this clock goes on.
    const waited = await passUntil(strict, 'viewer.left', { tickMs: 5_000, asking: true });
    expect(waited).toBeGreaterThanOrEqual(20_000);
    await strict.proxy.events.next(named('viewer.left', { cause: 'backend-lost' }));
  });

  it('because Node holds bytes ahead of it is put in once', async () => {
    const ends = await pair({ proxy: { writeTimeoutMs: HOUR_MS } });
    const sent = await fillBackend(ends);
    await pass(ends.clock, 120_000, { tickMs: 5_000, asking: true });
    expect(await viewersOf(ends)).toBe(1);
    ends.peer.resume();
    for (let nth = 0; nth < sent; nth += 1) await ends.peer.nextData();
    await turns(10);
    expect(pingsAt(ends)).toHaveLength(1);
  });
});
