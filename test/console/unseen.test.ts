/** Keys that came before the operator could see whom they would mean: together, or blindly. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConsoleDriver } from '../support/console-driver.ts';
import { viewerRow, type World } from '../support/fake-control.ts';
import { smallWorld, wideWorld, without } from './worlds.ts';

const at = (
  world: World = smallWorld,
  size = { columns: 80, rows: 24 },
  confirm: 'undo' | 'always' = 'undo',
): ConsoleDriver => {
  const driver = new ConsoleDriver(world, size, { confirm });
  driver.settle();
  return driver;
};

const stuckWorld = (count: number): World => ({
  cap: 100,
  sessions: {
    one: Array.from({ length: count }, (_, index) =>
      viewerRow(`v${index + 1}`, 'one', { state: 'stuck' }),
    ),
  },
});

const armedIds = (driver: ConsoleDriver): readonly string[] =>
  driver.state.armed.map(({ viewer }) => viewer);

/** Keys that come one by one while the terminal shows nothing new. */
const blindly = (driver: ConsoleDriver, ...keys: readonly string[]): void => {
  driver.stall();
  for (const key of keys) driver.input({ type: 'keys', keys: [key] });
  driver.respond();
};

const typed = (text: string): readonly string[] =>
  Array.from(text, (character) => (character === ' ' ? 'space' : character));

describe('e', () => {
  it.each(['together', 'blindly'])(
    'arms nobody whom a page key has brought up in the same moment: %s',
    (way) => {
      const driver = at(wideWorld(1, 40, 100));
      driver.press('tab');
      if (way === 'together') driver.chunk('pagedown', 'pagedown', 'e');
      else blindly(driver, 'pagedown', 'pagedown', 'K', 'e');
      expect(driver.state.armed).toEqual([]);
      expect(driver.state.notice?.text).toMatch(/^v\d+ was not on the screen: press e again$/);
      expect(driver.effects).toEqual([]);
      driver.resume();
      const there = driver.state.viewers.id;
      driver.press('e');
      expect(armedIds(driver)).toEqual([there]);
    },
  );

  it('arms the row that the cursor has been on all along, though a newer picture waits', () => {
    const driver = at(wideWorld(1, 4, 100));
    driver.press('tab');
    driver.stall();
    driver.show();
    driver.input({ type: 'keys', keys: ['e'] });
    expect(armedIds(driver)).toEqual([driver.state.viewers.id]);
  });

  it('arms a row that could be read when the keys came', () => {
    const driver = at(wideWorld(1, 40, 100));
    driver.press('tab');
    driver.chunk('j', 'j', 'e');
    expect(armedIds(driver)).toEqual(['v3']);
  });

  it('arms nobody to whom n has gone blindly, unless it stood among the worst', () => {
    const rows = [...wideWorld(1, 40, 100).sessions['session-001']!];
    const worst = [0, 30, 31, 32, 33].map((index) => rows[index]!.id);
    const world: World = {
      cap: 100,
      sessions: {
        one: rows.map((row) =>
          viewerRow(row.id, 'one', { state: worst.includes(row.id) ? 'stuck' : 'ok' }),
        ),
      },
    };
    const driver = at(world);
    driver.press('tab');
    blindly(driver, 'n', 'n', 'n', 'e');
    expect(driver.state.viewers.id).toBe(worst[3]);
    expect(driver.state.armed).toEqual([]);
    driver.resume();
    driver.settle();
    blindly(driver, 'N', 'e');
    expect(armedIds(driver)).toEqual([worst[2]]);
  });

  it('arms nobody whom a page or a dialog has covered until then', () => {
    for (const key of ['?', 'c', 'enter']) {
      const driver = at(wideWorld(1, 3));
      driver.press('tab', key);
      driver.show(without(driver.world, 'v1'));
      for (let quarters = 0; quarters < 20; quarters += 1) {
        driver.wait(250);
        driver.show();
      }
      driver.chunk('esc', 'e');
      expect(driver.state.viewers.id).toBe('v2');
      expect(driver.state.armed).toEqual([]);
    }
  });

  it('arms nobody by a row of the picture that goes on in the same moment', () => {
    const driver = at(wideWorld(1, 5));
    driver.press('tab', 'p');
    const [first, ...others] = driver.world.sessions['session-001']!;
    driver.show({ ...driver.world, sessions: { 'session-001': [first!, ...others.toReversed()] } });
    driver.chunk('p', 'j', 'e');
    expect(driver.state.viewers.id).toBe('v5');
    expect(driver.state.armed).toEqual([]);
  });

  it('arms only who could be read, whichever keys move the cursor blindly before it', () => {
    const rows = wideWorld(1, 40, 100).sessions['session-001']!;
    const moves = fc.constantFrom('j', 'k', 'pagedown', 'pageup', 'g', 'G', 'n', 'N', 'space');
    let armed = 0;
    fc.assert(
      fc.property(
        fc.array(fc.nat(39), { maxLength: 6 }),
        fc.array(moves, { maxLength: 5 }),
        fc.array(moves, { maxLength: 5 }),
        fc.boolean(),
        (bad, before, keys, together) => {
          const stuck = rows.map((row, index) =>
            bad.includes(index) ? viewerRow(row.id, row.session, { state: 'stuck' }) : row,
          );
          const driver = at({ cap: 100, sessions: { 'session-001': stuck } });
          driver.press('tab', ...before, '\\');
          const readable = new Set(driver.screen.match(/\bv\d+\b/g));
          if (together) driver.input({ type: 'keys', keys: [...keys, 'e'] });
          else blindly(driver, ...keys, 'e');
          expect(armedIds(driver).filter((id) => !readable.has(id))).toEqual([]);
          armed += driver.state.armed.length;
        },
      ),
    );
    expect(armed).toBeGreaterThan(10);
  });

  it('arms nobody on the page of the next viewer before that page is there', () => {
    const driver = at(stuckWorld(12));
    driver.press('tab', 'enter', 'n', 'n');
    driver.chunk('n', 'e');
    expect(driver.state.modal).toMatchObject({ mode: 'detail', viewer: 'v4' });
    expect(driver.state.armed).toEqual([]);
    driver.press('e');
    expect(armedIds(driver)).toEqual(['v4']);
  });

  it('arms nobody in viewers that were not shown, on a terminal that shows one list', () => {
    const driver = at(wideWorld(2, 3), { columns: 60, rows: 15 });
    expect(driver.screen).not.toContain('v1');
    blindly(driver, 'tab', 'e', 'e', 'space');
    expect(driver.state).toMatchObject({ focus: 'viewers', armed: [], marks: [] });
    driver.resume();
    driver.press('e');
    expect(armedIds(driver)).toEqual(['v1']);
  });

  it('arms nobody whose id could not be read on a terminal that was too narrow', () => {
    const driver = at(wideWorld(1, 3), { columns: 4, rows: 24 });
    driver.press('tab');
    driver.stall();
    driver.input({ type: 'size', size: { columns: 80, rows: 24 } });
    driver.input({ type: 'keys', keys: ['e'] });
    expect(driver.state.armed).toEqual([]);
    driver.resume();
    driver.press('e');
    expect(armedIds(driver)).toEqual(['v1']);
  });

  it('goes to the viewers and stops there while it is held, whoever stands among the worst', () => {
    const driver = at();
    blindly(driver, 'e', 'e', 'e');
    expect(driver.state).toMatchObject({ focus: 'viewers', armed: [] });
  });

  it('arms nobody else when all marked viewers leave in the same moment', () => {
    const driver = at(wideWorld(1, 5));
    driver.press('tab', 'space', 'space');
    driver.show(without(without(driver.world, 'v1'), 'v2'));
    expect(driver.state.marks).toEqual([]);
    driver.press('e');
    expect(driver.state.armed).toEqual([]);
    expect(driver.state.notice?.text).toBe('v2 had already gone');
    driver.press('j', 'e');
    expect(driver.state.armed).toHaveLength(1);
  });
});

describe('space', () => {
  it('marks no row that was not on the screen when the keys came', () => {
    const driver = at(wideWorld(1, 40, 100));
    driver.press('tab');
    driver.chunk('pagedown', 'space', 'pagedown', 'space');
    expect(driver.state.marks.every((id) => Number(id.slice(1)) < 10)).toBe(true);
    blindly(driver, 'G', 'space');
    expect(driver.state.marks).not.toContain('v40');
  });
});

describe('a digit', () => {
  it('arms nobody beside whom it has not been drawn yet', () => {
    const driver = at(stuckWorld(5));
    expect(driver.digits.size).toBe(3);
    driver.stall();
    driver.input({ type: 'size', size: { columns: 120, rows: 36 } });
    driver.input({ type: 'keys', keys: ['5'] });
    expect(driver.state.armed).toEqual([]);
    driver.resume();
    driver.press('5');
    expect(armedIds(driver)).toEqual(['v5']);
  });

  it('arms nobody beside whom it has not been drawn yet, above the page of an event either', () => {
    const { events = [] } = smallWorld;
    const driver = at({ ...stuckWorld(5), events });
    driver.press('tab', 'tab', 'enter');
    expect(driver.state.modal.mode).toBe('entry');
    driver.stall();
    driver.input({ type: 'size', size: { columns: 120, rows: 36 } });
    driver.input({ type: 'keys', keys: ['5'] });
    expect(driver.state.armed).toEqual([]);
    driver.resume();
    driver.press('5');
    expect(armedIds(driver)).toEqual(['v5']);
  });
});

describe('y', () => {
  it('answers no question that has come up in the place of another', () => {
    const driver = at(stuckWorld(5), undefined, 'always');
    driver.press('tab', 'e');
    driver.chunk('n', 'j', 'e', 'y');
    expect(driver.evicted).toEqual([]);
    expect(driver.screen).toContain('Evict v2?');
    driver.press('y');
    expect(driver.evicted).toEqual(['v2']);
  });

  it('answers no question that the terminal has not shown yet', () => {
    const driver = at(smallWorld, undefined, 'always');
    blindly(driver, '1', 'y');
    expect(driver.evicted).toEqual([]);
    driver.resume();
    driver.press('y');
    expect(driver.evicted).toEqual(['v1042']);
  });

  it('evicts no list that the terminal has not shown yet', () => {
    const driver = at(stuckWorld(3));
    driver.press('E');
    driver.stall();
    driver.respond();
    driver.input({ type: 'keys', keys: ['y'] });
    expect(driver.evicted).toEqual([]);
    expect(driver.state.modal.mode).toBe('bulk');
    driver.resume();
    driver.press('y');
    expect(driver.evicted).toEqual(['v1']);
  });

  it('does not quit before it was asked', () => {
    const driver = at();
    driver.chunk(...typed('query'));
    expect(driver.effects).toEqual([]);
    expect(driver.screen).toContain('Quit wsbouncer?');
    driver.press('y');
    expect(driver.effects).toEqual([{ do: 'quit' }]);
  });
});

describe('enter', () => {
  it('carries out no line that was completed in the same moment', () => {
    const driver = at();
    driver.chunk(':', ...typed('evict '), 'down', 'down', 'down', 'tab', 'enter');
    expect(driver.state.armed).toEqual([]);
    expect(driver.screen).toContain(':evict v1043');
    driver.press('enter');
    expect(armedIds(driver)).toEqual(['v1043']);
  });

  it('takes the viewer into the line that was chosen, however the list has moved meanwhile', () => {
    const driver = at();
    driver.press(':', ...typed('evict '), 'down', 'down');
    expect(driver.screen).toMatch(/▸v1101/);
    driver.show({
      ...smallWorld,
      sessions: { zzz: [viewerRow('v7', 'zzz', { state: 'stuck' })], ...smallWorld.sessions },
    });
    expect(driver.screen).toMatch(/▸v1101/);
    driver.press('enter');
    expect(driver.screen).toContain(':evict v1101');
    driver.press('space', 'down');
    const chosen = /▸(v\d+)/.exec(driver.screen)?.[1] ?? '';
    driver.show(without(driver.world, chosen));
    driver.settle();
    driver.press('enter');
    expect(driver.screen).toContain(`${chosen} is not there any more`);
    expect(driver.state.armed).toEqual([]);
  });

  it('carries out a line in which the id itself was typed', () => {
    const driver = at();
    blindly(driver, ':', ...typed('evict v1043'), 'enter');
    expect(armedIds(driver)).toEqual(['v1043']);
  });

  it('is offered on a page only where it evicts the viewer of the page', () => {
    const driver = at(smallWorld, { columns: 120, rows: 36 });
    driver.press('tab', 'enter', 'e');
    expect(driver.rows().some((row) => /│.*EVICTING.*enter now/.test(row))).toBe(true);
    driver.press('2');
    const offers = driver.rows().filter((row) => row.includes('enter now'));
    expect(offers.length).toBeGreaterThan(0);
    expect(offers.every((row) => row.includes('v1101'))).toBe(true);
    driver.press('enter');
    expect(driver.evicted).toEqual(['v1101']);
  });
});

describe('a reason', () => {
  it('that is being typed arms nobody when it turns out that nobody is stuck', () => {
    const driver = at(wideWorld(1, 5));
    driver.press('tab');
    driver.input({ type: 'keys', keys: ['E'] });
    driver.input({ type: 'keys', keys: ['r'] });
    driver.respond();
    driver.press(...typed('tests'), 'enter', ...typed('1e'), 'y');
    expect(driver.state.armed).toEqual([]);
    expect(driver.evicted).toEqual([]);
    expect(driver.screen).toContain('no stuck viewer in session-001');
    driver.press('esc');
    expect(driver.state.modal.mode).toBe('main');
  });
});

describe('marks', () => {
  it('that were cleared before the proxy listed them do not come back', () => {
    const driver = at(wideWorld(1, 5));
    driver.press('tab', '*', '\\');
    driver.respond();
    driver.press('e');
    expect(armedIds(driver)).toEqual(['v1']);
  });

  it('are not set on another session that the cursor has just come to by itself', () => {
    const driver = at(wideWorld(2, 1));
    driver.press('tab');
    driver.show(without(driver.world, 'v1'));
    driver.settle();
    driver.press('*');
    driver.respond();
    expect(driver.state.marks).toEqual([]);
  });
});
