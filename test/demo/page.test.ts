import { createHash } from 'node:crypto';
import { Script } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { CLOSE } from '../../src/core/close-codes.ts';
import { inPlainWords } from '../../src/demo/close-words.ts';
import { demoPage } from '../../src/demo/page.ts';
import { nextStep } from '../../src/demo/reconnect.ts';
import { echoBackend } from '../support/backends.ts';
import { withProxy } from '../support/proxy.ts';
import { connectRaw } from '../support/raw-viewer.ts';

const html = demoPage(['clock', 'echo']);

/** The text of the only element of this name. */
const textOf = (name: string): string => {
  const found = [...html.matchAll(new RegExp(`<${name}(?: [^>]*)?>([^]*?)</${name}>`, 'g'))];
  expect(found).toHaveLength(1);
  return found[0]![1]!;
};

const hashOf = (text: string): string =>
  `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

const served = async (page: string | null) => {
  const { template } = await echoBackend();
  const proxy = await withProxy({ backend: template, page });
  return (path: string, init?: RequestInit) => fetch(`http://${proxy.address}${path}`, init);
};

describe('the page', () => {
  it('has one script, which is the very functions that are tested, and compiles', () => {
    const script = textOf('script');
    expect(() => new Script(script)).not.toThrow();
    const run = new Script(`${script.slice(0, script.lastIndexOf('\n('))}
      [nextStep({ code: 1013, heard: false, openMs: 3, online: true }, 3, () => 0.5),
       inPlainWords(1013, 'too many connections')]`);
    expect(JSON.parse(JSON.stringify(run.runInNewContext()))).toEqual([
      nextStep({ code: 1013, heard: false, openMs: 3, online: true }, 3, () => 0.5),
      inPlainWords(1013, 'too many connections'),
    ]);
  });

  it('loads nothing, runs nothing besides, and links only to its sessions', () => {
    expect(html).not.toMatch(/\bsrc=|\bon[a-z]+="|\bstyle="|@import|url\(|javascript:/);
    const links = [...html.matchAll(/href="([^"]*)"/g)].map(([, target]) => target);
    expect(links).toEqual(['data:,', '/?session=clock', '/?session=echo', '']);
  });

  it('takes what comes from outside as text', () => {
    expect(html).not.toMatch(/innerHTML|outerHTML|insertAdjacent|document\.write|eval\(/);
  });
});

describe('a proxy with a page', () => {
  it.for(['/', '/?session=clock', '/?'])(
    'serves it at %s, under a policy of its own',
    async (path) => {
      const answer = await (await served(html))(path);
      expect(answer.status).toBe(200);
      expect(await answer.text()).toBe(html);
      const headers = Object.fromEntries(answer.headers);
      expect(headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
      });
      expect(headers['content-security-policy']?.split('; ')).toEqual([
        "default-src 'none'",
        `script-src ${hashOf(textOf('script'))}`,
        `style-src ${hashOf(textOf('style'))}`,
        'img-src data:',
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
      ]);
    },
  );

  it('lets a page without scripts run none', async () => {
    const answer = await (await served('<p>Nothing.</p>'))('/');
    expect(answer.headers.get('content-security-policy')).toContain("script-src 'none'");
  });

  it('answers HEAD with the head alone, and other methods with 405', async () => {
    const ask = await served(html);
    const head = await ask('/', { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(head.headers.get('content-length')).toBe(String(Buffer.byteLength(html)));
    expect(await head.text()).toBe('');
    const post = await ask('/', { method: 'POST', body: 'x' });
    expect(post.status).toBe(405);
    expect(post.headers.get('allow')).toBe('GET, HEAD');
  });

  it('answers everything else as without one', async () => {
    const [withPage, without] = [await served(html), await served(null)];
    for (const path of [
      '/index.html',
      '//',
      '/ws',
      '/ws/a',
      '/healthz',
      '/readyz',
      '/favicon.ico',
    ]) {
      const [one, other] = [await withPage(path), await without(path)];
      expect([path, one.status, await one.text()]).toEqual([
        path,
        other.status,
        await other.text(),
      ]);
      expect(one.headers.get('content-security-policy')).toBeNull();
    }
  });

  it('tells a viewer that is lost at / where viewers connect', async () => {
    const { template } = await echoBackend();
    const proxy = await withProxy({ backend: template, page: html });
    const lost = connectRaw(`ws://${proxy.address}/`);
    expect((await lost.open()).status).toBe(404);
    expect(await lost.body()).toContain('/ws/{session}');
  });

  it('and one without serves nothing at /', async () => {
    const answer = await (await served(null))('/');
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain('/ws/{session}');
  });
});

describe('plain words', () => {
  it.for(Object.values(CLOSE).filter(({ reason }) => !reason.startsWith('viewer ')))(
    'are there for $code $reason',
    ({ code, reason }) => {
      const { headline, why } = inPlainWords(code, reason);
      expect(why).not.toBe('');
      // Its own words, and not those for any server that closes so.
      expect([headline, why]).not.toEqual(Object.values(inPlainWords(1014, '')));
      expect([1002, 1009].includes(code) || why !== inPlainWords(code, 'else').why).toBe(true);
    },
  );

  it('carry what an operator said on evicting', () => {
    expect(inPlainWords(1008, 'evicted by operator').why).toBe(
      'An operator ended this connection.',
    );
    expect(inPlainWords(1008, 'evicted by operator: it loops: badly').why).toBe(
      'An operator ended this connection: it loops: badly.',
    );
    // The session's own 1008 is not the operator's.
    expect(inPlainWords(1008, 'token expired').headline).toBe('Sent away');
  });

  it('are there for every other code', () => {
    for (let code = 1000; code < 5000; code += 1) {
      const { headline, why } = inPlainWords(code, 'toString');
      expect(headline).toMatch(/^[A-Z][a-z ]+$/);
      expect(why).toMatch(/\.$/);
    }
  });
});
