/** The library in somebody else's server: what viewers get, and what the program decides. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { createBouncer } from '../../src/library.ts';
import { echoBackend, floodBackend, hangingBackend, refusingBackend } from '../support/backends.ts';
import { onCleanup } from '../support/cleanup.ts';
import { named } from '../support/events.ts';
import { connectRaw } from '../support/raw-viewer.ts';
import { untilTrue } from '../support/turns.ts';
import { closeOf, connectViewer, echo, refusedHandshake } from '../support/viewer.ts';
import { within } from '../support/within.ts';
import { startHost } from './host.ts';

const room = (name: string) => ({ headers: { 'X-Room': name } });

const viewersOf = (bouncer: { measure: () => { totals: { viewers: number } } }): number =>
  bouncer.measure().totals.viewers;

test('relays through a server of the program, which keeps its own routes', async () => {
  const { url: backend } = await echoBackend();
  const { server, events, url, bouncer } = await startHost({ backend });
  const viewer = await connectViewer(url('/ws/a'));
  await echo(viewer, 'hello');
  await events.next(named('viewer.admitted', { session: 'a', viewer: 'v1' }));
  const page = await fetch(url('/').replace('ws:', 'http:'));
  expect(await page.text()).toBe('home');
  expect(bouncer.measure()).toMatchObject({ totals: { viewers: 1, sessions: 1 } });
  expect(server.listening).toBe(true);
});

test('refuses over the cap, and takes another cap while it runs', async () => {
  const { url: backend } = await echoBackend();
  const { bouncer, events, url } = await startHost({ backend, cap: 1 });
  await echo(await connectViewer(url('/ws/a')), 'first');
  const second = await connectViewer(url('/ws/a'));
  expect(await closeOf(second)).toEqual({
    code: 1013,
    reason: 'too many connections for this session',
  });
  expect(await bouncer.setCap(2, 'a')).toEqual({ ok: true });
  await events.next(named('cap.changed', { to: 2, actor: 'program' }));
  await echo(await connectViewer(url('/ws/a')), 'third');
  expect(await bouncer.setCap(0)).toMatchObject({ ok: false });
});

test('asks the program for the backend of a session, and answers 404 where there is none', async () => {
  const { url: backend, tally } = await echoBackend();
  const asked: unknown[] = [];
  const { bouncer, events, url } = await startHost({
    cap: 1,
    resolve: async (session, { url: target }) => {
      asked.push([session, target]);
      return session === 'known' ? backend : null;
    },
  });
  const refused = await refusedHandshake(url('/ws/strange'));
  expect(refused).toMatchObject({ status: 404, body: 'There is no such session\n' });
  await events.next(
    named('backend.unavailable', { cause: 'unknown-session', session: 'strange', status: 404 }),
  );
  expect(viewersOf(bouncer)).toBe(0);
  await echo(await connectViewer(url('/ws/known?x=1')), 'hello');
  expect(asked).toEqual([
    ['strange', '/ws/strange'],
    ['known', '/ws/known?x=1'],
  ]);
  expect(tally.total('known')).toBe(1);
});

test.each(['close', 'http'] as const)(
  'answers 404 to an unknown session where others are refused by %s',
  async (refuseWith) => {
    const { url } = await startHost({ resolve: () => null, refuseWith });
    expect(await refusedHandshake(url('/ws/a'))).toMatchObject({ status: 404 });
  },
);

test.each([
  [
    'throws',
    () => {
      throw new Error('the database is down');
    },
  ],
  ['rejects', () => Promise.reject(new Error('the database is down'))],
  ['names something else', () => 'http://127.0.0.1/'],
  ['names no text', () => 7 as unknown as string],
])('closes with 1011 and frees the slot when the resolver %s', async (_how, resolve) => {
  const warned = once(process, 'warning');
  const { bouncer, events, url } = await startHost({ resolve });
  const viewer = await connectViewer(url('/ws/a'));
  expect(await closeOf(viewer)).toEqual({ code: 1011, reason: 'backend unavailable' });
  const event = await events.next(named('backend.unavailable', { cause: 'error' }));
  expect(event).toMatchObject({ detail: 'the resolver failed', viewers: 0 });
  expect(viewersOf(bouncer)).toBe(0);
  await within('the warning', warned);
});

test('gives the resolver the dial timeout and no more', async () => {
  const late = Promise.withResolvers<string>();
  const { url: backend, tally } = await echoBackend();
  const { bouncer, events, url } = await startHost({
    resolve: () => late.promise,
    dialTimeout: 60,
    refuseWith: 'http',
  });
  expect(await refusedHandshake(url('/ws/a'))).toMatchObject({ status: 504 });
  const { detail } = await events.next(named('backend.unavailable', { cause: 'timeout' }));
  expect(detail).toBe('the resolver named no backend within 60 ms');
  late.resolve(backend);
  await untilTrue('the answer to be ignored', () => viewersOf(bouncer) === 0);
  expect(tally.total('')).toBe(0);
});

test('counts the time of the resolver into the dial timeout', async () => {
  const { url: backend } = await hangingBackend();
  const { events, url } = await startHost({
    // A quarter of the time is gone before the dial begins.
    resolve: () =>
      new Promise((resolve) => {
        const from = performance.now();
        const look = (): void => {
          if (performance.now() - from > 50) resolve(backend);
          else setImmediate(look);
        };
        look();
      }),
    dialTimeout: 200,
  });
  await connectViewer(url('/ws/a'));
  const { detail, dialMs } = await events.next(named('backend.unavailable', { cause: 'timeout' }));
  expect(detail).toMatch(/^no answer within 200 ms, \d+ ms of them before its turn$/);
  expect(dialMs).toBeGreaterThanOrEqual(190);
});

test('frees the slot of a viewer that leaves while its backend is looked up', async () => {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<string>();
  const { url: backend, tally } = await echoBackend();
  const { bouncer, events, url } = await startHost({
    cap: 1,
    resolve: () => {
      asked.resolve();
      return answer.promise;
    },
  });
  const viewer = connectRaw(url('/ws/a'));
  await within('the resolver to be asked', asked.promise);
  expect(viewersOf(bouncer)).toBe(1);
  viewer.destroy();
  await events.next(named('backend.unavailable', { cause: 'aborted', viewers: 0 }));
  expect(viewersOf(bouncer)).toBe(0);
  answer.resolve(backend);
  // The next one has the slot, and only it has a backend.
  await echo(await connectViewer(url('/ws/a')), 'hello');
  expect([viewersOf(bouncer), tally.total('a')]).toEqual([1, 1]);
});

test('releases every slot once, however lookups end and whoever leaves meanwhile', async () => {
  const { url: backend } = await echoBackend();
  const { url: nobody } = await refusingBackend();
  const ends = ['backend', 'nobody', 'null', 'throw', 'leave', 'evict'] as const;
  const lookups = new Map<string, PromiseWithResolvers<string | null>>();
  const { bouncer, events, url } = await startHost({
    cap: 3,
    resolve: (session, { url: target = '' }) => {
      const lookup = Promise.withResolvers<string | null>();
      lookups.set(target, lookup);
      return lookup.promise;
    },
  });
  process.once('warning', () => undefined);
  const targets = ends.flatMap((end) => [1, 2, 3].map((each) => `/ws/s${each}?${end}`));
  // Six sessions' worth of newcomers on three sessions: half of them find no slot.
  const viewers = targets.map((target) => [target, connectRaw(url(target))] as const);
  await untilTrue('all to be asked for', () => lookups.size === 9);
  await untilTrue(
    'the rest to be refused',
    () => events.all.filter(({ event }) => event === 'viewer.refused').length === 9,
  );
  expect(viewersOf(bouncer)).toBe(9);
  const order = [...lookups].toSorted(([a], [b]) => (a.length % 7) - (b.length % 7));
  for (const [target, lookup] of order) {
    const end = target.split('?')[1];
    if (end === 'backend') lookup.resolve(backend);
    else if (end === 'nobody') lookup.resolve(nobody);
    else if (end === 'null') lookup.resolve(null);
    else lookup.reject(new Error('down'));
  }
  await untilTrue(
    'all lookups to have ended',
    () =>
      events.all.filter(({ event }) => /viewer.admitted|backend.unavailable/.test(event)).length ===
      9,
  );
  const admitted = events.all.filter(({ event }) => event === 'viewer.admitted').length;
  expect(viewersOf(bouncer)).toBe(admitted);
  for (const [, viewer] of viewers) viewer.destroy();
  await untilTrue('all slots to be free', () => viewersOf(bouncer) === 0);
});

test('ends lookups that run when it is closed, and takes nobody after that', async () => {
  const asked = Promise.withResolvers<void>();
  const { bouncer, events, url, server } = await startHost({
    resolve: () => {
      asked.resolve();
      return new Promise(() => undefined);
    },
  });
  const viewer = connectViewer(url('/ws/a'));
  await within('the resolver to be asked', asked.promise);
  await bouncer.close();
  expect(await closeOf(await viewer)).toMatchObject({ code: 1001 });
  await events.next(named('proxy.stopped'));
  expect(await refusedHandshake(url('/ws/a'))).toMatchObject({ status: 503 });
  expect(server.listening).toBe(true);
});

test('names viewers as the program says, cleaned and bounded', async () => {
  const { url: backend } = await echoBackend();
  const { events, url } = await startHost({
    backend,
    cap: 1,
    nameViewer: ({ headers }) => `\u001B[31m${headers['x-name'] as string}\u202E${'x'.repeat(99)}`,
  });
  await connectViewer(url('/ws/a'), { headers: { 'X-Name': 'Ada ' } });
  const { who } = await events.next(named('viewer.admitted'));
  expect(who).toBe(`[31mAda${'x'.repeat(57)}`);
  await connectViewer(url('/ws/a'), { headers: { 'X-Name': 'Bob' } });
  const refused = await events.next(named('viewer.refused', { cause: 'cap' }));
  expect(refused.who).toMatch(/^\[31mBobx+$/);
});

test.each([
  ['null', () => null],
  ['nothing that is seen', () => '\u0000\u200B '],
  ['no text', () => 7 as unknown as string],
])('leaves a viewer without a name where the program says %s', async (_what, nameViewer) => {
  const { url: backend } = await echoBackend();
  const { events, url } = await startHost({ backend, nameViewer });
  await connectViewer(url('/ws/a'));
  expect(await events.next(named('viewer.admitted'))).not.toHaveProperty('who');
});

test('goes on without a name where naming throws, with a warning', async () => {
  const { url: backend } = await echoBackend();
  const warned = once(process, 'warning');
  const { url } = await startHost({
    backend,
    nameViewer: () => {
      throw new Error('no cookie');
    },
  });
  await echo(await connectViewer(url('/ws/a')), 'hello');
  expect(String(await within('the warning', warned))).toContain('no cookie');
});

test('outlives hooks and listeners that reject, with a warning for each', async () => {
  const { url: backend } = await echoBackend();
  const warnings: string[] = [];
  const warn = (warning: Error): unknown => warnings.push(warning.message);
  process.on('warning', warn);
  onCleanup(() => process.off('warning', warn));
  const { bouncer, events, url } = await startHost({
    backend,
    nameViewer: (async () => {
      throw new Error('no database');
    }) as unknown as () => string,
  });
  bouncer.on('viewer.admitted', () => Promise.reject(new Error('no dashboard')) as unknown as void);
  await echo(await connectViewer(url('/ws/a')), 'hello');
  expect(await events.next(named('viewer.admitted'))).not.toHaveProperty('who');
  await untilTrue('the warnings', () => warnings.length === 3);
  expect(warnings.toSorted()).toEqual([
    'nameViewer returned a promise: it has to return a text',
    'no dashboard',
    'no database',
  ]);
});

test('takes the session from the program, and checks it as one from a path', async () => {
  const { url: backend, tally } = await echoBackend();
  const { url } = await startHost({
    backend,
    session: ({ headers }) => (headers['x-room'] as string | undefined) ?? null,
  });
  await echo(await connectViewer(url('/any/where'), room('blue')), 'hello');
  expect(tally.open('blue')).toBe(1);
  expect(await refusedHandshake(url('/any/where'))).toMatchObject({ status: 404 });
  expect(await refusedHandshake(url('/any'), room('a/b'))).toMatchObject({ status: 400 });
  expect(await refusedHandshake(url('/any'), room('a%41'))).toMatchObject({ status: 400 });
});

test('answers what is wrong with an upgrade, whatever the server let through', async () => {
  const { url: backend } = await echoBackend();
  const { url } = await startHost({ backend });
  const viewer = connectRaw(url('/ws/a'), {
    extraHeaders: { Host: ['one.example', 'two.example'] },
  });
  expect((await viewer.open()).status).toBe(400);
  const page = { headers: { Origin: 'https://elsewhere.example' } };
  expect(await refusedHandshake(url('/ws/a'), page)).toMatchObject({ status: 403 });
  expect(await refusedHandshake(url('/other'))).toMatchObject({ status: 404 });
});

test('takes a page whose name was made to resolve to loopback for a stranger', async () => {
  const { url: backend } = await echoBackend();
  const { url } = await startHost({ backend });
  const page = { headers: { Host: 'evil.example', Origin: 'http://evil.example' } };
  expect(await refusedHandshake(url('/ws/a'), page)).toMatchObject({ status: 403 });
});

test('evicts, with the reason, in the name of the program', async () => {
  const { url: backend } = await echoBackend();
  const { bouncer, events, url } = await startHost({ backend });
  const viewer = await connectViewer(url('/ws/a'));
  const { viewer: id } = await events.next(named('viewer.admitted'));
  expect(await bouncer.evict(id, 'the lesson is over')).toEqual({ ok: true });
  expect(await closeOf(viewer)).toMatchObject({ code: 1008 });
  await events.next(
    named('viewer.evicted', { viewer: id, actor: 'program', note: 'the lesson is over' }),
  );
  expect(await bouncer.evict(id)).toMatchObject({ ok: false });
});

test('drains, and its server goes on', async () => {
  const { url: backend } = await echoBackend();
  const { bouncer, server, events, url } = await startHost({ backend });
  const viewer = await connectViewer(url('/ws/a'));
  await events.next(named('viewer.admitted'));
  expect(await bouncer.drain('50ms')).toEqual({ ok: true });
  expect(await closeOf(viewer)).toEqual({ code: 1012, reason: 'service restart' });
  expect(await within('the end', bouncer.control.closed)).toBe('drained');
  expect(server.listening).toBe(true);
  await expect(bouncer.drain('soon')).rejects.toThrow('window "soon" is not a duration');
});

test('tells the events of one name until it is told not to', async () => {
  const { url: backend } = await echoBackend();
  const { bouncer, events, url } = await startHost({ backend });
  const seen: string[] = [];
  const off = bouncer.on('viewer.admitted', ({ viewer, dialMs }) => {
    seen.push(`${viewer} ${typeof dialMs}`);
  });
  await connectViewer(url('/ws/a'));
  await events.next(named('viewer.admitted'));
  off();
  await connectViewer(url('/ws/a'));
  await events.next(named('viewer.admitted'));
  expect(seen).toEqual(['v1 number']);
});

test('is disposed of by `await using`', async () => {
  const { url: backend } = await echoBackend();
  const { bouncer, url } = await startHost({ backend });
  const viewer = await connectViewer(url('/ws/a'));
  {
    await using inside = bouncer;
    expect(viewersOf(inside)).toBe(1);
  }
  expect(await closeOf(viewer)).toEqual({ code: 1001, reason: 'proxy is shutting down' });
});

test('listens itself where that is asked for, and ends that with it', async () => {
  const { url: backend } = await echoBackend();
  const { bouncer, events } = await startHost({ backend, listen: '127.0.0.1:0' });
  const address = await bouncer.listen();
  await events.next(named('proxy.listening', { address }));
  const viewer = await connectViewer(`ws://${address}/ws/a`);
  await echo(viewer, 'hello');
  await bouncer.close();
  expect(await closeOf(viewer)).toMatchObject({ code: 1001 });
  await expect(fetch(`http://${address}/healthz`)).rejects.toThrow('fetch failed');
});

test('says that it is closed instead of listening', async () => {
  const { bouncer } = await startHost({ backend: 'ws://127.0.0.1/', listen: '127.0.0.1:0' });
  await bouncer.close();
  await expect(bouncer.listen()).rejects.toThrow('this bouncer is closed');
});

test('says in its own words why it cannot listen', async () => {
  const { server } = await startHost({ backend: 'ws://127.0.0.1/' });
  const { port } = server.address() as { port: number };
  const taken = createBouncer({ backend: 'ws://127.0.0.1/', listen: `127.0.0.1:${port}` });
  await expect(taken.listen()).rejects.toMatchObject({
    message: `cannot listen on 127.0.0.1:${port}: it is in use`,
    remedy: 'stop who listens there, or pass listen with another port',
  });
  await taken.close();
});

test('relays over TLS, tells the backend so, and evicts who takes nothing', async () => {
  const flood = await floodBackend({ deflate: false });
  const calm = await echoBackend();
  const { events, url } = await startHost(
    {
      resolve: (session) => (session === 'calm' ? calm.url : flood.url),
      writeTimeout: 400,
      pingInterval: 100,
      pongTimeout: 10_000,
    },
    { tls: true },
  );
  await echo(await connectViewer(url('/ws/calm')), Buffer.alloc(100_000, 7));
  const { request } = await calm.connections.next();
  expect(request.headers['x-forwarded-proto']).toBe('https');
  const stuck = await connectViewer(url('/ws/flood'));
  stuck.pause();
  await events.next(named('viewer.evicted', { session: 'flood', cause: 'write-timeout' }));
});

test('lets go of a socket that went while the program made up its mind', async () => {
  const { url: backend } = await echoBackend();
  const { bouncer, server, url } = await startHost({ backend }, { takesUpgrades: false });
  const upgraded = once(server, 'upgrade') as Promise<[IncomingMessage, Socket, Buffer]>;
  const viewer = connectRaw(url('/ws/a'));
  const [request, socket, head] = await within('the upgrade', upgraded);
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  socket.resume();
  viewer.destroy();
  socket.end();
  await within('the end of the socket', closed);
  bouncer.handleUpgrade(request, socket, head);
  expect(viewersOf(bouncer)).toBe(0);
});

test('takes an upgrade over later than the server hands it over', async () => {
  const { url: backend } = await echoBackend();
  const { bouncer, server, url } = await startHost({ backend }, { takesUpgrades: false });
  server.on('upgrade', (request, socket, head) => {
    setImmediate(() => bouncer.handleUpgrade(request, socket, head));
  });
  await echo(await connectViewer(url('/ws/a')), 'hello');
  expect(viewersOf(bouncer)).toBe(1);
});

test('ends what the server has in mind for requests that idle', async () => {
  const { url: backend } = await echoBackend();
  const { server, url } = await startHost({ backend });
  server.setTimeout(60_000);
  const upgraded = once(server, 'upgrade') as Promise<[IncomingMessage, Socket, Buffer]>;
  await echo(await connectViewer(url('/ws/a')), 'hello');
  const [, socket] = await within('the upgrade', upgraded);
  expect(socket.timeout).toBe(0);
});

test('leaves what a viewer sends to a program that listens to its socket, too', async () => {
  const { url: backend } = await echoBackend();
  const { bouncer, server, url } = await startHost({ backend }, { takesUpgrades: false });
  let seen: Buffer[] = [];
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on('data', (chunk: Buffer) => seen.push(chunk));
    bouncer.handleUpgrade(request, socket, head);
  });
  const viewer = await connectViewer(url('/ws/a'));
  seen = [];
  await echo(viewer, 'x'.repeat(200_000));
  expect(Buffer.concat(seen).length).toBeGreaterThan(200_000);
});
