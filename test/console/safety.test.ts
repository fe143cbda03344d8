/**
 * The worst that a program of this kind can do is to evict somebody else than the one the
 * operator meant. Whatever is typed and whatever moves meanwhile, it must not.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ViewerId } from '../../src/contract.ts';
import { selectedViewer } from '../../src/console/state.ts';
import { ConsoleDriver } from '../support/console-driver.ts';
import type { World } from '../support/fake-control.ts';
import { type Happening, happenings, keys, sizes, worlds } from './arbitrary.ts';
import { without } from './worlds.ts';

const turned = (world: World, by: number): World => ({
  ...world,
  sessions: Object.fromEntries(
    Object.entries(world.sessions)
      .map(([id, rows]) => {
        const at = by % rows.length;
        return [id, [...rows.slice(at), ...rows.slice(0, at)]] as const;
      })
      .toReversed(),
  ),
});

/** Lets something happen; pictures that a key asks for do not come by themselves here. */
const happen = (driver: ConsoleDriver, one: Happening): void => {
  if ('keys' in one) driver.input({ type: 'keys', keys: one.keys });
  else if ('ms' in one) driver.wait(one.ms);
  else if ('size' in one) driver.input({ type: 'size', size: one.size });
  else if ('gone' in one) {
    const all = Object.values(driver.world.sessions).flat();
    const id = all[one.gone % Math.max(1, all.length)]?.id ?? '';
    driver.world = without(driver.world, id);
  } else if ('turned' in one) driver.world = turned(driver.world, one.turned);
  else driver.show();
};

/** The viewer that the cursor stands on in the picture that the operator sees. */
const pointedAt = (driver: ConsoleDriver): ViewerId | null =>
  driver.state.focus === 'viewers' && driver.state.modal.mode === 'main'
    ? (selectedViewer(driver.state)?.id ?? null)
    : null;

describe('no sequence of keys', () => {
  it('arms anybody but the viewer that is drawn under the cursor', () => {
    fc.assert(
      fc.property(worlds, sizes, happenings, (world, size, all) => {
        const driver = new ConsoleDriver(world, size);
        for (const one of all) {
          const seen = pointedAt(driver);
          const onScreen = driver.screen;
          const before = new Set(driver.state.armed.map(({ viewer }) => viewer));
          happen(driver, one);
          const armed = driver.state.armed.filter(({ viewer }) => !before.has(viewer));
          const alone = 'keys' in one && one.keys.length === 1;
          for (const { viewer } of armed) {
            expect('keys' in one && one.keys.includes('e')).toBe(true);
            // Keys that come together may move the cursor first: to a row that is known.
            expect(alone ? viewer : seen).toBe(seen);
            expect(alone ? onScreen : viewer).toContain(viewer);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('evicts a viewer that was not armed, or twice for one key, or before three seconds but by enter', () => {
    fc.assert(
      fc.property(worlds, sizes, happenings, (world, size, all) => {
        const driver = new ConsoleDriver(world, size);
        const armedAt = new Map<ViewerId, number>();
        for (const one of all) {
          const already = driver.evicted.length;
          happen(driver, one);
          const withEnter = 'keys' in one && one.keys.includes('enter');
          for (const viewer of driver.evicted.slice(already)) {
            const since = armedAt.get(viewer);
            const together = withEnter && 'keys' in one && one.keys.includes('e');
            expect(since !== undefined || together).toBe(true);
            expect(withEnter || driver.now - (since ?? driver.now) >= 3000).toBe(true);
            armedAt.delete(viewer);
          }
          for (const { viewer, dueAt } of driver.state.armed) armedAt.set(viewer, dueAt - 3000);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('evicts a viewer whose eviction was undone', () => {
    fc.assert(
      fc.property(worlds, fc.array(keys, { maxLength: 10 }), (world, typed) => {
        const driver = new ConsoleDriver(world);
        driver.settle();
        driver.press(...typed);
        driver.press('esc', 'esc');
        const armed = driver.state.armed.length;
        const before = driver.evicted.length;
        driver.press(...Array.from({ length: armed }, () => 'u'));
        driver.wait(60_000);
        expect(driver.evicted.slice(before)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('arms the neighbour of a viewer that has left within two seconds of its leaving', () => {
    fc.assert(
      fc.property(worlds, fc.nat({ max: 1999 }), (world, ms) => {
        const driver = new ConsoleDriver(world, { columns: 80, rows: 24 });
        driver.settle();
        driver.press('tab');
        const chosen = driver.state.viewers.id;
        driver.world = without(world, chosen ?? '');
        driver.settle();
        driver.wait(ms);
        driver.press('e', 'tab', 'backtab', 'e');
        expect(driver.state.armed).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});

describe('the selection', () => {
  it('is always of the list, or there is none', () => {
    fc.assert(
      fc.property(worlds, sizes, happenings, (world, size, all) => {
        const driver = new ConsoleDriver(world, size);
        for (const one of all) {
          happen(driver, one);
          driver.settle();
          const { sessions, viewers, snapshot } = driver.state;
          const ids = Object.keys(driver.world.sessions);
          expect(sessions.id === null ? ids.length === 0 : ids.includes(sessions.id)).toBe(true);
          const rows = sessions.id === null ? [] : driver.world.sessions[sessions.id];
          expect(snapshot?.session).toBe(sessions.id);
          expect(rows?.some(({ id }) => id === viewers.id)).toBe(rows?.length !== 0);
        }
      }),
      { numRuns: 300 },
    );
  });
});
