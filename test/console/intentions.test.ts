import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { abandoned } from '../../src/console/intentions.ts';
import { ConsoleDriver } from '../support/console-driver.ts';
import { viewerRow, type World } from '../support/fake-control.ts';
import { smallWorld, without } from './worlds.ts';

/** `count` stuck viewers in one session, v1 first. */
const stuckWorld = (count: number): World => ({
  cap: 100,
  sessions: {
    one: Array.from({ length: count }, (_, index) =>
      viewerRow(`v${index + 1}`, 'one', { state: 'stuck', queuedBytes: 1000 }),
    ),
  },
});

const at = (world: World = smallWorld, confirm: 'undo' | 'always' = 'undo'): ConsoleDriver => {
  const driver = new ConsoleDriver(world, { columns: 80, rows: 24 }, { confirm });
  driver.settle();
  return driver;
};

const ids = (count: number): readonly string[] =>
  Array.from({ length: count }, (_none, nth) => `v${nth + 1}`);

/** What was said, in short. */
const said = ({ intentions }: ConsoleDriver) =>
  intentions.map(({ what, viewers, dueMs }) => [what, viewers, dueMs]);

describe('an eviction that is armed', () => {
  it('is told with when it is due, and nothing more when it is carried out', () => {
    const driver = at();
    driver.press('1');
    expect(driver.intentions).toEqual([
      { do: 'intend', what: 'armed', viewers: ['v1042'], dueMs: 3_000, actor: 'console' },
    ]);
    driver.wait(3_000);
    driver.respond();
    expect(driver.evicted).toEqual(['v1042']);
    expect(said(driver)).toHaveLength(1);
  });

  it.each([
    ['u', ['u']],
    ['its digit', ['1']],
    ['ctrl-z in a dialog', ['c', 'ctrl-z']],
  ])('and undone by %s is told to be so', (_how, keys) => {
    const driver = at();
    driver.press('1');
    driver.press(...keys);
    expect(said(driver).at(-1)).toEqual(['undone', ['v1042'], 0]);
    driver.wait(5_000);
    expect(driver.evicted).toEqual([]);
    expect(said(driver)).toHaveLength(2);
  });

  it('at once, by enter, is told no more than once', () => {
    const driver = at();
    driver.press('1', 'enter');
    expect(driver.evicted).toEqual(['v1042']);
    expect(said(driver)).toEqual([['armed', ['v1042'], 3_000]]);
  });

  it('by one key after another is told for each', () => {
    const driver = at();
    driver.press('1', '2');
    expect(said(driver)).toEqual([
      ['armed', ['v1042'], 3_000],
      ['armed', ['v1101'], 3_000],
    ]);
    driver.press('u');
    expect(said(driver).at(-1)).toEqual(['undone', ['v1101'], 0]);
  });

  it('of a viewer that goes by itself is still carried out, and not undone', () => {
    const driver = at();
    driver.press('1');
    driver.show(without(smallWorld, 'v1042'));
    driver.wait(3_000);
    driver.respond();
    expect(said(driver)).toEqual([['armed', ['v1042'], 3_000]]);
    expect(driver.evicted).toEqual(['v1042']);
  });

  it('is told to be undone by a console that goes', () => {
    const driver = at();
    expect(abandoned(driver.state)).toBeNull();
    driver.press('1', '2');
    expect(abandoned(driver.state)).toMatchObject({ what: 'undone', viewers: ['v1042', 'v1101'] });
  });
});

describe('evictions of several', () => {
  it('are told all together, with when the last is due', () => {
    const driver = at(stuckWorld(12));
    driver.press('tab', '*');
    driver.respond();
    driver.settle();
    driver.press('e');
    expect(said(driver)).toEqual([['armed', ids(12), 3_000]]);
    driver.wait(3_000);
    driver.press('u');
    // The first has gone; those behind it stay.
    expect(driver.evicted).toEqual(['v1']);
    expect(said(driver).at(-1)).toEqual(['undone', ids(12).slice(1), 0]);
  });

  it('that were confirmed go at once, ten a second, and are told with the first', () => {
    const driver = at(stuckWorld(4));
    driver.press('E');
    driver.respond();
    driver.press('y');
    expect(said(driver)).toEqual([['armed', ids(4), 300]]);
    for (let step = 0; step < 3; step += 1) driver.wait(100);
    expect(driver.evicted).toEqual(ids(4));
    expect(said(driver)).toHaveLength(1);
  });

  it('of whom one was armed and is now confirmed is told once', () => {
    const driver = at(stuckWorld(3));
    driver.press('1');
    const [first] = driver.intentions.flatMap(({ viewers }) => viewers);
    driver.press('E');
    driver.respond();
    driver.press('y');
    const later = driver.intentions.slice(1).flatMap(({ viewers }) => viewers);
    expect(new Set([first, ...later])).toEqual(new Set(ids(3)));
    expect(later).toHaveLength(2);
    expect(driver.intentions.map(({ what }) => what)).toEqual(['armed', 'armed']);
  });
});

describe('a question that comes first', () => {
  it('tells nobody of one viewer: it is evicted with the answer', () => {
    const driver = at(smallWorld, 'always');
    driver.press('1', 'y');
    expect(driver.evicted).toEqual(['v1042']);
    expect(said(driver)).toEqual([]);
  });
});

describe('whatever the operator does', () => {
  it('everyone that was told to be armed is evicted, undone, or still is', () => {
    const key = fc.constantFrom('1', '2', '3', 'u', 'e', 'E', 'y', 'tab', '*', 'enter', 'esc', ' ');
    const act = fc.oneof(key, fc.constantFrom(100, 1_500, 3_000));
    fc.assert(
      fc.property(fc.array(act, { maxLength: 30 }), (acts) => {
        const driver = at(stuckWorld(6));
        for (const one of acts) {
          if (typeof one === 'number') driver.wait(one);
          else driver.press(one === ' ' ? 'space' : one);
          driver.respond();
        }
        const open = new Map<string, number>();
        for (const { what, viewers } of driver.intentions) {
          for (const viewer of viewers) {
            open.set(viewer, (open.get(viewer) ?? 0) + (what === 'armed' ? 1 : -1));
          }
        }
        const last = abandoned(driver.state);
        const still = new Set<string>(last?.do === 'intend' ? last.viewers : []);
        const evicted = new Set<string>(driver.evicted);
        const telling = [...open].filter(([, count]) => count > 0).map(([viewer]) => viewer);
        expect(telling.every((viewer) => still.has(viewer) || evicted.has(viewer))).toBe(true);
        expect([...still].every((viewer) => telling.includes(viewer))).toBe(true);
        expect(Math.min(0, ...open.values())).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});
