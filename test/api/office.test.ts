import { expect, it, vi } from 'vitest';
import { glimpse } from '../../src/api/office.ts';
import { snapshotAt, StubControl } from '../control/stub-control.ts';

it('waits once for the end of a proxy, however many pictures are asked for', async () => {
  const control = new StubControl();
  const waits = vi.spyOn(control.closed, 'then');
  for (let nth = 0; nth < 20; nth += 1) {
    const picture = glimpse(control);
    void control.watches[nth]?.show(snapshotAt(nth));
    expect((await picture)?.seq).toBe(nth);
    expect(control.watches[nth]?.open).toBe(false);
  }
  expect(waits).toHaveBeenCalledTimes(1);
});

it('has no picture of a proxy that stops meanwhile, nor of one that has', async () => {
  const control = new StubControl();
  const meanwhile = [glimpse(control), glimpse(control)];
  control.end('stopped');
  expect(await Promise.all(meanwhile)).toEqual([null, null]);
  expect(await glimpse(control)).toBeNull();
  expect(control.watches.map(({ open }) => open)).toEqual([false, false]);
});

it('has none of a proxy that had stopped before anybody asked', async () => {
  const control = new StubControl();
  control.end('stopped');
  await control.closed;
  expect(await glimpse(control)).toBeNull();
});
