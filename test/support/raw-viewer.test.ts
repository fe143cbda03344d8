import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  deafBackend,
  echoBackend,
  floodBackend,
  rawBackend,
  statusBackend,
  type Where,
} from './backends.ts';
import { opcodes } from './frame-reader.ts';
import { closing } from './frames.ts';
import { connectRaw } from './raw-viewer.ts';
import { closeOf, connectViewer, echo, received, refusedHandshake } from './viewer.ts';

/** The address of a backend without a proxy between. */
const direct = (url: string, session = 'one'): string => url.replace('{session}', session);

describe('the raw viewer', () => {
  it.for<Where>(['tcp', 'tls', 'unix', { sessions: ['one'] }])(
    'opens and echoes over %o',
    async (on) => {
      const backend = await echoBackend({ on });
      const viewer = connectRaw(direct(backend.url));
      expect(await viewer.open()).toMatchObject({ status: 101, upgraded: true });
      viewer.sendFrame({ opcode: opcodes.text, payload: 'hi' });
      const { payload, masked } = await viewer.nextData();
      expect([payload.toString(), masked]).toEqual(['hi', false]);
      expect(backend.tally.open('one')).toBe(1);
      expect(await viewer.leave(4001, 'bye')).toEqual({
        close: { code: 4001, reason: 'bye' },
        how: 'fin',
      });
      await backend.tally.until((tally) => tally.open('one') === 0, 'the slot back');
    },
  );

  it('writes the handshake that the test asks for, early bytes included', async () => {
    const backend = await rawBackend({ early: Buffer.from([0x81, 1, 65]) });
    const viewer = connectRaw(`${direct(backend.url)}?q=%2f`, {
      extraHeaders: { host: 'else.where', Cookie: ['a=1', 'b=2'], 'Sec-WebSocket-Version': null },
      subprotocols: ['x', 'y'],
      extensions: 'permessage-deflate',
      early: Buffer.from([0x82, 0x80, 1, 2, 3, 4]),
    });
    const { request, peer } = await backend.connections.next();
    expect(request.url).toBe('/one?q=%2f');
    expect(request.rawHeaders.filter((_, at) => at % 2 === 0)).not.toContain('Host');
    expect(request.headers).toMatchObject({
      host: 'else.where',
      cookie: 'a=1; b=2',
      'sec-websocket-protocol': 'x, y',
      'sec-websocket-extensions': 'permessage-deflate',
    });
    expect(request.headers['sec-websocket-version']).toBeUndefined();
    expect(await peer.nextFrame()).toMatchObject({ opcode: opcodes.binary, masked: true });
    expect((await viewer.nextFrame()).payload.toString()).toBe('A');
  });

  it('tells an end, a reset and its own end apart', async () => {
    const backend = await rawBackend({ answerClose: false });
    const ends = await Promise.all(
      (['fin', 'reset', 'here'] as const).map(async (how) => {
        const viewer = connectRaw(direct(backend.url, how));
        const { peer } = await backend.connections.next(({ session }) => session === how);
        await viewer.open();
        if (how === 'fin') peer.sendFrame({ opcode: opcodes.close, payload: closing(1000, 'x') });
        if (how === 'fin') peer.socket.end();
        else if (how === 'reset') peer.reset();
        else viewer.destroy();
        return viewer.closed();
      }),
    );
    expect(ends).toEqual([
      { close: { code: 1000, reason: 'x' }, how: 'fin' },
      { close: null, how: 'reset' },
      { close: null, how: 'here' },
    ]);
  });

  it('reads an answer that is no upgrade, with its body', async () => {
    const backend = await statusBackend(404);
    const viewer = connectRaw(direct(backend.url));
    expect(await viewer.open()).toMatchObject({ status: 404, upgraded: false });
    expect(await viewer.body()).toBe('no.\n');
    expect(await refusedHandshake(direct(backend.url))).toMatchObject({
      status: 404,
      body: 'no.\n',
    });
  });

  it('answers pings unless told not to', async () => {
    const backend = await rawBackend();
    const viewer = connectRaw(direct(backend.url), { answerPings: false });
    const { peer } = await backend.connections.next();
    peer.sendFrame({ opcode: opcodes.ping, payload: 'unanswered' });
    await viewer.nextFrame();
    viewer.answerPings = true;
    peer.sendFrame({ opcode: opcodes.ping, payload: 'answered' });
    expect((await peer.nextFrame()).payload.toString()).toBe('answered');
  });

  it('stops reading until the other side is full, and then reads every byte', async () => {
    const backend = await floodBackend();
    const viewer = connectRaw(direct(backend.url));
    await viewer.open();
    viewer.pause();
    const { ws } = await backend.connections.next();
    const full = Promise.withResolvers<void>();
    const look = (before: number): void => {
      // Two looks without a byte taken: the kernel's buffers are full.
      const now = ws.bufferedAmount;
      if (now > 0 && now === before) full.resolve();
      else setTimeout(look, 50, now);
    };
    look(0);
    await full.promise;
    const held = viewer.bytesRead;
    viewer.resume();
    await viewer.nextData();
    for (let frames = 0; frames < 64; frames += 1) {
      expect((await viewer.nextData()).payload.length).toBe(64 * 1024);
    }
    expect(held).toBeLessThan(8 * 1024 * 1024);
  });

  it('reads at an even pace', async () => {
    const backend = await floodBackend();
    const viewer = connectRaw(direct(backend.url));
    await viewer.open();
    viewer.readSteadily(640 * 1024);
    const before = viewer.bytesRead;
    const began = performance.now();
    for (let frames = 0; frames < 6; frames += 1) await viewer.nextData();
    const perSecond = (viewer.bytesRead - before) / ((performance.now() - began) / 1000);
    // A loaded machine delays the pace, nothing speeds it up.
    expect(perSecond).toBeLessThan(2 * 640 * 1024);
    expect(perSecond).toBeGreaterThan(0);
  });

  it('moves megabytes unchanged, both ways', async () => {
    const backend = await echoBackend();
    const viewer = connectRaw(direct(backend.url));
    await viewer.open();
    const bytes = randomBytes(8 * 1024 * 1024);
    viewer.sendFrame({ opcode: opcodes.binary, payload: bytes });
    expect((await viewer.nextData()).payload.equals(bytes)).toBe(true);
  });

  it('sees that a deaf backend takes no more', async () => {
    const backend = await deafBackend();
    const viewer = connectRaw(direct(backend.url));
    await viewer.open();
    const block = Buffer.alloc(1024 * 1024);
    let sent = 0;
    while (viewer.sendFrame({ opcode: opcodes.binary, payload: block }) || sent < 16) sent += 1;
    await expect(viewer.flushed({ ms: 300 })).rejects.toThrow('the kernel to take');
  });
});

describe('the viewer', () => {
  it('keeps what arrives from the first byte on, and its close', async () => {
    const backend = await rawBackend({ early: Buffer.from([0x81, 1, 65]) });
    const ws = await connectViewer(direct(backend.url), { protocols: [] });
    const { peer } = await backend.connections.next();
    expect((await received(ws).next()).data.toString()).toBe('A');
    peer.sendFrame({ opcode: opcodes.close, payload: closing(4000, 'so') });
    expect(await closeOf(ws)).toEqual({ code: 4000, reason: 'so' });
  });

  it('negotiates a subprotocol and compression with a backend that does', async () => {
    const backend = await echoBackend({
      choose: (offered) => [...offered][1] ?? false,
      deflate: true,
    });
    const ws = await connectViewer(direct(backend.url), {
      protocols: ['first', 'second'],
      perMessageDeflate: true,
    });
    expect([ws.protocol, ws.extensions]).toEqual(['second', 'permessage-deflate']);
    await echo(ws, 'round and round and round');
  });
});
