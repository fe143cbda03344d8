/**
 * The worst that a program of this kind can do is to evict somebody else than the one the
 * operator meant. Whatever is typed and whatever moves meanwhile, it must not. What the operator
 * sees is read off the text of the screen, and not off the state.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWaiting } from '../../src/console/pace.ts';
import { keysOf } from '../../src/console/raw-keys.ts';
import { isBad } from '../../src/console/sight.ts';
import { chosenViewer } from '../../src/console/aim.ts';
import type { ViewerId } from '../../src/contract.ts';
import { ConsoleDriver } from '../support/console-driver.ts';
import { plainKey } from '../support/raw-key.ts';
import { viewerId, viewerRow, type World } from '../support/fake-control.ts';
import {
  type Happening,
  happenings,
  keys,
  plainKeys,
  sizes,
  troubles,
  worlds,
} from './arbitrary.ts';
import { without } from './worlds.ts';

const digitOf = (key: string): number | null => (/^[1-9]$/.test(key) ? Number(key) : null);

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

const nth = ({ sessions }: World, index: number): ViewerId | null => {
  const all = Object.values(sessions).flat();
  return all[index % Math.max(1, all.length)]?.id ?? null;
};

const changed = (world: World, one: Happening): World => {
  if ('gone' in one) return without(world, nth(world, one.gone) ?? '');
  if ('turned' in one) return turned(world, one.turned);
  if (!('becomes' in one)) return world;
  const [index, state] = one.becomes;
  const chosen = nth(world, index);
  const entries = Object.entries(world.sessions).map(
    ([id, rows]) => [id, rows.map((row) => (row.id === chosen ? { ...row, state } : row))] as const,
  );
  return { ...world, sessions: Object.fromEntries(entries) };
};

/** Lets something happen; pictures that a key asks for do not come by themselves here. */
const happen = (driver: ConsoleDriver, one: Happening): void => {
  if ('keys' in one) driver.input({ type: 'keys', keys: one.keys });
  else if ('blind' in one) {
    driver.stall();
    for (const key of one.blind) {
      driver.input({ type: 'keys', keys: [key] });
      driver.respond();
    }
    driver.resume();
  } else if ('ms' in one) driver.wait(one.ms);
  else if ('size' in one) driver.input({ type: 'size', size: one.size });
  else if ('stalled' in one) {
    driver.show();
    driver.wait(one.stalled);
    driver.show();
  } else if ('picture' in one) driver.show();
  else driver.world = changed(driver.world, one);
  driver.respond();
};

const keysIn = (one: Happening): readonly string[] =>
  'keys' in one ? one.keys : 'blind' in one ? one.blind : [];

/** Everybody whose id can be read on the screen. */
const onScreen = ({ screen }: ConsoleDriver): ReadonlySet<string> =>
  new Set(screen.match(/\bv\d+\b/g) ?? []);

/** All of them, where a star and an `e` have come together: the star marks whom nobody has seen. */
const starred = (driver: ConsoleDriver, typed: readonly string[]): readonly ViewerId[] =>
  typed.includes('*') && typed.includes('e')
    ? Object.values(driver.world.sessions)
        .flat()
        .map(({ id }) => id)
    : [];

/** The viewer that the cursor stands on in the picture that the operator sees. */
const pointedAt = (driver: ConsoleDriver): ViewerId | null => {
  const { focus, modal } = driver.state;
  if (modal.mode === 'detail') return modal.viewer;
  return focus === 'viewers' && modal.mode === 'main'
    ? (chosenViewer(driver.state)?.id ?? null)
    : null;
};

/** What the operator has seen so far: beside whom each digit was drawn last, and until when. */
class Witness {
  readonly beside = new Map<number, { viewer: ViewerId; until: number }>();
  /** What should not have been seen. */
  readonly faults: string[] = [];
  readonly #driver: ConsoleDriver;

  constructor(driver: ConsoleDriver) {
    this.#driver = driver;
    this.#look();
  }

  /** Lets something happen to what has stood on the screen until then, and looks at what comes. */
  see(one: Happening): void {
    const before = this.#driver.digits;
    happen(this.#driver, one);
    const until = this.#driver.now;
    for (const [digit, viewer] of before) this.beside.set(digit, { viewer, until });
    this.#look();
  }

  #look(): void {
    const { digits, now } = this.#driver;
    for (const [digit, viewer] of digits) {
      const last = this.beside.get(digit) ?? { viewer, until: now };
      const ms = now - last.until;
      if (last.viewer !== viewer && ms < 10_000) {
        this.faults.push(`${digit} from ${last.viewer} to ${viewer} after ${ms} ms`);
      }
      this.beside.set(digit, { viewer, until: now });
    }
    if (new Set(digits.values()).size < digits.size) this.faults.push('two digits of one viewer');
  }
}

/** Everybody that keys may mean, going by what stood on the screen before them. */
const meantBy = (driver: ConsoleDriver, witness: Witness, typed: readonly string[]) => {
  const { modal, marks } = driver.state;
  const meant = new Set<ViewerId>(starred(driver, typed));
  for (const key of typed) {
    const beside = witness.beside.get(digitOf(key) ?? 0);
    if (beside !== undefined) meant.add(beside.viewer);
  }
  if (typed.some((key) => key === 'e' || key === 'space')) {
    const at = pointedAt(driver);
    if (at !== null) meant.add(at);
    for (const id of marks) meant.add(id);
    // Keys that come together may move the cursor first: to a row that can be read.
    if (typed.length > 1) for (const id of onScreen(driver)) meant.add(viewerId(id));
  }
  if (typed.includes('y') && (modal.mode === 'bulk' || modal.mode === 'confirm')) {
    for (const { id } of modal.viewers ?? []) meant.add(id);
  }
  return meant;
};

describe('no sequence of keys', () => {
  it.each(['undo', 'always'] as const)(
    'evicts anybody but whom a digit was drawn beside, the cursor stood on or a mark was set on: %s',
    (confirm) => {
      fc.assert(
        fc.property(worlds, sizes, troubles, (world, size, all) => {
          const driver = new ConsoleDriver(world, size, { confirm });
          const witness = new Witness(driver);
          const meant = new Set<ViewerId>();
          const hit: ViewerId[] = [];
          for (const one of all) {
            const typed = keysIn(one);
            for (const id of meantBy(driver, witness, typed)) meant.add(id);
            const already = driver.evicted.length;
            witness.see(one);
            const { modal } = driver.state;
            // What a question is about was meant before it was asked.
            const asked = modal.mode === 'confirm' ? modal.viewers.map(({ id }) => id) : [];
            const now = [...asked, ...driver.evicted.slice(already)];
            hit.push(...now.filter((viewer) => !meant.has(viewer)));
          }
          expect(hit).toEqual([]);
          expect(witness.faults).toEqual([]);
        }),
        { numRuns: 200 },
      );
    },
  );

  it('arms anybody but the viewer that is drawn under the cursor, or beside the digit', () => {
    fc.assert(
      fc.property(worlds, sizes, troubles, (world, size, all) => {
        const driver = new ConsoleDriver(world, size);
        const witness = new Witness(driver);
        const hit: ViewerId[] = [];
        for (const one of all) {
          const typed = keysIn(one);
          const [key] = typed;
          const readable = new Set([...onScreen(driver), ...starred(driver, typed)]);
          const { armed, marks, modal } = driver.state;
          const before = new Set(armed.map(({ viewer }) => viewer));
          const seen = pointedAt(driver);
          const beside = new Set(
            typed.map((each) => witness.beside.get(digitOf(each) ?? 0)?.viewer),
          );
          witness.see(one);
          const isMeant = (viewer: ViewerId): boolean => {
            if (beside.has(viewer)) return true;
            if (typed.length > 1) return marks.includes(viewer) || readable.has(viewer);
            if (key !== 'e') return false;
            if (marks.length > 0 && modal.mode === 'main') return marks.includes(viewer);
            return viewer === seen && readable.has(viewer);
          };
          const fresh = driver.state.armed.filter(({ viewer }) => !before.has(viewer));
          hit.push(...fresh.map(({ viewer }) => viewer).filter((viewer) => !isMeant(viewer)));
        }
        expect(hit).toEqual([]);
        expect(witness.faults).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('evicts twice for one key, or before three seconds but by enter or by an answer', () => {
    fc.assert(
      fc.property(worlds, sizes, happenings, (world, size, all) => {
        const driver = new ConsoleDriver(world, size);
        const armedAt = new Map<ViewerId, number>();
        for (const one of all) {
          const already = driver.evicted.length;
          const paced = driver.state.pace !== null;
          const typed = keysIn(one);
          const now = typed.includes('enter') || typed.includes('y');
          happen(driver, one);
          for (const viewer of driver.evicted.slice(already)) {
            const since = armedAt.get(viewer);
            expect(since !== undefined || now || paced).toBe(true);
            expect(now || paced || driver.now - (since ?? driver.now) >= 3000).toBe(true);
            if (!paced) armedAt.delete(viewer);
          }
          for (const { viewer, dueAt } of driver.state.armed) armedAt.set(viewer, dueAt - 3000);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('evicts a viewer whose eviction was undone within three seconds', () => {
    fc.assert(
      fc.property(worlds, fc.array(keys, { maxLength: 20 }), (world, typed) => {
        const driver = new ConsoleDriver(world);
        driver.settle();
        for (const key of typed) {
          driver.press(key);
          driver.respond();
        }
        driver.wait(2999);
        driver.press('esc', 'esc', 'esc');
        const before = driver.evicted.length;
        driver.press(...Array.from({ length: driver.state.armed.length + 1 }, () => 'ctrl-z'));
        expect(driver.state.armed).toEqual([]);
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

/** Four sessions with a bad viewer and a good one each. */
const restless: World = {
  cap: 8,
  sessions: Object.fromEntries(
    ['a', 'b', 'c', 'd'].map((id, at) => [
      id,
      [
        viewerRow(`v${at * 2 + 1}`, id, { state: 'stuck' }),
        viewerRow(`v${at * 2 + 2}`, id, { state: 'late' }),
      ],
    ]),
  ),
};

const orders = fc.shuffledSubarray(Object.keys(restless.sessions), { minLength: 4, maxLength: 4 });

const sorted = (order: readonly string[], worse: readonly boolean[]): World => ({
  ...restless,
  sessions: Object.fromEntries(
    order.map((id, at) => [
      id,
      (restless.sessions[id] ?? []).map((row) =>
        worse[at] === true ? viewerRow(row.id, id, { state: 'stuck' }) : row,
      ),
    ]),
  ),
});

describe('a digit', () => {
  it('hits the viewer it was drawn beside, and only that, while the list is sorted anew a hundred times between keys', () => {
    const turns = fc.array(fc.tuple(orders, fc.array(fc.boolean(), { maxLength: 4 })), {
      minLength: 100,
      maxLength: 100,
    });
    fc.assert(
      fc.property(turns, fc.nat(98), fc.nat({ max: 20 }), (all, typedAt, ms) => {
        const driver = new ConsoleDriver(restless, { columns: 120, rows: 36 });
        driver.settle();
        let target: ViewerId | undefined;
        for (const [turn, [order, worse]] of all.entries()) {
          driver.show(sorted(order, worse));
          driver.wait(ms);
          if (turn === typedAt) {
            const [digit, viewer] = [...driver.digits][turn % driver.digits.size] ?? [];
            target = viewer;
            // The key is on its way while the list is sorted once more.
            driver.show(sorted(order.toReversed(), worse));
            driver.input({ type: 'keys', keys: [String(digit)] });
          }
        }
        for (let rest = 0; rest < 16; rest += 1) {
          driver.wait(250);
          driver.show();
        }
        expect(target).toBeDefined();
        expect(driver.evicted).toEqual([target]);
      }),
      { numRuns: 100 },
    );
  });

  it('of a viewer that has gone does nothing for ten seconds, whoever comes', () => {
    fc.assert(
      fc.property(fc.nat({ max: 9999 }), fc.integer({ min: 1, max: 5 }), (ms, digit) => {
        const driver = new ConsoleDriver(restless, { columns: 120, rows: 36 });
        driver.settle();
        driver.wait(1000);
        const departed = driver.digits.get(digit);
        expect(departed).toBeDefined();
        driver.show(without(restless, departed ?? ''));
        for (let rest = ms; rest > 0; rest -= 250) {
          driver.wait(Math.min(250, rest));
          driver.show();
        }
        expect([...driver.digits.keys()]).not.toContain(digit);
        driver.press(String(digit));
        expect(driver.state.armed).toEqual([]);
        expect(driver.rows().at(-2)).toContain(`${departed} has gone`);
      }),
      { numRuns: 100 },
    );
  });

  it('arms whom it is drawn beside, wherever the operator is and however things have moved', () => {
    let armed = 0;
    fc.assert(
      fc.property(worlds, sizes, troubles, (world, size, all) => {
        const driver = new ConsoleDriver(world, size);
        const witness = new Witness(driver);
        for (const one of all) witness.see(one);
        driver.press('esc', 'esc', 'esc');
        driver.show();
        const already = new Set(driver.state.armed.map(({ viewer }) => viewer));
        for (const [digit, viewer] of driver.digits) {
          const row = Object.values(driver.world.sessions)
            .flat()
            .find(({ id }) => id === viewer);
          const goes = already.has(viewer) || isWaiting(driver.state, viewer);
          if (row === undefined || !isBad(row) || goes) continue;
          driver.input({ type: 'keys', keys: [String(digit)] });
          expect(driver.state.armed.at(-1)?.viewer).toBe(viewer);
          armed += 1;
        }
      }),
      { numRuns: 100 },
    );
    expect(armed).toBeGreaterThan(20);
  });
});

describe('what a terminal says by itself', () => {
  it.each([
    ['a click', '[<0;12;5M'],
    ['a click in the older way', '[M !!'],
    ['that it has the focus', '[I'],
    ['what it is', '[?62;22c'],
    ['where its cursor is', '[24;1R'],
    ['a key that it was not asked about', '[1;5Q'],
    ['the first part of a key', '[5'],
    ['the rest of a key', '5~'],
    ['the rest of a key with Ctrl', '1;5C'],
  ])('arms nobody, though there are digits in it: %s', (_name, input) => {
    const driver = new ConsoleDriver(restless, { columns: 120, rows: 36 });
    driver.settle();
    driver.wait(1000);
    expect(driver.digits.size).toBeGreaterThan(4);
    driver.press(...(keysOf(input, plainKey) ?? []));
    expect(driver.state).toMatchObject({ armed: [], modal: { mode: 'main' } });
  });

  it('does not keep digits from being typed together', () => {
    expect(keysOf('12', plainKey)).toEqual(['1', '2']);
    expect(keysOf('1\r', plainKey)).toEqual(['1', 'enter']);
    expect(keysOf('[', plainKey)).toEqual(['[']);
  });
});

describe('the selection', () => {
  it('is always of the list, or there is none', () => {
    fc.assert(
      fc.property(
        worlds,
        sizes,
        fc.array(plainKeys, { maxLength: 30 }),
        happenings,
        (world, size, typed, all) => {
          const driver = new ConsoleDriver(world, size);
          for (const one of [...all, { keys: typed }]) {
            happen(driver, one);
            // A picture that stands still, or a filter, may show nobody.
            if (driver.state.paused !== null || driver.state.filter.terms.length > 0) continue;
            driver.settle();
            const { sessions, viewers, snapshot } = driver.state;
            const ids = Object.keys(driver.world.sessions);
            expect(sessions.id === null ? ids.length === 0 : ids.includes(sessions.id)).toBe(true);
            const rows = sessions.id === null ? [] : driver.world.sessions[sessions.id];
            expect(snapshot?.session).toBe(sessions.id);
            expect(rows?.some(({ id }) => id === viewers.id)).toBe(rows?.length !== 0);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
