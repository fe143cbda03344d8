import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { echoBackend, type Where } from '../support/backends.ts';
import { privateDirectory } from '../support/backend-server.ts';
import { type Frame, opcodes } from '../support/frame-reader.ts';
import { withProxy } from '../support/proxy.ts';
import { trustTestCertificate } from '../support/test-certificate.ts';
import { connectViewer, echo, received } from '../support/viewer.ts';
import { onlyRow, pair, pairOn } from './pair.ts';
import { digestOf, FrameDigest, framesOf, pour, readFrames } from './traffic.ts';

const MIB = 1024 * 1024;

const isPing = ({ opcode }: Frame): boolean => opcode === opcodes.ping;

type Pair = Awaited<ReturnType<typeof pair>>;

/** What both ends sent, and what the other ends got. */
const relayBothWays = async ({ viewer, peer }: Pair, bytes: number) => {
  const up = pour(viewer, framesOf({ seed: 7, bytes, masked: true, longest: 256 * 1024 }));
  const down = pour(peer, framesOf({ seed: 8, bytes, masked: false, longest: MIB }));
  const got = {
    up: digestOf(peer, async () => (await up).bytes),
    down: digestOf(viewer, async () => (await down).bytes),
  };
  return {
    sent: { up: await up, down: await down },
    got: { up: await got.up, down: await got.down },
  };
};

describe('frames arrive as they were sent', () => {
  it('64 MiB each way, text and binary, in frames and fragments of any size', async () => {
    const ends = await pair();
    const { sent, got } = await relayBothWays(ends, 64 * MIB);
    expect(got).toEqual(sent);
    const row = await onlyRow(ends.proxy);
    expect(row.bytesToViewer).toBeGreaterThan(64 * MIB);
    expect(row.bytesToBackend).toBeGreaterThan(64 * MIB);
  });

  it.for<Where>(['tls', 'unix', { sessions: ['a'] }])('with a backend on %o', async (on) => {
    trustTestCertificate();
    const { sent, got } = await relayBothWays(await pair({ backend: { on } }), 4 * MIB);
    expect(got).toEqual(sent);
  });

  it('with viewers that come through a Unix socket', async () => {
    const socketPath = `${await privateDirectory()}/proxy.sock`;
    const ends = await pair({ proxy: { listen: { socketPath } } });
    const { sent, got } = await relayBothWays(ends, 4 * MIB);
    expect(got).toEqual(sent);
  });

  it('with bytes of both sides that come with the handshake, in order', async () => {
    const made = [...framesOf({ seed: 3, bytes: 100_000, masked: false, longest: 9_000 })];
    const early = Buffer.concat(made.slice(0, 5));
    const masked = [...framesOf({ seed: 4, bytes: 100_000, masked: true, longest: 9_000 })];
    const ends = await pair({
      backend: { early },
      viewer: { early: Buffer.concat(masked.slice(0, 5)) },
    });
    for (const one of made.slice(5)) ends.peer.send(one);
    for (const one of masked.slice(5)) ends.viewer.send(one);
    for (const [peer, sent] of [
      [ends.viewer, made],
      [ends.peer, masked],
    ] as const) {
      for (const frame of readFrames(Buffer.concat(sent))) {
        expect(await peer.nextFrame()).toEqual(frame);
      }
    }
  });

  it('one byte at a time', async () => {
    const { viewer, peer: backend } = await pair();
    const sent = Buffer.concat([...framesOf({ seed: 5, bytes: 600, masked: true, longest: 200 })]);
    for (let at = 0; at < sent.length; at += 1) {
      viewer.send(sent.subarray(at, at + 1));
      await viewer.flushed();
    }
    for (const frame of readFrames(sent)) expect(await backend.nextFrame()).toEqual(frame);
  });
});

describe("the proxy's own Pings", () => {
  it('go in between the frames of a backend that never ends a chunk with one', async () => {
    const { viewer, peer } = await pairOn({
      clock: systemClock,
      proxy: { pingIntervalMs: 50, pongTimeoutMs: 10_000 },
    });
    const sent = new FrameDigest();
    const mixture = { bytes: 4 * MIB, masked: false, longest: 4 * MIB, controlFrames: false };
    const frames = function* () {
      for (let seed = 1; viewer.frames.all.filter(isPing).length < 8; seed += 1) {
        for (const one of framesOf({ ...mixture, seed })) {
          for (const frame of readFrames(one)) sent.add(frame);
          yield one;
        }
      }
    };
    await pour(peer, frames(), 333_333);
    peer.sendFrame({ opcode: opcodes.pong, payload: 'the end' });
    await viewer.nextFrame(({ opcode }) => opcode === opcodes.pong);
    const got = new FrameDigest();
    const passed = viewer.frames.all.filter((one) => !isPing(one));
    for (const one of passed.slice(0, -1)) got.add(one);
    expect(got.frames).toBe(sent.frames);
    expect(got.end()).toBe(sent.end());
  });

  it('carry 8 random bytes, and their Pongs never reach the backend', async () => {
    const { viewer, peer } = await pairOn({
      clock: systemClock,
      proxy: { pingIntervalMs: 20 },
    });
    const payloads = new Set<string>();
    for (let nth = 0; nth < 6; nth += 1) {
      const ping = await viewer.nextFrame(isPing);
      expect(ping).toMatchObject({ fin: true, rsv: 0, masked: false });
      expect(ping.payload).toHaveLength(8);
      payloads.add(ping.payload.toString('hex'));
    }
    expect(payloads.size).toBe(6);
    viewer.sendFrame({ opcode: opcodes.text, payload: 'after the pongs' });
    expect((await peer.nextFrame()).payload.toString()).toBe('after the pongs');
    expect(peer.frames.all).toHaveLength(1);
  });

  it('are answered once: the same Pong again passes, as does one that answers nothing', async () => {
    const { clock, viewer, peer } = await pair({ viewer: { answerPings: false } });
    clock.advance(250);
    const { payload } = await viewer.nextFrame(isPing);
    viewer.sendFrame({ opcode: opcodes.pong, payload: 'unasked' });
    viewer.sendFrame({ opcode: opcodes.pong, payload });
    viewer.sendFrame({ opcode: opcodes.pong, payload });
    viewer.sendFrame({ opcode: opcodes.pong });
    expect((await peer.nextFrame()).payload.toString()).toBe('unasked');
    expect((await peer.nextFrame()).payload).toEqual(payload);
    expect((await peer.nextFrame()).payload).toHaveLength(0);
  });
});

describe('control frames of the two ends pass', () => {
  it("the backend's Ping reaches the viewer, and the viewer's Pong the backend", async () => {
    const { viewer, peer: backend } = await pair();
    backend.sendFrame({ opcode: opcodes.ping, payload: 'are you there' });
    expect((await viewer.nextFrame()).opcode).toBe(opcodes.ping);
    const pong = await backend.nextFrame();
    expect([pong.opcode, pong.payload.toString()]).toEqual([opcodes.pong, 'are you there']);
  });

  it("the viewer's Ping reaches the backend, and the backend's Pong the viewer", async () => {
    const { viewer, peer: backend } = await pair();
    viewer.sendFrame({ opcode: opcodes.ping, payload: 'are you there' });
    expect((await backend.nextFrame()).opcode).toBe(opcodes.ping);
    const pong = await viewer.nextFrame();
    expect([pong.opcode, pong.payload.toString()]).toEqual([opcodes.pong, 'are you there']);
  });

  it('in the middle of a fragmented message, and a Pong that nobody asked for', async () => {
    const { viewer, peer: backend } = await pair();
    const parts = [
      { opcode: opcodes.text, fin: false, payload: 'one' },
      { opcode: opcodes.pong, payload: 'unasked' },
      { opcode: opcodes.continuation, fin: false },
      { opcode: opcodes.pong, payload: '' },
      { opcode: opcodes.continuation, payload: 'two' },
    ];
    for (const [from, to] of [
      [viewer, backend],
      [backend, viewer],
    ] as const) {
      for (const one of parts) from.sendFrame(one);
      for (const { opcode, fin = true, payload = '' } of parts) {
        const frame = await to.nextFrame();
        expect({ ...frame, payload: frame.payload.toString() }).toMatchObject({
          opcode,
          fin,
          payload,
        });
      }
    }
  });
});

describe('what the two ends agree on', () => {
  it("is the backend's choice of subprotocol", async () => {
    const backend = await echoBackend({ choose: (offered) => [...offered].at(-1) ?? false });
    const proxy = await withProxy({ backend: backend.template });
    const viewer = await connectViewer(proxy.url('a'), { protocols: ['tty', 'json', 'binary'] });
    expect(viewer.protocol).toBe('binary');
    expect((await backend.connections.next()).ws.protocol).toBe('binary');
  });

  it('is no subprotocol where the backend chose none', async () => {
    const { answer, request } = await pair({ viewer: { subprotocols: ['tty'] } });
    expect(request.headers['sec-websocket-protocol']).toBe('tty');
    expect(answer.headers['sec-websocket-protocol']).toBeUndefined();
  });

  it.for([
    { deflate: true, offer: true, agreed: true },
    { deflate: true, offer: false, agreed: false },
    { deflate: false, offer: true, agreed: false },
    { deflate: false, offer: false, agreed: false },
  ])('is compression only if both want it: %o', async ({ deflate, offer, agreed }) => {
    const backend = await echoBackend({ deflate });
    const proxy = await withProxy({ backend: backend.template });
    const viewer = await connectViewer(proxy.url('a'), {
      perMessageDeflate: offer && { threshold: 0 },
    });
    const { ws } = await backend.connections.next();
    expect([viewer.extensions, ws.extensions]).toEqual(
      agreed ? ['permessage-deflate', 'permessage-deflate'] : ['', ''],
    );
    await echo(viewer, 'a'.repeat(200_000));
    await echo(viewer, randomBytes(50_000));
    const row = await onlyRow(proxy);
    expect(row.bytesToBackend < 60_000).toBe(agreed);
  });

  it('is compression of fragmented messages too', async () => {
    const backend = await echoBackend({ deflate: true });
    const proxy = await withProxy({ backend: backend.template });
    const viewer = await connectViewer(proxy.url('a'), { perMessageDeflate: { threshold: 0 } });
    const parts = Array.from({ length: 20 }, (_, nth) => randomBytes(nth * 700));
    for (const [nth, part] of parts.entries()) {
      viewer.send(part, { binary: true, fin: nth === parts.length - 1 });
    }
    expect((await received(viewer).next()).data).toEqual(Buffer.concat(parts));
  });
});
