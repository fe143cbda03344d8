import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LineSplitter, mostLineBytes, type RawLine } from '../../src/event-log/line-splitter.ts';
import { readLogLine } from '../../src/event-log/log-line.ts';
import {
  logFiles,
  type PlacedLine,
  readLog,
  readLogFile,
  readLogFrom,
} from '../../src/event-log/read-log.ts';
import type { ProxyEvent } from '../../src/events.ts';
import { anyEvent } from '../control/wire-arbitraries.ts';
import { privateDirectory } from '../support/backend-server.ts';

const split = (bytes: Uint8Array, cuts: readonly number[]): readonly RawLine[] => {
  const splitter = new LineSplitter();
  const lines: RawLine[] = [];
  let from = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    const at = Math.min(cut, bytes.length);
    lines.push(...splitter.take(bytes.subarray(from, at)));
    from = at;
  }
  lines.push(...splitter.take(bytes.subarray(from)));
  const rest = splitter.end();
  return rest === null ? lines : [...lines, rest];
};

describe('bytes', () => {
  test('become the same lines however they are cut', () => {
    const text = fc.array(fc.string({ unit: 'grapheme' }).map((each) => each.replaceAll('\n', '')));
    fc.assert(
      fc.property(text, fc.boolean(), fc.array(fc.nat(200)), (lines, ends, cuts) => {
        const whole = lines.join('\n') + (ends ? '\n' : '');
        const read = split(Buffer.from(whole), cuts);
        const wanted = lines.filter((each) => each !== '');
        expect(read.map(({ text: each }) => each)).toEqual(
          wanted.map((each) => Buffer.from(each).toString()),
        );
        const isTorn = !ends && lines.at(-1) !== '' && lines.length > 0;
        expect(read.map(({ torn }) => torn)).toEqual(
          wanted.map((_, at) => isTorn && at === wanted.length - 1),
        );
      }),
    );
  });

  test('that never end a line are not held', () => {
    const splitter = new LineSplitter();
    const piece = Buffer.alloc(mostLineBytes, 'x');
    for (let at = 0; at < 20; at += 1) expect(splitter.take(piece)).toEqual([]);
    expect(splitter.take(Buffer.from('x\ny\n'))).toEqual([
      { text: null, torn: false },
      { text: 'y', torn: false },
    ]);
  });
});

const time = '2026-01-01T00:00:00.000Z';

describe('a line', () => {
  test('is the event that it was', () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        const dated: ProxyEvent = { ...event, time };
        expect(readLogLine(JSON.stringify(dated))).toEqual({ ok: true, event: dated });
      }),
    );
  });

  test.each([
    ['', 'the line is not JSON'],
    ['{"time":"20', 'the line is not JSON'],
    ['null', 'event.event is an unknown word'],
    ['[]', 'event.event is an unknown word'],
    ['{"time":"x","event":"viewer.flew"}', 'event.event is an unknown word'],
    [`{"time":"${time}","event":"events.dropped"}`, 'event.count is missing'],
    ['{"time":"noon","event":"proxy.stopped"}', 'event.time is not a time'],
    ['{"time":"2026-13-01T00:00:00.000Z","event":"proxy.stopped"}', 'event.time is not a time'],
    ['x'.repeat(mostLineBytes + 1), 'the line is longer than any event'],
  ])('that is none says what is wrong: %j', (text, error) => {
    expect(readLogLine(text)).toEqual({ ok: false, error });
  });

  test('of a newer program may say more', () => {
    const event = { time, event: 'proxy.stopped', mood: 'good' };
    expect(readLogLine(JSON.stringify(event))).toEqual({ ok: true, event });
  });
});

const read = async (path: string): Promise<readonly PlacedLine[]> => {
  const lines: PlacedLine[] = [];
  for await (const line of readLogFile(path)) lines.push(line);
  return lines;
};

const line = (count: number): string =>
  `${JSON.stringify({ time, event: 'events.dropped', count })}\n`;

const padded = (count: number): string =>
  `${JSON.stringify({ time, event: 'events.dropped', count, x: 'x'.repeat(1000) })}\n`;

const bytesOf = async function* (text: string): AsyncGenerator<Uint8Array> {
  for (const byte of Buffer.from(text)) yield Uint8Array.of(byte);
};

describe('a log', () => {
  const stopped = { time, event: 'proxy.stopped' };

  test('is its files, the oldest first', async () => {
    const path = join(await privateDirectory(), 'log');
    expect(await logFiles(path)).toEqual([path]);
    for (const name of [path, `${path}.1`, `${path}.2`, `${path}.4`]) await writeFile(name, '');
    expect(await logFiles(path)).toEqual([`${path}.2`, `${path}.1`, path]);
  });

  test('may end in the middle of a line', async () => {
    const path = join(await privateDirectory(), 'log');
    await writeFile(path, `${JSON.stringify(stopped)}\n\n{"time":`);
    expect(await read(path)).toEqual([
      { path, number: 1, torn: false, line: { ok: true, event: stopped } },
      { path, number: 2, torn: true, line: { ok: false, error: 'the line is not JSON' } },
    ]);
  });

  test('that is not there is an error', async () => {
    await expect(read(join(await privateDirectory(), 'none'))).rejects.toThrow('ENOENT');
  });

  test('is read whole, or its newest part, and says what was left out', async () => {
    const path = join(await privateDirectory(), 'log');
    await writeFile(`${path}.1`, `${line(1)}${line(2)}nothing\n{"tor`);
    await writeFile(path, `${line(3)}${line(4)}${line(5)}{"tor`);
    const counts = async (most: number) => {
      const { events, older } = await readLog(path, most);
      return [events.map((each) => (each as { count?: number }).count), older];
    };
    expect(await counts(10)).toEqual([[1, 2, 3, 4, 5], 0]);
    expect(await counts(3)).toEqual([[3, 4, 5], 2]);
    expect(await counts(1)).toEqual([[5], 4]);
    const { wrong, wrongCount } = await readLog(path, 10);
    expect(wrongCount).toBe(2);
    expect(wrong.map(({ path: file, number, torn }) => [file, number, torn])).toEqual([
      [`${path}.1`, 3, false],
      [`${path}.1`, 4, true],
    ]);
  });

  test('holds no more of its text than asked for, however much stands in a line', async () => {
    const path = join(await privateDirectory(), 'log');
    await writeFile(path, Array.from({ length: 500 }, (_, at) => padded(at)).join(''));
    const { events, older } = await readLog(path, { events: 1000, characters: 10_000 });
    expect(events.length + older).toBe(500);
    expect(JSON.stringify(events).length).toBeLessThan(10_500);
    expect(events.at(-1)).toMatchObject({ count: 499 });
    expect(await readLog(path, { events: 3, characters: 10_000 })).toMatchObject({
      events: [{ count: 497 }, { count: 498 }, { count: 499 }],
      older: 497,
    });
  });

  test('may come in pieces from elsewhere', async () => {
    const { events, wrong, wrongCount } = await readLogFrom(
      bytesOf(`${line(1)}no\n${line(2)}{"to`),
      'stdin',
      {
        events: 10,
        characters: 1000,
      },
    );
    expect(events).toMatchObject([{ count: 1 }, { count: 2 }]);
    expect(wrong).toMatchObject([{ path: 'stdin', number: 2 }]);
    expect(wrongCount).toBe(1);
  });
});
