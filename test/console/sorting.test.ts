import { describe, expect, it } from 'vitest';
import { asciiGlyphs, unicodeGlyphs } from '../../src/console/glyphs.ts';
import { viewOf } from '../../src/console/pictures.ts';
import { sortColumns, sortLabel } from '../../src/console/sorting.ts';
import { ConsoleDriver } from '../support/console-driver.ts';
import { smallWorld } from './worlds.ts';

const onSessions = (): ConsoleDriver => {
  const driver = new ConsoleDriver(smallWorld);
  driver.settle();
  return driver;
};

const onViewers = (): ConsoleDriver => {
  const driver = onSessions();
  driver.press('tab');
  return driver;
};

describe('sorting', () => {
  it('takes the columns of the list with the focus in turn, and asks the proxy', () => {
    const sessions = onSessions();
    const asked = sortColumns.sessions.map(() => {
      sessions.press('s');
      return viewOf(sessions.state).sessionSort;
    });
    expect(asked.map(({ by }) => by)).toEqual([
      'name',
      'viewers',
      'rtt',
      'buffer',
      'refused',
      'rate',
      'age',
      'worst',
    ]);
    const viewers = onViewers();
    const others = sortColumns.viewers.map(() => {
      viewers.press('s');
      return viewOf(viewers.state).viewerSort.by;
    });
    expect(others).toEqual(['id', 'who', 'rtt', 'deadline', 'buffer', 'rate', 'age', 'worst']);
    expect(viewOf(viewers.state).sessionSort.by).toBe('worst');
  });

  it('turns round, and begins the next column in its own order', () => {
    const driver = onSessions();
    driver.press('S');
    expect(viewOf(driver.state).sessionSort).toEqual({ by: 'worst', reversed: true });
    expect(driver.status).toContain('sorted by worst, best first');
    driver.press('s');
    expect(viewOf(driver.state).sessionSort).toEqual({ by: 'name', reversed: false });
  });

  it('says what comes first, in the notice and in the title', () => {
    const driver = onViewers();
    driver.press('s', 's', 's');
    expect(driver.status).toContain('sorted by rtt, slowest first');
    expect(driver.screen).toContain('rtt↓');
    driver.press('S');
    expect(driver.status).toContain('sorted by rtt, fastest first');
    expect(driver.screen).toContain('rtt↑');
  });

  it.each([
    ['worst', false, 'worst↓', 'worstv'],
    ['worst', true, 'worst↑', 'worst^'],
    ['name', false, 'name↑', 'name^'],
    ['id', true, 'id↓', 'idv'],
    ['deadline', false, 'deadline↑', 'deadline^'],
    ['age', false, 'age↓', 'agev'],
  ] as const)('has an arrow: %s, reversed %s', (by, reversed, label, ascii) => {
    expect(sortLabel({ by, reversed }, unicodeGlyphs)).toBe(label);
    expect(sortLabel({ by, reversed }, asciiGlyphs)).toBe(ascii);
  });

  it('holds at once, even while a list keeps its order for the cursor', () => {
    const driver = onSessions();
    driver.press('j');
    expect(driver.state.heldUntil).toBeGreaterThan(driver.now);
    driver.press('s');
    const turned = Object.fromEntries(Object.entries(smallWorld.sessions).toReversed());
    driver.show({ ...smallWorld, sessions: turned });
    expect(driver.state.snapshot?.sessions.rows.map(({ id }) => id)).toEqual(Object.keys(turned));
    expect(driver.state.sessions.id).toBe('oncall-9ac0');
  });

  it('is nothing for events, and says so', () => {
    const driver = onViewers();
    driver.press('tab', 's');
    expect(driver.status).toContain('events are not sorted: tab goes to the lists');
    driver.press('S');
    expect(driver.state.sessionSort).toEqual({ by: 'worst', reversed: false });
    expect(driver.state.viewerSort).toEqual({ by: 'worst', reversed: false });
  });
});
