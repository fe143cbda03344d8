import { describe, expect, it } from 'vitest';
import type { ProxyOptions } from '../../src/contract.ts';
import type { LeaveCause, ProxyEvent } from '../../src/events.ts';
import { echoBackend, rawBackend, type RawConnection } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { opcodes } from '../support/frame-reader.ts';
import { closing } from '../support/frames.ts';
import { type TestProxy, withProxy } from '../support/proxy.ts';
import { connectRaw, type RawViewer } from '../support/raw-viewer.ts';
import { closeOf, connectViewer, echo, received } from '../support/viewer.ts';
import { within } from '../support/within.ts';

type Scene = {
  readonly viewer: RawViewer;
  readonly backend: RawConnection['peer'];
  readonly proxy: TestProxy;
};

type Said = { readonly code: number; readonly reason: string } | null;

/** One way for a connection to end, and what everybody is to be told of it. */
type Ending = {
  readonly when: string;
  readonly act: (scene: Scene) => unknown;
  readonly cause: LeaveCause;
  /** The Close that each side gets. */
  readonly viewer: Said;
  readonly backend: Said;
  /** The event's `code`, `reason` and `closeSent`. */
  readonly put: Readonly<Record<string, unknown>>;
  readonly options?: Partial<ProxyOptions>;
};

const close = (code: number, reason: string) => ({
  opcode: opcodes.close,
  payload: closing(code, reason),
});
const lost = { code: 1011, reason: 'backend lost' };
const viewerLost = { code: 1001, reason: 'viewer lost' };
const tooBig = { code: 1009, reason: 'message too big' };
const wrong = { code: 1002, reason: 'protocol error' };
const stopping = { code: 1001, reason: 'proxy is shutting down' };
const limits = { maxViewerMessage: 10, maxBackendMessage: 10 };
const big = { opcode: opcodes.text, payload: 'x'.repeat(11) };

const endings: readonly Ending[] = [
  {
    when: 'the viewer closes',
    act: ({ viewer }) => viewer.sendFrame(close(4001, 'secret')),
    cause: 'viewer-closed',
    viewer: { code: 4001, reason: 'secret' },
    backend: { code: 4001, reason: 'secret' },
    put: { code: 4001, closeSent: true },
  },
  {
    when: 'the viewer closes without a code',
    act: ({ viewer }) => viewer.sendFrame({ opcode: opcodes.close }),
    cause: 'viewer-closed',
    viewer: { code: 1005, reason: '' },
    backend: { code: 1005, reason: '' },
    put: { closeSent: true },
  },
  {
    when: 'the backend closes',
    act: ({ backend }) => backend.sendFrame(close(4002, 'secret')),
    cause: 'backend-closed',
    viewer: { code: 4002, reason: 'secret' },
    backend: { code: 4002, reason: 'secret' },
    put: { code: 4002, closeSent: true },
  },
  {
    when: 'the viewer is reset',
    act: ({ viewer }) => viewer.reset(),
    cause: 'viewer-lost',
    viewer: null,
    backend: viewerLost,
    put: { closeSent: false },
  },
  {
    when: 'the viewer ends TCP',
    act: ({ viewer }) => viewer.socket.end(),
    cause: 'viewer-lost',
    viewer: null,
    backend: viewerLost,
    put: { closeSent: false },
  },
  {
    when: 'the backend is reset',
    act: ({ backend }) => backend.reset(),
    cause: 'backend-lost',
    viewer: lost,
    backend: null,
    put: { ...lost, closeSent: true },
  },
  {
    when: 'the backend ends TCP',
    act: ({ backend }) => backend.socket.end(),
    cause: 'backend-lost',
    viewer: lost,
    backend: null,
    put: { ...lost, closeSent: true },
  },
  {
    when: 'the viewer sends too much',
    act: ({ viewer }) => viewer.sendFrame(big),
    cause: 'message-too-big',
    viewer: tooBig,
    backend: viewerLost,
    put: { ...tooBig, closeSent: true },
    options: limits,
  },
  {
    when: 'the viewer breaks the protocol',
    act: ({ viewer }) => viewer.sendFrame({ opcode: opcodes.text, masked: false }),
    cause: 'protocol-error',
    viewer: wrong,
    backend: viewerLost,
    put: { ...wrong, closeSent: true },
  },
  {
    when: 'the backend sends too much',
    act: ({ backend }) => backend.sendFrame(big),
    cause: 'backend-lost',
    viewer: lost,
    backend: tooBig,
    put: { ...lost, closeSent: true },
    options: limits,
  },
  {
    when: 'the backend breaks the protocol',
    act: ({ backend }) => backend.sendFrame({ opcode: 5 }),
    cause: 'backend-lost',
    viewer: lost,
    backend: wrong,
    put: { ...lost, closeSent: true },
  },
  {
    when: 'the proxy stops',
    act: ({ proxy }) => proxy.control.command({ do: 'stop', now: false }),
    cause: 'shutdown',
    viewer: stopping,
    backend: stopping,
    put: { ...stopping, closeSent: true },
  },
];

describe('viewer.left', () => {
  it.each(endings)('is recorded once when $when', async (ending) => {
    const raw = await rawBackend();
    const proxy = await withProxy({ backend: raw.template, ...ending.options });
    const viewer = connectRaw(proxy.url('a'));
    await viewer.open();
    const { peer: backend } = await raw.connections.next();
    await ending.act({ viewer, backend, proxy });

    const [ofViewer, ofBackend] = await Promise.all([viewer.closed(), backend.closed()]);
    expect({ viewer: ofViewer.close, backend: ofBackend.close }).toEqual({
      viewer: ending.viewer,
      backend: ending.backend,
    });
    const left = await proxy.events.next(named('viewer.left'));
    expect(left).toEqual({
      event: 'viewer.left',
      time: expect.any(String),
      session: 'a',
      viewer: 'v1',
      remote: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      viewers: 0,
      cap: 8,
      cause: ending.cause,
      durationMs: expect.any(Number),
      bytesToViewer: 0,
      bytesToBackend: 0,
      messagesToViewer: 0,
      messagesToBackend: 0,
      ...ending.put,
    });
    expect(Number.isInteger(left.durationMs)).toBe(true);
    await proxy.close();
    expect(proxy.events.all.map(({ event }) => event)).toEqual([
      'proxy.listening',
      'viewer.admitted',
      'viewer.left',
      'proxy.stopped',
    ]);
    // What viewers and backends say to each other is never logged.
    expect(JSON.stringify(proxy.events.all)).not.toContain('secret');
  });

  it('counts what was relayed, and how long', async () => {
    const clock = new FakeClock(new Date('2026-02-03T04:05:06.789Z'));
    const proxy = await withProxy({ backend: (await echoBackend()).template }, { clock });
    const viewer = await connectViewer(proxy.url('a'));
    await echo(viewer, 'x'.repeat(200));
    await echo(viewer, Buffer.alloc(3));
    clock.advance(1_234.4);
    viewer.close();
    await closeOf(viewer);
    const left = await proxy.events.next(named('viewer.left'));
    expect(left).toMatchObject({
      time: '2026-02-03T04:05:08.023Z',
      durationMs: 1_234,
      // Headers of 4 and 2 bytes, and the masks of the viewer.
      bytesToViewer: 204 + 5,
      bytesToBackend: 208 + 9,
      messagesToViewer: 2,
      messagesToBackend: 2,
    });
    expect(received(viewer).all).toHaveLength(2);
  });
});

describe('viewer.admitted', () => {
  it('comes when the relay runs, with its place and the time of the dial', async () => {
    const proxy = await withProxy({ backend: (await echoBackend()).template, cap: 3 });
    await connectViewer(proxy.url('a'));
    await connectViewer(proxy.url('a'));
    const admitted = proxy.events.all.filter(named('viewer.admitted'));
    expect(admitted).toEqual(
      ['v1', 'v2'].map((viewer, at) => ({
        event: 'viewer.admitted',
        time: expect.any(String),
        session: 'a',
        viewer,
        remote: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
        viewers: at + 1,
        cap: 3,
        dialMs: expect.any(Number),
      })),
    );
    expect(admitted.every(({ dialMs }) => Number.isInteger(dialMs) && dialMs >= 0)).toBe(true);
  });
});

describe('the events of a proxy', () => {
  it('go to every listener in the same order, until it has enough', async () => {
    const proxy = await withProxy({ backend: (await echoBackend()).template });
    const [one, two]: [ProxyEvent[], ProxyEvent[]] = [[], []];
    const stopOne = proxy.control.events((event) => one.push(event));
    proxy.control.events((event) => two.push(event));
    const viewer = await connectViewer(proxy.url('a'));
    stopOne();
    viewer.close();
    await closeOf(viewer);
    await proxy.close();
    expect(one.map(({ event }) => event)).toEqual(['viewer.admitted']);
    expect(two).toEqual(proxy.events.all.slice(1));
    expect(two.map(({ event }) => event)).toEqual([
      'viewer.admitted',
      'viewer.left',
      'proxy.stopped',
    ]);
  });

  it('name each admitted viewer in exactly one viewer.left, whatever ends it', async () => {
    const backend = await echoBackend();
    const proxy = await withProxy({ backend: backend.template, cap: 4 });
    const viewers = await Promise.all(
      Array.from({ length: 40 }, (_, at) => connectViewer(proxy.url(`s${at % 5}`))),
    );
    for (const [at, viewer] of viewers.entries()) {
      if (at % 4 === 0) viewer.close();
      if (at % 4 === 1) viewer.terminate();
    }
    for (const { ws } of backend.connections.all.slice(0, 5)) ws.terminate();
    await proxy.control.command({ do: 'stop', now: false });
    await within('the proxy to stop', proxy.control.closed);

    const admitted = proxy.events.all.filter(named('viewer.admitted'));
    const left = proxy.events.all.filter(named('viewer.left'));
    expect(admitted).toHaveLength(20);
    expect(left.map(({ viewer }) => viewer).toSorted()).toEqual(
      admitted.map(({ viewer }) => viewer).toSorted(),
    );
    for (const { viewer } of admitted) {
      const story = proxy.events.all.filter(
        (event) => 'viewer' in event && event.viewer === viewer,
      );
      expect(story.map(({ event }) => event)).toEqual(['viewer.admitted', 'viewer.left']);
    }
    expect(proxy.events.all.at(-1)?.event).toBe('proxy.stopped');
  });
});
