import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Totals } from '../../src/contract.ts';
import { unicodeGlyphs } from '../../src/console/glyphs.ts';
import { textOf, widthOf } from '../../src/console/text.ts';
import { countsLine, totalsLine } from '../../src/console/title-lines.ts';
import { ConsoleDriver } from '../support/console-driver.ts';
import { smallWorld } from './worlds.ts';

const driver = new ConsoleDriver(smallWorld);

const counted = (totals: Partial<Totals>, columns: number, isPaused = false): string => {
  const { state } = driver;
  const snapshot = state.snapshot && {
    ...state.snapshot,
    totals: { ...state.snapshot.totals, stuck: 0, late: 0, full: 0, ...totals },
  };
  const paused = isPaused ? { at: 0, latest: null } : null;
  return textOf(countsLine({ ...state, snapshot, paused }, columns));
};

describe('the line of counts', () => {
  it.each<[number, Partial<Totals>, boolean, string]>([
    [40, { sessions: 12, viewers: 49, stuck: 1 }, false, 'wsb 12s 49v 1 stuck cap 3'],
    [19, { sessions: 12, viewers: 49, stuck: 1 }, false, 'wsb 12s 49v 1 stuck'],
    [18, { sessions: 12, viewers: 49, stuck: 1 }, false, '1 stuck 49v 12s'],
    [12, { sessions: 62, viewers: 651, stuck: 1 }, false, '1 stuck 651v'],
    [10, { sessions: 62, viewers: 651, stuck: 1 }, false, '1 stuck'],
    [20, { stuck: 2, expiring: 3, late: 4 }, false, '2 stuck 3 expiring'],
    [10, { sessions: 62, viewers: 651 }, false, '651v 62s'],
    [16, { sessions: 62, viewers: 651, late: 1 }, true, '1 late PAUSED'],
    [40, { sessions: 12, viewers: 49, logFails: true }, false, 'wsb 12s 49v log fails cap 3'],
    [40, { sessions: 12, viewers: 49, full: 1, held: 3 }, false, 'wsb 12s 49v 1 full 3 held cap 3'],
  ])('in %d columns has what is wrong before all else: %j', (columns, totals, paused, text) => {
    expect(counted(totals, columns, paused)).toBe(text);
  });

  it('names the worst whenever there is room for it', () => {
    const count = fc.nat({ max: 99_999 });
    const totals = fc.record({ sessions: count, viewers: count, late: count, full: count });
    fc.assert(
      fc.property(totals, fc.integer({ min: 0, max: 90 }), (some, columns) => {
        const text = counted({ ...some, stuck: 7 }, columns);
        expect(text.includes('7 stuck')).toBe(columns >= '7 stuck'.length);
        expect(widthOf([{ text, tone: 'plain' }])).toBeLessThanOrEqual(columns);
      }),
    );
  });
});

const told = (totals: Partial<Totals>): string => {
  const { state } = driver;
  const { snapshot } = state;
  const shown = snapshot && { ...snapshot, totals: { ...snapshot.totals, ...totals } };
  return textOf(totalsLine({ ...state, snapshot: shown }, 120, unicodeGlyphs));
};

describe('the line of totals', () => {
  it('counts the newcomers that wait, where there are any', () => {
    expect(told({ held: 0 })).not.toContain('held');
    expect(told({ held: 7 })).toContain('  held 7  refused');
    expect(told({ held: 0 })).toBe(told({ held: 7 }).replace('  held 7', ''));
  });

  it('says that events are not on record, before all other trouble, as long as that lasts', () => {
    expect(told({ logFails: false })).not.toContain('log');
    expect(told({ logFails: true, late: 4 })).toMatch(/cap \d+ {2}log fails {2}.*late/);
  });
});
