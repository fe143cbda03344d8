import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BackendTemplate, SessionId } from '../../src/contract.ts';
import {
  backendRequest,
  type DialOrder,
  offersOf,
  servernameOf,
} from '../../src/core/backend-request.ts';

/** Controls, ASCII, latin1 and a little beyond it. */
const unit = fc.nat(0x2ff).map((code) => String.fromCharCode(code));

const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const VIEWER = [
  ['Host', 'example.com:8080'],
  ['Connection', 'Upgrade'],
  ['Upgrade', 'websocket'],
  ['Sec-WebSocket-Version', '13'],
  ['Sec-WebSocket-Key', KEY],
].flat();

const TCP: BackendTemplate = {
  address: { host: 'backend.internal', port: 7681 },
  tls: false,
  target: '/s/{session}?id={session}',
};

const order = (changes: Partial<DialOrder> = {}): DialOrder => ({
  template: TCP,
  session: 'a.1~b' as SessionId,
  query: '',
  rawHeaders: VIEWER,
  backendHost: null,
  forwarded: {
    remote: '192.0.2.1:5000',
    forwardedFor: '192.0.2.1',
    proto: 'http',
    host: 'example.com:8080',
  },
  ...changes,
});

const linesOf = (changes: Partial<DialOrder> = {}): readonly string[] => {
  const { head } = backendRequest(order(changes));
  expect(head.endsWith('\r\n\r\n')).toBe(true);
  return head.slice(0, -4).split('\r\n');
};

/** The lines that a viewer's own extra headers become. */
const passed = (...extra: readonly (readonly [string, string])[]): readonly string[] => {
  const plain = new Set(linesOf());
  return linesOf({ rawHeaders: [...VIEWER, ...extra.flat()] }).filter((line) => !plain.has(line));
};

describe('backendRequest', () => {
  it('asks for a WebSocket in the name of the viewer', () => {
    expect(linesOf()).toEqual([
      'GET /s/a.1~b?id=a.1~b HTTP/1.1',
      'Host: example.com:8080',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${KEY}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'X-Forwarded-For: 192.0.2.1',
      'X-Forwarded-Proto: http',
      'X-Forwarded-Host: example.com:8080',
    ]);
  });

  it.each([
    ['/ws', '', '/ws'],
    ['/ws', 'a=1&b', '/ws?a=1&b'],
    ['/ws?t={session}', 'a=1', '/ws?t=x&a=1'],
    ['/{session}', '{session}', '/x?{session}'],
    ['/{session}', '$&', '/x?$&'],
    ['/é b#c', '', '/%C3%A9%20b%23c'],
    ['/ws', 'a b\r\nX: y', '/ws?a%20b%0D%0AX:%20y'],
    ['/ws', '\u010a\ud800', '/ws?%C4%8A%EF%BF%BD'],
  ])('makes of %j and the query %j the target %s', (target, query, expected) => {
    const lines = linesOf({ template: { ...TCP, target }, session: 'x' as SessionId, query });
    expect(lines[0]).toBe(`GET ${expected} HTTP/1.1`);
  });

  it('dials the address of the template, and names it for TLS', () => {
    expect(backendRequest(order()).address).toEqual(TCP.address);
    expect(servernameOf('backend.internal')).toBe('backend.internal');
  });

  it.each(['127.0.0.1', '::1', '[::1]'])('has no name for TLS at %s', (host) => {
    expect(servernameOf(host)).toBeNull();
  });

  it('fills the session into a socket path', () => {
    const template = { ...TCP, address: { socketPath: '/run/{session}/{session}.sock' } };
    const { address } = backendRequest(order({ template }));
    expect(address).toEqual({ socketPath: '/run/a.1~b/a.1~b.sock' });
  });

  it('sends the Host of the option instead of the viewer’s', () => {
    expect(linesOf({ backendHost: 'other.example' })[1]).toBe('Host: other.example');
  });

  it.each([
    ['', 'Host: localhost'],
    ['a\r\nX: y', 'Host: aX:y'],
  ])('makes one line of the Host %j', (backendHost, expected) => {
    expect(linesOf({ backendHost })[1]).toBe(expected);
  });

  it('passes end-to-end headers on in order, spelling and number', () => {
    const extra = [
      ['cookie', 'a=1'],
      ['Origin', 'http://example.com:8080'],
      ['AUTHORIZATION', 'Bearer x'],
      ['Cookie', 'b=2'],
      ['X-Real-IP', '192.0.2.1'],
      ['Sec-WebSocket-Protocol', 'a, b'],
      ['User-Agent', 'caf\u00c3\u00a9'],
    ] as const;
    expect(passed(...extra)).toEqual(extra.map(([name, value]) => `${name}: ${value}`));
  });

  it.each([
    ['Keep-Alive', 'timeout=5'],
    ['Proxy-Connection', 'keep-alive'],
    ['Proxy-Authorization', 'Basic x'],
    ['TE', 'trailers'],
    ['Trailer', 'X'],
    ['Transfer-Encoding', 'chunked'],
    ['Transfer_Encoding', 'chunked'],
    ['HTTP2-Settings', 'x'],
    ['Content-Length', '3'],
    ['Expect', '100-continue'],
    ['Upgrade', 'h2c'],
    ['Connection', 'keep-alive'],
    ['Host', 'b.example'],
    ['X-Forwarded-For', '198.51.100.9'],
    ['x-forwarded-proto', 'https'],
    ['X-FORWARDED-HOST', 'evil.example'],
    ['X_Forwarded_For', '198.51.100.9'],
    ['X.Forwarded-For', '198.51.100.9'],
    ['Sec-WebSocket-Version', '8'],
    ['Sec-WebSocket-Key', 'x'],
    ['Sec-WebSocket-Extensions', 'x-webkit-deflate-frame'],
  ])('keeps %s: %s to itself', (name, value) => {
    expect(passed([name, value])).toEqual([]);
  });

  it('keeps to itself what Connection names, and loses nothing of its own by it', () => {
    const names = 'upgrade, X-Hop, host, sec-websocket-key, sec-websocket-version, x-forwarded-for';
    const lines = passed(['CONNECTION', names], ['x-hop', '1'], ['X-Stay', '1']);
    expect(lines).toEqual(['X-Stay: 1']);
    const all = linesOf({ rawHeaders: [...VIEWER, 'Connection', names] });
    expect(all).toEqual(linesOf());
  });

  it('leaves out a header that could break out of its line', () => {
    expect(passed(['X-A', '1\r\nX-B: 2'], ['X-C', '\0'], ['X-D\n', '1'])).toEqual([]);
  });

  it('leaves X-Forwarded-Host out where the viewer named no host', () => {
    const forwarded = { ...order().forwarded, host: '' };
    expect(linesOf({ forwarded }).join()).not.toContain('X-Forwarded-Host');
  });

  it('offers permessage-deflate on with all its alternatives, and nothing else', () => {
    const offers =
      'x-other; a=1, permessage-deflate; client_max_window_bits; server_max_window_bits="10"';
    const lines = passed(
      ['Sec-WebSocket-Extensions', offers],
      ['sec-websocket-extensions', 'permessage-deflate, bbf-usp-protocol'],
    );
    const expected =
      'permessage-deflate; client_max_window_bits; server_max_window_bits=10, permessage-deflate';
    expect(lines).toEqual([`Sec-WebSocket-Extensions: ${expected}`]);
  });

  it.each(['permessage-deflate; a="1', 'permessage-deflate;', 'x"y, permessage-deflate', ''])(
    'offers nothing on where the extensions %j are malformed or none',
    (value) => {
      expect(passed(['Sec-WebSocket-Extensions', value])).toEqual([]);
      expect(offersOf(['Sec-WebSocket-Extensions', value]).deflate).toBeNull();
    },
  );
});

describe('offersOf', () => {
  it('reads what the viewer offered, in its order', () => {
    const raw = ['Sec-WebSocket-Protocol', 'b ,a', 'sec-websocket-protocol', ',c'];
    expect(offersOf([...VIEWER, ...raw])).toEqual({
      subprotocols: ['b', 'a', 'c'],
      deflate: null,
      key: KEY,
    });
  });

  it('takes no subprotocol that could not be written back', () => {
    expect(offersOf(['Sec-WebSocket-Protocol', 'a b, c\u00e9, d']).subprotocols).toEqual(['d']);
  });
});

describe('properties of the request', () => {
  const dirty = fc.oneof(
    fc.string({ unit }),
    fc
      .array(fc.constantFrom('\r\n', '\n', '\0', ' ', 'a', ':', '\u010d\u010a', ',', 'Host'))
      .map((bits) => bits.join('')),
  );
  const names = fc.oneof(
    dirty,
    fc.constantFrom(
      'Host',
      'host',
      'HOST',
      'H_ost',
      'Connection',
      'Cookie',
      'Upgrade',
      'Sec-WebSocket-Extensions',
    ),
  );
  const orders = fc.record({
    template: fc.record({
      address: fc.constantFrom<BackendTemplate['address']>(
        { host: 'b', port: 1 },
        { socketPath: '/x' },
      ),
      tls: fc.boolean(),
      target: dirty.map((text) => `/${text}`),
    }),
    session: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._~-]{0,127}$/).map((id) => id as SessionId),
    query: dirty,
    rawHeaders: fc.array(fc.tuple(names, dirty)).map((fields) => fields.flat()),
    backendHost: fc.option(dirty),
    forwarded: fc.record({
      remote: dirty,
      forwardedFor: dirty,
      proto: fc.constantFrom('http' as const, 'https' as const),
      host: dirty,
    }),
  });

  it('is one clean head with exactly one Host, whatever went in', () => {
    fc.assert(
      fc.property(orders, (given) => {
        const { head } = backendRequest(given);
        // As bytes, the way it goes out: a character beyond latin1 may not become a line break.
        const wire = Buffer.from(head, 'latin1').toString('latin1');
        expect(wire).toBe(head);
        expect(head.endsWith('\r\n\r\n')).toBe(true);
        const [start, ...lines] = head.slice(0, -4).split('\r\n');
        expect(start).toMatch(/^GET \/[\x21-\x7e]* HTTP\/1\.1$/);
        for (const line of lines) expect(line).toMatch(/^[!-9;-~]+: [\t\x20-\x7e\x80-\xff]*$/);
        const count = (name: string): number =>
          lines.filter((line) => line.toLowerCase().startsWith(`${name}:`)).length;
        expect(['host', 'connection', 'upgrade', 'sec-websocket-version'].map(count)).toEqual([
          1, 1, 1, 1,
        ]);
        expect(count('sec-websocket-extensions')).toBeLessThanOrEqual(1);
        expect(count('transfer-encoding') + count('content-length')).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it('leaves the session id as it is, wherever it stands', () => {
    fc.assert(
      fc.property(orders, ({ session, ...given }) => {
        const template = {
          ...given.template,
          address: { socketPath: '/{session}' },
          target: '/{session}',
        };
        const request = backendRequest({ ...given, session, template, query: '' });
        expect(request.address).toEqual({ socketPath: `/${session}` });
        expect(request.head.startsWith(`GET /${session} HTTP/1.1\r\n`)).toBe(true);
      }),
    );
  });
});
