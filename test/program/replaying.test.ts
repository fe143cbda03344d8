/** The real program on a log that a real proxy wrote while it was stormed. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { privateDirectory } from '../support/backend-server.ts';
import { runToEnd } from '../support/program.ts';
import { closeOf, connectViewer } from '../support/viewer.ts';
import { aftermath, asBefore, openDesk, startProgram } from './operator.ts';

/** Refusals at the cap, a cap that changes, an eviction: all by a proxy under its console. */
const writtenLog = async (): Promise<string> => {
  const path = join(await privateDirectory(), 'events.jsonl');
  const desk = await openDesk({
    cols: 100,
    rows: 30,
    args: ['--event-log', path, '--cap', '2', '--refuse-hold', '0', '--probe-on-full', '0'],
  });
  await desk.join('alpha', 2);
  await desk.until(/alpha +2\/2/);
  const storm = Array.from({ length: 60 }, async () =>
    closeOf(await connectViewer(desk.url('alpha'))),
  );
  const ends = await Promise.all(storm);
  expect(new Set(ends.map(({ code }) => code))).toEqual(new Set([1013]));
  desk.press('+');
  await desk.until(/alpha +2\/3/);
  desk.press(':evict v1\r');
  await desk.until(/alpha +1\/3/);
  desk.press('q');
  await desk.until(/Quit wsbouncer\?/);
  desk.press('y');
  expect((await desk.afterwards()).exitCode).toBe(0);
  return path;
};

/** A line of the palette, as somebody types it: all at once it would be a paste. */
const typeLine = async (
  run: { press: (text: string) => void; until: (matches: RegExp) => Promise<unknown> },
  line: string,
): Promise<void> => {
  run.press(':');
  await run.until(/Command/);
  for (const word of line.match(/.{1,6}/g) ?? []) run.press(word);
  await run.until(new RegExp(`:${line}`));
  run.press('\r');
};

describe('a replay', () => {
  test('goes through the log of a proxy, from its first event to its last', async () => {
    const path = await writtenLog();
    const count = (await readFile(path, 'utf8')).trimEnd().split('\n').length;
    expect(count).toBeGreaterThan(65);
    const run = startProgram(['replay', path]);
    const last = new RegExp(`REPLAY ${count}/${count} `);
    await run.until(
      new RegExp(`REPLAY 1/${count} .*\\d\\d:\\d\\d:\\d\\dZ[^]*listen +127\\.0\\.0\\.1`),
    );
    run.press('.');
    await run.until(new RegExp(`REPLAY 2/${count} `));
    run.press(',');
    await run.until(new RegExp(`REPLAY 1/${count} `));
    // Until both have come; a storm may not have begun by then.
    for (let index = 2; index <= 4; index += 1) {
      run.press('.');
      await run.until(new RegExp(`REPLAY ${index}/${count} `));
    }
    await run.until(/alpha +2\/2/);
    run.press(']');
    await run.until(last);
    await run.until(/evicted 1\/5m/);
    await run.until(/refused 60\/5m/);
    await run.until(/0 sessions +0 viewers/);
    await typeLine(run, 'at start');
    await run.until(new RegExp(`REPLAY \\d/${count} `));
    run.press('e');
    await run.until(/a replay changes nothing/);
    run.press('*');
    await run.until(/REPLAY 10x /);
    run.press('*');
    await run.until(last);
    expect(run.wrapped()).toBe(0);
    run.press('q');
    expect(await aftermath(run)).toEqual(asBefore);
  });

  test('says before and on the screen what it left out', async () => {
    const path = join(await privateDirectory(), 'events.jsonl');
    const time = '2026-11-21T12:00:00.000Z';
    const event = JSON.stringify({ time, event: 'proxy.stopped' });
    const long = `{"time":"${time}","event":"proxy.stopped","x":"${'x'.repeat(1_000_000)}"}`;
    await writeFile(
      `${path}.1`,
      `${event}\nno event\n${long}\n{"time":"${time}","event":"viewer.flew"}\n`,
    );
    await writeFile(path, `${event}\n{"time":"${time}","ev`);
    const run = startProgram(['replay', path]);
    await run.until(/REPLAY 1\/2 [^]*left out of the log: 3 lines/);
    run.signal('SIGTERM');
    expect(await aftermath(run)).toEqual(asBefore);
    expect(run.output()).toContain(
      'wsbouncer: left out 3 lines that are no events; the first is line 2 of ',
    );
    expect(run.output()).toContain('the line is not JSON');
  });

  test.each([
    [
      '/there/is/none',
      1,
      /cannot read .*: there is no such file; name the file that --event-log wrote/,
    ],
    ['/', 1, /cannot read "\/": it is a directory; name the file/],
    ['/dev/null', 1, /"\/dev\/null" has no event in it; name the file/],
    ['/etc/hostname', 1, /has no event in it \(line 1: the line is not JSON\); name/],
    ['-', 2, /stdin is the terminal; pipe a log into it/],
  ])('of what is no log is refused: %s', async (path, code, words) => {
    const run = startProgram(['replay', path], { cols: 200 });
    const { exitCode } = await run.afterwards();
    expect(exitCode).toBe(code);
    expect(run.output()).toMatch(words);
    expect(run.output()).not.toContain('\u001B[?1049h');
  });

  test('needs a terminal', async () => {
    const { code, stderr } = await runToEnd(['replay', '/dev/null']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^wsbouncer: replay needs a terminal; .*\n$/);
  });
});
