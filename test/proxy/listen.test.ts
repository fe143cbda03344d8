import { describe, expect, it } from 'vitest';
import { addressText } from '../../src/proxy/listen.ts';

const at = (host: string) => ({ host, port: 1 });

describe('an address in words', () => {
  it.each([
    [at('127.0.0.1'), '127.0.0.1:1'],
    [at('::1'), '[::1]:1'],
    [{ socketPath: '/run/a.sock' }, 'unix:/run/a.sock'],
    [{ fd: 3 }, 'fd:3'],
  ])('%o is %s', (address, text) => {
    expect(addressText(address)).toBe(text);
  });
});
