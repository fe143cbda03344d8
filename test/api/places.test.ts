import { connect, type Socket } from 'node:net';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keptEvents } from '../../src/api/recall.ts';
import { longestStalled, STALLED_MS } from '../../src/api/places.ts';
import { openAttachLink } from '../../src/control/attach-link.ts';
import { connect as connectControl } from '../../src/control/client.ts';
import { StubControl } from '../control/stub-control.ts';
import { onCleanup } from '../support/cleanup.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { turn, untilTrue } from '../support/turns.ts';
import { within } from '../support/within.ts';
import { listenTo, open, openOn, tcpOf } from './ask.ts';

const start = async (options: Parameters<typeof openOn>[1] = {}) => {
  const control = new StubControl();
  const clock = new FakeClock();
  const place = await openOn(control, options, { clock });
  return { control, clock, place };
};

/** More than any socket takes, and within what is kept. */
const tellMuch = (control: StubControl): void => {
  for (let n = 1; n <= keptEvents; n += 1) {
    const address = `${n}${'.'.repeat(500)}`;
    control.tell({ time: new Date(n).toISOString(), event: 'proxy.listening', address });
  }
};

/** A console that takes the answer to its upgrade and nothing more. */
const stalledConsole = async (path: string): Promise<Socket> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const socket = connect(path, () => {
    const lines = ['GET /v1/attach HTTP/1.1', 'Host: localhost', 'Connection: Upgrade'];
    socket.write(`${lines.join('\r\n')}\r\nUpgrade: wsbouncer-control\r\n\r\n`);
  });
  socket.on('error', () => undefined);
  socket.once('data', () => {
    socket.pause();
    resolve();
  });
  onCleanup(() => socket.destroy());
  await within('a console to attach', promise);
  return socket;
};

/** A console that speaks and listens. */
const attached = async (place: { readonly socketPath: string }) => {
  const carrier = await openAttachLink(place);
  onCleanup(() => carrier.close());
  return connectControl(carrier);
};

describe('whoever makes room', () => {
  test('has taken nothing for 30 s, and nobody for longer', () => {
    const holder = fc.record({ stillSince: fc.option(fc.nat(100_000)) });
    fc.assert(
      fc.property(fc.array(holder), fc.nat(100_000), (holders, now) => {
        const chosen = longestStalled(holders, now);
        const since = holders.flatMap(({ stillSince }) => stillSince ?? []);
        const oldest = Math.min(...since);
        const wanted = holders.find(
          ({ stillSince }) => stillSince === oldest && now - oldest >= STALLED_MS,
        );
        expect(chosen).toBe(wanted ?? null);
      }),
    );
  });
});

describe('event streams', () => {
  test('that stall give their places up to newcomers, and go on behind their last event', async () => {
    const { control, clock, place } = await start();
    tellMuch(control);
    const stalled = [];
    for (let n = 0; n < 99; n += 1) {
      const each = await listenTo(place, '/v1/events?after=0');
      each.answer.pause();
      stalled.push(each);
    }
    const reader = await listenTo(place);
    let tries = 0;
    await untilTrue('a place', async () => {
      tries += 1;
      clock.advance(1_000);
      const { statusCode } = await open(place, 'GET', '/v1/events');
      return statusCode === 200;
    });
    expect(tries).toBeGreaterThanOrEqual(STALLED_MS / 1_000);

    const ended = stalled.map(({ answer }) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      answer.on('close', resolve);
      return promise;
    });
    for (const { answer } of stalled) answer.resume();
    const first = await within(
      'a stream to end',
      Promise.race(ended.map(async (end, at) => (await end, at))),
    );
    const id = stalled[first]?.messages.all.at(-1)?.id ?? '';
    for (const [at, { answer }] of stalled.entries()) if (at !== first) answer.destroy();
    let again = await listenTo(place, `/v1/events?after=${id}`);
    await untilTrue('a place for the one that comes back', async () => {
      if (again.answer.statusCode !== 200) again = await listenTo(place, `/v1/events?after=${id}`);
      return again.answer.statusCode === 200;
    });
    clock.advance(1_000);
    const { id: next } = await again.messages.next();
    expect(Number(next.split('-')[1])).toBe(Number(id.split('-')[1]) + 1);
    control.tell({ time: new Date(0).toISOString(), event: 'proxy.stopped' });
    clock.advance(1_000);
    expect((await reader.messages.next()).event).toBe('proxy.stopped');
  });

  test('that stall give them up to others at their address, too', async () => {
    const { control, clock, place } = await start({
      listen: { host: '127.0.0.1', port: 0 },
      token: 'a'.repeat(32),
      maxStreamsPerAddress: 2,
    });
    const tcp = tcpOf(place);
    const headers = { Authorization: `Bearer ${'a'.repeat(32)}` };
    for (let n = 0; n < 2; n += 1) {
      const answer = await open(tcp, 'GET', '/v1/events?after=0', { headers });
      answer.on('error', () => undefined);
      answer.pause();
    }
    expect((await open(tcp, 'GET', '/v1/events', { headers })).statusCode).toBe(429);
    await untilTrue('a place', async () => {
      // The kernel's buffers over TCP are large.
      for (let round = 0; round < 20; round += 1) {
        tellMuch(control);
        clock.advance(50);
        await turn();
      }
      clock.advance(STALLED_MS);
      const { statusCode } = await open(tcp, 'GET', '/v1/events', { headers });
      return statusCode === 200;
    });
  });
});

describe('consoles', () => {
  test('that say nothing give their places up to newcomers, and those that speak keep theirs', async () => {
    const { clock, place } = await start();
    const speaks = await attached(place);
    for (let n = 0; n < 31; n += 1) await stalledConsole(place.socketPath);
    const refused =
      /32 consoles are attached: quit one, or wait until one has taken nothing for 30 s/;
    clock.advance(STALLED_MS - 1);
    expect(await speaks.command({ do: 'lock', session: null, actor: 'ann' })).toEqual({ ok: true });
    await expect(openAttachLink(place)).rejects.toThrow(refused);
    clock.advance(1);
    for (let n = 0; n < 31; n += 1) await attached(place);
    await expect(openAttachLink(place)).rejects.toThrow(refused);
    expect(await speaks.command({ do: 'lock', session: null, actor: 'ann' })).toEqual({ ok: true });
  });
});
