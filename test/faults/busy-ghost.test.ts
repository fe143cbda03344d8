import { expect, it } from 'vitest';
import { talkingBackend } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { withProxy } from '../support/proxy.ts';
import { farPage, nearEnd } from './far-peers.ts';
import { farNetwork } from './namespace.ts';

it('a ghost whose session goes on talking loses the last slot too, long before the write deadline', async () => {
  const [home, train] = [await farNetwork(), await farNetwork()];
  const backend = await talkingBackend();
  const proxy = await withProxy({
    backend: backend.template,
    listen: nearEnd(home),
    cap: 1,
    pingIntervalMs: 2_000,
    pongTimeoutMs: 60_000,
    writeTimeoutMs: 60_000,
    probeOnFullMs: 1_000,
  });
  await farPage(home, proxy, 'a');
  const ghost = await proxy.events.next(named('viewer.admitted'));

  await home.unplug();
  await proxy.events.next(named('viewer.late', { viewer: ghost.viewer }));
  const began = performance.now();
  await farPage(train, proxy, 'a');
  const again = await proxy.events.next(named('viewer.admitted'));
  // The probe's work, and no deadline's.
  expect(performance.now() - began).toBeLessThan(10_000);
  expect(again.heldMs).toBeGreaterThan(0);
  await proxy.events.next(named('viewer.evicted', { cause: 'pong-timeout', viewer: ghost.viewer }));
});
