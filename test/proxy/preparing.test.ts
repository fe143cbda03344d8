import { connect } from 'node:net';
import { expect, it } from 'vitest';
import type { ControlDoors } from '../../src/contract.ts';
import type { ProxyEvent } from '../../src/events.ts';
import { startProxy } from '../../src/proxy/proxy.ts';
import { turns } from './pair.ts';
import { echoBackend } from '../support/backends.ts';
import { onCleanup } from '../support/cleanup.ts';
import { connectRaw } from '../support/raw-viewer.ts';
import { testOptions } from '../support/test-options.ts';
import { viewerUrl } from '../support/viewer-url.ts';
import { within } from '../support/within.ts';

const start = async () => {
  const names: ProxyEvent['event'][] = [];
  const address = Promise.withResolvers<string>();
  const doors = Promise.withResolvers<ControlDoors>();
  const options = { ...testOptions, backend: (await echoBackend()).template };
  const proxy = startProxy(options, {
    onEvent: ({ event }) => names.push(event),
    prepare: (prepared) => {
      address.resolve(prepared.address);
      return doors.promise;
    },
  });
  return { names, proxy, doors, address: await within('the address', address.promise) };
};

it('lets a viewer that comes before everything is open wait for that, and tells of it after', async () => {
  const { names, proxy, doors, address } = await start();
  const viewer = connectRaw(viewerUrl(address, '/ws/a'));
  const answer = viewer.open();
  const gone = connectRaw(viewerUrl(address, '/ws/a'));
  await within('a connection', new Promise((resolve) => gone.socket.once('connect', resolve)));
  gone.socket.resetAndDestroy();
  await expect((await fetch(`http://${address}/healthz`)).text()).resolves.toContain('ok');
  expect(names).toEqual([]);
  doors.resolve({ socketPath: '/run/c.sock', tcp: null });
  expect((await answer).status).toBe(101);
  const { command } = await proxy;
  onCleanup(() => command({ do: 'stop', now: true }));
  expect(names.slice(0, 2)).toEqual(['proxy.listening', 'viewer.admitted']);
});

it('is not there, and tells nothing, where that fails', async () => {
  const { names, proxy, doors, address } = await start();
  const viewer = connectRaw(viewerUrl(address, '/ws/a'));
  await within('a connection', new Promise((resolve) => viewer.socket.once('connect', resolve)));
  const cut = within('the end', new Promise((resolve) => viewer.socket.once('close', resolve)));
  doors.reject(new Error('the door is stuck'));
  await expect(proxy).rejects.toThrow('the door is stuck');
  await cut;
  expect(names).toEqual([]);
  const port = Number(address.slice(address.lastIndexOf(':') + 1));
  const again = connect(port, '127.0.0.1');
  const refused = new Promise((resolve) => again.once('error', resolve));
  expect(await within('a refusal', refused)).toMatchObject({ code: 'ECONNREFUSED' });
});

it('gives no slot to a viewer that went while it waited for that', async () => {
  const { names, proxy, doors, address } = await start();
  const gone = connectRaw(viewerUrl(address, '/ws/a'));
  await within('a connection', new Promise((resolve) => gone.socket.once('connect', resolve)));
  await turns();
  gone.socket.resetAndDestroy();
  await expect((await fetch(`http://${address}/healthz`)).text()).resolves.toContain('ok');
  doors.resolve({ socketPath: null, tcp: null });
  const { command, closed, measure } = await proxy;
  const viewer = connectRaw(viewerUrl(address, '/ws/b'));
  expect((await viewer.open()).status).toBe(101);
  expect(measure().totals.viewers).toBe(1);
  expect(names).toEqual(['proxy.listening', 'viewer.admitted']);
  void command({ do: 'stop', now: true });
  await within('the end', closed);
});
