import { expect, it } from 'vitest';
import { echoBackend } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { eventually } from '../support/process-figures.ts';
import { withProxy } from '../support/proxy.ts';
import { closeOf, connectViewer, echo } from '../support/viewer.ts';
import { endOf, farEndOf, killTcp } from './kill-tcp.ts';

/** A client that has the only slot of its session, and the sockets of its way through. */
const client = async () => {
  const backend = await echoBackend();
  const proxy = await withProxy({ backend: backend.template, cap: 1 });
  const join = async () => {
    const ws = await connectViewer(proxy.url('a'));
    const { request } = await backend.connections.next();
    await proxy.events.next(named('viewer.admitted', { viewers: 1, cap: 1 }));
    await echo(ws, 'round');
    return { ws, viewer: Reflect.get(ws, '_socket'), backend: request.socket };
  };
  return { proxy, backend, join };
};

const backendLost = { code: 1011, reason: 'backend lost' };
const withoutClose = { code: 1006, reason: '' };

it.for([
  ["the viewer's, at the proxy", 'viewer', farEndOf, 'viewer-lost', withoutClose],
  ["the viewer's, at the viewer", 'viewer', endOf, 'viewer-lost', withoutClose],
  ["the backend's, at the proxy", 'backend', farEndOf, 'backend-lost', backendLost],
  ["the backend's, at the backend", 'backend', endOf, 'backend-lost', backendLost],
] as const)(
  'after the kernel killed a connection, %s, the same client comes back and a message goes round',
  async ([, leg, end, cause, close]) => {
    const { proxy, backend, join } = await client();
    const first = await join();
    await killTcp(end(first[leg]));
    expect(await closeOf(first.ws)).toEqual(close);
    await proxy.events.next(named('viewer.left', { cause, viewers: 0 }));
    // At once, and as often as it happens.
    for (let nth = 0; nth < 3; nth += 1) {
      const again = await join();
      await killTcp(end(again[leg]));
      await proxy.events.next(named('viewer.left', { cause, viewers: 0 }));
    }
    const last = await join();
    await echo(last.ws, 'and round again');
    expect(backend.tally.most('a')).toBe(1);
    last.ws.close(1000);
    await eventually('nobody is left', async () => (await proxy.snapshot()).totals.viewers === 0);
  },
);
