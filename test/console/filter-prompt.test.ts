import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filterOf } from '../../src/console/filter-text.ts';
import { viewOf } from '../../src/console/pictures.ts';
import { matcherOf } from '../../src/core/filtering.ts';
import { ConsoleDriver } from '../support/console-driver.ts';
import { pictureOf, type World } from '../support/fake-control.ts';
import { smallWorld } from './worlds.ts';

const sessionState = (driver: ConsoleDriver, id: string) =>
  pictureOf(driver.world, viewOf({ ...driver.state, filter: filterOf('') }), 1).sessions.rows.find(
    (row) => row.id === id,
  )?.state ?? 'ok';

const filtered = (driver: ConsoleDriver): World => {
  const matches = matcherOf(viewOf(driver.state).filter);
  if (matches === null) return driver.world;
  const entries = Object.entries(driver.world.sessions).map(([id, rows]) => {
    const state = sessionState(driver, id);
    const kept = rows.filter((row) =>
      matches({ ...row, sessionState: state, leftMs: row.deadlineMs, rate: row.bytesPerSecond }),
    );
    return [id, kept] as const;
  });
  return { ...driver.world, sessions: Object.fromEntries(entries.filter(([, rows]) => rows[0])) };
};

/** Pictures as a proxy makes them: the lists filtered, the counts over everything. */
const show = (driver: ConsoleDriver): void => {
  for (let turn = 1; turn <= 4; turn += 1) {
    const view = viewOf(driver.state);
    const { totals } = pictureOf(driver.world, view, turn);
    const snapshot = { ...pictureOf(filtered(driver), view, turn), totals };
    driver.input({ type: 'snapshot', snapshot });
  }
};

const type = (driver: ConsoleDriver, ...keys: readonly string[]): void => {
  for (const key of keys) {
    driver.input({ type: 'keys', keys: [key] });
    show(driver);
  }
};

const ready = (): ConsoleDriver => {
  const driver = new ConsoleDriver(smallWorld);
  show(driver);
  return driver;
};

describe('typing a filter', () => {
  it('applies every key at once and says how many sessions it leaves', () => {
    const driver = ready();
    type(driver, '/');
    expect(driver.status).toContain('/    3 of 3 sessions');
    type(driver, ...'state:l'.split(''));
    expect(viewOf(driver.state).filter).toEqual([{ on: 'state', is: 'late', not: false }]);
    expect(driver.status).toContain('/state:l    1 of 3 sessions');
    type(driver, 'backspace', 's');
    expect(viewOf(driver.state).filter).toEqual([{ on: 'state', is: 'stuck', not: false }]);
  });

  it('says what is not understood together with its remedy', () => {
    const driver = ready();
    type(driver, '/', ...'rtt>'.split(''));
    expect(viewOf(driver.state).filter).toEqual([]);
    expect(driver.status).toContain('/rtt>    rtt> needs a time: rtt>100, rtt<1s');
    type(driver, '1');
    expect(driver.status).not.toContain('needs');
  });

  it('keeps it with enter, and clears it with esc', () => {
    const driver = ready();
    type(driver, '/', ...'v1101'.split(''), 'space', 'enter');
    expect(driver.state.modal.mode).toBe('main');
    expect(driver.state.filter.text).toBe('v1101');
    expect(driver.screen).toContain('Sessions 1 of 3  /v1101');
    type(driver, 'esc');
    expect(viewOf(driver.state).filter).toEqual([]);
    expect(driver.screen).toContain('Sessions 3 ─');
  });

  it('brings back with esc what held before', () => {
    const driver = ready();
    type(driver, '/', ...'late'.split(''), 'enter', '/', ...'!x'.split(''), 'esc');
    expect(driver.state.modal.mode).toBe('main');
    expect(driver.state.filter.text).toBe('late');
  });

  it('begins with the filter that holds', () => {
    const driver = ready();
    type(driver, '/', ...'v11'.split(''), 'enter', '/', ...'02'.split(''), 'enter');
    expect(driver.state.filter.text).toBe('v1102');
  });

  it('does not close with a part that does not count', () => {
    const driver = ready();
    type(driver, '/', ...'foo:bar'.split(''), 'enter');
    expect(driver.state.modal.mode).toBe('filter');
    expect(driver.status).toContain('no foo: here');
    type(driver, 'ctrl-u', 'enter');
    expect(driver.state.modal.mode).toBe('main');
    expect(driver.state.filter.text).toBe('');
  });

  it('takes a paste as its text, and only its first line', () => {
    const driver = ready();
    type(driver, '/');
    driver.input({ type: 'paste', text: 'state:late rtt>100\r\ne' });
    expect(viewOf(driver.state).filter).toHaveLength(2);
    expect(driver.state.modal).toMatchObject({ prompt: { text: 'state:late rtt>100', at: 18 } });
    expect(driver.state.armed).toEqual([]);
  });

  it('leaves the cursor on its viewer while the lists have it, and moves it by arrows', () => {
    const driver = ready();
    type(driver, 'tab', 'j');
    expect(driver.state.viewers.id).toBe('v1043');
    type(driver, '/', ...'v10'.split(''));
    expect(driver.state.viewers.id).toBe('v1043');
    type(driver, 'down');
    expect(driver.state.viewers.id).toBe('v1050');
    type(driver, 'up', 'up');
    expect(driver.state.viewers.id).toBe('v1042');
    expect(driver.state.modal.mode).toBe('filter');
  });

  it('finds the lists again with esc where nothing is left', () => {
    const driver = ready();
    type(driver, '/', ...'nobody'.split(''), 'enter');
    expect(driver.screen).toContain('Sessions 0 of 3  /nobody');
    expect(driver.state.viewers.id).toBeNull();
    type(driver, 'esc');
    expect(driver.state.sessions.id).toBe('deploy-77f1');
  });

  it('takes digits, e and u as text: nobody is armed or saved by what is typed', () => {
    const driver = ready();
    type(driver, 'tab', 'e');
    expect(driver.state.armed).toHaveLength(1);
    type(driver, '/', ...'1eEu9q'.split(''));
    expect(driver.state.filter.text).toBe('1eEu9q');
    expect(driver.state.armed).toHaveLength(1);
    type(driver, 'ctrl-z');
    expect(driver.state.armed).toEqual([]);
    expect(driver.state.modal.mode).toBe('filter');
  });

  it('arms nobody by an e that arrives together with the filter', () => {
    const driver = ready();
    type(driver, 'tab');
    driver.input({ type: 'keys', keys: ['/', 'v', '1', '0', '5', '0', 'enter', 'e'] });
    expect(driver.state.armed).toEqual([]);
    show(driver);
    for (let turn = 0; turn < 3; turn += 1) {
      driver.wait(1000);
      show(driver);
    }
    type(driver, 'e');
    expect(driver.state.armed.map(({ viewer }) => viewer)).toEqual(['v1050']);
  });

  it.each([10, 30, 50, 80, 200])('fits its line into %i columns, whatever is typed', (columns) => {
    const key = fc.oneof(
      fc.string({ minLength: 1, maxLength: 1 }),
      fc.constantFrom('space', 'backspace', 'left', 'right', 'home', 'end', 'ctrl-w'),
    );
    fc.assert(
      fc.property(fc.array(key, { maxLength: 60 }), (keys) => {
        const driver = new ConsoleDriver(smallWorld, { columns, rows: 24 });
        driver.input({ type: 'keys', keys: ['/', ...keys.filter((one) => one !== '"')] });
        expect(driver.state.modal.mode).toBe('filter');
        for (const row of driver.rows()) expect(row.length).toBeLessThanOrEqual(columns);
      }),
      { numRuns: 50 },
    );
  });
});
