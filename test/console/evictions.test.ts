import { describe, expect, it } from 'vitest';
import type { ViewerState } from '../../src/contract.ts';
import { ConsoleDriver } from '../support/console-driver.ts';
import { viewerRow, type World } from '../support/fake-control.ts';
import { smallWorld, wideWorld, without } from './worlds.ts';

const at = (world: World = smallWorld, columns = 80, rows = 24): ConsoleDriver => {
  const driver = new ConsoleDriver(world, { columns, rows });
  driver.settle();
  return driver;
};

const becoming = (world: World, id: string, state: ViewerState): World => ({
  ...world,
  sessions: Object.fromEntries(
    Object.entries(world.sessions).map(([session, rows]) => [
      session,
      rows.map((row) => (row.id === id ? { ...row, state } : row)),
    ]),
  ),
});

/** `count` stuck viewers in one session, v1 first. */
const stuckWorld = (count: number): World => ({
  cap: 100,
  sessions: {
    one: Array.from({ length: count }, (_, index) =>
      viewerRow(`v${index + 1}`, 'one', { state: 'stuck', queuedBytes: 1000, who: `w${index}` }),
    ),
  },
});

const armedIds = (driver: ConsoleDriver): readonly string[] =>
  driver.state.armed.map(({ viewer }) => viewer);

/** Lets time pass as it does with a proxy that sends four pictures a second. */
const live = (driver: ConsoleDriver, ms: number): void => {
  for (let rest = ms; rest > 0; rest -= 250) {
    driver.wait(Math.min(250, rest));
    driver.show();
  }
};

describe('a digit', () => {
  it('evicts the viewer it stands beside three seconds later, from wherever the focus is', () => {
    for (const tabs of [0, 1, 2]) {
      const driver = at();
      driver.press(...Array.from({ length: tabs }, () => 'tab'));
      expect(driver.digits.get(2)).toBe('v1101');
      driver.press('2');
      expect(driver.status).toContain('EVICTING in 3s  v1101   u undo   enter now');
      driver.wait(2999);
      expect(driver.evicted).toEqual([]);
      driver.wait(1);
      expect(driver.evicted).toEqual(['v1101']);
    }
  });

  it('takes the eviction back when it is pressed again', () => {
    const driver = at();
    driver.press('1', '2', '1');
    expect(armedIds(driver)).toEqual(['v1101']);
    expect(driver.status).toContain('v1042 stays');
  });

  it('means its own viewer while worse ones push that down and off the list', () => {
    const driver = at();
    const worse = Array.from({ length: 3 }, (_, index) =>
      viewerRow(`v${200 + index}`, 'aaa', { state: 'stuck' }),
    );
    driver.show({ ...smallWorld, sessions: { aaa: worse, ...smallWorld.sessions } });
    driver.settle();
    expect([...driver.digits.values()]).not.toContain('v1101');
    driver.press('2');
    expect(armedIds(driver)).toEqual(['v1101']);
    expect(driver.status).toContain('EVICTING in 3s  v1101');
    // From now on it is drawn again, and with its own digit.
    expect(driver.digits.get(2)).toBe('v1101');
  });

  it('arms nobody when its viewer has gone, and says so, for ten seconds', () => {
    const driver = at();
    driver.show(without(smallWorld, 'v1042'));
    for (const ms of [0, 5000, 4500]) {
      live(driver, ms);
      driver.press('1');
      expect(driver.state.armed).toEqual([]);
      expect(driver.status).toContain('v1042 has gone');
    }
    live(driver, 1000);
    driver.press('1');
    expect(driver.status).toContain('nobody has the digit 1');
  });

  it('arms nobody when its viewer has recovered, and says how to evict it all the same', () => {
    const driver = at();
    driver.show(becoming(smallWorld, 'v1042', 'ok'));
    driver.press('1');
    expect(driver.state.armed).toEqual([]);
    expect(driver.status).toContain('v1042 has recovered; :evict v1042 evicts it');
  });

  it('is not given on while the terminal shows it, however long that takes no picture', () => {
    const driver = at();
    const others = becoming(without(smallWorld, 'v1042'), 'v1102', 'stuck');
    driver.show(others);
    // Nothing of it has been drawn: until here the terminal took nothing.
    driver.wait(30_000);
    driver.show();
    driver.show();
    expect(driver.digits.has(1)).toBe(false);
    driver.press('1');
    expect(driver.state.armed).toEqual([]);
  });

  it('knows by the newest picture, while the one on the screen stands still', () => {
    const driver = at();
    driver.press('p');
    driver.show(without(smallWorld, 'v1042'));
    expect(driver.digits.get(1)).toBe('v1042');
    driver.press('1');
    expect(driver.state.armed).toEqual([]);
    expect(driver.status).toContain('v1042 has gone');
    driver.press('2');
    expect(armedIds(driver)).toEqual(['v1101']);
  });

  it('is nobody’s where the worst are not drawn', () => {
    const driver = at(smallWorld, 40, 8);
    driver.press('1');
    expect(driver.state.armed).toEqual([]);
    expect(driver.status).not.toContain('1-9');
  });

  it('still means its viewer when the terminal was made too small for the list a moment ago', () => {
    const driver = at();
    driver.input({ type: 'size', size: { columns: 40, rows: 8 } });
    driver.press('1');
    expect(armedIds(driver)).toEqual(['v1042']);
  });

  it('is there as soon as its viewer is drawn, and not only with the next picture', () => {
    const driver = at(stuckWorld(5));
    expect(driver.digits.size).toBe(3);
    driver.input({ type: 'size', size: { columns: 120, rows: 36 } });
    expect([...driver.digits.values()]).toEqual(['v1', 'v2', 'v3', 'v4', 'v5']);
  });

  it('works on the page of a viewer', () => {
    const driver = at();
    driver.press('tab', 'enter');
    expect(driver.state.modal.mode).toBe('detail');
    driver.press('2');
    expect(armedIds(driver)).toEqual(['v1101']);
    driver.press('enter');
    expect(driver.evicted).toEqual(['v1101']);
  });
});

describe('e on the page of a viewer', () => {
  it('means that viewer, wherever the cursor is and whoever is marked', () => {
    const driver = at();
    driver.press('tab', 'space');
    driver.input({ type: 'typed-command', text: 'show v1102' });
    driver.settle();
    driver.press('e');
    expect(armedIds(driver)).toEqual(['v1102']);
    expect(driver.state.marks).toEqual(['v1042']);
    driver.press('enter');
    expect(driver.evicted).toEqual(['v1102']);
  });
});

describe('enter', () => {
  it('evicts the viewer of the last digit at once, wherever the cursor is', () => {
    for (const tabs of [0, 1, 2]) {
      const driver = at();
      driver.press(...Array.from({ length: tabs }, () => 'tab'), '2', 'enter');
      expect(driver.evicted).toEqual(['v1101']);
      expect(driver.state.modal.mode).toBe('main');
    }
  });

  it('opens no page while an eviction by a digit can be undone', () => {
    const driver = at();
    driver.press('tab', 'j', '1');
    driver.wait(2999);
    driver.press('enter');
    expect(driver.evicted).toEqual(['v1042']);
    expect(driver.state.modal.mode).toBe('main');
    driver.press('enter');
    expect(driver.state.modal.mode).toBe('detail');
  });

  it('evicts the row under the cursor where that was armed last', () => {
    const driver = at();
    driver.press('2', 'tab', 'e', 'enter');
    expect(driver.evicted).toEqual(['v1042']);
    expect(armedIds(driver)).toEqual(['v1101']);
  });

  it('is not offered where it means something else', () => {
    const driver = at();
    driver.press('1');
    expect(driver.screen).toContain('enter now');
    driver.press('?');
    expect(driver.screen).toContain('EVICTING in 3s  v1042');
    expect(driver.screen).not.toContain('enter now');
    driver.press('enter');
    expect(driver.evicted).toEqual([]);
  });

  it('stands beside the one that it would evict, and no other', () => {
    const driver = at();
    driver.press('tab', 'e', '2');
    const rows = driver.rows().filter((row) => row.includes('enter now'));
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.every((row) => row.includes('v1101'))).toBe(true);
    driver.press('enter');
    expect(driver.evicted).toEqual(['v1101']);
  });
});

describe('marked viewers', () => {
  it('are evicted by one e and saved by one u', () => {
    const driver = at(stuckWorld(5));
    driver.press('tab', 'space', 'space', 'space', 'e');
    expect(armedIds(driver)).toEqual(['v1', 'v2', 'v3']);
    expect(driver.state.marks).toEqual([]);
    driver.press('u');
    expect(driver.state.armed).toEqual([]);
    expect(driver.status).toContain('3 viewers stay');
    driver.wait(60_000);
    expect(driver.evicted).toEqual([]);
  });

  it('are taken back before what was armed earlier, and alone', () => {
    const driver = at(stuckWorld(5));
    driver.press('tab', 'e', 'space', 'space', 'e', 'u');
    expect(armedIds(driver)).toEqual(['v1']);
    driver.chunk('space', 'e', 'k', 'k', 'k');
    driver.press('u');
    expect(armedIds(driver)).toEqual(['v1']);
  });

  it('go alone, however long e is held', () => {
    const driver = at(stuckWorld(5));
    driver.press('tab', 'space', 'space');
    driver.chunk('e', 'e', 'e');
    driver.press('e', 'e');
    expect(armedIds(driver)).toEqual(['v1', 'v2']);
    expect(driver.status).toContain('the marked ones go first');
  });

  it('are not armed from the sessions', () => {
    const driver = at(stuckWorld(5));
    driver.press('tab', 'space', 'esc', 'backtab');
    expect(driver.state.focus).toBe('sessions');
    driver.state = { ...driver.state, marks: driver.state.snapshot!.viewers.rows.map((r) => r.id) };
    driver.press('e');
    expect(driver.state.armed).toEqual([]);
    expect(driver.state.focus).toBe('viewers');
  });
});

/** All of `count` stuck viewers, three seconds after one key has armed them. */
const many = (count: number): ConsoleDriver => {
  const driver = at(stuckWorld(count));
  driver.press('tab', '*');
  driver.respond();
  driver.press('e');
  driver.wait(3000);
  return driver;
};

describe('several at once', () => {
  it('go ten a second, and how far they are is shown', () => {
    const driver = many(40);
    expect(driver.evicted).toEqual(['v1']);
    driver.wait(99);
    expect(driver.evicted).toHaveLength(1);
    for (let step = 0; step < 13; step += 1) driver.wait(100);
    expect(driver.evicted).toHaveLength(14);
    expect(driver.status).toContain('evicting 14 of 40, u stops');
    for (let step = 0; step < 40; step += 1) driver.wait(100);
    expect(driver.evicted).toEqual(Array.from({ length: 40 }, (_, index) => `v${index + 1}`));
    driver.respond();
    expect(driver.status).toContain('evicted 40 viewers');
  });

  it('do not keep back one that a digit means', () => {
    const driver = many(40);
    driver.press('9');
    expect(driver.state.armed).toEqual([]);
    const late = { late: [viewerRow('v99', 'late', { state: 'stuck' })] };
    driver.show({ ...driver.world, sessions: { ...late, ...driver.world.sessions } });
    const digit = [...driver.digits].find(([, viewer]) => viewer === 'v99')?.[0];
    driver.press(String(digit));
    driver.wait(3000);
    expect(driver.evicted).toContain('v99');
    expect(driver.evicted.length).toBeLessThan(10);
  });

  it('stop at u, and those that are left stay', () => {
    const driver = many(40);
    for (let step = 0; step < 9; step += 1) driver.wait(100);
    driver.press('u');
    expect(driver.status).toContain('30 viewers stay');
    driver.wait(60_000);
    expect(driver.evicted).toHaveLength(10);
    driver.respond();
    expect(driver.status).toContain('evicted 10 viewers');
  });

  it('say how many of them had gone, and what could not be done', () => {
    const driver = many(3);
    driver.world = without(driver.world, 'v2');
    driver.wait(100);
    driver.wait(100);
    driver.respond();
    expect(driver.status).toContain('evicted 2 of 3, 1 had already gone');
  });

  it('are not evicted twice by their digits meanwhile', () => {
    const driver = many(9);
    driver.press('3');
    expect(driver.state.notice?.text).toBe('v3 is about to be evicted; u stops');
    driver.press('j', 'j', 'j', 'e');
    expect(driver.state.armed).toEqual([]);
    for (let step = 0; step < 20; step += 1) driver.wait(100);
    expect(new Set(driver.evicted).size).toBe(driver.evicted.length);
  });
});

describe('a viewer that recovers while it is armed', () => {
  it('stays in the list of the worst, with the question beside it and in the message', () => {
    const driver = at(smallWorld, 120, 36);
    driver.press('1');
    driver.show(becoming(smallWorld, 'v1042', 'ok'));
    const rows = driver.rows().filter((row) => row.includes('recovered - still evict?'));
    expect(rows.some((row) => /▸1 ✗ EVICTING/.test(row))).toBe(true);
    expect(rows.at(-1)).toMatch(
      /^ ✗ EVICTING in 3s {2}v1042 {2}recovered - still evict\? {3}u undo/,
    );
    driver.press('u');
    expect(driver.screen).not.toContain('recovered');
    expect([...driver.digits.values()]).not.toContain('v1042');
  });

  it('is known to have, in whichever session it is', () => {
    const driver = at(smallWorld, 120, 36);
    driver.press('2');
    driver.press('tab');
    driver.show(becoming(smallWorld, 'v1101', 'ok'));
    expect(driver.state.sessions.id).toBe('deploy-77f1');
    expect(driver.rows().at(-2)).toContain('v1101  recovered - still evict?');
  });

  it('was no better when it was armed well', () => {
    const driver = at(wideWorld(1, 2));
    driver.press('tab', 'e');
    driver.show();
    expect(driver.screen).not.toContain('recovered');
  });
});

describe('after the selection has moved by itself', () => {
  it('e means the viewer that left for two seconds, and none other', () => {
    const driver = at();
    driver.press('tab');
    driver.show(without(smallWorld, 'v1042'));
    driver.wait(1999);
    driver.press('e');
    expect(driver.state.armed).toEqual([]);
    expect(driver.status).toContain('v1042 had already gone');
  });

  it('e that is held goes on meaning it, however long', () => {
    const driver = at();
    driver.press('tab');
    driver.show(without(smallWorld, 'v1042'));
    for (let held = 0; held < 40; held += 1) {
      driver.press('e');
      live(driver, 250);
    }
    expect(driver.state.armed).toEqual([]);
    live(driver, 2000);
    driver.press('e');
    expect(armedIds(driver)).toEqual(['v1043']);
  });

  it('a key that moves it makes it the operator’s own again', () => {
    const driver = at();
    driver.press('tab');
    driver.show(without(smallWorld, 'v1042'));
    driver.press('j', 'e');
    expect(armedIds(driver)).toEqual(['v1050']);
  });

  it('the two seconds do not pass while the terminal takes no picture', () => {
    const driver = at();
    driver.press('tab');
    driver.show(without(smallWorld, 'v1042'));
    driver.wait(30_000);
    driver.press('e');
    expect(driver.state.armed).toEqual([]);
    driver.show();
    driver.press('e');
    expect(driver.state.armed).toEqual([]);
    live(driver, 2000);
    driver.press('e');
    expect(armedIds(driver)).toEqual(['v1043']);
  });
});

describe('evicting from the sessions', () => {
  it('goes to viewers that are still being asked for, and arms none that has not been seen', () => {
    const driver = at();
    driver.input({ type: 'keys', keys: ['j'] });
    driver.input({ type: 'keys', keys: ['e'] });
    expect(driver.screen).toContain('asking for its viewers');
    expect(driver.state.focus).toBe('viewers');
    driver.input({ type: 'keys', keys: ['e'] });
    expect(driver.status).toContain('no viewer under the cursor');
    driver.settle();
    expect(armedIds(driver)).toEqual([]);
    driver.press('e');
    expect(armedIds(driver)).toEqual([driver.state.viewers.id]);
  });

  it('stays on a session that has no viewer, and says so', () => {
    const driver = at({ cap: 3, sessions: { quiet: [] }, ownCaps: { quiet: 2 } });
    driver.press('e');
    expect(driver.state.focus).toBe('sessions');
    expect(driver.status).toContain('no viewer to evict here');
  });
});
