import { describe, expect, it } from 'vitest';
import { stuckAfterMs, WriteWatch } from '../../src/core/write-watch.ts';

describe('by the counters of Node', () => {
  it('is idle while nothing waits', () => {
    const watch = new WriteWatch();
    expect(watch.look(0, 0, 0)).toBe('idle');
    expect(watch.look(250, 0, 9_000)).toBe('idle');
    expect(watch.waitedMs(10_000)).toBe(0);
  });

  it('counts the wait from the first look that saw data wait', () => {
    const watch = new WriteWatch();
    watch.look(0, 0, 100);
    expect(watch.look(250, 50, 100)).toBe('flowing');
    expect(watch.look(500, 50, 100)).toBe('suspect');
    expect(watch.waitedMs(500)).toBe(250);
    expect(watch.waitedMs(20_250)).toBe(20_000);
  });

  it('starts anew whenever bytes were taken', () => {
    const watch = new WriteWatch();
    watch.look(0, 50, 100);
    watch.look(250, 50, 100);
    expect(watch.look(500, 50, 101)).toBe('flowing');
    expect(watch.waitedMs(500)).toBe(0);
  });

  it('forgets the wait once all is taken', () => {
    const watch = new WriteWatch();
    watch.look(0, 50, 100);
    watch.look(9_000, 50, 100);
    watch.confirm(9_000, 700);
    expect(watch.kernelBytes).toBe(700);
    expect(watch.look(9_250, 0, 150)).toBe('idle');
    expect(watch.waitedMs(9_250)).toBe(0);
    expect(watch.kernelBytes).toBe(0);
    watch.confirm(9_300, 600);
    expect(watch.waitedMs(9_500)).toBe(0);
  });
});

describe('by what the kernel holds', () => {
  it('takes a suspect for one that moves when the queue changes, whichever way', () => {
    const watch = new WriteWatch();
    watch.look(0, 50, 100);
    for (const [now, queued] of [
      [250, 4_000],
      [500, 3_990],
      [750, 4_005],
    ] as const) {
      expect(watch.look(now, 50, 100)).toBe('suspect');
      watch.confirm(now, queued);
      expect(watch.waitedMs(now)).toBe(0);
    }
    watch.look(1_000, 50, 100);
    watch.confirm(1_000, 4_005);
    expect(watch.waitedMs(1_000)).toBe(250);
  });

  it('gives the benefit of the doubt to the first word of the kernel', () => {
    const watch = new WriteWatch();
    watch.look(0, 50, 100);
    watch.look(250, 50, 100);
    watch.confirm(250, 4_000);
    expect(watch.waitedMs(500)).toBe(250);
  });

  it('compares with no word from before bytes were last seen to move', () => {
    const watch = new WriteWatch();
    watch.look(0, 50, 100);
    watch.look(250, 50, 100);
    watch.confirm(250, 4_000);
    watch.look(500, 50, 200);
    watch.look(750, 50, 200);
    // The queue is full again, as it was: that does not say that nothing moved.
    watch.confirm(750, 4_000);
    expect(watch.waitedMs(750)).toBe(0);
  });

  /**
   * A viewer died while its backend goes on saying a little: everything that is written
   * vanishes into a kernel buffer of megabytes, and Node sees it all taken.
   */
  it('does not take for progress what only piles up in the kernel', () => {
    const watch = new WriteWatch();
    let written = 1_000;
    let queued = 400;
    for (let now = 0; now <= 20_000; now += 250) {
      watch.look(now, 400, written, 0);
      watch.confirm(now, queued);
      written += 70;
      queued += 70;
    }
    expect(watch.waitedMs(20_000)).toBe(20_000);
  });

  it('is not fooled by bytes that are handed over between the look and the word', () => {
    const watch = new WriteWatch();
    watch.look(0, 400, 1_000, 0);
    watch.confirm(0, 400);
    watch.look(250, 400, 1_000, 0);
    watch.confirm(250, 470);
    watch.look(500, 400, 1_070, 0);
    watch.confirm(500, 470);
    expect(watch.waitedMs(500)).toBe(500);
  });

  it('sees a little that is acknowledged while more is handed over', () => {
    const watch = new WriteWatch();
    watch.look(0, 400, 1_000, 0);
    watch.confirm(0, 400);
    watch.look(250, 400, 1_500, 0);
    watch.confirm(250, 899);
    expect(watch.waitedMs(250)).toBe(0);
  });
});

describe('stuckAfterMs', () => {
  it.each([
    [20_000, 5_000],
    [60_000, 5_000],
    [8_000, 2_000],
    [100, 25],
  ])('for a write timeout of %i ms is %i ms', (writeTimeoutMs, expected) => {
    expect(stuckAfterMs(writeTimeoutMs)).toBe(expected);
  });
});
