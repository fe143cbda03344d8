import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayConnect } from '../../src/core/origin.ts';

/** Controls, ASCII, latin1 and a little beyond it. */
const unit = fc.nat(0x2ff).map((code) => String.fromCharCode(code));

type Case = {
  readonly origins?: readonly string[];
  readonly host?: string;
  readonly loopback?: boolean;
  readonly allowOrigins?: readonly string[];
};

const ask = ({ origins = [], host = 'example.com', loopback = false, allowOrigins = [] }: Case) =>
  mayConnect({
    rawHeaders: ['Host', host, ...origins.flatMap((origin) => ['oRiGiN', origin])],
    loopback,
    allowOrigins,
  });

const passes = (question: Case): boolean => ask(question).ok;

describe('mayConnect', () => {
  it.each(['example.com', 'evil.example', '127.0.0.1'])(
    'lets in what has no Origin at %s',
    (host) => {
      expect(passes({ host, loopback: true })).toBe(true);
      expect(passes({ host, loopback: false })).toBe(true);
    },
  );

  it.each([
    ['http://example.com', 'example.com'],
    ['https://example.com', 'example.com'],
    ['http://example.com:80', 'example.com'],
    ['http://example.com', 'example.com:80'],
    ['https://example.com', 'example.com:443'],
    ['https://example.com:8443', 'example.com:8443'],
    ['HTTP://EXAMPLE.com', 'Example.COM'],
    ['http://example.com.', 'example.com'],
    ['http://example.com', 'example.com.:80'],
    ['http://[::1]:8080', '[::1]:8080'],
    ['http://[2001:db8::A]', '[2001:DB8::a]'],
    ['http://192.0.2.1:81', '192.0.2.1:81'],
  ])('lets %s in at %s', (origin, host) => {
    expect(passes({ origins: [origin], host })).toBe(true);
  });

  it.each([
    ['http://evil.example', 'example.com'],
    ['http://example.com.evil.example', 'example.com'],
    ['http://evilexample.com', 'example.com'],
    ['http://sub.example.com', 'example.com'],
    ['http://example.com:8080', 'example.com'],
    ['http://example.com', 'example.com:8080'],
    ['http://example.com', 'example.com:443'],
    ['https://example.com', 'example.com:80'],
    ['https://example.com:80', 'example.com'],
    ['ws://example.com', 'example.com'],
    ['constructor://example.com', 'example.com'],
    ['chrome-extension://example.com', 'example.com'],
    ['http://[::1]', '[::2]'],
    ['http://example.com', ''],
    ['http://example.com', 'a@example.com'],
    ['null', 'null'],
    ['null', 'example.com'],
    ['example.com', 'example.com'],
    ['http://example.com/', 'example.com'],
    ['http://a@example.com', 'example.com'],
    ['http://example.com http://example.com', 'example.com'],
    ['http://example.com, http://example.com', 'example.com'],
    ['', 'example.com'],
    ['http://', 'example.com'],
    ['http://example.com:x', 'example.com'],
  ])('keeps %j out at %s', (origin, host) => {
    expect(passes({ origins: [origin], host })).toBe(false);
  });

  it('keeps several Origins out, the same one twice too, even if they are allowed', () => {
    const origins = ['http://example.com', 'http://example.com'];
    expect(passes({ origins, allowOrigins: ['http://example.com'] })).toBe(false);
  });

  it('keeps an Origin out that matches the first of two Hosts', () => {
    const rawHeaders = ['Host', 'a.example', 'Host', 'b.example', 'Origin', 'http://a.example'];
    expect(mayConnect({ rawHeaders, loopback: false, allowOrigins: [] }).ok).toBe(false);
  });

  it('does not believe X-Forwarded-Host', () => {
    const rawHeaders = [
      'Host',
      'a.example',
      'X-Forwarded-Host',
      'b.example',
      'Origin',
      'http://b.example',
    ];
    expect(mayConnect({ rawHeaders, loopback: false, allowOrigins: [] }).ok).toBe(false);
  });

  it.each([
    ['evil.example:8080', false],
    ['localhost.evil.example:8080', false],
    ['127.0.0.1.evil.example:8080', false],
    ['evillocalhost:8080', false],
    ['localhost:8080', true],
    ['localhost.:8080', true],
    ['app.localhost:8080', true],
    ['127.0.0.1:8080', true],
    ['[::1]:8080', true],
  ])('on loopback decides about a page of %s: %s', (host, expected) => {
    const origins = [`http://${host}`];
    expect(passes({ origins, host, loopback: true })).toBe(expected);
    expect(passes({ origins, host, loopback: false })).toBe(true);
  });

  it.each([
    ['https://app.example', 'https://app.example'],
    ['https://app.example', 'HTTPS://APP.EXAMPLE:443'],
    ['https://app.example:8443', 'https://app.example:8443'],
    ['http://app.example:80', 'http://app.example'],
    ['app://obsidian.md', 'app://obsidian.md'],
    ['a+b://c_d.example:1', 'a+b://c_d.example:1'],
    ['anything at all', '*'],
    ['null', '*'],
  ])('lets %s in with --allow-origin %s, whatever the Host', (origin, allowed) => {
    const question = { origins: [origin], allowOrigins: ['https://other.example', allowed] };
    expect(passes({ ...question, loopback: true })).toBe(true);
    expect(passes({ ...question, host: '' })).toBe(true);
  });

  it.each([
    ['http://app.example', 'https://app.example'],
    ['https://app.example:8443', 'https://app.example'],
    ['https://app.example.evil.example', 'https://app.example'],
    ['https://sub.app.example', 'https://app.example'],
    ['null', 'https://app.example'],
    ['null', 'null'],
    ['file://', 'file://'],
    ['', ''],
  ])('keeps %s out with --allow-origin %s', (origin, allowed) => {
    expect(passes({ origins: [origin], allowOrigins: [allowed] })).toBe(false);
  });

  it('names the option that would let the page in', () => {
    const origins = ['https://That.Example:443'];
    expect(ask({ origins })).toMatchObject({
      body: expect.stringContaining('--allow-origin https://that.example\n'),
    });
    const rebound = ask({ origins, host: 'that.example', loopback: true });
    expect(rebound).toMatchObject({
      body: expect.stringContaining('--allow-origin https://that.example\n'),
    });
    expect(ask({ origins: ['null'] })).toMatchObject({
      body: expect.stringContaining('--allow-origin "*"'),
    });
  });

  it.each([
    'http://a;reboot',
    `${'x'.repeat(900)}://a`,
    '<script>',
    '\u001b[31m',
    'x'.repeat(300),
    '$(reboot)',
  ])('does not echo %j', (origin) => {
    const verdict = ask({ origins: [origin] });
    expect(verdict.ok).toBe(false);
    expect(verdict.ok ? '' : verdict.body).not.toContain(origin);
  });

  it('answers in bounded printable ASCII, and never throws', () => {
    const origins = fc.array(
      fc.oneof(
        fc.string({ unit }),
        fc.stringMatching(/^https?:\/\/[a-z0-9.:[\]@/-]{0,20}$/),
        fc.constantFrom(
          'null',
          'http://example.com',
          'app://a:1',
          'https://a.example/path',
          'x'.repeat(250),
          `http://${'x'.repeat(255)}:65535`,
        ),
      ),
      { maxLength: 2 },
    );
    fc.assert(
      fc.property(origins, fc.string({ unit }), fc.boolean(), (lines, host, loopback) => {
        const verdict = ask({ origins: lines, host, loopback });
        if (verdict.ok) return;
        expect(verdict.body).toMatch(/^[\x20-\x7e]{1,799}\n$/);
        expect(verdict.body).toContain('--allow-origin ');
      }),
    );
  });

  it('lets in what the 403 says it would, with that option', () => {
    const authority = fc.tuple(
      fc.stringMatching(/^[a-z0-9]{1,9}(\.[a-z0-9-]{1,9}){0,3}$/),
      fc.option(fc.integer({ min: 1, max: 65_535 })),
    );
    fc.assert(
      fc.property(fc.constantFrom('http', 'https', 'app'), authority, (scheme, [name, port]) => {
        const origins = [`${scheme}://${name}${port === null ? '' : `:${port}`}`];
        const verdict = ask({ origins, host: 'other.invalid' });
        expect(verdict.ok).toBe(false);
        const option = /--allow-origin (\S+)\n$/.exec(verdict.ok ? '' : verdict.body)?.[1];
        expect(passes({ origins, allowOrigins: [option ?? ''] })).toBe(true);
      }),
    );
  });
});
