import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeClock } from './fake-clock.ts';

describe('FakeClock', () => {
  it('fires timers in the order in which they are due, each at its own instant', () => {
    const clock = new FakeClock();
    const fired: string[] = [];
    const note = (name: string) => () => fired.push(`${name}@${clock.now()}`);
    clock.after(30, note('late'));
    clock.after(10, note('soon'));
    clock.every(15, note('again'));
    clock.after(10, note('soon too'));
    clock.advance(30);
    expect(fired).toEqual(['soon@10', 'soon too@10', 'again@15', 'late@30', 'again@30']);
    expect(clock.pending).toBe(1);
  });

  it('fires what a timer sets, if that falls due on the way', () => {
    const clock = new FakeClock();
    const fired: number[] = [];
    clock.after(5, () => {
      fired.push(clock.now());
      clock.after(5, () => fired.push(clock.now()));
      clock.after(6, () => fired.push(clock.now()));
    });
    clock.advance(10);
    expect(fired).toEqual([5, 10]);
    clock.advance(1);
    expect(fired).toEqual([5, 10, 11]);
  });

  it('fires nothing that was cancelled, by an earlier timer of the same instant either', () => {
    const clock = new FakeClock();
    const fired: string[] = [];
    clock.after(5, () => cancel());
    const cancel = clock.after(5, () => fired.push('cancelled'));
    const stop = clock.every(2, () => {
      fired.push('every');
      if (fired.length === 2) stop();
    });
    clock.advance(20);
    expect(fired).toEqual(['every', 'every']);
    expect(clock.pending).toBe(0);
  });

  it('moves the date along', () => {
    const clock = new FakeClock(new Date('2026-02-03T04:05:06Z'));
    clock.advance(1500);
    expect(clock.date().toISOString()).toBe('2026-02-03T04:05:07.500Z');
  });

  it('tells when so many timers are set', async () => {
    const clock = new FakeClock();
    const two = clock.whenPending(2);
    const cancel = clock.after(10, () => undefined);
    setImmediate(() => clock.every(5, () => undefined));
    await two;
    const one = clock.whenPending(1);
    cancel();
    await one;
    expect(clock.pending).toBe(1);
  });

  it('passes in steps, a turn of the event loop after each, until something happens', async () => {
    const clock = new FakeClock();
    const happens = new Promise<string>((resolve) => {
      clock.after(1000, () => setImmediate(resolve, 'done'));
    });
    expect(await clock.advanceUntil(happens, 100)).toBe('done');
    expect(clock.now()).toBeGreaterThanOrEqual(1000);
    expect(clock.now()).toBeLessThan(1500);
    await expect(clock.advanceUntil(Promise.reject(new Error('no')), 100)).rejects.toThrow('no');
  });

  it('refuses to go back, and to be moved by its own timers', () => {
    const clock = new FakeClock();
    expect(() => clock.advance(-1)).toThrow('time never goes back');
    clock.after(1, () => clock.advance(1));
    expect(() => clock.advance(1)).toThrow('by a timer');
  });

  it('fires the same whether time moves in one step or in many', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ ms: fc.integer({ min: 0, max: 50 }), again: fc.boolean() })),
        fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1 }),
        (timers, steps) => {
          const run = (advances: readonly number[]): string[] => {
            const clock = new FakeClock();
            const fired: string[] = [];
            for (const [at, { ms, again }] of timers.entries()) {
              const note = (): unknown => fired.push(`${at}@${clock.now()}`);
              if (again) clock.every(ms, note);
              else clock.after(ms, note);
            }
            for (const step of advances) clock.advance(step);
            return fired;
          };
          const whole = steps.reduce((sum, step) => sum + step, 0);
          expect(run(steps)).toEqual(run([whole]));
        },
      ),
    );
  });
});
