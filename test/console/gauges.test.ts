import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  deadlineBar,
  deadlineBarWidth,
  levelLine,
  longSparkline,
  slotBar,
  sparkline,
} from '../../src/console/gauges.ts';
import { asciiGlyphs, unicodeGlyphs } from '../../src/console/glyphs.ts';
import { textOf } from '../../src/console/text.ts';

describe('the slots', () => {
  it.each([
    ['some free', 3, 0, 8, '▮▮▮▯▯▯▯▯'],
    ['full', 8, 0, 8, '▮▮▮▮▮▮▮▮'],
    ['over a lowered cap', 8, 0, 5, '▮▮▮▮▮+3'],
    ['far over a lowered cap', 120, 0, 8, '▮▮▮▮+112'],
    ['a cap above the cells', 9, 0, 9, '100%'],
    ['a cap that is not counted in blocks', 30, 0, 40, '75%'],
  ])('are one block each: %s', (_name, viewers, dialling, cap, text) => {
    expect(textOf(slotBar(viewers, dialling, cap, 'plain', unicodeGlyphs))).toBe(text);
  });

  it('show dials in flight as taken, and dim', () => {
    const bar = slotBar(3, 1, 4, 'plain', asciiGlyphs);
    expect(bar.map(({ text, tone }) => [text, tone])).toEqual([
      ['##', 'plain'],
      ['#', 'dim'],
      ['.', 'dim'],
    ]);
  });
});

const rest = (left: number): number =>
  textOf(deadlineBar(left, 45_000, 3, 'plain', unicodeGlyphs)).replaceAll(/[┄┊]/g, '').length;

describe('the deadline bar', () => {
  it.each([
    [45_000, '━━━━━┊━━━━━┊━━━━━'],
    [44_000, '━━━━━┊━━━━━┊━━━━━'],
    [43_000, '━━━━━┊━━━━━┊━━━━╸'],
    [30_000, '━━━━━┊━━━━━┊┄┄┄┄┄'],
    [9000, '━━━┄┄┊┄┄┄┄┄┊┄┄┄┄┄'],
    [1, '╸┄┄┄┄┊┄┄┄┄┄┊┄┄┄┄┄'],
    [0, '┄┄┄┄┄┊┄┄┄┄┄┊┄┄┄┄┄'],
  ])('drains from right to left in thirds: %d ms of 45 s', (left, text) => {
    expect(textOf(deadlineBar(left, 45_000, 5, 'plain', unicodeGlyphs))).toBe(text);
  });

  it('has its width whatever is left, and never more than is left later', () => {
    const ms = fc.integer({ min: -10, max: 50_000 });
    fc.assert(
      fc.property(ms, ms, fc.constantFrom(3, 5), (a, b, third) => {
        const bar = deadlineBar(a, 45_000, third, 'late', unicodeGlyphs);
        expect(textOf(bar)).toHaveLength(deadlineBarWidth(third));
        expect(rest(Math.min(a, b))).toBeLessThanOrEqual(rest(Math.max(a, b)));
      }),
    );
  });
});

describe('the trend', () => {
  it('doubles from step to step, in at most eight signs', () => {
    expect(sparkline([1, 9, 20, 40, 80, 150, 300, 600, 5000], unicodeGlyphs)).toBe(
      '▂▃▄▅▆▇█'.padStart(7, '▂') + '█',
    );
    expect(sparkline([], unicodeGlyphs)).toBe('');
  });
});

describe('the round trips and the queue of 5 minutes', () => {
  it('keep their peaks when they are drawn in fewer cells', () => {
    const quiet = Array.from({ length: 60 }, () => 4);
    expect(longSparkline(quiet.with(31, 5000), unicodeGlyphs, 20)).toBe('▁▁▁▁▁▁▁▁▁▁█▁▁▁▁▁▁▁▁▁');
    expect(longSparkline([4, 20, 4], unicodeGlyphs, 20)).toBe('▁▃▁');
  });

  it('rise from nothing to the highest of them', () => {
    expect(levelLine([0, 1, 50, 100], unicodeGlyphs, 8)).toBe('▁▂▅█');
    expect(levelLine([0, 0], unicodeGlyphs, 8)).toBe('▁▁');
    expect(levelLine([], asciiGlyphs, 8)).toBe('');
  });

  it('never take more cells than they have, and one sign each', () => {
    const values = fc.array(fc.double({ min: 0, max: 1e12, noNaN: true }), { maxLength: 60 });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 70 }), (all, cells) => {
        for (const text of [
          levelLine(all, unicodeGlyphs, cells),
          longSparkline(all, unicodeGlyphs, cells),
        ]) {
          expect(text).toMatch(/^[▁▂▃▄▅▆▇█]*$/);
          expect(text.length).toBeLessThanOrEqual(Math.min(cells, all.length));
        }
      }),
    );
  });
});
