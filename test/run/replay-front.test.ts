import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { leftOut, logToReplay } from '../../src/run/replay-front.ts';
import { privateDirectory } from '../support/backend-server.ts';

const time = '2026-11-21T12:00:00.000Z';
const line = `${JSON.stringify({ time, event: 'proxy.stopped' })}\n`;
const nothing = async function* (): AsyncGenerator<Uint8Array> {};

const written = async (text: string): Promise<string> => {
  const path = join(await privateDirectory(), 'log');
  await writeFile(path, text);
  return path;
};

describe('what a log leaves out', () => {
  test('is nothing where all of it is shown', async () => {
    const log = await logToReplay(await written(line.repeat(3)), nothing());
    expect(leftOut(log)).toEqual({ lines: [], short: null });
  });

  test('is told with the place of the first line that is no event', async () => {
    const path = await written(`${line}\n\nx\n${'y'.repeat(70_000)}\n`);
    const { lines, short } = leftOut(await logToReplay(path, nothing()));
    expect(lines).toEqual([
      `wsbouncer: left out 2 lines that are no events; the first is line 2 of "${path}": the line is not JSON`,
    ]);
    expect(short).toBe('left out of the log: 2 lines');
  });

  test('is told where only the newest part of it is shown', async () => {
    const path = await written(line.repeat(1500));
    const log = await logToReplay(path, nothing(), { events: 100, characters: 1_000_000 });
    const { lines, short } = leftOut(log, 100);
    expect(lines).toEqual([
      'wsbouncer: left out 1,400 older events; of a long log the newest 100 at most are replayed',
    ]);
    expect(short).toBe('left out of the log: 1,400 older events');
  });
});

describe('a log without an event', () => {
  test.each([
    ['', 'has no event in it'],
    ['\n\n', 'has no event in it'],
    ['hello\n', 'has no event in it (line 1: the line is not JSON)'],
    [line.slice(0, -10), 'has no event in it'],
  ])('is refused: %j', async (text, words) => {
    await expect(logToReplay(await written(text), nothing())).rejects.toMatchObject({
      kind: 'environment',
      message: expect.stringContaining(words) as string,
      remedy: 'name the file that --event-log wrote',
    });
  });

  test('cannot move the cursor by its name', async () => {
    const path = '/none/\u001B[2J\nlog';
    await expect(logToReplay(path, nothing())).rejects.toMatchObject({
      line: expect.not.stringMatching(/\p{Cc}/u) as string,
    });
  });
});
