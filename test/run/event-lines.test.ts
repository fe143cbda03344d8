import { Writable } from 'node:stream';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ProxyEvent } from '../../src/events.ts';
import { drained, EventLines, writeWithoutWaiting } from '../../src/run/event-lines.ts';
import { FakeClock } from '../support/fake-clock.ts';

const MIB = 1024 * 1024;

/** A stdout whose reader takes chunks only when the test says so. */
class Reader {
  readonly stream: Writable;
  readonly #waiting: (() => void)[] = [];
  #text = '';
  stalled: boolean;
  writes = 0;

  constructor(stalled = false) {
    this.stalled = stalled;
    this.stream = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.#text += chunk.toString('utf8');
        this.writes += 1;
        if (this.stalled) this.#waiting.push(done);
        else done();
      },
    });
  }

  /** Takes everything that waits. */
  readonly resume = async (): Promise<void> => {
    this.stalled = false;
    const empty = new Promise<void>((resolve) => void this.stream.write('', () => resolve()));
    for (const done of this.#waiting.splice(0)) done();
    await empty;
  };

  get events(): readonly ProxyEvent[] {
    const lines = this.#text.split('\n');
    if (lines.pop() !== '') throw new Error('the last line is not whole');
    return lines.map((line) => JSON.parse(line) as ProxyEvent);
  }
}

const event = (count: number, size = 0): ProxyEvent => ({
  time: `2026-01-01T00:00:00.000Z${'x'.repeat(size)}`,
  event: 'events.dropped',
  count,
});

const atOnce = (run: () => void): void => run();

/** `soon` as the lines have it; without, each line is a turn of its own. */
const setUp = (stalled = false, soon: (run: () => void) => void = atOnce) => {
  const reader = new Reader(stalled);
  const clock = new FakeClock();
  const lost: string[] = [];
  const lines = new EventLines(reader.stream, clock, (reason) => lost.push(reason), soon);
  return { reader, clock, lost, lines };
};

/** Events whose lines fill the bound many times over. */
const writeMany = (lines: EventLines, from: number, to: number): void => {
  for (let count = from; count < to; count += 1) lines.write(event(count, 16 * 1024));
};

const counts = (events: readonly ProxyEvent[]): readonly number[] =>
  events.map((each) => (each.event === 'events.dropped' ? each.count : -1));

describe('event lines', () => {
  test('are one JSON object each, in order, as the events were', () => {
    const { reader, lines } = setUp();
    const events = [event(1), event(2), event(3)];
    for (const each of events) lines.write(each);
    expect(reader.events).toEqual(events);
  });

  test('of one turn are written together, whole and in order', () => {
    const turn: (() => void)[] = [];
    const { reader, lines } = setUp(false, (run) => void turn.push(run));
    const events = [event(1), event(2), event(3)];
    for (const each of events) lines.write(each);
    expect(reader.events).toEqual([]);
    expect(turn).toHaveLength(1);
    for (const end of turn) end();
    expect(reader.events).toEqual(events);
    expect(reader.writes).toBe(1);
  });

  test('do not wait for the end of a turn with more than 16 KiB', () => {
    const { reader, lines } = setUp(false, () => undefined);
    lines.write(event(1, 10_000));
    lines.write(event(2, 10_000));
    expect(counts(reader.events)).toEqual([1]);
    lines.write(event(3, 2 * MIB));
    lines.write(event(4));
    expect(counts(reader.events)).toEqual([1, 2, 3]);
  });

  test('that wait for the end of a turn are written by a flush', async () => {
    const { reader, lines } = setUp(false, () => undefined);
    lines.write(event(1));
    await lines.flush(500);
    expect(counts(reader.events)).toEqual([1]);
  });

  test('hold at most 1 MiB for a reader that stalls', () => {
    const { reader, lines } = setUp(true);
    writeMany(lines, 0, 1000);
    expect(reader.stream.writableLength).toBeLessThanOrEqual(MIB);
    expect(reader.stream.writableLength).toBeGreaterThan(MIB - 17 * 1024);
  });

  test('tell of every one that was dropped at once, for whoever counts', async () => {
    const { reader, lines } = setUp(true);
    let dropped = 0;
    lines.onDropped = (count) => {
      dropped += count;
    };
    writeMany(lines, 0, 1000);
    const written = dropped;
    expect(written).toBeGreaterThan(900);
    await reader.resume();
    expect(reader.events.at(-1)).toMatchObject({ event: 'events.dropped', count: written });
    expect(dropped).toBe(written);
  });

  test('say how many were dropped, where the gap is, once the reader has caught up', async () => {
    const { reader, clock, lines } = setUp(true);
    clock.advance(5000);
    writeMany(lines, 0, 100);
    await reader.resume();
    lines.write(event(100));
    const { events } = reader;
    const kept = events.length - 2;
    expect(counts(events.slice(0, kept))).toEqual(Array.from({ length: kept }, (_, at) => at));
    expect(events[kept]).toEqual({
      time: '2026-01-01T00:00:05.000Z',
      event: 'events.dropped',
      count: 100 - kept,
    });
    expect(events.at(-1)).toEqual(event(100));
  });

  test('never lose one without counting it, however the reader stalls and goes on', async () => {
    const step = fc.record({ burst: fc.integer({ min: 0, max: 120 }), resumes: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
        const { reader, lines } = setUp();
        let written = 0;
        for (const { burst, resumes } of steps) {
          if (resumes) await reader.resume();
          else reader.stalled = true;
          writeMany(lines, written, written + burst);
          written += burst;
          expect(reader.stream.writableLength).toBeLessThanOrEqual(MIB);
        }
        await reader.resume();
        let next = 0;
        for (const each of reader.events) {
          const gap = each.time === '2026-01-01T00:00:00.000Z';
          const [count = -1] = counts([each]);
          expect(gap || count === next).toBe(true);
          next += gap ? count : 1;
        }
        expect(next).toBe(written);
      }),
      { numRuns: 30 },
    );
  });

  test('let a line that is longer than the bound pass when nothing waits', () => {
    const { reader, lines } = setUp();
    lines.write(event(1, 2 * MIB));
    lines.write(event(2));
    expect(counts(reader.events)).toEqual([1, 2]);
  });

  test('are dropped for good, and that is said once, when nobody can read them', async () => {
    const { reader, lost, lines } = setUp();
    lines.write(event(1));
    const closed = new Promise((resolve) => void reader.stream.once('close', resolve));
    reader.stream.destroy(new Error('write EPIPE'));
    await closed;
    lines.write(event(2));
    await lines.flush(500);
    expect(counts(reader.events)).toEqual([1]);
    expect(lost).toEqual(['write EPIPE']);
  });
});

describe('the end', () => {
  test('waits until the reader has everything, the count of the dropped included', async () => {
    const { reader, lines } = setUp(true);
    writeMany(lines, 0, 100);
    const flushed = lines.flush(500);
    await reader.resume();
    await flushed;
    expect(reader.stream.writableLength).toBe(0);
    const { events } = reader;
    expect(counts(events).at(-1)).toBe(100 - (events.length - 1));
  });

  test('does not wait longer than it was told', async () => {
    const { clock, lines } = setUp(true);
    lines.write(event(1));
    const flushed = lines.flush(500);
    clock.advance(500);
    await expect(flushed).resolves.toBeUndefined();
    expect(clock.pending).toBe(0);
  });

  test('leaves no timer behind where nothing had to wait', async () => {
    const { reader, clock } = setUp();
    expect(await drained(reader.stream, clock, 500)).toBe(true);
    expect(clock.pending).toBe(0);
  });
});

describe('writing without waiting', () => {
  test('asks the handle for it, and does nothing where there is none', () => {
    const asked: boolean[] = [];
    writeWithoutWaiting({ _handle: { setBlocking: (on: boolean) => asked.push(on) } });
    writeWithoutWaiting({ _handle: {} });
    writeWithoutWaiting({ _handle: null });
    writeWithoutWaiting({});
    expect(asked).toEqual([false]);
  });
});
