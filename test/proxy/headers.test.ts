import { describe, expect, it } from 'vitest';
import type { ProxyOptions } from '../../src/contract.ts';
import { echoBackend, rawBackend, type RawBackendOptions } from '../support/backends.ts';
import { named } from '../support/events.ts';
import type { HeaderValue } from '../support/http-head.ts';
import { withProxy } from '../support/proxy.ts';
import { connectRaw, type RawViewerOptions } from '../support/raw-viewer.ts';
import { connectViewer, echo, received } from '../support/viewer.ts';

type Setup = {
  readonly viewer?: RawViewerOptions;
  readonly query?: string;
  readonly backend?: RawBackendOptions;
  readonly options?: Partial<ProxyOptions>;
};

/** One viewer on its way to its backend: what each of the two was told. */
const pass = async ({ viewer = {}, query = '', backend = {}, options = {} }: Setup) => {
  const raw = await rawBackend(backend);
  const proxy = await withProxy({ backend: raw.template, ...options });
  const connected = connectRaw(proxy.url('a', query), viewer);
  const answer = await connected.open();
  const { request } = await raw.connections.next();
  const values = (name: string): string[] =>
    request.rawHeaders.filter(
      (_, at, all) => at % 2 === 1 && all[at - 1]?.toLowerCase() === name.toLowerCase(),
    );
  return { answer, request, values, proxy };
};

const passing = (extraHeaders: Readonly<Record<string, HeaderValue>>): Setup => ({
  viewer: { extraHeaders },
});

describe('to the backend', () => {
  it('pass the end-to-end headers of the viewer, as they came', async () => {
    const says = {
      Host: 'sessions.example:8443',
      Origin: 'https://sessions.example:8443',
      Cookie: 'a=1; b="two"',
      Authorization: 'Bearer x.y-z',
      'User-Agent': 'Terminal/1.0 (one; two)',
      'Accept-Language': 'de, en;q=0.5',
      'X-Own': ['first', 'second'],
    };
    const options = { allowOrigins: ['https://sessions.example:8443'] };
    const { values, request } = await pass({ ...passing(says), options });
    for (const [name, value] of Object.entries(says)) expect(values(name)).toEqual([value].flat());
    expect(request.rawHeaders).toContain('X-Own');
  });

  it('pass bytes beyond ASCII unchanged', async () => {
    const cookie = Buffer.from('name=Zürich').toString('latin1');
    const { values } = await pass(passing({ Cookie: cookie }));
    expect(values('Cookie')).toEqual([cookie]);
  });

  it('pass the query and the session in the path', async () => {
    const { request } = await pass({ query: '?cols=80&rows=24&q=a%20b%2F%3F' });
    expect(request.url).toBe('/a?cols=80&rows=24&q=a%20b%2F%3F');
  });

  it('pass the query behind that of --backend', async () => {
    const backend = await rawBackend();
    const template = { ...backend.template, target: '/attach?session={session}&token=t' };
    const proxy = await withProxy({ backend: template });
    await connectRaw(proxy.url('a', '?cols=80')).open();
    const { request } = await backend.connections.next();
    expect(request.url).toBe('/attach?session=a&token=t&cols=80');
  });

  it('goes the handshake of the proxy itself, with the key of the viewer', async () => {
    const key = Buffer.alloc(16, 'k').toString('base64');
    const { values, request } = await pass(passing({ 'Sec-WebSocket-Key': key }));
    expect(request.httpVersion).toBe('1.1');
    expect(values('Sec-WebSocket-Key')).toEqual([key]);
    expect(values('Sec-WebSocket-Version')).toEqual(['13']);
    expect(values('Upgrade')).toEqual(['websocket']);
    expect(values('Connection')).toEqual(['Upgrade']);
  });

  it('pass no hop-by-hop headers, nor those that Connection names', async () => {
    const { values } = await pass(
      passing({
        Connection: 'keep-alive, Upgrade, X-Hop',
        'X-Hop': '1',
        'Keep-Alive': 'timeout=5',
        TE: 'trailers',
        Trailer: 'X-Sum',
        'Proxy-Authorization': 'Basic c2VjcmV0',
        'Proxy-Connection': 'keep-alive',
        Expect: '100-continue',
      }),
    );
    expect(values('Connection')).toEqual(['Upgrade']);
    for (const name of ['X-Hop', 'Keep-Alive', 'TE', 'Trailer', 'Expect']) {
      expect(values(name)).toEqual([]);
    }
    expect(values('Proxy-Authorization')).toEqual([]);
    expect(values('Proxy-Connection')).toEqual([]);
  });

  it('go the subprotocols in order, and of the extensions only permessage-deflate', async () => {
    const { values } = await pass({
      viewer: {
        subprotocols: ['tty', 'binary'],
        extensions: 'x-multiplex, permessage-deflate; client_max_window_bits',
      },
    });
    expect(values('Sec-WebSocket-Protocol')).toEqual(['tty, binary']);
    expect(values('Sec-WebSocket-Extensions')).toEqual([
      'permessage-deflate; client_max_window_bits',
    ]);
  });

  it('goes no extension that the viewer did not offer', async () => {
    expect((await pass({})).values('Sec-WebSocket-Extensions')).toEqual([]);
  });

  it('goes the Host of --backend-host where that is set', async () => {
    const options = { backendHost: 'inside.example' };
    const { values } = await pass({ ...passing({ Host: 'localhost' }), options });
    expect(values('Host')).toEqual(['inside.example']);
    expect(values('X-Forwarded-Host')).toEqual(['localhost']);
  });
});

describe('X-Forwarded-*', () => {
  const forged = {
    Host: 'localhost',
    'X-Forwarded-For': '198.51.100.7',
    'X-Forwarded-Proto': 'https',
    'X-Forwarded-Host': 'forged.example',
    X_Forwarded_For: '198.51.100.8',
  };

  it('are set by the proxy', async () => {
    const { values } = await pass(passing({ Host: 'localhost' }));
    expect(values('X-Forwarded-For')).toEqual(['127.0.0.1']);
    expect(values('X-Forwarded-Proto')).toEqual(['http']);
    expect(values('X-Forwarded-Host')).toEqual(['localhost']);
  });

  it('are overwritten where the peer is not trusted', async () => {
    const { values, proxy } = await pass({
      ...passing(forged),
      options: { trustProxies: ['10.0.0.0/8', 'fd00::/8'] },
    });
    expect(values('X-Forwarded-For')).toEqual(['127.0.0.1']);
    expect(values('X-Forwarded-Proto')).toEqual(['http']);
    expect(values('X-Forwarded-Host')).toEqual(['localhost']);
    expect(values('X_Forwarded_For')).toEqual([]);
    const { remote } = await proxy.events.next(named('viewer.admitted'));
    expect(remote).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  it.each([['127.0.0.0/8'], ['127.0.0.1']])(
    'are appended to, and believed, where %s is trusted',
    async (range) => {
      const { values, proxy } = await pass({
        ...passing(forged),
        options: { trustProxies: [range] },
      });
      expect(values('X-Forwarded-For')).toEqual(['198.51.100.7, 127.0.0.1']);
      expect(values('X-Forwarded-Proto')).toEqual(['https']);
      expect(values('X-Forwarded-Host')).toEqual(['forged.example']);
      const { remote } = await proxy.events.next(named('viewer.admitted'));
      expect(remote).toBe('198.51.100.7');
    },
  );
});

describe('to the viewer', () => {
  it('pass the end-to-end headers of the 101, Set-Cookie above all', async () => {
    const { answer } = await pass({
      backend: {
        extraHeaders: {
          'Set-Cookie': ['a=1; Path=/', 'b=2'],
          'X-Backend': 'seven',
          'Keep-Alive': 'timeout=5',
          'Content-Length': '0',
        },
      },
    });
    expect(answer.upgraded).toBe(true);
    expect(answer.raw.match(/^set-cookie: .*$/gim)).toEqual([
      'Set-Cookie: a=1; Path=/',
      'Set-Cookie: b=2',
    ]);
    expect(answer.headers['x-backend']).toBe('seven');
    expect(answer.headers).not.toHaveProperty('keep-alive');
    expect(answer.headers).not.toHaveProperty('content-length');
  });

  it('passes the subprotocol that the backend chose', async () => {
    const backend = await echoBackend({ choose: (offered) => [...offered].at(-1) ?? false });
    const proxy = await withProxy({ backend: backend.template });
    const viewer = await connectViewer(proxy.url('a'), { protocols: ['one', 'two'] });
    expect(viewer.protocol).toBe('two');
  });

  it('passes no subprotocol where the backend chose none', async () => {
    const { answer } = await pass({ viewer: { subprotocols: ['tty'] } });
    expect(answer.upgraded).toBe(true);
    expect(answer.headers).not.toHaveProperty('sec-websocket-protocol');
  });

  it('passes the compression that both ends agreed on', async () => {
    const backend = await echoBackend({ deflate: true });
    const proxy = await withProxy({ backend: backend.template });
    const viewer = await connectViewer(proxy.url('a'), { perMessageDeflate: { threshold: 0 } });
    expect(viewer.extensions).toContain('permessage-deflate');
    await echo(viewer, 'compressed '.repeat(1_000));
    expect(received(viewer).left).toEqual([]);
    const plain = await connectViewer(proxy.url('a'));
    expect(plain.extensions).toBe('');
    await echo(plain, 'as it is');
  });
});
