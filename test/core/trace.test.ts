import { describe, expect, it } from 'vitest';
import { PEAK_STEP_MS, Peaks, Samples } from '../../src/core/trace.ts';

describe('samples', () => {
  it('are those of the last five minutes, oldest first', () => {
    const samples = new Samples();
    for (const at of [0, 100_000, 300_000]) samples.add(at, at / 1_000);
    expect(samples.values(300_000)).toEqual([0, 100, 300]);
    expect(samples.values(300_001)).toEqual([100, 300]);
    expect(samples.values(600_001)).toEqual([]);
  });

  it('are at most 60, the newest', () => {
    const samples = new Samples();
    for (let at = 1; at <= 100; at += 1) samples.add(at, at);
    expect(samples.values(100)).toEqual(Array.from({ length: 60 }, (_, at) => at + 41));
  });
});

describe('peaks', () => {
  it('are the highest value of each step of 5 s since the start, the running one included', () => {
    expect(PEAK_STEP_MS).toBe(5_000);
    const peaks = new Peaks(1_000);
    for (const [now, value] of [
      [1_000, 3],
      [2_000, 9],
      [5_999, 4],
      [6_000, 2],
      [16_500, 5],
    ] as const) {
      peaks.sample(now, value);
    }
    expect(peaks.values(16_500)).toEqual([9, 2, 0, 5]);
    expect(peaks.values(22_000)).toEqual([9, 2, 0, 5, 0]);
  });

  it('take no memory for a viewer for whom nothing ever waits', () => {
    const peaks = new Peaks(0);
    for (let now = 0; now < 100_000; now += 250) peaks.sample(now, 0);
    expect(peaks.isHeld).toBe(false);
    expect(peaks.values(12_000)).toEqual([0, 0, 0]);
    expect(peaks.values(1_000_000)).toEqual(Array(60).fill(0));
  });

  it('give their memory back five minutes after the last value', () => {
    const peaks = new Peaks(0);
    peaks.sample(4_000, 7);
    peaks.sample(299_999, 0);
    expect(peaks.isHeld).toBe(true);
    expect(peaks.values(299_999)).toEqual([7, ...Array<number>(59).fill(0)]);
    peaks.sample(300_000, 0);
    expect(peaks.isHeld).toBe(false);
    expect(peaks.values(300_000)).toEqual(Array(60).fill(0));
    peaks.sample(306_000, 8);
    expect(peaks.values(306_000)).toEqual([...Array<number>(59).fill(0), 8]);
  });
});
