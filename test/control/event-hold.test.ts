import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventHold } from '../../src/control/event-hold.ts';
import type { ProxyEvent } from '../../src/events.ts';

const numbered = (n: number): ProxyEvent => ({
  time: new Date(n).toISOString(),
  event: 'proxy.listening',
  address: String(n),
});

const keep = (hold: EventHold, event: ProxyEvent, bytes: number): void =>
  hold.add(JSON.stringify(event), bytes, event.time);

const taken = (hold: EventHold): readonly ProxyEvent[] =>
  hold.take().map((text) => JSON.parse(text) as ProxyEvent);

describe('EventHold', () => {
  it('hands over what it kept, oldest first, and is empty then', () => {
    const hold = new EventHold(10);
    keep(hold, numbered(1), 4);
    keep(hold, numbered(2), 6);
    expect(taken(hold)).toEqual([numbered(1), numbered(2)]);
    expect(taken(hold)).toEqual([]);
  });

  it('counts what does not fit, in its place, with the time of the last', () => {
    const hold = new EventHold(10);
    keep(hold, numbered(1), 9);
    keep(hold, numbered(2), 2);
    keep(hold, numbered(3), 1);
    expect(taken(hold)).toEqual([
      numbered(1),
      { time: numbered(3).time, event: 'events.dropped', count: 2 },
    ]);
    keep(hold, numbered(4), 10);
    expect(taken(hold)).toEqual([numbered(4)]);
  });

  it('never holds more than its size, and loses nothing without counting it, in order', () => {
    const limit = 100;
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.integer({ min: 1, max: 60 }) },
      { weight: 1, arbitrary: fc.constant('take' as const) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { batches, sizes } = play(new EventHold(limit), steps);
        const bytes = batches.map((batch) =>
          sum(batch.map((event) => sizes[numberOf(event)] ?? 0)),
        );
        expect(Math.max(...bytes)).toBeLessThanOrEqual(limit);
        const told = batches.flat().flatMap(numbersOf);
        expect(told).toEqual(sizes.map((_size, n) => n));
      }),
    );
  });
});

type Step = number | 'take';

/** Adds an event for each size and takes where told to, and at the end. */
const play = (hold: EventHold, steps: readonly Step[]) => {
  const batches: (readonly ProxyEvent[])[] = [];
  const sizes: number[] = [];
  for (const step of [...steps, 'take' as const]) {
    if (step === 'take') {
      batches.push(taken(hold));
    } else {
      keep(hold, numbered(sizes.length), step);
      sizes.push(step);
    }
  }
  return { batches, sizes };
};

const numberOf = (event: ProxyEvent): number =>
  event.event === 'events.dropped' ? -1 : Date.parse(event.time);

/** The events that one stands for; the last of the dropped is known by its time. */
const numbersOf = (event: ProxyEvent): readonly number[] => {
  const last = Date.parse(event.time);
  const count = event.event === 'events.dropped' ? event.count : 1;
  return Array.from({ length: count }, (_none, index) => last - count + 1 + index);
};

const sum = (values: readonly number[]): number => values.reduce((all, each) => all + each, 0);
