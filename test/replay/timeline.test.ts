import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { SessionId, Snapshot, ViewerId } from '../../src/contract.ts';
import type { ProxyEvent } from '../../src/events.ts';
import { Past } from '../../src/replay/past.ts';
import { pictureOf } from '../../src/replay/past-picture.ts';
import { replay } from '../../src/replay/replay-control.ts';
import { Timeline } from '../../src/replay/timeline.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { everything } from '../support/proxy.ts';
import { anyLog, BEGINS } from './log-events.ts';

/** A viewer comes every ten seconds; every third leaves five seconds later. */
const visits = (count: number): readonly ProxyEvent[] =>
  Array.from({ length: count }, (_, at) => {
    const place = {
      time: new Date(BEGINS + at * 10_000).toISOString(),
      session: 'a' as SessionId,
      remote: '192.0.2.1:1',
      cap: 8,
      viewers: at + 1,
      viewer: `v${at + 1}` as ViewerId,
    };
    return { event: 'viewer.admitted', dialMs: 1, ...place };
  });

/** Tenths of a second into the log. */
const time = (tenths: number): string => new Date(BEGINS + tenths * 100).toISOString();

const viewersAt = (timeline: Timeline): number =>
  pictureOf(timeline.past, everything, 1).totals.viewers;

describe('the cursor of a log', () => {
  it('begins with the first event and stays within the log', () => {
    const timeline = new Timeline(visits(3));
    expect([timeline.index, timeline.now]).toEqual([1, BEGINS]);
    timeline.step(-5);
    expect(timeline.index).toBe(1);
    timeline.step(99);
    expect([timeline.index, timeline.now]).toEqual([3, BEGINS + 20_000]);
    timeline.toTime(Infinity);
    expect(timeline.now).toBe(BEGINS + 20_000);
    timeline.toTime(0);
    expect([timeline.index, timeline.now]).toEqual([1, BEGINS]);
  });

  it('may stand between two events, where time has passed', () => {
    const timeline = new Timeline(visits(3));
    timeline.toTime(BEGINS + 14_000);
    expect(timeline.index).toBe(2);
    const { at, viewers } = pictureOf(timeline.past, everything, 1);
    expect(at).toBe(BEGINS + 14_000);
    expect(viewers.rows.map(({ ageMs }) => ageMs)).toEqual([14_000, 4_000]);
  });

  it('shows the same at the same place, whatever way led there', () => {
    const events = visits(12);
    const move = fc.oneof(
      fc.record({ step: fc.integer({ min: -12, max: 12 }) }),
      fc.record({ time: fc.integer({ min: -5_000, max: 130_000 }) }),
    );
    fc.assert(
      fc.property(fc.array(move, { maxLength: 12 }), (moves) => {
        const timeline = new Timeline(events);
        for (const each of moves) {
          if ('step' in each) timeline.step(each.step);
          else timeline.toTime(BEGINS + each.time);
        }
        const direct = new Timeline(events);
        direct.toTime(timeline.now);
        expect(timeline.index).toBe(direct.index);
        expect(pictureOf(timeline.past, everything, 1)).toEqual(
          pictureOf(direct.past, everything, 1),
        );
        expect(viewersAt(timeline)).toBe(timeline.index);
      }),
    );
  });

  it('shows what the log tells from its beginning on, whatever way led there', () => {
    const move = fc.oneof(
      fc.record({ index: fc.nat(60) }),
      fc.record({ time: fc.integer({ min: -100_000, max: 3_000_000 }) }),
    );
    const moves = fc.array(move, { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(anyLog(60), moves, fc.integer({ min: 1, max: 7 }), (events, all, apart) => {
        const timeline = new Timeline(events, apart);
        for (const each of all) {
          if ('index' in each) timeline.toIndex(each.index);
          else timeline.toTime(BEGINS + each.time);
          const past = new Past();
          for (const event of events.slice(0, timeline.index)) past.take(event);
          past.clock.moveTo(timeline.now);
          expect(pictureOf(timeline.past, everything, 1)).toEqual(pictureOf(past, everything, 1));
        }
      }),
      { numRuns: 300 },
    );
  });

  it.each([1, 2, 5, 10])('counts a storm, and knows who evicted, where %i are apart', (apart) => {
    const place = { session: 'a' as SessionId, remote: '192.0.2.1:1', cap: 8 };
    const storm = Array.from({ length: 9 }, (_, at): ProxyEvent => ({
      time: time(at),
      event: 'viewer.refused',
      cause: 'cap',
      ...place,
      viewers: 8,
    }));
    const gone = { ...place, viewer: 'v1' as ViewerId, viewers: 7, code: 1008, closeSent: true };
    const bytes = { bytesToViewer: 0, bytesToBackend: 0 };
    const carried = { durationMs: 1, ...bytes, messagesToViewer: 0, messagesToBackend: 0 };
    const timeline = new Timeline(
      [
        ...storm,
        { time: time(9), event: 'viewer.evicted', cause: 'pong-timeout', ...gone },
        { time: time(10), event: 'viewer.left', cause: 'evicted', ...carried, ...gone },
      ],
      apart,
    );
    const look = () => {
      const { events, gone: tombstones } = pictureOf(timeline.past, everything, 1);
      return [events[0]?.count, tombstones[0]?.cause];
    };
    for (let round = 0; round < 3; round += 1) {
      timeline.toIndex(11);
      expect(look()).toEqual([9, 'pong-timeout']);
      timeline.toIndex(10);
      timeline.step(1);
      expect(look()).toEqual([9, 'pong-timeout']);
      timeline.toIndex(4);
      expect(look()).toEqual([4, undefined]);
      timeline.toIndex(5);
      timeline.toIndex(4);
      expect(look()).toEqual([4, undefined]);
    }
  });

  it('tells of very many passed events only the newest, and how many there were', () => {
    const timeline = new Timeline(visits(3000));
    const passed = timeline.toTime(Infinity);
    expect(passed).toHaveLength(1001);
    expect(passed[0]).toMatchObject({ event: 'events.dropped', count: 1999 });
    expect(passed.at(-1)).toMatchObject({ viewer: 'v3000' });
    expect(timeline.step(-1)).toEqual([]);
    expect(timeline.step(1)).toHaveLength(1);
  });

  it('takes few events to go back, however long the log is', () => {
    const events = visits(20_000);
    const timeline = new Timeline(events);
    timeline.toTime(Infinity);
    const taken = vi.spyOn(Past.prototype, 'take');
    timeline.step(-1);
    timeline.toIndex(9999);
    timeline.toIndex(19_999);
    expect(timeline.index).toBe(19_999);
    expect(taken.mock.calls.length).toBeLessThanOrEqual(3 * 2000);
    expect(viewersAt(timeline)).toBe(19_999);
    taken.mockRestore();
  });

  it('goes by the order of the lines where a clock was set back', () => {
    const [first, second, third] = visits(3) as [ProxyEvent, ProxyEvent, ProxyEvent];
    const timeline = new Timeline([second, first, third]);
    timeline.toTime(BEGINS + 10_000);
    expect(timeline.index).toBe(2);
  });

  it('of an empty log shows nothing', () => {
    const timeline = new Timeline([]);
    timeline.step(1);
    timeline.toTime(5);
    expect([timeline.index, timeline.count, viewersAt(timeline)]).toEqual([0, 0, 0]);
  });
});

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

const start = () => {
  const clock = new FakeClock();
  const { control, cursor, close } = replay(new Timeline(visits(6)), clock);
  const pictures: Snapshot[] = [];
  const events: ProxyEvent[] = [];
  control.events((event) => events.push(event));
  const watch = control.watch(everything, (picture) => void pictures.push(picture));
  return { clock, control, cursor, close, pictures, events, watch };
};

describe('a replay', () => {
  it('shows a picture at once, and one for every move', async () => {
    const { cursor, pictures, events } = start();
    await turn();
    expect(pictures.map(({ totals }) => totals.viewers)).toEqual([1]);
    cursor.step(2);
    await turn();
    cursor.jump(BEGINS + 10_000);
    await turn();
    cursor.skip(30_000);
    await turn();
    expect(pictures.map(({ totals }) => totals.viewers)).toEqual([1, 3, 2, 5]);
    expect(events.at(-1)).toMatchObject({ viewer: 'v5' });
    expect(cursor.at()).toEqual({ time: BEGINS + 40_000, index: 5, count: 6, speed: 0 });
  });

  it('plays, as fast as it is told, and stops at the end', async () => {
    const { clock, cursor, events } = start();
    cursor.play(60);
    clock.advance(500);
    expect(cursor.at()).toMatchObject({ time: BEGINS + 30_000, index: 4, speed: 60 });
    clock.advance(10_000);
    expect(cursor.at()).toMatchObject({ index: 6, speed: 0 });
    expect(events).toHaveLength(5);
    expect(clock.pending).toBe(0);
    cursor.play(1);
    expect(cursor.at().speed).toBe(0);
  });

  it('says in every picture where it stands', async () => {
    const { cursor, clock, pictures } = start();
    await turn();
    const where = { count: 6, startsAt: BEGINS, endsAt: BEGINS + 50_000 };
    expect(pictures.at(-1)?.replay).toEqual({ ...where, index: 1, speed: 0 });
    cursor.move({ do: 'faster' });
    await turn();
    expect(pictures.at(-1)?.replay).toEqual({ ...where, index: 1, speed: 10 });
    clock.advance(1000);
    await turn();
    expect(pictures.at(-1)?.replay).toEqual({ ...where, index: 2, speed: 10 });
  });

  it('moves as keys ask', () => {
    const { cursor, clock } = start();
    cursor.move({ do: 'step', by: 2 });
    cursor.move({ do: 'step', by: -1 });
    expect(cursor.at()).toMatchObject({ index: 2, speed: 0 });
    cursor.move({ do: 'play' });
    clock.advance(1000);
    expect(cursor.at()).toMatchObject({ time: BEGINS + 11_000, speed: 1 });
    for (const speed of [10, 60, 600, 1]) {
      cursor.move({ do: 'faster' });
      expect(cursor.at().speed).toBe(speed);
    }
    cursor.move({ do: 'faster' });
    cursor.move({ do: 'play' });
    expect(cursor.at().speed).toBe(0);
    cursor.move({ do: 'play' });
    expect(cursor.at().speed).toBe(10);
    cursor.move({ do: 'skip', byMs: -60_000 });
    expect(cursor.at()).toMatchObject({ index: 1, speed: 10 });
    cursor.move({ do: 'step', by: 1 });
    expect(cursor.at()).toMatchObject({ index: 2, speed: 0 });
    cursor.move({ do: 'jump', time: Infinity });
    expect(cursor.at()).toMatchObject({ index: 6, speed: 0 });
    cursor.move({ do: 'play' });
    expect(cursor.at().speed).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('lists who was there, a part at a time', async () => {
    const { control, cursor } = start();
    cursor.step(4);
    const list = { do: 'list', session: null, filter: [], most: 2 } as const;
    const first = await control.command({ ...list, after: null });
    expect(first).toMatchObject({ ok: true, viewers: [{ id: 'v1' }, { id: 'v2' }], more: true });
    const last = await control.command({ ...list, after: 'v3' as ViewerId });
    expect(last).toMatchObject({ ok: true, viewers: [{ id: 'v4' }, { id: 'v5' }], more: false });
  });

  it('lists who was there in the order that is asked for, behind the last or behind so many', async () => {
    const { control, cursor } = start();
    cursor.step(4);
    const list = { do: 'list', session: null, filter: [], most: 2 } as const;
    const oldest = { ...list, sort: { by: 'age', reversed: false } } as const;
    const first = await control.command({ ...oldest, after: null, skip: 1 });
    expect(first).toMatchObject({ ok: true, viewers: [{ id: 'v2' }, { id: 'v3' }], more: true });
    const youngest = { ...list, sort: { by: 'age', reversed: true } } as const;
    const next = await control.command({ ...youngest, after: 'v3' as ViewerId });
    expect(next).toMatchObject({ ok: true, viewers: [{ id: 'v2' }, { id: 'v1' }], more: false });
  });

  it('makes no picture while the last was not dealt with, and then the newest', async () => {
    const { control, cursor } = start();
    const seen: number[] = [];
    const dealt = Promise.withResolvers<void>();
    control.watch(everything, ({ totals }) => {
      seen.push(totals.viewers);
      return dealt.promise;
    });
    await turn();
    for (let step = 0; step < 4; step += 1) cursor.step(1);
    await turn();
    expect(seen).toEqual([1]);
    dealt.resolve();
    await turn();
    expect(seen).toEqual([1, 5]);
  });

  it('changes nothing, and ends when it is closed', async () => {
    const { control, close, watch, clock, cursor } = start();
    expect(await control.command({ do: 'stop', now: true })).toEqual({
      ok: false,
      reason: 'this is a replay: nothing can be changed in it',
    });
    watch.close();
    cursor.play(1);
    close();
    expect(await control.closed).toBe('the replay was closed');
    expect(clock.pending).toBe(0);
  });
});
