import { describe, expect, it } from 'vitest';
import type { Tombstone } from '../../src/contract.ts';
import { unicodeGlyphs } from '../../src/console/glyphs.ts';
import { filterOf } from '../../src/console/filter-text.ts';
import { screenOf } from '../../src/console/screen.ts';
import { drawnViewers } from '../../src/console/selection.ts';
import { textOf } from '../../src/console/text.ts';
import { tombstoneLines, tombstoneRow } from '../../src/console/tombstone-lines.ts';
import { ConsoleDriver } from '../support/console-driver.ts';
import { goneWorld, wideWorld } from './worlds.ts';

const [silent, evicted, cut] = goneWorld.gone;
const now = Date.parse('2026-11-21T12:05:10Z');

const at = (columns: number, rows: number): ConsoleDriver => {
  const driver = new ConsoleDriver(goneWorld, { columns, rows });
  driver.settle();
  return driver;
};

const widths = { lead: 5, id: 6, who: 7 };
const row = (tombstone: Tombstone, width: number): string =>
  textOf(tombstoneRow(tombstone, widths, now, width, unicodeGlyphs));

const page = (tombstone: Tombstone): readonly string[] =>
  tombstoneLines(tombstone, now, unicodeGlyphs).map(textOf);

describe('viewers that are gone', () => {
  it('are dim rows under the living, the newest first, where rows are left', () => {
    const lines = screenOf(at(120, 36).state, unicodeGlyphs);
    const found = lines.filter((line) => textOf(line).includes('· gone'));
    expect(found.map((line) => textOf(line).slice(48).trimEnd())).toEqual([
      '   · gone     v0988  Жанна?        pong timeout, 2m09s ago',
      '   · gone     v0987                evicted by operator, 3m09s ago',
      '   · gone     v0986                write timeout, 4m09s ago',
    ]);
    for (const line of found) expect(line.at(-1)?.tone).toBe('dim');
  });

  it('take no row from the living, and no cursor', () => {
    const driver = at(80, 24);
    driver.press('tab', 'G', 'j', 'j');
    expect(driver.state.viewers.id).toBe('v1050');
    expect(drawnViewers(driver.state)).toHaveLength(3);
    expect(driver.screen.match(/· gone/g)).toHaveLength(2);
    const full = { ...goneWorld, sessions: wideWorld(1, 30).sessions };
    driver.show({ ...full, gone: [{ ...silent, session: 'session-001' as never }] });
    driver.settle();
    expect(driver.screen).not.toContain('· gone');
  });

  it('are not among what a filter lets through', () => {
    const driver = at(120, 36);
    driver.state = { ...driver.state, filter: filterOf('v10') };
    driver.settle();
    expect(driver.screen).not.toContain('· gone');
  });

  it('lose the close first and the id never as their row gets narrower', () => {
    expect(row(silent, 80)).toContain('pong timeout, 1001 pong timeout, 2m09s ago');
    expect(row(silent, 60)).toBe('   · gone     v0988  Жанна?  pong timeout, 2m09s ago');
    expect(row(silent, 45)).toBe('   · gone     v0988  Жанна?  pong timeout');
    expect(row(silent, 20)).toBe('   · v0988 2m09s ago');
    expect(row(silent, 12)).toBe('   · v0988');
  });

  it('have a page with what ended them, when, and after how much', () => {
    expect(page(silent)).toEqual([
      '· gone  pong timeout',
      'close   1001 pong timeout',
      'when    12:03:01Z, 2m09s ago',
      'stayed  4m00s',
      'sent    39M to it, 2.9K from it',
      'from    10.4.9.90:40000, Жанна?',
      'session deploy-77f1',
    ]);
    expect(page(evicted)[0]).toBe('· gone  evicted by operator (console)');
    expect(page(cut)[1]).toBe('close   cut without a close code');
  });
});
