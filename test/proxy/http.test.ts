import { describe, expect, it } from 'vitest';
import { BouncerError } from '../../src/errors.ts';
import { startProxy } from '../../src/proxy/proxy.ts';
import { echoBackend, hangingBackend, rawBackend } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { withProxy } from '../support/proxy.ts';
import { testOptions } from '../support/test-options.ts';
import { connectRaw } from '../support/raw-viewer.ts';
import { connectViewer, echo } from '../support/viewer.ts';
import { crlf, HOST, KEY, SHAKE, UPGRADE, VERSION } from './request-text.ts';

/** A plain request, to the last byte. */
const plain = (method: string, target: string, ...headers: readonly string[]): string =>
  crlf(`${method} ${target} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...headers);

/** An upgrade that is well-formed but for what a row changes. */
const upgrade = (
  target: string,
  { line = `GET ${target} HTTP/1.1`, without = '', more = [] as readonly string[] } = {},
): string => crlf(line, ...SHAKE.filter((header) => header !== without), ...more);

type Row = readonly [
  what: string,
  request: string,
  status: number,
  body: RegExp,
  headers?: Readonly<Record<string, string>>,
];

const rows: readonly Row[] = [
  ['GET /healthz', plain('GET', '/healthz'), 200, /^ok$/],
  ['GET /healthz with a query', plain('GET', '/healthz?from=lb'), 200, /^ok$/],
  ['GET /readyz', plain('GET', '/readyz'), 200, /^ready$/],
  ['HEAD /healthz', plain('HEAD', '/healthz'), 200, /^$/],
  ['POST /healthz', plain('POST', '/healthz', 'Content-Length: 0'), 405, /GET/],
  ['the path without an upgrade', plain('GET', '/ws/a'), 426, /Upgrade: websocket/],
  ['another method', plain('POST', '/ws/a', 'Content-Length: 0'), 405, /GET/, { allow: 'GET' }],
  ['a method that starts an upgrade', upgrade('', { line: 'POST /ws/a HTTP/1.1' }), 405, /GET/],
  ['CONNECT', crlf('CONNECT backend:80 HTTP/1.1', 'Host: backend:80'), 405, /GET/],
  ['any other path', plain('GET', '/'), 404, /\/ws\/\{session\}/],
  ['an upgrade on any other path', upgrade('/socket'), 404, /\/ws\/\{session\}/],
  ['an upgrade on /healthz', upgrade('/healthz'), 200, /^ok$/, { connection: 'close' }],
  ['a path in another case', upgrade('/WS/a'), 404, /./],
  ['a path with another slash', upgrade('//ws/a'), 404, /./],
  ['a path that goes on', upgrade('/ws/a/b'), 404, /./],
  ['a path that climbs out', upgrade('/ws/../healthz'), 404, /./],
  ['no session id', upgrade('/ws/'), 400, /session id is missing/],
  ['no session id nor slash', upgrade('/ws'), 400, /session id is missing/],
  ['no session id, plain', plain('GET', '/ws/'), 400, /session id is missing/],
  ['an id that is ..', upgrade('/ws/..'), 400, /malformed/],
  ['an id that is .. in escapes', upgrade('/ws/%2e%2E'), 400, /malformed/],
  ['an id with a slash in an escape', upgrade('/ws/a%2Fb'), 400, /malformed/],
  ['an id that climbs in escapes', upgrade('/ws/..%2f..%2fetc%2fpasswd'), 400, /malformed/],
  ['an id with NUL', upgrade('/ws/a%00b'), 400, /malformed/],
  ['an id with a line break', upgrade('/ws/a%0d%0aX:%20b'), 400, /malformed/],
  ['an id with a bad escape', upgrade('/ws/a%zz'), 400, /malformed/],
  ['an id with half an escape', upgrade('/ws/a%2'), 400, /malformed/],
  ['an id that is escaped twice', upgrade('/ws/a%252Fb'), 400, /malformed/],
  ['an id with a backslash', upgrade('/ws/a\\b'), 400, /malformed/],
  ['an id that starts with a dot', upgrade('/ws/.hidden'), 400, /malformed/],
  ['an id of 129 characters', upgrade(`/ws/${'a'.repeat(129)}`), 400, /malformed/],
  ['an id beyond ASCII', upgrade('/ws/%C3%A9'), 400, /malformed/],
  ['a target with a host', upgrade('http://localhost/ws/a'), 400, /target/],
  ['a target with a fragment', upgrade('/ws/a#b'), 400, /target/],
  ['Content-Length', upgrade('/ws/a', { more: ['Content-Length: 0'] }), 400, /Content-Length/],
  [
    'a body with Content-Length',
    `${upgrade('/ws/a', { more: ['Content-Length: 4'] })}body`,
    400,
    /Content-Length/,
  ],
  [
    'Transfer-Encoding',
    `${upgrade('/ws/a', { more: ['Transfer-Encoding: chunked'] })}0\r\n\r\n`,
    400,
    /Transfer-Encoding/,
  ],
  ['no key', upgrade('/ws/a', { without: KEY }), 400, /Sec-WebSocket-Key/],
  ['two keys', upgrade('/ws/a', { more: [KEY] }), 400, /Sec-WebSocket-Key/],
  [
    'a short key',
    upgrade('/ws/a', { without: KEY, more: ['Sec-WebSocket-Key: c2hvcnQ='] }),
    400,
    /Sec-WebSocket-Key/,
  ],
  ['no host', upgrade('/ws/a', { without: HOST }), 400, /Host/],
  ['two hosts', upgrade('/ws/a', { more: ['Host: other'] }), 400, /Host/],
  ['a bad host', upgrade('/ws/a', { without: HOST, more: ['Host: a b'] }), 400, /Host/],
  [
    'an upgrade to HTTP/2',
    upgrade('/ws/a', { without: UPGRADE, more: ['Upgrade: h2c', 'HTTP2-Settings: AAMAAABk'] }),
    400,
    /Upgrade: websocket/,
  ],
  ['HTTP/1.0', upgrade('', { line: 'GET /ws/a HTTP/1.0' }), 400, /HTTP\/1\.1/],
  [
    'another version of the protocol',
    upgrade('/ws/a', { without: VERSION, more: ['Sec-WebSocket-Version: 8'] }),
    426,
    /13/,
    { 'sec-websocket-version': '13' },
  ],
  [
    'no version of the protocol',
    upgrade('/ws/a', { without: VERSION }),
    426,
    /13/,
    { 'sec-websocket-version': '13' },
  ],
];

describe('a request that is no viewer', () => {
  it.for(rows)('%s', async ([_what, request, status, body, headers = {}]) => {
    const backend = await hangingBackend();
    const proxy = await withProxy({ backend: backend.template });
    const asking = connectRaw(proxy.url('a'), { request });
    const answer = await asking.open();
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject(headers);
    // Far less than Node keeps an idle connection.
    expect((await asking.body({ ms: 4_000 })).trimEnd()).toMatch(body);
    // Neither a slot nor a dial, and nobody is told.
    expect(proxy.events.all.map(({ event }) => event)).toEqual(['proxy.listening']);
    expect(backend.dials.all).toEqual([]);
  });

  it('h2c on /healthz is answered over HTTP/1.1', async () => {
    const proxy = await withProxy({ backend: (await hangingBackend()).template });
    const request = crlf(
      'GET /healthz HTTP/1.1',
      HOST,
      'Connection: Upgrade, HTTP2-Settings',
      'Upgrade: h2c',
      'HTTP2-Settings: AAMAAABkAAQAAP__',
    );
    const asking = connectRaw(proxy.url('a'), { request });
    expect((await asking.open()).startLine).toBe('HTTP/1.1 200 OK');
    expect(await asking.body()).toBe('ok\n');
  });

  it('garbage gets 400, and the proxy goes on', async () => {
    const proxy = await withProxy({ backend: (await echoBackend()).template });
    for (const request of ['\x16\x03\x01\x02\x00\x01\x00', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n']) {
      expect((await connectRaw(proxy.url('a'), { request }).open()).status).toBe(400);
    }
    await echo(await connectViewer(proxy.url('a')), 'still here');
  });
});

describe('a session id', () => {
  it.each([
    ['of one character', 'a', 'a'],
    ['of 128 characters', 'a'.repeat(128), 'a'.repeat(128)],
    ['of every character there is', 'Az09.b_c~d-e', 'Az09.b_c~d-e'],
    ['in escapes is decoded once', '%61%2Dz', 'a-z'],
  ])('%s reaches its backend', async (_what, written, id) => {
    const backend = await rawBackend();
    const proxy = await withProxy({ backend: backend.template });
    const viewer = connectRaw(proxy.url(written));
    expect((await viewer.open()).upgraded).toBe(true);
    expect((await backend.connections.next()).request.url).toBe(`/${id}`);
    const { session } = await proxy.events.next(named('viewer.admitted'));
    expect(session).toBe(id);
  });

  it('is the same for all viewers of a path without {session}', async () => {
    const backend = await echoBackend();
    const template = { ...backend.template, target: '/fixed' };
    const proxy = await withProxy({ backend: template, path: '/live', cap: 1 });
    await echo(await connectViewer(proxy.url('')), 'hello');
    const refused = connectRaw(proxy.url(''));
    expect((await refused.closed()).close?.code).toBe(1013);
  });
});

describe('a request whose headers do not come', () => {
  it.each([
    ['nothing at all', ''],
    ['half of them', 'GET /ws/a HTTP/1.1\r\nHost: localhost\r\nX-Slow:'],
  ])('%s: it is cut after the handshake timeout', async (_what, request) => {
    const proxy = await withProxy({
      backend: (await hangingBackend()).template,
      // Not a multiple of four: Node's interval takes whole milliseconds.
      handshakeTimeoutMs: 301,
    });
    const began = performance.now();
    const asking = connectRaw(proxy.url('a'), { request });
    await asking.closed({ ms: 3_000 });
    expect(performance.now() - began).toBeGreaterThan(300);
  });

  it('does not take viewers with it that have shaken hands, nor those that dial', async () => {
    const hanging = await hangingBackend();
    const dialling = await withProxy({ backend: hanging.template, handshakeTimeoutMs: 600 });
    const waiting = connectRaw(dialling.url('a'));
    const proxy = await withProxy({
      backend: (await echoBackend()).template,
      handshakeTimeoutMs: 600,
    });
    const viewer = await connectViewer(proxy.url('a'));
    // Whoever comes after them is cut, so their time is over too.
    await connectRaw(dialling.url('a'), { request: '' }).closed();
    await connectRaw(proxy.url('a'), { request: '' }).closed();
    await echo(viewer, 'still here');
    expect(waiting.socket.destroyed).toBe(false);
    expect((await dialling.snapshot()).totals.viewers).toBe(1);
  });
});

describe('listening', () => {
  it('says in one line that the address is in use', async () => {
    const { template: backend } = await hangingBackend();
    const first = await withProxy({ backend });
    const [host = '', port] = first.address.split(':');
    const listen = { host, port: Number(port) };
    const again = startProxy({ ...testOptions, backend, listen });
    await expect(again).rejects.toThrow(BouncerError);
    await expect(again).rejects.toMatchObject({
      kind: 'environment',
      line: expect.stringMatching(/^wsbouncer: cannot listen on .*in use; .*--listen/),
    });
  });
});
