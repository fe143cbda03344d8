import { describe, expect, it } from 'vitest';
import { cursorIn } from '../../bench/console/operator.ts';
import { planFor } from '../../bench/console/plan.ts';
import { ratioOf } from '../../bench/console/stats.ts';
import { Frames, viewerFrame } from '../../bench/console/wire.ts';

const asked = { quick: false, rounds: null, viewers: null, noise: null };
const ample = { descriptors: 1_000_000, ports: 28_000 };

describe('the benchmark of the console', () => {
  it('tells the median of the ratios within the rounds, and none of fewer than five', () => {
    expect(ratioOf([1, 1, 1, 1], [1, 1, 1, 1])).toBeNull();
    expect(ratioOf([2, 30, 2, 2, 9], [1, 10, 2, 4, 3])).toEqual({
      median: 2,
      min: 0.5,
      max: 3,
      rounds: 5,
    });
  });

  it('lets a tenth of 5,000 viewers in 500 sessions change state each second', () => {
    const { load, pingIntervalMs, notes } = planFor(asked, ample);
    expect(load).toMatchObject({ viewers: 5000, sessions: 500 });
    // Each of them changes once in an interval: late after a Ping it left out, and back.
    expect(load.alternating / (pingIntervalMs / 1000)).toBe(500);
    expect(load.alternating + load.echoing).toBeLessThanOrEqual(load.viewers);
    expect(notes).toEqual([]);
  });

  it('takes as many viewers as there are descriptors or ports for, and says so', () => {
    const few = planFor(asked, { ...ample, descriptors: 4096 });
    expect(few.load).toMatchObject({ viewers: 1792, sessions: 179 });
    expect(few.notes).toEqual([expect.stringContaining('ulimit -n')]);
    const close = planFor(asked, { ...ample, ports: 3000 });
    expect(close.load.viewers).toBe(1000);
    expect(close.notes).toEqual([expect.stringContaining('ip_local_port_range')]);
  });

  it('finds the session under the cursor, and not a viewer that has one too', () => {
    const rows = ['   # STATE', ' ◐ s1   10/10', '▸▲ s22  10/10 │▸  ● ok v3', ' ● s3'];
    expect(cursorIn(rows)).toBe('s22');
    expect(cursorIn(rows.slice(3))).toBeNull();
  });

  it('reads its own frames, in whatever pieces they come', () => {
    const bytes = Buffer.concat([
      viewerFrame(1, Buffer.from('one')),
      viewerFrame(10, Buffer.alloc(0)),
      viewerFrame(1, Buffer.alloc(125, 'x')),
    ]);
    const whole = [
      [1, 'one'],
      [10, ''],
      [1, 'x'.repeat(125)],
    ];
    for (let size = 1; size <= bytes.length; size += 1) {
      const frames = new Frames();
      const read: unknown[] = [];
      for (let at = 0; at < bytes.length; at += size) {
        frames.feed(bytes.subarray(at, at + size), (opcode, payload) =>
          read.push([opcode, payload.toString()]),
        );
      }
      expect(read).toEqual(whole);
    }
  });
});
