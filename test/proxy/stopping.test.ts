import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { Command, ProxyOptions, ViewerId } from '../../src/contract.ts';
import { floodBackend, hangingBackend, rawBackend } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { opcodes, type Frame } from '../support/frame-reader.ts';
import { frame } from '../support/frames.ts';
import { type TestProxy, withProxy } from '../support/proxy.ts';
import { connectRaw, type RawViewerOptions } from '../support/raw-viewer.ts';
import { refusedHandshake } from '../support/viewer.ts';
import { within } from '../support/within.ts';

const stop: Command = { do: 'stop', now: false };
const stopNow: Command = { do: 'stop', now: true };
const words = { code: 1001, reason: 'proxy is shutting down' };
const isClose = ({ opcode }: Frame): boolean => opcode === opcodes.close;

/** A proxy whose time stands still, and one open viewer. */
const start = async (
  manners: RawViewerOptions & { readonly backendAnswersClose?: boolean } = {},
  options: Partial<ProxyOptions> = {},
) => {
  const { backendAnswersClose = true, ...viewerOptions } = manners;
  const clock = new FakeClock();
  const backend = await rawBackend({ answerClose: backendAnswersClose });
  const proxy = await withProxy({ backend: backend.template, ...options }, { clock });
  const viewer = connectRaw(proxy.url('a'), viewerOptions);
  await viewer.open();
  const { peer } = await backend.connections.next();
  return { clock, backend, proxy, viewer, peer };
};

const stopped = ({ control }: TestProxy): Promise<string> =>
  within('the proxy to stop', control.closed);

/** Resolves when bytes wait for the only viewer, and none has got through for a while. */
const standstill = async (proxy: TestProxy): Promise<void> => {
  let last = -1;
  for (let turns = 0; turns < 50; turns += 1) {
    await new Promise(setImmediate);
    const [row] = (await proxy.snapshot()).viewers.rows;
    if (row === undefined || row.queuedBytes === 0 || row.bytesToViewer !== last) turns = 0;
    last = row?.bytesToViewer ?? -1;
  }
};

/** Resolves when the other side has ended a connection; a backend of ours leaves its own open. */
const endOf = async (socket: Socket): Promise<void> => {
  const ended = new Promise<void>((resolve) => {
    if (socket.readableEnded || socket.destroyed) resolve();
    socket.on('end', resolve);
    socket.on('close', () => resolve());
  });
  await within('the end of a connection', ended);
};

describe('stop', () => {
  it('closes every viewer and every backend with 1001, and leaves nothing', async () => {
    const { clock, backend, proxy, viewer, peer } = await start();
    const others = [connectRaw(proxy.url('a')), connectRaw(proxy.url('b'))];
    for (const other of others) await other.open();

    expect(await proxy.control.command(stop)).toEqual({ ok: true });

    for (const each of [viewer, ...others]) {
      expect(await each.closed()).toEqual({ close: words, how: 'fin' });
    }
    expect((await peer.closed()).close).toEqual(words);
    await backend.tally.until(({ open }) => open('a') + open('b') === 0, 'the backends to end');
    expect(await stopped(proxy)).toBe('stopped');
    const names = proxy.events.all.map(({ event }) => event);
    expect(names.slice(4)).toEqual(['viewer.left', 'viewer.left', 'viewer.left', 'proxy.stopped']);
    expect(clock.pending).toBe(0);
    const [host, port] = proxy.address.split(':');
    const late = connect(Number(port), host);
    const [error] = await once(late, 'error');
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('takes nobody in from its beginning on', async () => {
    const { clock, proxy, viewer } = await start({ answerClose: false });
    // A request that has begun before, and ends after.
    const half = 'GET /ws/a HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n';
    const slow = connectRaw(proxy.url('a'), { request: half });
    await once(slow.socket, 'connect');
    const begun = connectRaw(proxy.url('a'), {
      request: 'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n',
    });
    await begun.open();
    const stopping = proxy.control.command(stop);
    await viewer.nextFrame(isClose);
    slow.send(
      Buffer.from(
        'Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
      ),
    );
    const answer = await slow.open();
    expect(answer.status).toBe(503);
    clock.advance(2_000);
    await stopping;
    await Promise.all([slow.closed(), begun.closed()]);
    expect(proxy.events.all.filter(named('viewer.admitted'))).toHaveLength(1);
  });

  it.each([
    ['a viewer that ignores its Close', { answerClose: false }],
    ['a backend that ignores its Close', { backendAnswersClose: false }],
  ])('waits two seconds for %s, and then cuts it', async (_who, manners) => {
    const { clock, proxy, viewer, peer } = await start(manners);
    let done = false;
    const stopping = proxy.control.command(stop).then((result) => {
      done = true;
      return result;
    });
    await Promise.all([viewer.nextFrame(isClose), peer.nextFrame(isClose)]);
    await proxy.events.next(named('viewer.left', { cause: 'shutdown', closeSent: true }));
    clock.advance(1_999);
    // A cut would be known to all after a few turns of the loop.
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    expect(done).toBe(false);
    clock.advance(1);
    expect(await stopping).toEqual({ ok: true });
    expect((await viewer.closed()).close).toEqual(words);
    await endOf(peer.socket);
    expect(clock.pending).toBe(0);
    expect(proxy.events.all.at(-1)?.event).toBe('proxy.stopped');
  });

  it('cuts a viewer that takes no bytes after a second, and says that no Close went out', async () => {
    const clock = new FakeClock();
    const backend = await floodBackend();
    const proxy = await withProxy({ backend: backend.template }, { clock });
    const viewer = connectRaw(proxy.url('a'));
    await viewer.open();
    viewer.pause();
    await within('the flood to stand still', standstill(proxy));
    const stopping = proxy.control.command(stop);
    clock.advance(1_000);
    const left = await proxy.events.next(named('viewer.left'));
    expect(left).toMatchObject({ cause: 'shutdown', closeSent: false });
    viewer.resume();
    expect((await viewer.closed()).close).toBeNull();
    clock.advance(1_000);
    await stopping;
  });

  it('tells how such a viewer left before it says that it stopped, however late it is', async () => {
    const clock = new FakeClock();
    const backend = await floodBackend();
    const proxy = await withProxy({ backend: backend.template }, { clock });
    const viewer = connectRaw(proxy.url('a'));
    await viewer.open();
    viewer.pause();
    await within('the flood to stand still', standstill(proxy));
    const stopping = proxy.control.command(stop);
    // Both seconds are over at once, as after a stall of the loop.
    clock.advance(2_000);
    await stopping;
    expect(proxy.events.all.map(({ event }) => event).slice(-2)).toEqual([
      'viewer.left',
      'proxy.stopped',
    ]);
  });

  it('takes two seconds at most, also where a Close could go out only late', async () => {
    const { clock, proxy, viewer, peer } = await start({
      answerClose: false,
      backendAnswersClose: false,
    });
    const half = frame({ opcode: opcodes.text, payload: 'in two halves' });
    peer.send(half.subarray(0, 6));
    await once(viewer.socket, 'readable');
    const stopping = proxy.control.command(stop);
    await peer.nextFrame(isClose);
    clock.advance(900);
    peer.send(half.subarray(6));
    expect((await viewer.nextData()).payload.toString()).toBe('in two halves');
    await viewer.nextFrame(isClose);
    clock.advance(1_100);
    expect(await stopping).toEqual({ ok: true });
    expect((await viewer.closed()).close).toEqual(words);
  });

  it.each([
    ['by name', { actor: 'ann' }],
    ['nobody by name', {}],
  ])('says who asked for it: %s', async (_who, by) => {
    const { proxy } = await start();
    await proxy.control.command({ do: 'stop', now: false, ...by });
    // Whoever asks while it stops is not who has stopped it.
    await proxy.control.command({ do: 'stop', now: true, actor: 'bob' });
    const { time, ...event } = proxy.events.all.at(-1)!;
    expect(event).toEqual({ event: 'proxy.stopped', ...by });
    expect(Date.parse(time)).not.toBeNaN();
  });

  it('ends viewers that are dialling, and their dials', async () => {
    const clock = new FakeClock();
    const backend = await hangingBackend();
    const proxy = await withProxy({ backend: backend.template }, { clock });
    const viewer = connectRaw(proxy.url('a'));
    await backend.dials.next();
    await proxy.control.command(stop);
    expect((await viewer.closed()).close).toEqual(words);
    await backend.tally.until((tally) => tally.open('any') === 0, 'the dial to end');
    expect(proxy.events.all).toMatchObject([
      { event: 'proxy.listening' },
      { event: 'backend.unavailable', cause: 'aborted', ...words, closeSent: true, viewers: 0 },
      { event: 'proxy.stopped' },
    ]);
    expect(clock.pending).toBe(0);
  });

  it('answers viewers that are dialling with 503 where refusals are HTTP', async () => {
    const backend = await hangingBackend();
    const proxy = await withProxy({ backend: backend.template, refuseWith: 'http' });
    const refused = refusedHandshake(proxy.url('a'));
    await backend.dials.next();
    await proxy.control.command(stop);
    const { status, body } = await refused;
    expect({ status, body }).toEqual({ status: 503, body: 'proxy is shutting down\n' });
  });

  it('ends connections that never asked for anything', async () => {
    const { proxy } = await start();
    const idle = connectRaw(proxy.url('a'), { request: '' });
    await once(idle.socket, 'connect');
    await proxy.control.command(stop);
    expect((await idle.closed()).close).toBeNull();
  });

  it('ends what an eviction has left behind', async () => {
    const { clock, proxy, viewer, peer } = await start({
      answerClose: false,
      backendAnswersClose: false,
    });
    await proxy.control.command({ do: 'evict', viewer: 'v1' as ViewerId, actor: 'test' });
    await viewer.nextFrame(isClose);
    const stopping = proxy.control.command(stop);
    clock.advance(2_000);
    await stopping;
    await Promise.all([viewer.closed(), endOf(peer.socket)]);
    expect(clock.pending).toBe(0);
  });
});

describe('stop, now', () => {
  it('waits for nobody, and still tells everything before it says that it stopped', async () => {
    const { clock, proxy, viewer, peer } = await start({
      answerClose: false,
      backendAnswersClose: false,
    });
    expect(await proxy.control.command(stopNow)).toEqual({ ok: true });
    await Promise.all([viewer.closed(), peer.closed()]);
    expect(await stopped(proxy)).toBe('stopped');
    expect(proxy.events.all.map(({ event }) => event).slice(-2)).toEqual([
      'viewer.left',
      'proxy.stopped',
    ]);
    expect(clock.pending).toBe(0);
  });

  it('ends the waiting of a stop before it', async () => {
    const { clock, proxy, viewer } = await start({ answerClose: false });
    const patient = proxy.control.command(stop);
    await viewer.nextFrame(isClose);
    expect(await proxy.control.command(stopNow)).toEqual({ ok: true });
    expect(await patient).toEqual({ ok: true });
    expect(proxy.events.all.filter(named('proxy.stopped'))).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('does no harm to a proxy that has stopped', async () => {
    const { proxy } = await start();
    await proxy.control.command(stop);
    expect(await proxy.control.command(stopNow)).toEqual({ ok: true });
    const evict = await proxy.control.command({
      do: 'evict',
      viewer: 'v1' as ViewerId,
      actor: 'test',
    });
    expect(evict).toEqual({ ok: false, reason: 'the proxy has stopped' });
    expect(proxy.events.all.at(-1)?.event).toBe('proxy.stopped');
  });
});
