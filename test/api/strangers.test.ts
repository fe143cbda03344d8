/** Connections over TCP without a token, and that they are in nobody's way. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { holderOf, tcpBounds } from '../../src/api/strangers.ts';
import { StubControl } from '../control/stub-control.ts';
import { onCleanup } from '../support/cleanup.ts';
import { eventually } from '../support/process-figures.ts';
import { within } from '../support/within.ts';
import { ask, open, openOn, tcpOf } from './ask.ts';

const token = 'correct-horse-battery';
const headers = { Authorization: `Bearer ${token}` };

const openTcp = async () => {
  const listen = { host: '0.0.0.0', port: 0 };
  const options = { socketPath: null, listen, isPublic: true, token };
  return tcpOf(await openOn(new StubControl(), options));
};

/** More than there is room for, those with a token included. */
const MANY = tcpBounds.strangers + tcpBounds.known + 60;

/** Connections that say nothing and come back when they are closed, until `stop`. */
const flood = async (port: number, addresses: readonly string[], count: number) => {
  const sockets = new Set<Socket>();
  let comes = true;
  let comings = 0;
  const come = (from: string): Promise<unknown> => {
    const socket = connect({ host: '127.0.0.1', port, localAddress: from });
    comings += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      if (comes) void come(from);
    });
    socket.resume();
    return Promise.race([once(socket, 'connect'), once(socket, 'close')]);
  };
  const stop = (): void => {
    comes = false;
    for (const socket of sockets) socket.destroy();
  };
  onCleanup(stop);
  await Promise.all(
    Array.from({ length: count }, (_none, n) => come(addresses[n % addresses.length] ?? '')),
  );
  return { stop, comings: () => comings };
};

const operator = '127.0.0.2';

describe('a flood of connections without a token', () => {
  test.each([
    ['one address', ['127.0.0.3'], operator],
    ['two hundred addresses', Array.from({ length: 200 }, (_none, n) => `127.0.1.${n}`), operator],
    ["the operator's own address", [operator], operator],
  ])('from %s keeps nobody out who has one', async (_what, addresses, localAddress) => {
    const { port } = await openTcp();
    const { comings, stop } = await flood(port, addresses, MANY);
    for (let n = 0; n < 20; n += 1) {
      const reply = await ask({ port, localAddress }, 'GET', '/healthz', { headers });
      expect(reply.status).toBe(200);
    }
    expect(comings()).toBeGreaterThan(MANY);
    stop();
  });

  test('leaves streams alone that run', async () => {
    const { port } = await openTcp();
    const stream = await open({ port, localAddress: operator }, 'GET', '/v1/events', { headers });
    const { stop } = await flood(port, [operator], MANY);
    await ask({ port, localAddress: operator }, 'GET', '/healthz', { headers });
    expect(stream.destroyed).toBe(false);
    stop();
  });
});

describe('a connection without a token', () => {
  test('is the first to go where there are too many: the oldest of the address with the most', async () => {
    const { port } = await openTcp();
    const come = async (localAddress: string) => {
      const socket = connect({ host: '127.0.0.1', port, localAddress });
      onCleanup(() => socket.destroy());
      await once(socket.resume(), 'connect');
      return { socket, gone: once(socket, 'close') };
    };
    const alone = await come('127.0.0.4');
    const first = await come('127.0.0.5');
    const second = await come('127.0.0.5');
    for (let n = 3; n < tcpBounds.strangers; n += 1) await come('127.0.0.5');
    const last = await come('127.0.0.6');
    await within('the end of the oldest', first.gone);
    expect([alone, second, last].map(({ socket }) => socket.destroyed)).toEqual([
      false,
      false,
      false,
    ]);
  });

  test('that shows a token is told where too many have, and goes', async () => {
    const { port } = await openTcp();
    const asked = async (): Promise<Socket> => {
      const socket = connect(port, '127.0.0.1').setEncoding('latin1');
      onCleanup(() => socket.destroy());
      socket.write(`GET /healthz HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n\r\n`);
      const [said] = (await within('an answer', once(socket, 'data'))) as [string];
      expect(said).toMatch(/^HTTP\/1\.1 200 .*keep-alive/s);
      return socket;
    };
    const known = await Promise.all(Array.from({ length: tcpBounds.known }, asked));
    const reply = await ask({ port }, 'GET', '/healthz', { headers });
    expect([reply.status, reply.headers.connection]).toEqual([503, 'close']);
    expect(reply.json.detail).toMatch(/too many connections have shown a token/);
    const gone = known.map((socket) => once(socket, 'close'));
    known[0]?.destroy();
    await gone[0];
    await eventually('a place', async () => {
      const again = await ask({ port }, 'GET', '/healthz', { headers });
      return again.status === 200;
    });
  });
});

describe('the holder of an address', () => {
  const groups = fc.array(fc.nat(0xffff), { minLength: 8, maxLength: 8 });

  test('is its /64 where it is one of IPv6, however that is written', () => {
    fc.assert(
      fc.property(groups, (numbers) => {
        const full = numbers.map((number) => number.toString(16)).join(':');
        const short = new URL(`http://[${full}]`).hostname.slice(1, -1);
        fc.pre(!short.startsWith('::ffff:'));
        const holder = numbers.slice(0, 4).map((number) => number.toString(16));
        expect(holderOf(short)).toBe(holder.join(':'));
      }),
    );
    expect(holderOf('2001:db8::1')).toBe(holderOf('2001:db8:0:0:ffff::2'));
    expect(holderOf('1::2:3:4:5:6')).toBe('1:0:0:2');
    expect(holderOf('::1')).toBe('0:0:0:0');
  });

  test('is itself where it is one of IPv4', () => {
    expect(holderOf('10.0.0.1')).toBe('10.0.0.1');
    expect(holderOf('::ffff:10.0.0.1')).toBe('::ffff:10.0.0.1');
  });
});
