/** What is left of viewers that are gone, whatever ended them: nothing. */
import { expect } from 'vitest';
import type { ProxyOptions } from '../../src/contract.ts';
import type { Backend } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { withProxy } from '../support/proxy.ts';
import { until } from './pair.ts';

/** Every TCP connection of this process, at whichever end, that is not gone altogether. */
const sockets = (): number =>
  process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;

/** A proxy on a clock that the test moves, in front of `backend`, before any viewer has come. */
export const quietProxy = async <B extends Backend>(
  backend: B,
  options: Partial<ProxyOptions> = {},
) => {
  await until('nothing is left of the test before', () => sockets() === 0);
  const clock = new FakeClock();
  const proxy = await withProxy({ backend: backend.template, cap: 1, ...options }, { clock });
  const timers = clock.pending;
  const isQuiet = () => clock.pending === timers && sockets() === 0;
  /** Time passes until the last leg is cut; fails where something never goes. */
  const nothingLeft = async (): Promise<void> => {
    await until('no timer and no socket is left', () => {
      if (!isQuiet()) clock.advance(50);
      return isQuiet();
    });
    const { totals } = await proxy.snapshot();
    expect(totals).toMatchObject({ viewers: 0, sessions: 0 });
    const idsOf = (name: 'viewer.admitted' | 'viewer.left') =>
      proxy.events.all.filter(named(name)).map(({ viewer }) => viewer);
    expect(idsOf('viewer.left').toSorted()).toEqual(idsOf('viewer.admitted').toSorted());
  };
  return { clock, proxy, backend, nothingLeft };
};
