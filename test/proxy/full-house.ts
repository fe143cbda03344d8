/** A session with one slot that is taken, and newcomers who find it so. */
import { expect } from 'vitest';
import type { ProxyOptions, ViewerId } from '../../src/contract.ts';
import { echoBackend } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type TestProxy, withProxy } from '../support/proxy.ts';
import { connectRaw, type RawViewer, type RawViewerOptions } from '../support/raw-viewer.ts';
import { until } from './pair.ts';

/** How a session that is full is refused. */
export const full = { code: 1013, reason: 'too many connections for this session' };

/** With this as the longest wait the first is 100 ms. */
export const HOLD_MS = 1_600;

/** A proxy with a cap of 1, on a clock that stands still. */
export const started = async (options: Partial<ProxyOptions> = {}) => {
  const clock = new FakeClock();
  const backend = await echoBackend();
  const proxy = await withProxy(
    { backend: backend.template, cap: 1, refuseHoldMs: HOLD_MS, ...options },
    { clock },
  );
  return { clock, backend, proxy };
};

/** A viewer that has a slot. */
export const seated = async (proxy: TestProxy, session = 'a'): Promise<RawViewer> => {
  const viewer = connectRaw(proxy.url(session));
  expect((await viewer.open()).upgraded).toBe(true);
  await proxy.events.next(named('viewer.admitted'));
  return viewer;
};

/** One that is refused at once. */
export const refusedAtOnce = async (proxy: TestProxy, session = 'a'): Promise<void> => {
  await connectRaw(proxy.url(session)).closed();
  const event = await proxy.events.next(named('viewer.refused'));
  expect(event.heldMs).toBeUndefined();
};

/** Resolves when so many are held. */
export const heldAre = (proxy: TestProxy, count: number): Promise<void> =>
  until(`${count} are held`, async () => (await proxy.snapshot()).totals.held === count);

/** One that is held, as the only one or the last of `count`. */
export const held = async (
  proxy: TestProxy,
  count = 1,
  session = 'a',
  options?: RawViewerOptions,
): Promise<RawViewer> => {
  const newcomer = connectRaw(proxy.url(session), options);
  await heldAre(proxy, count);
  return newcomer;
};

/** The operator evicts a viewer. */
export const evict = (proxy: TestProxy, viewer: string) =>
  proxy.control.command({ do: 'evict', viewer: viewer as ViewerId, actor: 'console' });
