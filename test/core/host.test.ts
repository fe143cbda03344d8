import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  hostAndPort,
  isIpv4,
  isIpv6,
  isLoopback,
  needsNoResolver,
  parseHost,
  placeText,
} from '../../src/core/host.ts';

/** Controls, ASCII, latin1 and a little beyond it. */
const unit = fc.nat(0x2ff).map((code) => String.fromCharCode(code));

describe('parseHost', () => {
  it.each([
    ['Example.COM', { name: 'example.com', port: null }],
    ['example.com.:8080', { name: 'example.com', port: 8080 }],
    ['example.com:', { name: 'example.com', port: null }],
    ['my_service-1:1', { name: 'my_service-1', port: 1 }],
    ['[::1]:80', { name: '[::1]', port: 80 }],
    ['[2001:DB8::1]', { name: '[2001:db8::1]', port: null }],
    ['127.0.0.1:65535', { name: '127.0.0.1', port: 65_535 }],
  ])('reads %s', (text, host) => {
    expect(parseHost(text)).toEqual(host);
  });

  it.each([
    '',
    'a b',
    'a@b',
    'a/b',
    'a,b',
    'a..b',
    '.a',
    'a..',
    ':80',
    'a:b',
    'a:80:80',
    'a:65536',
    'a:100000',
    '::1',
    '[::1',
    '[1.2.3.4]',
    '[:::]',
    '[fe80::1%25eth0]',
    'é',
    'a\n',
    'a'.repeat(256),
  ])('does not read %j', (text) => {
    expect(parseHost(text)).toBeNull();
  });

  it('tells addresses from names', () => {
    expect(['0.0.0.0', '255.255.255.255'].every(isIpv4)).toBe(true);
    expect(['256.0.0.1', '1.2.3', '01.2.3.4', '1.2.3.4.5', '1.2.3.4\n'].some(isIpv4)).toBe(false);
    expect(['::', '::1', 'fe80::1', '::ffff:1.2.3.4', '1:2:3:4:5:6:7:8'].every(isIpv6)).toBe(true);
    expect(['', ':', '1.2.3.4', '::1%lo', '1::2::3', '[::1]', '12345::'].some(isIpv6)).toBe(false);
  });

  it.each([
    ['localhost', true],
    ['LOCALHOST.:1', true],
    ['a.localhost', true],
    ['127.0.0.1', true],
    ['10.0.0.7:80', true],
    ['[::1]', true],
    ['localhost.example', false],
    ['notlocalhost', false],
    ['127.0.0.1.example', false],
    ['example', false],
  ])('finds that %s needs no resolver: %s', (text, expected) => {
    const host = parseHost(text);
    expect(host).not.toBeNull();
    expect(host !== null && needsNoResolver(host)).toBe(expected);
  });

  it('never throws, and reads only what it can write', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit }), fc.domain(), fc.ipV4(), fc.ipV6()), (text) => {
        const host = parseHost(text);
        expect(host === null || /^[a-z0-9_.:[\]-]{1,255}$/.test(host.name)).toBe(true);
      }),
    );
  });
});

describe('an address that only this machine can reach', () => {
  it.each(['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1', '::FFFF:127.0.0.1'])(
    '%s',
    (address) => {
      expect(isLoopback(address)).toBe(true);
    },
  );

  it.each(['', '0.0.0.0', '::', '10.127.0.1', '::ffff:10.0.0.1', '2001:db8::127'])(
    'is not "%s"',
    (address) => {
      expect(isLoopback(address)).toBe(false);
    },
  );
});

describe('a host and its port in one word', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1:80'],
    ['proxy.example', 'proxy.example:80'],
    ['::1', '[::1]:80'],
    ['fe80::1%eth0', '[fe80::1%eth0]:80'],
  ])('of %s is %s', (host, text) => {
    expect(hostAndPort(host, 80)).toBe(text);
  });
});

describe('a place in words', () => {
  it.each([
    [{ host: '127.0.0.1', port: 80 }, '127.0.0.1:80'],
    [{ host: '::1', port: 80 }, '[::1]:80'],
    [{ socketPath: '/run/a.sock' }, '/run/a.sock'],
  ])('%o is %s', (place, text) => {
    expect(placeText(place)).toBe(text);
  });
});
