import { describe, expect, test } from 'vitest';
import { parseOptions } from '../../src/cli/options.ts';
import { systemClock } from '../../src/clock.ts';
import type { ProxyOptions } from '../../src/contract.ts';
import { launch } from '../../src/run/launch.ts';

/** The options that the demo's proxy is started with. */
const startedWith = async (flags: Readonly<Record<string, string>>): Promise<ProxyOptions> => {
  const parsed = parseOptions({ flags, env: {}, maxViewersDefault: 480, demo: true });
  const { promise, resolve } = Promise.withResolvers<ProxyOptions>();
  const start = (options: ProxyOptions): Promise<never> => {
    resolve(options);
    return Promise.reject(new Error('seen enough'));
  };
  await expect(launch(parsed, start, systemClock)).rejects.toThrow('seen enough');
  return promise;
};

describe('the demo', () => {
  test('knows its sample viewers by name, who come from this machine', async () => {
    const { whoHeader, trustProxies } = await startedWith({ 'trust-proxy': '10.0.0.0/8' });
    expect(whoHeader).toMatch(/^x-/);
    expect(trustProxies).toEqual(['10.0.0.0/8', '127.0.0.0/8', '::1']);
  });

  test('believes the header that the operator names, of the peers that he names', async () => {
    const flags = { 'who-header': 'X-Name', 'trust-proxy': '10.0.0.0/8' };
    expect(await startedWith(flags)).toMatchObject({
      whoHeader: 'x-name',
      trustProxies: ['10.0.0.0/8'],
    });
  });
});
