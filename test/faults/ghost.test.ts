import { expect, it } from 'vitest';
import { echoBackend } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { type TestProxy, withProxy } from '../support/proxy.ts';
import { closeOf, echo } from '../support/viewer.ts';
import { farPage, nearEnd } from './far-peers.ts';
import { farNetwork } from './namespace.ts';

/** Without the probe a ghost would hold its slot for a minute. */
const options = {
  cap: 2,
  pingIntervalMs: 400,
  pongTimeoutMs: 60_000,
  probeOnFullMs: 600,
} as const;

const admitted = async (proxy: TestProxy) => proxy.events.next(named('viewer.admitted'));

it.for([
  ['whose link went down', 'unplug'],
  ['whose packets are swallowed', 'swallow'],
] as const)(
  'a viewer %s gets in from another address, while its own dead connection holds the last slot',
  async ([, fault]) => {
    const [home, train, other] = [await farNetwork(), await farNetwork(), await farNetwork()];
    const backend = await echoBackend();
    const proxy = await withProxy({ backend: backend.template, listen: nearEnd(home), ...options });
    const bystander = await farPage(other, proxy, 'a');
    await admitted(proxy);
    await farPage(home, proxy, 'a');
    const ghost = await admitted(proxy);

    await home[fault]();
    await proxy.events.next(named('viewer.late', { viewer: ghost.viewer }));
    const began = performance.now();
    const back = await farPage(train, proxy, 'a');
    const again = await admitted(proxy);
    const waited = performance.now() - began;
    expect(waited).toBeGreaterThanOrEqual(options.probeOnFullMs / 2);
    // The probe's work, and no deadline's.
    expect(waited).toBeLessThan(10_000);
    expect(again).toMatchObject({ remote: expect.stringContaining(train.far), viewers: 2 });
    expect(again.heldMs).toBeGreaterThan(0);
    await proxy.events.next(
      named('viewer.evicted', { cause: 'pong-timeout', viewer: ghost.viewer }),
    );

    await echo(back, 'round');
    await echo(bystander, 'unmoved');
    expect(backend.tally.most('a')).toBe(2);
  },
);

it('a newcomer is refused where everybody is there, and nobody is touched', async () => {
  const [first, second] = [await farNetwork(), await farNetwork()];
  const backend = await echoBackend();
  const proxy = await withProxy({
    backend: backend.template,
    listen: nearEnd(first),
    ...options,
    cap: 1,
  });
  const holder = await farPage(first, proxy, 'a');
  await admitted(proxy);
  const newcomer = await farPage(second, proxy, 'a');
  const reason = 'too many connections for this session';
  expect(await closeOf(newcomer)).toEqual({ code: 1013, reason });
  await echo(holder, 'here');
  expect(proxy.events.all.map(({ event }) => event)).not.toContain('viewer.evicted');
});
