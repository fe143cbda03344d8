/** One viewer and its backend over bare sockets, with a proxy between them. */
import type { Clock } from '../../src/clock.ts';
import type { ProxyOptions, ViewerRow } from '../../src/contract.ts';
import { rawBackend, type RawBackendOptions } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type TestProxy, withProxy } from '../support/proxy.ts';
import { connectRaw, type RawViewerOptions } from '../support/raw-viewer.ts';
import { patienceMs } from '../support/within.ts';

/** What is not as usual. */
export type PairOptions<Time extends Clock> = {
  readonly proxy?: Partial<ProxyOptions>;
  readonly backend?: RawBackendOptions;
  readonly viewer?: RawViewerOptions;
  readonly clock: Time;
};

/** The viewer is open, and `admitted` is the event of that; `peer` is the backend's end. */
export const pairOn = async <Time extends Clock>(options: PairOptions<Time>) => {
  const { clock } = options;
  const backend = await rawBackend(options.backend);
  const proxy = await withProxy({ backend: backend.template, ...options.proxy }, { clock });
  const viewer = connectRaw(proxy.url('a'), options.viewer);
  const answer = await viewer.open();
  const { peer, request } = await backend.connections.next();
  // Node's HTTP server leaves that to whoever took the socket over.
  peer.socket.on('end', () => peer.socket.end());
  const admitted = await proxy.events.next(named('viewer.admitted'));
  const evict = () =>
    proxy.control.command({ do: 'evict', viewer: admitted.viewer, actor: 'console' });
  return { clock, proxy, backend, viewer, answer, peer, request, admitted, evict };
};

/** The same on a clock that a test moves: until it does, there is no tick and no Ping. */
export const pair = (options: Omit<PairOptions<FakeClock>, 'clock'> = {}) =>
  pairOn({ clock: new FakeClock(), ...options });

/** The row of the only viewer. */
export const onlyRow = async (proxy: TestProxy): Promise<ViewerRow> => {
  const { rows } = (await proxy.snapshot()).viewers;
  if (rows.length !== 1) throw new Error(`${rows.length} viewers`);
  return rows[0]!;
};

/** Some turns of the event loop: whatever sockets of this machine have ready is taken in. */
export const turns = async (count = 5): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await new Promise(setImmediate);
};

/** Turns of the event loop until something holds. */
export const until = async (
  what: string,
  holds: () => boolean | Promise<boolean>,
): Promise<void> => {
  const end = performance.now() + patienceMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited ${patienceMs} ms in vain until ${what}`);
    await turns(1);
  }
};
