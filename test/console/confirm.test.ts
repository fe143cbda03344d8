import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConsoleDriver } from '../support/console-driver.ts';
import { viewerRow, type World } from '../support/fake-control.ts';
import { plainKeys, sizes, worlds } from './arbitrary.ts';
import { smallWorld, without } from './worlds.ts';

const asking = (world: World = smallWorld, columns = 80, rows = 24): ConsoleDriver => {
  const driver = new ConsoleDriver(world, { columns, rows }, { confirm: 'always' });
  driver.settle();
  return driver;
};

const named: World = {
  ...smallWorld,
  sessions: {
    ...smallWorld.sessions,
    'deploy-77f1': [
      viewerRow('v1042', 'deploy-77f1', { state: 'stuck', who: 'mira', queuedBytes: 1000 }),
    ],
  },
};

describe('a console that asks each time', () => {
  it('asks for a digit and for e, and evicts at once with y', () => {
    const driver = asking();
    driver.press('1');
    expect(driver.state).toMatchObject({ armed: [], modal: { mode: 'confirm' } });
    driver.press('y');
    expect(driver.evicted).toEqual(['v1042']);
    driver.press('tab', 'j', 'e', 'y');
    expect(driver.evicted).toEqual(['v1042', 'v1043']);
    expect(driver.state.armed).toEqual([]);
  });

  it.for(['esc', 'n', 'q', 'enter'])('evicts nobody with %s', (key) => {
    const driver = asking();
    driver.press('1', key);
    driver.wait(60_000);
    expect(driver.state.modal.mode).toBe('main');
    expect(driver.evicted).toEqual([]);
  });

  it('names the viewer, who it is, where it comes from, its session and its state', () => {
    const driver = asking(named);
    driver.press('1');
    for (const part of ['Evict v1042?', 'STUCK', 'mira', '10.4.9.17:52210', 'in deploy-77f1']) {
      expect(driver.screen).toContain(part);
    }
    expect(driver.screen).toContain('cancel (default)');
    expect(driver.digits.get(1)).toBe('v1042');
  });

  it('shows the viewer as it is now, and that it has recovered or gone', () => {
    const driver = asking();
    driver.press('1');
    const rows = (smallWorld.sessions['deploy-77f1'] ?? []).map((row) =>
      row.id === 'v1042' ? viewerRow('v1042', row.session) : row,
    );
    driver.show({ ...smallWorld, sessions: { ...smallWorld.sessions, 'deploy-77f1': rows } });
    expect(driver.screen).toContain('1 recovered - still evict?');
    driver.show(without(smallWorld, 'v1042'));
    driver.show();
    expect(driver.screen).toContain('1 left since you were asked');
    driver.press('y');
    expect(driver.evicted).toEqual([]);
    expect(driver.status).toContain('v1042 had already gone');
  });

  it('asks once for all that are marked, and is about those of its moment', () => {
    const driver = asking();
    driver.press('tab', 'space', 'space', 'e');
    expect(driver.state.modal.mode).toBe('bulk');
    expect(driver.state.marks).toEqual(['v1042', 'v1043']);
    driver.show(without(smallWorld, 'v1043'));
    driver.show();
    driver.press('y');
    for (let step = 0; step < 5; step += 1) driver.wait(100);
    expect(driver.evicted).toEqual(['v1042']);
    expect(driver.state.marks).toEqual([]);
  });

  it('does not take a y that was typed before the question could be read', () => {
    const driver = asking();
    driver.chunk('1', 'y');
    expect(driver.state.modal.mode).toBe('confirm');
    driver.press('esc', 'tab', 'space', 'space');
    driver.chunk('e', 'y');
    expect(driver.state.modal.mode).toBe('bulk');
    expect(driver.evicted).toEqual([]);
  });

  it('does not ask where there is no room to say whom', () => {
    const driver = asking();
    driver.input({ type: 'size', size: { columns: 60, rows: 3 } });
    driver.press('1');
    expect(driver.state.modal.mode).toBe('main');
    expect(driver.status).toContain('make the terminal larger');
    driver.input({ type: 'size', size: { columns: 80, rows: 24 } });
    driver.press('1');
    driver.input({ type: 'size', size: { columns: 60, rows: 2 } });
    driver.press('y');
    expect(driver.evicted).toEqual([]);
  });

  it('shows the question and its keys at any size, no line wider than it', () => {
    fc.assert(
      fc.property(worlds, sizes, fc.array(plainKeys, { maxLength: 12 }), (world, size, typed) => {
        const driver = asking(world, size.columns, size.rows);
        driver.press('tab', 'space', 'space', ...typed, 'e');
        expect(Math.max(...driver.rows().map(({ length }) => length))).toBeLessThanOrEqual(
          size.columns,
        );
        // Without undo there is nothing to wait for: who was not asked about is not evicted.
        expect(driver.state.armed).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});
