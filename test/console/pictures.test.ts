import { describe, expect, it } from 'vitest';
import { ConsoleDriver } from '../support/console-driver.ts';
import type { World } from '../support/fake-control.ts';
import { wideWorld } from './worlds.ts';

const many = wideWorld(60, 2);

/** The world with one of its sessions first: it has become the worst. */
const worst = (id: string, world: World = many): World => ({
  ...world,
  sessions: { [id]: world.sessions[id] ?? [], ...world.sessions },
});

const started = (columns = 80, rows = 24): ConsoleDriver => {
  const driver = new ConsoleDriver(many, { columns, rows });
  driver.settle();
  return driver;
};

describe('the list of sessions', () => {
  it('shows the worst from its first row on while nobody has moved', () => {
    const driver = started();
    for (const id of ['session-040', 'session-020', 'session-060']) {
      driver.show(worst(id, driver.world));
      expect(driver.state.sessions.id).toBe(id);
      expect(driver.screen).toContain('1-5 of 60');
      // Its viewers have come with it.
      expect(driver.screen).toContain(`Viewers of ${id} 2/8`);
      expect(driver.screen).not.toContain('no viewer');
    }
  });

  it('shows the worst on the smallest screens too', () => {
    const driver = started(49, 9);
    driver.show(worst('session-040'));
    expect(driver.rows()[2]).toContain('session-040');
  });

  it('stays with the session that the operator has gone to, until g', () => {
    const driver = started();
    driver.press('j');
    driver.wait(5000);
    driver.show(worst('session-040'));
    expect(driver.state.sessions.id).toBe('session-002');
    driver.press('g');
    expect(driver.state.sessions.id).toBe('session-040');
    driver.show(worst('session-020', driver.world));
    expect(driver.state.sessions.id).toBe('session-020');
  });

  it.each([
    ['its viewers have the focus', ['tab']],
    ['its cap is being changed', ['c']],
    ['its viewers are to be marked', ['*']],
    ['its stuck ones are to be evicted', ['E']],
  ])('stays with a session while %s', (_name, typed) => {
    const driver = started();
    driver.press(...typed);
    driver.show(worst('session-040'));
    expect(driver.state.sessions.id).toBe('session-001');
    driver.press('esc', 'esc');
    driver.show(worst('session-020'));
    expect(driver.state.sessions.id).toBe('session-001');
  });

  it('gives no key to a viewer of the session that has just come to the top', () => {
    const driver = started();
    driver.show(worst('session-040'));
    driver.press('tab', 'e');
    expect(driver.state.armed).toEqual([]);
    driver.press('*');
    expect(driver.state.marking).toBeNull();
    for (let turn = 0; turn < 3; turn += 1) {
      driver.wait(1000);
      driver.show();
    }
    driver.press('e');
    expect(driver.state.armed.map(({ viewer }) => viewer)).toEqual(['v79']);
  });
});
