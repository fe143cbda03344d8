import { createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { ProxyOptions, ViewerId } from '../../src/contract.ts';
import { startServers } from '../support/backend-server.ts';
import { named } from '../support/events.ts';
import { opcodes } from '../support/frame-reader.ts';
import { frame } from '../support/frames.ts';
import { acceptFor } from '../support/http-head.ts';
import { Inbox } from '../support/inbox.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { connectRaw, type RawViewer } from '../support/raw-viewer.ts';
import { Tally } from '../support/tally.ts';
import { quietProxy } from './aftermath.ts';
import { turns } from './pair.ts';

const key = Buffer.alloc(16, 'k').toString('base64');
const unavailable = { code: 1011, reason: 'backend unavailable' };

const answer = [
  'HTTP/1.1 101 Switching Protocols',
  'Upgrade: websocket',
  'Connection: Upgrade',
  `Sec-WebSocket-Accept: ${acceptFor(key)}`,
].join('\r\n');

/** A dial that reached the backend: of which session, and its end of the connection. */
type Reached = { readonly session: string; readonly socket: Socket };

/** Answers nothing by itself; counted in `tally` under `any`. */
const suspendedBackend = async (on: 'tcp' | 'unix') => {
  const dials = new Inbox<Reached>('dials', ({ session }) => session);
  const tally = new Tally();
  const make = () =>
    createServer((socket) => {
      socket.on('close', tally.enter('any'));
      socket.once('data', (head: Buffer) => {
        const session = /^GET \/(\w+)/.exec(head.toString('latin1'))?.[1] ?? 'none';
        dials.push({ session, socket });
      });
    });
  return { ...(await startServers(on, make, tally)), dials };
};

const text = (payload: string) => frame({ opcode: opcodes.text, payload, masked: true });

const accept = ({ socket }: Reached): RawPeer => {
  socket.write(`${answer}\r\n\r\n`);
  return new RawPeer('backend', socket);
};

const setUp = async (options: Partial<ProxyOptions> = {}, on: 'tcp' | 'unix' = 'tcp') => {
  const set = await quietProxy(await suspendedBackend(on), { maxDials: 2, ...options });
  const viewers: RawViewer[] = [];
  /** The next viewer, of session `s1`, `s2`, …; its slot is taken. */
  const join = async (early: Buffer = Buffer.alloc(0)): Promise<RawViewer> => {
    const session = `s${viewers.length + 1}`;
    const extraHeaders = { 'Sec-WebSocket-Key': key };
    const viewer = connectRaw(set.proxy.url(session), { extraHeaders, early });
    viewers.push(viewer);
    await set.proxy.events.next(named('session.full', { session }));
    return viewer;
  };
  const next = (): Promise<Reached> => set.backend.dials.next();
  const unavailableOf = (session: string) =>
    set.proxy.events.next(named('backend.unavailable', { session }));
  return { ...set, viewers, join, next, unavailableOf };
};

describe('dials beyond the bound', () => {
  it('wait, with their slot held, and go oldest first', async () => {
    const { proxy, backend, join, next, nothingLeft, viewers } = await setUp();
    for (let nth = 0; nth < 5; nth += 1) await join();
    const [first, second] = [await next(), await next()];
    await turns(20);
    expect(backend.dials.all).toHaveLength(2);
    expect((await proxy.snapshot()).totals).toMatchObject({ viewers: 5, sessions: 5 });

    // Answered, or failed: either way the turn is over.
    second.socket.end('no\r\n\r\n');
    const third = await next();
    const peers = [accept(first)];
    const fourth = await next();
    expect([first, second, third, fourth].map(({ session }) => session)).toEqual([
      's1',
      's2',
      's3',
      's4',
    ]);
    await turns(20);
    expect(backend.dials.all).toHaveLength(4);
    peers.push(accept(third), accept(fourth));
    peers.push(accept(await next()));
    for (const [nth, peer] of [0, 2, 3, 4].entries()) {
      expect((await viewers[peer]!.open()).status).toBe(101);
      viewers[peer]!.sendFrame({ opcode: opcodes.text, payload: `hello ${nth}` });
      expect((await peers[nth]!.nextData()).payload.toString()).toBe(`hello ${nth}`);
    }
    expect((await viewers[1]!.closed()).close).toEqual(unavailable);
    expect(backend.tally.most('any')).toBeLessThanOrEqual(5);
    for (const nth of [0, 2, 3, 4]) await viewers[nth]!.leave();
    await nothingLeft();
  });

  it('are answered within the dial timeout, without a turn too', async () => {
    const { clock, backend, join, viewers, unavailableOf, nothingLeft } = await setUp();
    for (let nth = 0; nth < 4; nth += 1) await join();
    clock.advance(9_999);
    await turns(20);
    expect(viewers.map(({ bytesRead }) => bytesRead)).toEqual([0, 0, 0, 0]);
    clock.advance(1);
    for (const viewer of viewers) expect((await viewer.closed()).close).toEqual(unavailable);
    for (const [session, detail] of [
      ['s1', 'no answer within 10000 ms'],
      ['s2', 'no answer within 10000 ms'],
      ['s3', 'no turn to dial within 10000 ms'],
      ['s4', 'no turn to dial within 10000 ms'],
    ] as const) {
      const event = await unavailableOf(session);
      expect(event).toMatchObject({ cause: 'timeout', detail, dialMs: 10_000, viewers: 0 });
    }
    await nothingLeft();
    expect(backend.dials.all).toHaveLength(2);
  });

  it('have what the wait left of the dial timeout', async () => {
    const { clock, join, next, unavailableOf, nothingLeft } = await setUp({ maxDials: 1 });
    await join();
    clock.advance(2_000);
    const viewer = await join();
    clock.advance(7_000);
    (await next()).socket.destroy();
    await next();
    clock.advance(2_999);
    await turns(20);
    expect(viewer.bytesRead).toBe(0);
    clock.advance(1);
    expect((await viewer.closed()).close).toEqual(unavailable);
    expect(await unavailableOf('s2')).toMatchObject({
      cause: 'timeout',
      detail: 'no answer within 10000 ms, 7000 ms of them before its turn',
      dialMs: 10_000,
    });
    await nothingLeft();
  });

  it.for(['leave', 'are reset', 'are evicted', 'say too much'] as const)(
    'that %s while they wait give their place up',
    async (how) => {
      const set = await setUp({ maxDials: 1, maxViewerMessage: 1_000 });
      const [, second] = [await set.join(), await set.join(), await set.join()];
      const first = await set.next();
      if (how === 'leave') second.socket.end();
      if (how === 'are reset') second.reset();
      if (how === 'say too much') second.send(Buffer.alloc(1_001));
      const viewer = 'v2' as ViewerId;
      const evict = { do: 'evict', viewer, actor: 'test' } as const;
      if (how === 'are evicted') await set.proxy.control.command(evict);
      expect(await set.unavailableOf('s2')).toMatchObject({ cause: 'aborted', viewers: 0 });
      first.socket.destroy();
      expect((await set.next()).session).toBe('s3');
      await turns(20);
      expect(set.backend.dials.all).toHaveLength(2);
      set.clock.advance(10_000);
      await set.nothingLeft();
    },
  );

  it('have their early bytes passed on, in order', async () => {
    const { join, next } = await setUp({ maxDials: 1 });
    await join();
    const viewer = await join(text('one'));
    viewer.send(text('two'));
    (await next()).socket.destroy();
    const peer = accept(await next());
    viewer.send(text('three'));
    const said = [await peer.nextData(), await peer.nextData(), await peer.nextData()];
    expect(said.map(({ payload }) => payload.toString())).toEqual(['one', 'two', 'three']);
  });

  it('come to their turn when dials are aborted', async () => {
    const { join, next, nothingLeft, clock } = await setUp();
    const [first, second] = [await join(), await join(), await join(), await join()];
    await next();
    await next();
    first.reset();
    second.reset();
    expect([(await next()).session, (await next()).session]).toEqual(['s3', 's4']);
    clock.advance(10_000);
    await nothingLeft();
  });

  it('are not begun when the proxy stops', async () => {
    // The kernel connects those at once.
    const { proxy, backend, join, next, viewers } = await setUp({}, 'unix');
    for (let nth = 0; nth < 20; nth += 1) await join();
    await next();
    await next();
    expect(await proxy.control.command({ do: 'stop', now: false })).toEqual({ ok: true });
    for (const viewer of viewers) {
      expect((await viewer.closed()).close).toEqual({
        code: 1001,
        reason: 'proxy is shutting down',
      });
    }
    await backend.tally.until((tally) => tally.open('any') === 0, 'the dials to end');
    await turns(20);
    expect(backend.tally.total('any')).toBe(2);
  });

  it('are never more at once than the bound, in a crowd', async () => {
    const { backend, proxy, nothingLeft } = await setUp({ maxDials: 5, maxViewers: 300 });
    const crowd = Array.from({ length: 200 }, (_, nth) => connectRaw(proxy.url(`s${nth}`)));
    const ended: string[] = [];
    let most = 0;
    for (let nth = 0; nth < 200; nth += 1) {
      const { session, socket } = await backend.dials.next();
      ended.push(session);
      // Time for those that would come beyond the bound.
      if (nth === 0) await turns(20);
      most = Math.max(most, backend.dials.all.length - nth);
      socket.end('no\r\n\r\n');
    }
    for (const viewer of crowd) expect((await viewer.closed()).close).toEqual(unavailable);
    expect(most).toBe(5);
    expect(new Set(ended).size).toBe(200);
    await nothingLeft();
  });
});
