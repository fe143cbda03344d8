import * as fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { lineOf } from '../../src/event-log/event-line.ts';
import type { ProxyEvent } from '../../src/events.ts';
import { EventLines } from '../../src/run/event-lines.ts';
import { anyEvent } from '../control/wire-arbitraries.ts';
import { FakeClock } from '../support/fake-clock.ts';

test('the line of an event is its own, whichever came before', () => {
  fc.assert(
    fc.property(fc.array(anyEvent), fc.nat(), (events, at) => {
      const asked = [...events, ...events.slice(at % (events.length + 1)), ...events];
      expect(asked.map(lineOf)).toEqual(asked.map((event) => `${JSON.stringify(event)}\n`));
    }),
  );
});

test('an event that goes to stdout and into the log is made into text once', () => {
  const time = '2026-01-01T00:00:00.000Z';
  const toJSON = vi.fn(() => ({ time, event: 'proxy.stopped' }));
  const event = { time, event: 'proxy.stopped', toJSON } as ProxyEvent;
  const write = vi.fn(() => true);
  const stream = { writableLength: 0, write, on: () => undefined };
  const lines = new EventLines(
    stream,
    new FakeClock(),
    () => undefined,
    (run) => run(),
  );
  expect(lineOf(event)).toBe(`{"time":"${time}","event":"proxy.stopped"}\n`);
  lines.write(event);
  expect(write).toHaveBeenCalledWith(Buffer.from(lineOf(event)));
  expect(toJSON).toHaveBeenCalledTimes(1);
});
