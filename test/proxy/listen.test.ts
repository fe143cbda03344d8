import { describe, expect, it } from 'vitest';
import { addressText, isLoopback } from '../../src/proxy/listen.ts';

const at = (host: string) => ({ host, port: 1 });

describe('an address that only this machine can reach', () => {
  it.each(['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1'])('%s', (host) => {
    expect(isLoopback(at(host))).toBe(true);
  });

  it.each(['0.0.0.0', '::', '10.127.0.1', '::ffff:10.0.0.1', '2001:db8::127'])(
    'is not %s',
    (host) => {
      expect(isLoopback(at(host))).toBe(false);
    },
  );

  it('is no socket, which no page can dial', () => {
    expect(isLoopback({ socketPath: '/127.0.0.1' })).toBe(false);
  });
});

describe('an address in words', () => {
  it.each([
    [at('127.0.0.1'), '127.0.0.1:1'],
    [at('::1'), '[::1]:1'],
    [{ socketPath: '/run/a.sock' }, 'unix:/run/a.sock'],
  ])('%o is %s', (address, text) => {
    expect(addressText(address)).toBe(text);
  });
});
