import { type AddressInfo, connect, Server, Socket } from 'node:net';
import { describe, expect, it, type MockInstance, vi } from 'vitest';
import type { BackendTemplate } from '../../src/contract.ts';
import { echoBackend } from '../support/backends.ts';
import { onCleanup } from '../support/cleanup.ts';
import { named } from '../support/events.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { withProxy } from '../support/proxy.ts';
import { closeOf, connectViewer, echo } from '../support/viewer.ts';

const seen = new Set(['descriptors.exhausted', 'descriptors.recovered']);

type Connecting = MockInstance<Socket['connect']>;

/**
 * A proxy whose table of descriptors is as full as the test says. `beforeDial` is called right
 * before it dials a backend.
 */
const start = async (limit: number | null, beforeDial?: (connecting: Connecting) => void) => {
  const clock = new FakeClock();
  const table = { limit, left: true, looks: 0 };
  const backend = await echoBackend();
  const find = (): BackendTemplate => {
    const connecting = vi.spyOn(Socket.prototype, 'connect');
    onCleanup(() => connecting.mockRestore());
    beforeDial?.(connecting);
    return backend.template;
  };
  const proxy = await withProxy(
    { backend: backend.template },
    {
      clock,
      ...(beforeDial === undefined ? {} : { find }),
      descriptorTable: {
        limit,
        isLeft: () => {
          table.looks += 1;
          return table.left;
        },
      },
    },
  );
  /** Lets a second pass, and the round that comes with it. */
  const second = async (): Promise<void> => {
    clock.advance(1_000);
    // A round comes with a turn of the event loop after its tick.
    await new Promise(setImmediate);
    await new Promise(setImmediate);
  };
  const told = () => proxy.events.all.filter(({ event }) => seen.has(event));
  return { proxy, table, second, told };
};

describe('without descriptors', () => {
  it('the proxy says so once, within a second, and once when there are some again', async () => {
    const { proxy, table, second, told } = await start(1_024);
    const viewer = await connectViewer(proxy.url('a'));
    await second();
    expect([table.looks, told()]).toEqual([1, []]);
    table.left = false;
    await second();
    await second();
    await echo(viewer, 'still here');
    table.left = true;
    await second();
    expect(told()).toMatchObject([{ event: 'descriptors.exhausted', limit: 1_024 }]);
    await second();
    await second();
    expect(told().slice(1)).toMatchObject([{ event: 'descriptors.recovered', exhaustedMs: 2_000 }]);
  });

  it('the proxy says so when a newcomer took the last one, without a clock', async () => {
    // Of a table with one place every descriptor is the last.
    const { proxy, table } = await start(1);
    table.left = false;
    const [host, port] = proxy.address.split(':');
    const newcomer = connect(Number(port), host);
    onCleanup(() => newcomer.destroy());
    expect(await proxy.events.next(named('descriptors.exhausted'))).toMatchObject({ limit: 1 });
  });

  it('the proxy says so when a dial found none, though a look would find one again', async () => {
    const missing = Object.assign(new Error('connect EMFILE'), { code: 'EMFILE' });
    const { proxy } = await start(1_000_000, (connecting) => {
      connecting.mockImplementationOnce(function dial(this: Socket) {
        process.nextTick(() => this.destroy(missing));
        return this;
      });
    });
    const viewer = await connectViewer(proxy.url('a'));
    expect(await closeOf(viewer)).toMatchObject({ code: 1011 });
    await proxy.events.next(named('backend.unavailable', { detail: 'EMFILE' }));
    expect(await proxy.events.next(named('descriptors.exhausted'))).toMatchObject({
      limit: 1_000_000,
    });
  });

  it('the proxy says no limit where it knows none', async () => {
    const { table, second, told } = await start(null);
    table.left = false;
    await second();
    const [event] = told();
    expect(event).toMatchObject({ event: 'descriptors.exhausted' });
    expect(event).not.toHaveProperty('limit');
  });

  it('accepting that fails is one more reason to look, and does not end the proxy', async () => {
    const listen = vi.spyOn(Server.prototype, 'listen');
    onCleanup(() => listen.mockRestore());
    const { proxy, table } = await start(1_000_000);
    const server = listen.mock.contexts.at(-1) as Server;
    expect(`127.0.0.1:${(server.address() as AddressInfo).port}`).toBe(proxy.address);
    table.left = false;
    // As Node does where its own reserve of a descriptor is gone too.
    server.emit('error', Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' }));
    await proxy.events.next(named('descriptors.exhausted'));
    await echo(await connectViewer(proxy.url('a')), 'in');
  });
});
