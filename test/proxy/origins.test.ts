import { describe, expect, it } from 'vitest';
import type { ProxyOptions } from '../../src/contract.ts';
import { hangingBackend, rawBackend } from '../support/backends.ts';
import { withProxy } from '../support/proxy.ts';
import { connectRaw } from '../support/raw-viewer.ts';

type Says = Readonly<Record<string, string | readonly string[]>>;

/** What an upgrade with these headers gets, `PORT` in them being the proxy's own. */
const ask = async (options: Partial<ProxyOptions>, says: Says) => {
  const backend = await rawBackend();
  const proxy = await withProxy({ backend: backend.template, ...options });
  const port = /\d+$/.exec(proxy.address)?.[0] ?? '';
  const extraHeaders = Object.fromEntries(
    Object.entries(says).map(([name, value]) => [
      name,
      [value].flat().map((one) => one.replace('PORT', port)),
    ]),
  );
  const url = proxy.url('a').replace('0.0.0.0', '127.0.0.1');
  const viewer = connectRaw(url, { extraHeaders });
  return { viewer, answer: await viewer.open(), backend, proxy, port };
};

const everywhere = { listen: { host: '0.0.0.0', port: 0 } };
const allowing = (...allowOrigins: string[]) => ({ allowOrigins });

describe('a page may connect', () => {
  it.each<[string, Partial<ProxyOptions>, Says]>([
    ['that is none: a script', {}, { Host: 'anything.example' }],
    ['of the same address', {}, { Origin: 'http://127.0.0.1:PORT' }],
    ['of localhost', {}, { Origin: 'http://localhost:PORT', Host: 'localhost:PORT' }],
    ['of app.localhost', {}, { Origin: 'http://app.localhost:PORT', Host: 'app.localhost:PORT' }],
    [
      'of the same host and port, behind TLS',
      everywhere,
      { Origin: 'https://proxy.example', Host: 'proxy.example' },
    ],
    ['that is allowed', allowing('https://page.example'), { Origin: 'https://page.example' }],
    [
      'that is the second one allowed',
      allowing('https://one.example', 'https://two.example:8443'),
      { Origin: 'https://two.example:8443', Host: 'else.example' },
    ],
    ['of any kind where all are allowed', allowing('*'), { Origin: 'null' }],
  ])('%s', async (_what, options, says) => {
    const { answer } = await ask(options, says);
    expect(answer.upgraded).toBe(true);
  });
});

describe('a page may not connect', () => {
  it.each<[string, Partial<ProxyOptions>, Says, string]>([
    ['of another host', {}, { Origin: 'http://evil.example' }, 'http://evil.example'],
    [
      'of another port of this host',
      {},
      { Origin: 'http://127.0.0.1:1' },
      '--allow-origin http://127.0.0.1:1',
    ],
    [
      'whose name was made to resolve to loopback',
      {},
      { Origin: 'http://evil.example:PORT', Host: 'evil.example:PORT' },
      '--allow-origin http://evil.example:PORT',
    ],
    [
      'whose name only begins like localhost',
      {},
      { Origin: 'http://localhost.evil.example:PORT', Host: 'localhost.evil.example:PORT' },
      '--allow-origin http://localhost.evil.example:PORT',
    ],
    ['that hides where it is from', {}, { Origin: 'null' }, '--allow-origin'],
    [
      'with two origins',
      {},
      { Origin: ['http://127.0.0.1:PORT', 'http://127.0.0.1:PORT'] },
      '--allow-origin',
    ],
    [
      'with two origins, one of them allowed',
      allowing('https://page.example'),
      { Origin: ['https://page.example', 'https://evil.example'] },
      '--allow-origin',
    ],
    ['with an origin that is none', {}, { Origin: 'a b' }, '--allow-origin'],
    [
      'that resembles one that is allowed',
      allowing('https://page.example'),
      { Origin: 'https://page.example.evil.example' },
      '--allow-origin https://page.example.evil.example',
    ],
    [
      'of another scheme than the allowed one',
      allowing('https://page.example'),
      { Origin: 'http://page.example' },
      '--allow-origin http://page.example',
    ],
    [
      'of another host, wherever the proxy listens',
      everywhere,
      { Origin: 'https://evil.example', Host: 'proxy.example' },
      '--allow-origin https://evil.example',
    ],
    [
      'by what a proxy that is not trusted says of its host',
      everywhere,
      { Origin: 'https://evil.example', 'X-Forwarded-Host': 'evil.example' },
      '--allow-origin https://evil.example',
    ],
  ])('%s: 403 that names the option', async (_what, options, says, body) => {
    const { viewer, answer, backend, proxy, port } = await ask(options, says);
    expect(answer.status).toBe(403);
    expect(await viewer.body()).toContain(body.replace('PORT', port));
    expect(backend.connections.all).toEqual([]);
    expect(proxy.events.all.map(({ event }) => event)).toEqual(['proxy.listening']);
  });

  it('before it takes a slot, so that it cannot fill a session', async () => {
    const backend = await hangingBackend();
    const proxy = await withProxy({ backend: backend.template, cap: 1 });
    for (let round = 0; round < 3; round += 1) {
      const evil = connectRaw(proxy.url('a'), { extraHeaders: { Origin: 'https://evil.example' } });
      expect((await evil.open()).status).toBe(403);
    }
    connectRaw(proxy.url('a'));
    await backend.dials.next();
    expect((await proxy.snapshot()).totals).toMatchObject({ viewers: 1, refused: 0 });
  });
});
