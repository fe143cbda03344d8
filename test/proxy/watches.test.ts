import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { Snapshot, View } from '../../src/contract.ts';
import { PHASES } from '../../src/core/phases.ts';
import { Watches } from '../../src/proxy/watches.ts';
import { snapshotAt, someView } from '../control/stub-control.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { turn, untilTrue } from '../support/turns.ts';

type Drawn = { readonly at: number; readonly view: View };

const start = async () => {
  const clock = new FakeClock();
  const drawn: Drawn[] = [];
  const watches = new Watches(clock, (view) => {
    drawn.push({ at: clock.now(), view });
    return snapshotAt(drawn.length);
  });
  return { clock, drawn, watches };
};

const viewOf = (worst: number): View => ({ ...someView, worst });

/** A watcher that takes its pictures at once. */
const watcher = (watches: Watches, view: View) => {
  const got: Snapshot[] = [];
  const watch = watches.watch(view, (snapshot) => {
    got.push(snapshot);
  });
  return { got, watch };
};

describe('watchers', () => {
  it('who look at the same get one picture together', async () => {
    const { clock, drawn, watches } = await start();
    const all = Array.from({ length: 6 }, () => watcher(watches, { ...someView }));
    await turn();
    drawn.length = 0;
    for (const { got } of all) got.length = 0;
    clock.advance(250);
    expect(drawn).toHaveLength(1);
    clock.advance(1_000);
    expect(drawn).toHaveLength(5);
    for (const { got } of all) {
      expect(got).toEqual(all[0]?.got);
      expect(got).toHaveLength(5);
    }
  });

  it('who look at different things each get four pictures a second, spread over the time', async () => {
    const { clock, drawn, watches } = await start();
    const all = Array.from({ length: 32 }, (_none, at) => watcher(watches, viewOf(at)));
    /** Lets time pass, and after each step those have their turns who are due together. */
    const pass = async (intervals: number): Promise<void> => {
      for (let step = 0; step < intervals * PHASES; step += 1) {
        clock.advance(250 / PHASES);
        for (let left = 0; left < all.length; left += 1) await turn();
      }
    };
    await turn();
    await pass(1);
    drawn.length = 0;
    for (const { got } of all) got.length = 0;
    await pass(8);
    for (const { got } of all) expect(got).toHaveLength(8);
    const times = drawn.map(({ at }) => at);
    expect(new Set(times).size).toBe(8 * PHASES);
    for (const time of times) {
      expect(times.filter((other) => other === time)).toHaveLength(all.length / PHASES);
    }
  });

  it('keep their times when others come and go, and a place that is left is taken again', async () => {
    const { clock, drawn, watches } = await start();
    watcher(watches, viewOf(1));
    const second = watcher(watches, viewOf(2));
    await turn();
    clock.advance(1_000);
    const timesOf = (worst: number): number[] =>
      drawn.filter(({ view }) => view.worst === worst).map(({ at }) => at % 250);
    drawn.length = 0;
    second.watch.close();
    watcher(watches, viewOf(3));
    await turn();
    clock.advance(10);
    watcher(watches, viewOf(4));
    await turn();
    drawn.length = 0;
    clock.advance(2_000);
    expect(timesOf(1)).toEqual(Array.from({ length: 8 }, () => 0));
    expect(timesOf(3)).toEqual(Array.from({ length: 8 }, () => 125));
    expect(timesOf(4)).toEqual(Array.from({ length: 8 }, () => 62.5));
  });

  it('are apart again when one of them looks elsewhere', async () => {
    const { clock, drawn, watches } = await start();
    const [one, other] = [watcher(watches, viewOf(1)), watcher(watches, viewOf(1))];
    await turn();
    clock.advance(1_000);
    other.watch.look(viewOf(2), true);
    drawn.length = 0;
    for (const { got } of [one, other]) got.length = 0;
    clock.advance(1_000);
    expect([one.got.length, other.got.length]).toEqual([4, 4]);
    expect(new Set(drawn.map(({ at }) => at)).size).toBe(8);
  });

  it('who have not taken the last picture get none, and hold nobody up who looks at the same', async () => {
    const { clock, watches } = await start();
    const slow: Snapshot[] = [];
    const { promise: first, resolve: take } = Promise.withResolvers<void>();
    watches.watch(someView, (snapshot) => {
      slow.push(snapshot);
      return first;
    });
    const { got } = watcher(watches, { ...someView });
    await turn();
    clock.advance(2_000);
    expect(slow).toHaveLength(1);
    expect(got).toHaveLength(9);
    take();
    await turn();
    expect(slow).toHaveLength(1);
    clock.advance(250);
    expect(slow[1]).toBe(got.at(-1));
  });

  it('of whom none takes pictures cost none', async () => {
    const { clock, drawn, watches } = await start();
    for (let at = 0; at < 3; at += 1) watches.watch(viewOf(at), () => new Promise(() => undefined));
    await turn();
    drawn.length = 0;
    clock.advance(2_000);
    expect(drawn).toEqual([]);
  });

  it('leave no timer behind', async () => {
    const { clock, watches } = await start();
    const all = Array.from({ length: 3 }, (_none, at) => watcher(watches, viewOf(at)));
    await turn();
    for (const { watch } of all) watch.close();
    expect(clock.pending).toBe(0);
    watcher(watches, someView);
    watches.stop();
    expect(clock.pending).toBe(0);
  });

  it('never have two pictures drawn in one turn of the event loop, even after a long one', async () => {
    let turns = 0;
    let counting = true;
    const count = (): void => {
      turns += 1;
      if (counting) setImmediate(count);
    };
    count();
    const drawnIn: number[] = [];
    const watches = new Watches(systemClock, () => {
      drawnIn.push(turns);
      return snapshotAt(drawnIn.length);
    });
    for (let at = 0; at < 8; at += 1) watcher(watches, viewOf(at));
    await turn();
    drawnIn.length = 0;
    // All of them are due when it is over.
    const end = performance.now() + 300;
    while (performance.now() < end);
    await untilTrue('two rounds of pictures', () => drawnIn.length >= 16);
    counting = false;
    watches.stop();
    expect(new Set(drawnIn).size).toBe(drawnIn.length);
  });
});
