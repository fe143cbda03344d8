/** One viewer and its backend over bare sockets, with a proxy between them. */
import { readFile } from 'node:fs/promises';
import type { Clock } from '../../src/clock.ts';
import type { ProxyOptions, ViewerRow } from '../../src/contract.ts';
import type { ProxyEvent } from '../../src/events.ts';
import { rawBackend, type RawBackendOptions } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { opcodes } from '../support/frame-reader.ts';
import { frame } from '../support/frames.ts';
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

/** The kernel is asked, so that the proxy, which asked first, has its answer too. */
export const askAlong = async (): Promise<void> => {
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    await readFile(table).catch(() => undefined);
  }
};

/** How time passes. */
export type Passing = {
  /** Default 250 ms, that of the default intervals. */
  readonly tickMs?: number;
  /** The proxy asks the kernel at every tick, and needs the time for that; default false. */
  readonly asking?: boolean;
  /** Runs after every tick. */
  readonly each?: () => unknown;
};

/** Time passes tick by tick, and real sockets keep up. */
export const pass = async (
  clock: FakeClock,
  ms: number,
  { tickMs = 250, asking = false, each }: Passing = {},
): Promise<void> => {
  for (let left = ms; left > 0; left -= tickMs) {
    clock.advance(Math.min(left, tickMs));
    await turns(3);
    if (asking) await askAlong();
    await turns(2);
    await each?.();
  }
};

/** Time passes until an event of that name has been recorded; returns how much did. */
export const passUntil = async (
  { clock, proxy }: { readonly clock: FakeClock; readonly proxy: TestProxy },
  name: ProxyEvent['event'],
  passing?: Passing,
): Promise<number> => {
  const start = clock.now();
  await until(name, async () => {
    await pass(clock, passing?.tickMs ?? 250, passing);
    return proxy.events.left.some(({ event }) => event === name);
  });
  return clock.now() - start;
};

/** The backend reads nothing and the viewer sends until the proxy reads it no more: how many frames. */
export const fillBackend = async (ends: Awaited<ReturnType<typeof pair>>): Promise<number> => {
  ends.peer.pause();
  // So small that each is read whole: the proxy stops at the end of one.
  const one = frame({ opcode: opcodes.binary, payload: Buffer.alloc(16_000), masked: true });
  let sent = 0;
  await until('the viewer is paused', async () => {
    const { bytesToBackend, deadlineHeld } = await onlyRow(ends.proxy);
    if (!deadlineHeld && bytesToBackend === sent * one.length) {
      ends.viewer.send(one);
      sent += 1;
    }
    return deadlineHeld;
  });
  return sent;
};
