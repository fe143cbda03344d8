import { describe, expect, it } from 'vitest';
import { ConsoleDriver } from '../support/console-driver.ts';
import { viewerRow } from '../support/fake-control.ts';

const minute = 60_000;

const stuck = (parts: Parameters<typeof viewerRow>[2] = {}) =>
  viewerRow('v1', 'deploy', {
    who: 'jens.holder1',
    state: 'stuck',
    deadlineMs: 30_000,
    queuedBytes: 3_145_728,
    stuckMs: 46_000,
    ...parts,
  });

const at = (columns: number, rows: number, row = stuck(), limitMs = 10 * minute): ConsoleDriver => {
  const driver = new ConsoleDriver({ cap: 8, sessions: { deploy: [row] } }, { columns, rows });
  driver.settle();
  const { snapshot } = driver.state;
  if (snapshot === null) throw new Error('no picture');
  const limits = { pongTimeoutMs: limitMs, writeTimeoutMs: limitMs };
  driver.input({ type: 'snapshot', snapshot: { ...snapshot, ...limits } });
  return driver;
};

/** The row of the viewer in its own list. */
const rowIn = (driver: ConsoleDriver): string =>
  driver.rows().findLast((text) => text.includes(' v1 ') && text.includes('STUCK')) ?? '';

describe('the viewers', () => {
  it.each([
    [120, 36],
    [110, 30],
    [80, 24],
  ])('have the whole of a name of twelve letters at %d x %d', (columns, rows) => {
    expect(rowIn(at(columns, rows))).toContain('jens.holder1 ');
  });

  it('have a shorter bar before a name is cut', () => {
    expect(rowIn(at(120, 36, stuck(), 45_000))).toContain(' ━━━┊━━━┊┄┄┄ ');
    expect(rowIn(at(80, 24, stuck(), 45_000))).toContain(' ━━━━━┊━━━━━┊┄┄┄┄┄ ');
  });

  it('do not change what they say of a stuck one whenever its deadline stands still', () => {
    const [held, free] = [true, false].map((deadlineHeld) =>
      at(80, 24, stuck({ deadlineHeld })).rows(),
    );
    expect(held).toEqual(free);
    expect(held?.join('\n')).toContain(' 30s ');
  });

  it.each([
    [10 * minute, 46_000, '10m to the pong deadline', 'waits 46s of 10m'],
    [10 * minute, 185_000, '10m to the pong deadline', 'waits 3m of 10m'],
    [90_000, 62_000, '90s to the pong deadline', 'waits 62s of 90s'],
  ])('say limits in minutes where they are: %d ms', (limit, stuckMs, bar, waits) => {
    const driver = at(160, 40, stuck({ stuckMs }), limit);
    expect(driver.screen).toContain(bar);
    expect(driver.screen).toContain(waits);
  });
});

describe('the slots of the sessions', () => {
  it('move no column, whatever the caps are', () => {
    const viewers = Array.from({ length: 9 }, (_, index) => viewerRow(`v${index}`, 'full'));
    const heads = [{}, { full: 7 }, { full: 9 }, { full: 10 }].map((ownCaps) => {
      const world = { cap: 8, ownCaps, sessions: { full: viewers } };
      const driver = new ConsoleDriver(world, { columns: 120, rows: 36 });
      driver.settle();
      return driver.rows().find((row) => row.includes('SLOTS'));
    });
    expect(new Set(heads).size).toBe(1);
  });
});

describe('small dialogs', () => {
  it('show where a line is cut', () => {
    const driver = new ConsoleDriver(
      { cap: 8, sessions: { deploy: [stuck()] } },
      { columns: 40, rows: 8 },
    );
    driver.press('c');
    expect(driver.screen).toContain('up/down step, …');
  });
});
