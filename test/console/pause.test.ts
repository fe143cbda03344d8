import { describe, expect, it } from 'vitest';
import { hiddenEvents, pausedFor } from '../../src/console/pause.ts';
import { ConsoleDriver } from '../support/console-driver.ts';
import { smallWorld, wideWorld, without } from './worlds.ts';

const paused = (world = smallWorld): ConsoleDriver => {
  const driver = new ConsoleDriver(world);
  driver.settle();
  driver.press('tab', 'p');
  return driver;
};

const listening = { event: 'proxy.listening', address: '127.0.0.1:8080' } as const;

describe('a paused picture', () => {
  it('stands still while others come, and shows the newest one as soon as it goes on', () => {
    const driver = paused();
    const before = driver.state.snapshot;
    driver.wait(5000);
    driver.show(without(smallWorld, 'v1050'));
    expect(driver.state.snapshot).toBe(before);
    expect(driver.screen).toContain('v1050');
    expect(pausedFor(driver.state)).toBe(5000);
    driver.input({ type: 'keys', keys: ['p'] });
    expect(pausedFor(driver.state)).toBeNull();
    expect(driver.screen).not.toContain('v1050');
  });

  it('tells how many events it hides', () => {
    const driver = paused();
    expect(hiddenEvents(driver.state)).toBe(0);
    const time = '2026-11-21T12:05:00.000Z';
    const events = [...(smallWorld.events ?? []), { time, ...listening }, { time, ...listening }];
    driver.show({ ...smallWorld, events });
    expect(hiddenEvents(driver.state)).toBe(2);
    driver.press('p');
    expect(hiddenEvents(driver.state)).toBe(0);
  });

  it('takes evictions of the ids that are drawn, counts them down and says what came of them', () => {
    const driver = paused();
    driver.show({
      ...smallWorld,
      sessions: Object.fromEntries(
        Object.entries(smallWorld.sessions).map(([id, rows]) => [id, rows.toReversed()]),
      ),
    });
    driver.press('j', 'e');
    expect(driver.screen).toContain('EVICTING in 3s  v1043');
    driver.wait(2000);
    expect(driver.screen).toContain('EVICTING in 1s  v1043');
    driver.wait(1000);
    expect(driver.evicted).toEqual(['v1043']);
    driver.answer({ ok: true });
    expect(driver.status).toContain('evicted v1043');
    expect(driver.state.paused).not.toBeNull();
  });

  it('is not mistaken for an old one while pictures come, and does not hide that none do', () => {
    const driver = paused();
    driver.wait(1500);
    driver.show();
    driver.wait(1500);
    expect(driver.screen).not.toContain('OLD');
    driver.wait(60_000);
    const held = driver.state.receivedAt;
    driver.input({ type: 'keys', keys: ['p'] });
    expect(driver.state.receivedAt).toBe(held);
    expect(driver.screen).toContain('OLD');
  });

  it('does not hide that the proxy has ended', () => {
    const driver = paused();
    driver.input({ type: 'ended', reason: 'the link was lost' });
    expect(driver.screen).toContain('ENDED');
    expect(driver.screen).toContain('the link was lost');
  });

  it.each([
    ['another order', ['s']],
    ['another session', ['backtab', 'j']],
    ['another kind of events', ['f']],
    ['a filter', ['/', 'x']],
    ['the end of a list', ['G']],
  ])('goes on for what it cannot answer, and says so: %s', (_name, keys) => {
    const driver = paused(wideWorld(30, 60));
    driver.press(...keys);
    expect(driver.state.paused).toBeNull();
    expect(driver.state.notice?.text).toMatch(/going on: |; the picture goes on$/);
  });

  it('goes on for a viewer of the same session that it does not have', () => {
    const driver = paused(wideWorld(1, 60, 100));
    driver.show({
      ...driver.world,
      sessions: Object.fromEntries(
        Object.entries(driver.world.sessions).map(([id, rows]) => [
          id,
          rows.map((row, index) => (index === 55 ? { ...row, state: 'stuck' as const } : row)),
        ]),
      ),
    });
    driver.press('n');
    expect(driver.state.paused).toBeNull();
    expect(driver.state.notice?.text).toContain('going on: ');
    expect(driver.screen).toMatch(/▸.*v56/);
  });

  it('goes on at the last row that it has of a longer list', () => {
    const driver = paused(wideWorld(1, 100));
    driver.press('pagedown');
    expect(driver.state.paused).not.toBeNull();
    driver.press(...Array.from({ length: 20 }, () => 'pagedown'));
    expect(driver.state.paused).toBeNull();
  });

  it.each([['?'], ['tab'], ['q'], ['j'], ['+'], ['c']])(
    'stays for what it can answer: %s',
    (key) => {
      const driver = paused();
      driver.press(key);
      expect(driver.state.paused).not.toBeNull();
    },
  );

  it('counts steps of the cap from the newest one', () => {
    const driver = paused();
    driver.press('+');
    driver.answer({ ok: true });
    driver.show({ ...smallWorld, cap: 4 });
    driver.wait(10_000);
    driver.press('+');
    expect(driver.caps).toEqual([4, 5]);
  });

  it('waits for the first picture', () => {
    const driver = paused();
    driver.state = { ...driver.state, snapshot: null, paused: null };
    driver.input({ type: 'keys', keys: ['p'] });
    expect(driver.state.paused).toBeNull();
  });
});
