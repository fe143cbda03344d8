import { describe, expect, it } from 'vitest';
import type { ProxyOptions } from '../../src/contract.ts';
import { rawBackend } from '../support/backends.ts';
import { privateDirectory } from '../support/backend-server.ts';
import { named } from '../support/events.ts';
import type { HeaderValue } from '../support/http-head.ts';
import { withProxy } from '../support/proxy.ts';
import { connectRaw } from '../support/raw-viewer.ts';

type Headers = Readonly<Record<string, HeaderValue>>;

const trusting = { whoHeader: 'x-forwarded-user', trustProxies: ['127.0.0.0/8'] } as const;

/** As many bytes on the wire as the text has in UTF-8. */
const wire = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** One viewer that says `extraHeaders`: who it is for the proxy, and what its backend hears. */
const enter = async (extraHeaders: Headers, options: Partial<ProxyOptions> = trusting) => {
  const backend = await rawBackend();
  const proxy = await withProxy({ backend: backend.template, cap: 1, ...options });
  const viewer = connectRaw(proxy.url('a'), { extraHeaders });
  const { upgraded } = await viewer.open();
  expect(upgraded).toBe(true);
  const { request } = await backend.connections.next();
  const heard = request.rawHeaders.flatMap((name, at, all) =>
    at % 2 === 0 && /user/i.test(name) && name !== 'User-Agent' ? [[name, all[at + 1]]] : [],
  );
  const admitted = await proxy.events.next(named('viewer.admitted'));
  return { proxy, viewer, heard, admitted };
};

describe('from a trusted proxy', () => {
  it('the header names the viewer, in its row, its events and its tombstone', async () => {
    const { proxy, viewer, heard, admitted } = await enter({ 'X-Forwarded-User': 'mira' });
    expect(heard).toEqual([['X-Forwarded-User', 'mira']]);
    expect(admitted).toMatchObject({ viewer: 'v1', who: 'mira' });
    expect((await proxy.snapshot()).viewers.rows[0]).toMatchObject({ who: 'mira', rejoined: 0 });
    await proxy.control.command({ do: 'evict', viewer: admitted.viewer, actor: 'console' });
    await viewer.closed();
    expect(await proxy.events.next(named('viewer.evicted'))).toMatchObject({ who: 'mira' });
    expect(await proxy.events.next(named('viewer.left'))).toMatchObject({ who: 'mira' });
    const { detail } = await proxy.snapshot({ detail: admitted.viewer });
    expect(detail).toMatchObject({ gone: true, tombstone: { who: 'mira' } });
    const again = connectRaw(proxy.url('a'), { extraHeaders: { 'X-Forwarded-User': 'mira' } });
    await again.open();
    await proxy.events.next(named('viewer.admitted'));
    expect((await proxy.snapshot()).viewers.rows[0]).toMatchObject({ who: 'mira', rejoined: 1 });
  });

  it('names who is refused, and who held the slot; each name has its own line', async () => {
    const { proxy } = await enter({ 'X-Forwarded-User': 'mira' });
    for (const name of ['jon', 'ana', 'jon']) {
      await connectRaw(proxy.url('a'), { extraHeaders: { 'X-Forwarded-User': name } }).closed();
    }
    const { events } = await proxy.snapshot({
      events: { rows: 100, upTo: null, kind: 'refusals' },
    });
    const told = events.flatMap(({ event, count, holders }) =>
      event.event === 'viewer.refused' ? [[event.who, count, holders.map(({ who }) => who)]] : [],
    );
    expect(told).toEqual([
      ['jon', 2, ['mira']],
      ['ana', 1, ['mira']],
    ]);
  });

  it.each([
    [wire('Jürgen'), 'Jürgen'],
    [wire('evil\u{202e}\u{200b}name'), 'evilname'],
    ['x'.repeat(500), 'x'.repeat(64)],
  ])('%j names %j', async (value, who) => {
    const { admitted, heard } = await enter({ 'X-Forwarded-User': value });
    expect(admitted.who).toBe(who);
    expect(heard).toEqual([['X-Forwarded-User', value]]);
  });

  it.each<[string, Headers]>([
    ['nobody says it', {}],
    ['it is empty', { 'X-Forwarded-User': '' }],
    ['it is said twice', { 'X-Forwarded-User': ['mira', 'root'] }],
    ['it is spelt for a backend alone', { X_Forwarded_User: 'root' }],
  ])('names nobody where %s, and gives the backend nothing to believe', async (_, headers) => {
    const { proxy, admitted, heard } = await enter(headers);
    expect(admitted).not.toHaveProperty('who');
    expect((await proxy.snapshot()).viewers.rows[0]?.who).toBe(null);
    expect(heard.filter(([, value]) => value !== '')).toEqual([]);
  });
});

describe('from anyone else', () => {
  const forged = { 'X-Forwarded-User': 'root', X_Forwarded_User: 'root', 'X-User-Agent': 'kept' };

  it.each<[string, readonly string[]]>([
    ['nobody is trusted', []],
    ['others are trusted', ['10.0.0.0/8', 'fd00::/8']],
  ])('the header is ignored and kept from the backend where %s', async (_, trustProxies) => {
    const { admitted, heard } = await enter(forged, { ...trusting, trustProxies });
    expect(admitted).not.toHaveProperty('who');
    expect(heard).toEqual([['X-User-Agent', 'kept']]);
  });

  it('does no more over a Unix socket', async () => {
    const socketPath = `${await privateDirectory()}/proxy.sock`;
    const { admitted, heard } = await enter(forged, { ...trusting, listen: { socketPath } });
    expect(admitted).not.toHaveProperty('who');
    expect(heard).toEqual([['X-User-Agent', 'kept']]);
  });

  it('an IPv4 peer on an IPv6 socket is judged as IPv4', async () => {
    const listen = { host: '::', port: 0 };
    const backend = await rawBackend();
    for (const [trustProxies, who] of [
      [['127.0.0.1'], 'root'],
      [['fd00::/8'], undefined],
    ] as const) {
      const options = { ...trusting, trustProxies, listen, backend: backend.template };
      const proxy = await withProxy(options);
      const { port } = new URL(proxy.url('a'));
      const extraHeaders = { ...forged, Host: 'localhost' };
      connectRaw(`ws://127.0.0.1:${port}/ws/a`, { extraHeaders });
      expect((await proxy.events.next(named('viewer.admitted'))).who).toBe(who);
    }
  });

  it('every header passes where none is named', async () => {
    const { admitted, heard } = await enter(forged, {
      whoHeader: null,
      trustProxies: ['127.0.0.1'],
    });
    expect(admitted).not.toHaveProperty('who');
    expect(heard).toHaveLength(3);
  });

  it('a header that the checks of the door need is left to them', async () => {
    const backend = await rawBackend();
    const proxy = await withProxy({ backend: backend.template, whoHeader: 'origin' });
    const extraHeaders = { Origin: 'https://elsewhere.example' };
    const { status } = await connectRaw(proxy.url('a'), { extraHeaders }).open();
    expect(status).toBe(403);
  });
});
