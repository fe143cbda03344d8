import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../src/contract.ts';
import { ConsoleDriver } from '../support/console-driver.ts';
import { viewerId } from '../support/fake-control.ts';
import { smallWorld } from './worlds.ts';

type Named = readonly [viewer: string, actor: string, leftMs: number];

const armedBy = (...all: readonly Named[]): NonNullable<Snapshot['armed']> => ({
  count: all.length,
  first: all.map(([viewer, actor, leftMs]) => ({ viewer: viewerId(viewer), actor, leftMs })),
});

const at = (armed = armedBy(), columns = 110, rows = 30): ConsoleDriver => {
  const driver = new ConsoleDriver(
    smallWorld,
    { columns, rows },
    { actor: 'ann@ops1:1', attached: true },
  );
  driver.settle();
  driver.show({ ...smallWorld, armed });
  return driver;
};

const bob = 'bob@ops2:2';

describe('what another operator has armed', () => {
  it('is on the rows of its viewer, with who and when, and counts down with the pictures', () => {
    const driver = at(armedBy(['v1042', bob, 2_400]));
    expect(driver.screen).toMatch(/1 ✗ EVICTING in 3s {2}v1042 \S+ {3}by bob@ops2:2/);
    expect(driver.screen).toContain('✗ bob@ops2:2 evicts v1042 in 3s');
    driver.press('tab');
    expect(driver.screen.match(/EVICTING in 3s {2}v1042/g)).toHaveLength(3);
    driver.now += 500;
    driver.show({ ...smallWorld, armed: armedBy(['v1042', bob, 1_900]) });
    expect(driver.screen).toMatch(/EVICTING in 2s {2}v1042/);
    driver.show({ ...smallWorld, armed: armedBy() });
    expect(driver.screen).not.toContain('EVICTING');
    expect(driver.screen).not.toContain('evicts');
  });

  it('is on the page of its viewer', () => {
    const driver = at(armedBy(['v1042', bob, 2_400]));
    driver.press('tab', 'enter');
    expect(driver.state.modal).toMatchObject({ mode: 'detail', viewer: 'v1042' });
    expect(driver.screen).toMatch(/│ ✗ EVICTING in 3s {2}v1042 {3}by bob@ops2:2/);
  });

  it('cannot be undone from here, and does not keep its digit from arming it here as well', () => {
    const driver = at(armedBy(['v1042', bob, 2_400]));
    expect(driver.rows().at(-1)).not.toContain('u undo');
    driver.press('u');
    expect(driver.intentions).toEqual([]);
    driver.press('1');
    expect(driver.screen).toMatch(/EVICTING in 3s {2}v1042 \S+ +u undo/);
    expect(driver.screen).not.toContain(bob);
    expect(driver.intentions).toMatchObject([{ what: 'armed', viewers: ['v1042'] }]);
  });

  it('is not what this console itself has armed, also just after that was undone', () => {
    const driver = at(armedBy(['v1042', 'ann@ops1:1', 2_400]));
    expect(driver.screen).not.toContain('EVICTING');
    expect(driver.screen).not.toContain('evicts');
  });

  it('is summed up for viewers that are not on the screen, the soonest by name', () => {
    const driver = at(armedBy(['v900', bob, 9_000], ['v901', 'eve', 4_000], ['v902', bob, 9_000]));
    expect(driver.screen).toContain('✗ eve evicts v901 in 4s, and 2 others after that');
    driver.show({ ...smallWorld, armed: { ...armedBy(['v900', bob, 9_000]), count: 200 } });
    expect(driver.screen).toContain('✗ bob@ops2:2 evicts v900 in 9s, and 199 others after that');
  });

  it('is told from what the newest picture says while one is held', () => {
    const driver = at();
    driver.press('p');
    driver.show({ ...smallWorld, armed: armedBy(['v1042', bob, 2_400]) });
    expect(driver.screen).toMatch(/EVICTING in 3s {2}v1042 \S+ {3}by bob/);
  });

  it('is not shown without a link: nobody knows what has become of it', () => {
    const driver = at(armedBy(['v1042', bob, 2_400]));
    driver.input({ type: 'link-down', reason: 'the link is lost', stopped: false });
    expect(driver.screen).not.toContain('EVICTING');
  });

  it('forges nothing, whatever an operator calls himself', () => {
    const driver = at(armedBy(['v1042', '\u001B[2Jx\r\ny', 2_400]));
    expect(driver.screen).not.toContain('\u001B');
    expect(driver.rows()).toHaveLength(30);
  });

  it.each([
    [80, 24, 'EVICTING in 3s  v1042'],
    [60, 15, 'EVICTING in 3s  v1042'],
    [40, 8, 'EVICTING in 3s  v1042'],
    [1, 1, ''],
  ])('fits %d by %d', (columns, rows, text) => {
    const driver = at(armedBy(['v1042', 'a'.repeat(64), 2_400]), columns, rows);
    expect(driver.rows()).toHaveLength(rows);
    for (const row of driver.rows()) expect(row.length).toBeLessThanOrEqual(columns);
    expect(driver.screen).toContain(text);
  });
});
