import { describe, expect, it } from 'vitest';
import { ConsoleDriver } from '../support/console-driver.ts';
import { viewerRow, type World } from '../support/fake-control.ts';
import { smallWorld, without } from './worlds.ts';

const onViewers = (world: World = smallWorld): ConsoleDriver => {
  const driver = new ConsoleDriver(world);
  driver.settle();
  driver.press('tab');
  return driver;
};

const keeping = (keptMs: number): World => ({
  cap: 8,
  sessions: { one: [viewerRow('v1', 'one', { keptMs })] },
});

describe('K', () => {
  it('keeps the viewer under the cursor for five minutes', () => {
    const driver = onViewers();
    driver.press('j', 'K');
    expect(driver.effects.at(-1)).toMatchObject({
      command: { do: 'keep', viewer: 'v1043', forMs: 300_000, actor: 'console' },
    });
    driver.respond();
    expect(driver.status).toContain('v1043 kept for 5 min: no deadline evicts it');
    driver.settle();
    expect(driver.screen).toMatch(/v1043 .* kept 5m/);
  });

  it('ends that where the viewer is kept', () => {
    const driver = onViewers(keeping(60_000));
    driver.press('K');
    expect(driver.effects.at(-1)).toMatchObject({ command: { do: 'keep', forMs: 0 } });
    driver.respond();
    expect(driver.status).toContain('v1: the deadlines hold again');
  });

  it('says why the proxy did not', () => {
    const driver = onViewers();
    driver.press('K');
    driver.answer({ ok: false, reason: 'v1042 had already gone' });
    expect(driver.state.notice?.tone).toBe('warn');
    driver.press('K');
    driver.answer({ ok: false, reason: 'the link is lost' });
    expect(driver.status).toContain('v1042 is not kept: the link is lost');
    expect(driver.state.notice?.tone).toBe('bad');
  });

  it('means nobody from the sessions, and not the neighbour of a viewer that has just left', () => {
    const driver = new ConsoleDriver(smallWorld);
    driver.press('K');
    driver.press('tab');
    driver.show(without(smallWorld, 'v1042'));
    driver.press('K');
    expect(driver.effects.filter((effect) => effect.do === 'send')).toEqual([]);
    expect(driver.status).toContain('v1042 had already gone');
  });
});

describe('a kept viewer', () => {
  it.each([
    [299_999, 'kept 5m'],
    [60_000, 'kept 1m'],
    [59_000, 'kept 59s'],
    [1, 'kept 1s'],
  ])('with %d ms to go says %s in the place of the seconds', (keptMs, text) => {
    expect(onViewers(keeping(keptMs)).screen).toContain(` ${text} `);
  });

  it('says so in four cells where there is no bar', () => {
    const driver = new ConsoleDriver(keeping(60_000), { columns: 34, rows: 12 });
    driver.settle();
    driver.press('tab');
    expect(driver.screen).toMatch(/v1 .*kept/);
  });
});
