import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { routePlain, routeUpgrade, sessionIdOf } from '../../src/core/route.ts';

/** Controls, ASCII, latin1 and a little beyond it. */
const unit = fc.nat(0x2ff).map((code) => String.fromCharCode(code));

const PATTERN = { path: '/ws/{session}' };
const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const HEADERS = {
  Host: 'example.com',
  Upgrade: 'websocket',
  Connection: 'Upgrade',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': KEY,
};

type Changes = {
  readonly method?: string;
  readonly httpVersion?: string;
  /** A header by name: its new value, null for without it. */
  readonly headers?: Readonly<Record<string, string | null>>;
  /** Lines after the others. */
  readonly more?: readonly string[];
};

const request = (target: string, { method, httpVersion, headers, more }: Changes = {}) => ({
  method: method ?? 'GET',
  httpVersion: httpVersion ?? '1.1',
  target,
  rawHeaders: [
    ...Object.entries({ ...HEADERS, ...headers }).flatMap(([name, value]) =>
      value === null ? [] : [name, value],
    ),
    ...(more ?? []),
  ],
});

const upgrade = (target: string, changes?: Changes, path = PATTERN.path) =>
  routeUpgrade(request(target, changes), { path });

const statusOf = (route: ReturnType<typeof routeUpgrade>): number | string =>
  route.kind === 'answer' ? route.status : route.session;

/** So many header lines of no meaning. */
const more = (lines: number): readonly string[] =>
  Array.from({ length: lines }, () => ['a', 'b']).flat();

describe('routeUpgrade', () => {
  it('finds session and query', () => {
    expect(upgrade('/ws/a1?b=c?d')).toEqual({ kind: 'session', session: 'a1', query: 'b=c?d' });
    expect(upgrade('/ws/a1?')).toEqual({ kind: 'session', session: 'a1', query: '' });
  });

  it.each([
    ['/ws/%61%2e1', 'a.1'],
    ['/ws/0~_-.', '0~_-.'],
    [`/ws/${'a'.repeat(128)}`, 'a'.repeat(128)],
  ])('accepts the id in %s', (target, session) => {
    expect(statusOf(upgrade(target))).toBe(session);
  });

  it.each([
    '/ws',
    '/ws/',
    '/ws?x=1',
    '/ws/?x=1',
    '/ws/.',
    '/ws/..',
    '/ws/%2e%2e',
    '/ws/a%2fb',
    '/ws/a%2Fb',
    '/ws/a%5cb',
    '/ws/a%00',
    '/ws/a%0a',
    '/ws/a%',
    '/ws/a%4',
    '/ws/a%zz',
    '/ws/a%2561',
    '/ws/a+b',
    '/ws/a:b',
    '/ws/%c3%a9',
    '/ws/-a',
    '/ws/~a',
    '/ws/{session}',
    `/ws/${'a'.repeat(129)}`,
  ])('answers 400 to the missing or malformed id in %s', (target) => {
    expect(statusOf(upgrade(target))).toBe(400);
    expect(routePlain(request(target), PATTERN).status).toBe(400);
  });

  it.each([
    '/',
    '/wsx',
    '/w',
    '/ws/a/b',
    '/ws/a/',
    '/ws/../etc',
    '//ws/a',
    '/WS/a',
    '/%77s/a',
    '/x/../ws/a',
  ])('answers 404 to %s', (target) => {
    expect(statusOf(upgrade(target))).toBe(404);
    expect(routePlain(request(target), PATTERN).status).toBe(404);
  });

  it.each([
    'http://example.com/ws/a',
    '*',
    'example.com:80',
    '',
    'ws/a',
    '/ws/a#b',
    '/ws/a?b#c',
    '/ws/a b',
    '/ws/\u00e9',
    '/ws/a?\n',
    '?a',
  ])('answers 400 to the target %j', (target) => {
    expect(statusOf(upgrade(target))).toBe(400);
    expect(routePlain(request(target), PATTERN).status).toBe(400);
  });

  it.each([
    ['/s/{session}/ws', '/s/a/ws', 'a'],
    ['/s/{session}/ws', '/s//ws', 400],
    ['/s/{session}/ws', '/s/ws', 400],
    ['/s/{session}/ws', '/s/a/b/ws', 404],
    ['/s/{session}/ws', '/s/a', 404],
    ['/s/{session}/ws', '/s/a/w', 404],
    ['/t-{session}', '/t-a', 'a'],
    ['/t-{session}', '/t-', 400],
    ['/t-{session}', '/t', 404],
    ['/t-{session}', '/t-a/b', 404],
    ['/{session}.ws', '/a.b.ws', 'a.b'],
    ['/{session}.ws', '/.ws', 400],
    ['/a{session}a', '/a', 404],
    ['/{session}', '/a', 'a'],
    ['/{session}', '/', 400],
    ['/{session}', '/healthz', 'healthz'],
    ['/{session}/', '/a/', 'a'],
    ['/ws', '/ws', 'default'],
    ['/ws', '/ws?a', 'default'],
    ['/ws', '/ws/', 404],
    ['/ws', '/ws/a', 404],
  ])('with --path %s answers %s with %s', (path, target, expected) => {
    expect(statusOf(upgrade(target, {}, path))).toBe(expected);
  });

  it.each(['POST', 'HEAD', 'OPTIONS', 'PUT', 'get'])('answers 405 to %s', (method) => {
    const route = upgrade('/ws/a', { method });
    expect(route).toMatchObject({ status: 405, headers: { Allow: 'GET' } });
  });

  it.each<[string, Changes]>([
    ['HTTP/1.0', { httpVersion: '1.0' }],
    ['HTTP/2.0', { httpVersion: '2.0' }],
    ['no Host', { headers: { Host: null } }],
    ['an empty Host', { headers: { Host: '' } }],
    ['a malformed Host', { headers: { Host: 'a@b' } }],
    ['two Hosts', { more: ['host', 'example.com'] }],
    ['Content-Length', { more: ['content-length', '0'] }],
    ['Transfer-Encoding', { more: ['TRANSFER-ENCODING', 'chunked'] }],
    ['no Upgrade', { headers: { Upgrade: null } }],
    ['another Upgrade', { headers: { Upgrade: 'h2c' } }],
    ['part of an Upgrade', { headers: { Upgrade: 'websocket2' } }],
    ['no Connection', { headers: { Connection: null } }],
    ['another Connection', { headers: { Connection: 'keep-alive' } }],
    ['no key', { headers: { 'Sec-WebSocket-Key': null } }],
    ['two keys', { more: ['sec-websocket-key', KEY] }],
    ['two keys in one line', { headers: { 'Sec-WebSocket-Key': `${KEY}, ${KEY}` } }],
    ['a key of 15 bytes', { headers: { 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAA' } }],
    ['a key of 17 bytes', { headers: { 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAAA=' } }],
    ['a key that is not base64', { headers: { 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAA_==' } }],
  ])('answers 400 to %s', (_what, changes) => {
    expect(statusOf(upgrade('/ws/a', changes))).toBe(400);
  });

  it('takes 200 headers, and answers 431 to one more, whatever else is wrong', () => {
    expect(statusOf(upgrade('/ws/a', { more: more(195) }))).toBe('a');
    expect(upgrade('/ws/a', { more: more(196) })).toMatchObject({
      status: 431,
      headers: { Connection: 'close' },
    });
    expect(statusOf(upgrade('/ws/..', { method: 'POST', more: more(196) }))).toBe(431);
  });

  it.each<[string, Changes]>([
    ['none', { headers: { 'Sec-WebSocket-Version': null } }],
    ['8', { headers: { 'Sec-WebSocket-Version': '8' } }],
    ['013', { headers: { 'Sec-WebSocket-Version': '013' } }],
    ['a list', { headers: { 'Sec-WebSocket-Version': '13, 8' } }],
    ['two lines', { more: ['Sec-WebSocket-Version', '13'] }],
  ])('answers 426 and names the version it speaks to the version %s', (_what, changes) => {
    expect(upgrade('/ws/a', changes)).toMatchObject({
      status: 426,
      headers: {
        'Sec-WebSocket-Version': '13',
        Upgrade: 'websocket',
        Connection: 'Upgrade, close',
      },
    });
  });

  it('takes the tokens of Upgrade and Connection in any case and company', () => {
    const headers = { Upgrade: 'h2c, WebSocket', Connection: 'keep-alive, UPGRADE' };
    expect(statusOf(upgrade('/ws/a', { headers }))).toBe('a');
  });

  it('checks the path before the method, the method before the id, the id before the rest', () => {
    const broken: Changes = { method: 'POST', headers: { Host: null } };
    expect(statusOf(upgrade('/x', broken))).toBe(404);
    expect(statusOf(upgrade('/ws/', broken))).toBe(405);
    const headers = { Host: null, 'Sec-WebSocket-Version': '8' };
    expect(statusOf(upgrade('/ws/', { headers }))).toBe(400);
    expect(upgrade('/ws/', { headers })).toMatchObject({ body: expect.stringContaining('id') });
  });

  it.each(['/ws', '/ws/'])('says that the id is missing in %s', (target) => {
    expect(upgrade(target)).toMatchObject({ body: expect.stringContaining('missing') });
  });

  it('closes the connection with every answer', () => {
    expect(upgrade('/ws/', {})).toMatchObject({ headers: { Connection: 'close' } });
    expect(upgrade('/x', {})).toMatchObject({ headers: { Connection: 'close' } });
  });

  it('answers a health check that comes with an upgrade', () => {
    const headers = { Upgrade: 'h2c', Connection: 'Upgrade, HTTP2-Settings' };
    expect(upgrade('/healthz', { headers })).toMatchObject({ status: 200, body: 'ok\n' });
  });
});

const told = (session: string | null, target = '/any?x=1') =>
  routeUpgrade(request(target), { ...PATTERN, session });

describe('routeUpgrade, told the session', () => {
  it('takes it whatever the path says', () => {
    expect(told('blue')).toEqual({ kind: 'session', session: 'blue', query: 'x=1' });
    expect(told('blue', '/ws/red')).toMatchObject({ session: 'blue' });
  });

  it.each([
    [null, 404],
    ['', 400],
    ['a/b', 400],
    ['a%41', 400],
  ])('answers %j with %i', (session, status) => {
    expect(told(session)).toMatchObject({ kind: 'answer', status });
  });
});

describe('routePlain', () => {
  it.each([
    ['/healthz', 'ok\n'],
    ['/healthz?x', 'ok\n'],
    ['/readyz', 'ready\n'],
  ])('answers %s', (target, body) => {
    expect(routePlain({ method: 'GET', target }, PATTERN)).toMatchObject({ status: 200, body });
    expect(routePlain({ method: 'HEAD', target }, PATTERN)).toMatchObject({ status: 200 });
    expect(routePlain({ method: 'POST', target }, PATTERN)).toMatchObject({
      status: 405,
      headers: { Allow: 'GET, HEAD' },
    });
  });

  it('is not ready while the proxy drains, but alive', () => {
    const draining = { ...PATTERN, draining: true };
    const ask = (method: string, target: string) => routePlain({ method, target }, draining);
    expect(ask('GET', '/readyz')).toMatchObject({ status: 503, body: 'draining\n' });
    expect(ask('HEAD', '/readyz')).toMatchObject({ status: 503 });
    expect(ask('POST', '/readyz')).toMatchObject({ status: 405 });
    expect(ask('GET', '/healthz')).toMatchObject({ status: 200, body: 'ok\n' });
    const headers = { Upgrade: 'h2c', Connection: 'Upgrade, HTTP2-Settings' };
    expect(routeUpgrade(request('/readyz', { headers }), draining)).toMatchObject({ status: 503 });
  });

  it('answers a health check even where the proxied path matches it', () => {
    expect(routePlain({ method: 'GET', target: '/healthz' }, { path: '/{session}' }).status).toBe(
      200,
    );
  });

  it('asks for an upgrade on the proxied path', () => {
    expect(routePlain({ method: 'GET', target: '/ws/a' }, PATTERN)).toMatchObject({
      status: 426,
      headers: { Upgrade: 'websocket', Connection: 'Upgrade' },
    });
  });

  it('answers 405 to another method', () => {
    expect(routePlain({ method: 'DELETE', target: '/ws/a' }, PATTERN)).toMatchObject({
      status: 405,
      headers: { Allow: 'GET' },
    });
  });

  it('answers with the page where there is one, before a path that matches it too', () => {
    const page = { html: '<p>Here.</p>', policy: "default-src 'none'" };
    for (const path of ['/ws/{session}', '/{session}', '/']) {
      for (const target of ['/', '/?session=a']) {
        const answer = routePlain({ method: 'GET', target }, { path }, page);
        expect(answer).toMatchObject({
          status: 200,
          body: page.html,
          headers: { 'Content-Security-Policy': page.policy },
        });
      }
    }
    expect(routePlain({ method: 'GET', target: '//' }, PATTERN, page).status).toBe(404);
    expect(routePlain({ method: 'PUT', target: '/' }, PATTERN, page).status).toBe(405);
  });

  it('names the right path in a 404', () => {
    expect(routePlain({ method: 'GET', target: '/' }, PATTERN).body).toContain('/ws/{session}');
  });
});

describe('sessionIdOf', () => {
  it.each(['a', 'Z9', '0._~-', 'a'.repeat(128)])('takes %s', (text) => {
    expect(sessionIdOf(text)).toBe(text);
  });

  it.each(['', '.', '..', '-', 'a/b', 'a b', 'a\n', 'a\0', 'é', 'a%41', 'a'.repeat(129)])(
    'does not take %j',
    (text) => {
      expect(sessionIdOf(text)).toBeNull();
    },
  );
});

describe('properties of routing', () => {
  const ALPHABET = /^[A-Za-z0-9][A-Za-z0-9._~-]{0,127}$/;
  const bit = fc.oneof(
    fc.constantFrom(
      '/',
      '/ws/',
      'ws',
      '?',
      '#',
      '%',
      '%2f',
      '%2e',
      '%00',
      '%25',
      '..',
      'a',
      '\r\n',
      '{session}',
    ),
    fc.string({ unit, maxLength: 4 }),
  );
  const targets = fc.oneof(
    fc.array(bit, { maxLength: 12 }).map((bits) => bits.join('')),
    fc.array(bit, { maxLength: 4 }).map((bits) => `/ws/${bits.join('')}`),
  );
  const paths = fc.oneof(
    fc.constantFrom('/ws/{session}', '/s/{session}/ws', '/t-{session}', '/ws', '/{session}'),
    fc.string(),
  );

  it('never throws, and an accepted id is always in the alphabet', () => {
    const raws = fc.oneof(fc.constant(request('/').rawHeaders), fc.array(fc.string({ unit })));
    const methods = fc.oneof(fc.constant('GET'), fc.string());
    fc.assert(
      fc.property(targets, paths, raws, methods, (target, path, rawHeaders, method) => {
        const route = routeUpgrade({ method, httpVersion: '1.1', target, rawHeaders }, { path });
        const [session, query, body] =
          route.kind === 'session' ? [route.session, route.query, '\n'] : ['a', '', route.body];
        expect(session).toMatch(ALPHABET);
        expect(query).toMatch(/^[\x21-\x7e]*$/);
        expect(body.endsWith('\n')).toBe(true);
        expect(routePlain({ method, target }, { path }).kind).toBe('answer');
      }),
      { numRuns: 500 },
    );
  });

  it('finds every valid id, however much of it is escaped', () => {
    const character = fc.tuple(fc.stringMatching(/^[A-Za-z0-9]$/), fc.boolean());
    fc.assert(
      fc.property(
        fc.array(character, { minLength: 1, maxLength: 128 }),
        fc.constantFrom('/ws/{session}', '/s/{session}/ws', '/t-{session}'),
        (characters, path) => {
          const id = characters.map(([plain]) => plain).join('');
          const text = characters
            .map(([plain, escape]) => (escape ? `%${plain.charCodeAt(0).toString(16)}` : plain))
            .join('');
          expect(statusOf(upgrade(path.replace('{session}', text), {}, path))).toBe(id);
        },
      ),
    );
  });
});
