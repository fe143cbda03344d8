/**
 * What is sent to the HTTP front to break it, or to make it and somebody behind it read two
 * different requests. Wrong ids, keys, versions and hosts one by one are in `http.test.ts`, pages
 * from elsewhere in `origins.test.ts`.
 */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { ProxyOptions } from '../../src/contract.ts';
import { echoBackend, rawBackend } from '../support/backends.ts';
import { opcodes } from '../support/frame-reader.ts';
import { runProgram } from '../support/program.ts';
import { withProxy } from '../support/proxy.ts';
import { connectRaw } from '../support/raw-viewer.ts';
import { trickle } from '../support/trickle.ts';
import { p99Of } from '../support/round-trips.ts';
import { connectViewer, echo } from '../support/viewer.ts';
import { crlf, KEY, SHAKE } from './request-text.ts';

/** A whole upgrade with these lines behind the usual ones. */
const upgrade = (line: string, ...more: readonly string[]): string => crlf(line, ...SHAKE, ...more);

const GET = 'GET /ws/a HTTP/1.1';
const lines = (count: number): readonly string[] => Array<string>(count).fill('a:b');

/** A proxy with a viewer that is well, and the assertion that it and the proxy still are. */
const guarded = async (options: Partial<ProxyOptions> = {}) => {
  const backend = await echoBackend();
  const proxy = await withProxy({ backend: backend.template, cap: 2, ...options });
  const healthy = await connectViewer(proxy.url('a'));
  const unharmed = async (): Promise<void> => {
    await echo(healthy, 'still here');
    expect((await proxy.snapshot()).totals.viewers).toBe(1);
    expect(backend.connections.all).toHaveLength(1);
    expect(proxy.events.all.map(({ event }) => event)).toEqual([
      'proxy.listening',
      'viewer.admitted',
    ]);
  };
  return { proxy, healthy, unharmed };
};

type Rows = readonly (readonly [what: string, request: string, status?: number])[];

/** Every row gets its status, 400 unless it says otherwise, and the end of its connection. */
const areAnswered = (rows: Rows): void => {
  it.for(rows)('%s', async ([, request, status = 400]) => {
    const { proxy, unharmed } = await guarded();
    const asking = connectRaw(proxy.url('a'), { request });
    expect((await asking.open()).status).toBe(status);
    asking.socket.end();
    await asking.closed();
    await unharmed();
  });
};

describe('a request line that is none is answered', () => {
  areAnswered([
    ['without a version', crlf('GET /ws/a', ...SHAKE)],
    ['as HTTP/0.9 had it', 'GET /ws/a\r\n\r\n', 426],
    ['with tabs', upgrade('GET\t/ws/a\tHTTP/1.1')],
    ['with a blank behind it', upgrade(`${GET} `)],
    ['with a method in small letters', upgrade('get /ws/a HTTP/1.1')],
    ['with a method that nobody knows', upgrade('BREW /ws/a HTTP/1.1')],
    ['with CONNECT on the path', upgrade('CONNECT /ws/a HTTP/1.1'), 405],
    ['with HTTP/1.2', upgrade('GET /ws/a HTTP/1.2')],
    ['with HTTP/2.0', upgrade('GET /ws/a HTTP/2.0')],
    ['with HTTP/9.9', upgrade('GET /ws/a HTTP/9.9')],
    ['with a version of two digits', upgrade('GET /ws/a HTTP/01.1')],
    ['of another protocol', upgrade('GET /ws/a RTSP/1.0')],
    ['with a host and port alone', upgrade('GET localhost:80 HTTP/1.1')],
    ['with a WebSocket URL', upgrade('GET ws://localhost/ws/a HTTP/1.1')],
    ['with *', upgrade('GET * HTTP/1.1')],
    ['of OPTIONS *', upgrade('OPTIONS * HTTP/1.1')],
    ['with a relative target', upgrade('GET ws/a HTTP/1.1')],
    ['with NUL', upgrade('GET /ws/a\0b HTTP/1.1')],
    ['with an escape sequence', upgrade('GET /ws/a\x1b[2J HTTP/1.1')],
    ['with DEL', upgrade('GET /ws/a\x7f HTTP/1.1')],
    ['with bytes beyond ASCII', upgrade('GET /ws/\xc3\xa9 HTTP/1.1')],
    ['with a half of UTF-8', upgrade('GET /ws/\xc3 HTTP/1.1')],
    ['with an id of 5,000 characters', upgrade(`GET /ws/${'a'.repeat(5_000)} HTTP/1.1`)],
    ['with an id of 5,000 escapes', upgrade(`GET /ws/${'%61'.repeat(5_000)} HTTP/1.1`)],
    ['with 70,000 characters', upgrade(`GET /ws/a?${'q'.repeat(70_000)} HTTP/1.1`), 431],
  ]);

  it('with an escaped control or a byte beyond ASCII in the id, each of them', async () => {
    const { proxy, unharmed } = await guarded();
    const codes = [...Array(33).keys(), ...Array.from({ length: 129 }, (_, at) => 127 + at)];
    const answers = codes.map(async (code) => {
      const escape = `%${code.toString(16).padStart(2, '0')}`;
      const request = upgrade(`GET /ws/a${escape}b HTTP/1.1`);
      return (await connectRaw(proxy.url('a'), { request }).open()).status;
    });
    expect(new Set(await Promise.all(answers))).toEqual(new Set([400]));
    await unharmed();
  });
});

describe('headers that are none are answered', () => {
  areAnswered([
    ['a line without a colon', upgrade(GET, 'X-A')],
    ['a line without a name', upgrade(GET, ': a')],
    ['a name with NUL', upgrade(GET, 'X\0A: a')],
    ['a name with a blank', upgrade(GET, 'X A: a')],
    ['a name beyond ASCII', upgrade(GET, 'X\xe9: a')],
    ['a value with NUL', upgrade(GET, 'X-A: a\0b')],
    ['a value with a control', upgrade(GET, 'X-A: a\x01b')],
    ['a value with an escape sequence', upgrade(GET, 'X-A: \x1b]0;a\x07')],
    ['a value with DEL', upgrade(GET, 'X-A: a\x7fb')],
    ['one of 64 KiB', upgrade(GET, `X-A: ${'a'.repeat(65_536)}`), 431],
    ['64 KiB of them', upgrade(GET, ...Array<string>(64).fill(`X-A: ${'a'.repeat(1_024)}`)), 431],
    ['201', upgrade(GET, ...lines(196)), 431],
    // Where Node drops what is beyond a thousand, each of these would look like a good request.
    ['2,000', upgrade(GET, ...lines(1_995)), 431],
    ['2,000 with a second Host last', upgrade(GET, ...lines(1_994), 'Host: evil.example'), 431],
    ['2,000 with a second key last', upgrade(GET, ...lines(1_994), KEY), 431],
    [
      '2,000 with an Origin last',
      upgrade(GET, ...lines(1_994), 'Origin: http://evil.example'),
      431,
    ],
    ['2,000 with a length last', upgrade(GET, ...lines(1_994), 'Content-Length: 0'), 431],
    ['10,000', upgrade(GET, ...lines(10_000)), 431],
  ]);

  it('200 of them are taken, and every one reaches the backend', async () => {
    const backend = await rawBackend();
    const proxy = await withProxy({ backend: backend.template });
    const more = Array.from({ length: 195 }, (_, at) => `X-${at}: ${at}`);
    const viewer = connectRaw(proxy.url('a'), { request: upgrade(GET, ...more) });
    expect((await viewer.open()).status).toBe(101);
    const { rawHeaders } = (await backend.connections.next()).request;
    const heard = rawHeaders.filter((_, at, all) => at % 2 === 1 && /^X-\d/.test(all[at - 1]!));
    expect(heard).toEqual(Array.from({ length: 195 }, (_, at) => String(at)));
  });
});

/** An upgrade of so many bytes, most of them in one header. */
const headOf = (bytes: number): string => {
  const rest = upgrade(GET, 'X-A: ').length;
  return upgrade(GET, `X-A: ${'a'.repeat(bytes - rest)}`);
};

describe('a head', () => {
  it.each([
    ['16,000 bytes is taken', 16_000, 101],
    ['16,500 bytes is too long', 16_500, 431],
  ] as const)('of %s', async (_what, bytes, status) => {
    const backend = await rawBackend();
    const proxy = await withProxy({ backend: backend.template });
    const request = headOf(bytes);
    expect(request).toHaveLength(bytes);
    expect((await connectRaw(proxy.url('a'), { request }).open()).status).toBe(status);
    expect(backend.connections.all).toHaveLength(status === 101 ? 1 : 0);
  });
});

describe('a request that others would read in another way is answered', () => {
  const body = upgrade(GET);
  areAnswered([
    ['a line folded', upgrade(GET, 'X-A: a', '\tb')],
    ['the Host folded', crlf(GET, 'Host: localhost', ' .evil.example', ...SHAKE.slice(1))],
    ['a blank before the first header', crlf(GET, ' X-A: a', ...SHAKE)],
    ['a blank before the colon', upgrade(GET, 'X-A : a')],
    ['a blank before the colon of a length', upgrade(GET, 'Content-Length : 4')],
    ['a blank before the colon of a coding', upgrade(GET, 'Transfer-Encoding : chunked')],
    ['bare LF everywhere', upgrade(GET).replaceAll('\r\n', '\n')],
    ['bare LF behind the request line', upgrade(GET).replace('\r\n', '\n')],
    ['bare LF between two headers', upgrade(GET, 'X-A: a\nX-B: b')],
    ['bare LF before the end', `${crlf(GET, ...SHAKE).slice(0, -2)}\n`],
    ['bare CR between two headers', upgrade(GET, 'X-A: a\rX-B: b')],
    ['bare CR behind the request line', upgrade(GET).replace('\r\n', '\r')],
    ['a length and a coding', upgrade(GET, 'Content-Length: 4', 'Transfer-Encoding: chunked')],
    ['a coding and a length', upgrade(GET, 'Transfer-Encoding: chunked', 'Content-Length: 4')],
    ['two lengths', upgrade(GET, 'Content-Length: 4', 'Content-Length: 5')],
    ['two equal lengths', upgrade(GET, 'Content-Length: 0', 'Content-Length: 0')],
    ['a list of lengths', upgrade(GET, 'Content-Length: 0, 0')],
    ['a length below nothing', upgrade(GET, 'Content-Length: -1')],
    ['a length with a sign', upgrade(GET, 'Content-Length: +0')],
    ['a length in hexadecimal', upgrade(GET, 'Content-Length: 0x0')],
    ['a length beyond all numbers', upgrade(GET, `Content-Length: ${'9'.repeat(40)}`)],
    ['another coding', upgrade(GET, 'Transfer-Encoding: xchunked')],
    ['a coding that is none', upgrade(GET, 'Transfer-Encoding: identity')],
    ['a coding in other letters', upgrade(GET, 'tRANSFER-eNCODING: CHUNKED')],
    ['a coding that is not the last', upgrade(GET, 'Transfer-Encoding: chunked, identity')],
    ['two codings', upgrade(GET, 'Transfer-Encoding: chunked', 'Transfer-Encoding: chunked')],
    ['a coding behind a vertical tab', upgrade(GET, 'Transfer-Encoding:\vchunked')],
    ['a coding that is empty', upgrade(GET, 'Transfer-Encoding:')],
    [
      'an upgrade as the body of another request',
      `${crlf('POST /healthz HTTP/1.1', 'Host: a', `Content-Length: ${body.length}`)}${body}`,
      405,
    ],
    [
      'an upgrade behind a body that ends in two ways',
      `${crlf('POST /healthz HTTP/1.1', 'Host: a', 'Content-Length: 5', 'Transfer-Encoding: chunked')}0\r\n\r\n${body}`,
    ],
    ['an upgrade behind one that was refused', `${upgrade('GET /ws/.. HTTP/1.1')}${body}`],
    ['an upgrade behind one that is not found', `${upgrade('GET /x HTTP/1.1')}${body}`, 404],
    [
      'two Upgrade tokens, none of them ours',
      crlf(GET, ...SHAKE.toSpliced(1, 1, 'Upgrade: h2c, foo')),
    ],
    ['Upgrade: websocket/13', crlf(GET, ...SHAKE.toSpliced(1, 1, 'Upgrade: websocket/13'))],
  ]);

  it('as frames where it comes behind an upgrade: there is no second answer', async () => {
    const backend = await rawBackend();
    const proxy = await withProxy({ backend: backend.template });
    const early = Buffer.from(crlf('GET /healthz HTTP/1.1', 'Host: localhost'));
    const viewer = connectRaw(proxy.url('a'), { early });
    expect((await viewer.open()).upgraded).toBe(true);
    expect((await viewer.closed()).close).toEqual({ code: 1002, reason: 'protocol error' });
    expect(viewer.frames.all).toHaveLength(1);
    const { peer } = await backend.connections.next();
    expect((await peer.closed()).close).toEqual({ code: 1001, reason: 'viewer lost' });
    expect(peer.frames.all.map(({ opcode }) => opcode)).toEqual([opcodes.close]);
    expect(backend.connections.all).toHaveLength(1);
  });

  it.each(['Transfer_Encoding: chunked', 'Transfer.Encoding: chunked', 'Content_Length: 4'])(
    'without %s, which some backends take for the real one',
    async (line) => {
      const backend = await rawBackend();
      const proxy = await withProxy({ backend: backend.template });
      await connectRaw(proxy.url('a'), { request: upgrade(GET, line) }).open();
      const { rawHeaders } = (await backend.connections.next()).request;
      expect(rawHeaders.join(' ')).not.toMatch(/encoding|length/i);
    },
  );

  it.each([
    ['empty lines before it', `\r\n\r\n${upgrade(GET)}`],
    ['two blanks in its first line', upgrade('GET  /ws/a  HTTP/1.1')],
  ])('as the one that it is, with %s', async (_what, request) => {
    const backend = await rawBackend();
    const proxy = await withProxy({ backend: backend.template });
    expect((await connectRaw(proxy.url('a'), { request }).open()).status).toBe(101);
    expect((await backend.connections.next()).request.url).toBe('/a');
  });
});

describe('whoever takes his time', () => {
  it('is cut when his time is over, though a byte comes now and then', async () => {
    const { proxy, unharmed } = await guarded({ handshakeTimeoutMs: 400 });
    const began = performance.now();
    const slow = connectRaw(proxy.url('a'), { request: '' });
    trickle(slow.socket, Buffer.from(upgrade(GET)), 20);
    expect((await slow.open()).status).toBe(408);
    await slow.closed();
    const tookMs = performance.now() - began;
    expect(tookMs).toBeGreaterThan(399);
    // The timeout, a quarter of it, and what a busy machine needs.
    expect(tookMs).toBeLessThan(500 + 1_000);
    await unharmed();
  });

  it('is cut with a body that never ends, too', async () => {
    const { proxy, unharmed } = await guarded({ handshakeTimeoutMs: 400 });
    const request = crlf('POST /healthz HTTP/1.1', 'Host: a', 'Content-Length: 999999999');
    const slow = connectRaw(proxy.url('a'), { request });
    expect((await slow.open()).status).toBe(405);
    trickle(slow.socket, Buffer.alloc(1_000), 20);
    await slow.closed({ ms: 3_000 });
    await unharmed();
  });

  it('keeps nobody else waiting, though a thousand do it at once, and all are gone after', async () => {
    const { proxy, healthy, unharmed } = await guarded({ handshakeTimeoutMs: 1_000 });
    const quiet = await p99Of(healthy, 200);
    const began = performance.now();
    const half = Array.from({ length: 1_000 }, (_, at) =>
      connectRaw(proxy.url('a'), { request: at % 2 === 0 ? '' : upgrade(GET).slice(0, -2) }),
    );
    const ended = Promise.all(half.map((one) => one.closed({ ms: 15_000 })));
    const p99 = await p99Of(healthy, 1, () => half.some(({ socket }) => !socket.destroyed));
    await ended;
    const tookMs = performance.now() - began;
    expect(tookMs).toBeGreaterThan(999);
    // The timeout, a quarter of it, and what a busy machine needs for a thousand of them.
    expect(tookMs).toBeLessThan(15_000);
    expect(p99).toBeLessThan(Math.max(100, 10 * quiet));
    await unharmed();
    await echo(await connectViewer(proxy.url('a')), 'the next one comes in');
  });
});

it('NODE_OPTIONS make the program neither lenient nor its heads longer', async () => {
  const script = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
  const backend = await rawBackend();
  const program = await runProgram(['--backend', backend.url], {
    script,
    env: { NODE_OPTIONS: '--insecure-http-parser --max-http-header-size=1000000' },
  });
  for (const [request, status] of [
    [upgrade(GET, 'X-A : a'), 400],
    [upgrade(GET, 'X-A: a\0b'), 400],
    [upgrade(GET, 'Content-Length: 4', 'Transfer-Encoding: chunked'), 400],
    [upgrade(GET, `X-A: ${'a'.repeat(65_536)}`), 431],
  ] as const) {
    expect((await connectRaw(program.url('a'), { request }).open()).status).toBe(status);
  }
  expect(backend.connections.all).toEqual([]);
});
