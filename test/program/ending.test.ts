import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { privateDirectory } from '../support/backend-server.ts';
import { keys } from '../support/pty.ts';
import { closeOf } from '../support/viewer.ts';
import { aftermath, allEcho, asBefore, type Desk, openDesk, promptLine } from './operator.ts';

const shuttingDown = { code: 1001, reason: 'proxy is shutting down' };

/** A program with two viewers, on the screen. */
const begun = async () => {
  const desk = await openDesk();
  const viewers = await desk.join('alpha', 2);
  await desk.until(/alpha +2\/8/);
  return { desk, viewers };
};

/** What is on the primary screen once the program has ended, its last words among it. */
const lastWords = async (desk: Desk): Promise<string[]> => {
  const screen = await desk.screen();
  return screen.slice(0, screen.indexOf('exit code 0'));
};

const farewell = [
  promptLine,
  expect.stringMatching(
    /^wsbouncer: stopped after \d+s; viewers: 2 admitted, 0 refused, 0 evicted$/,
  ),
];

describe('the end', () => {
  test('comes by q and y, and not before', async () => {
    const { desk, viewers } = await begun();
    desk.press('q');
    await desk.until(/Quit wsbouncer\?[^]*This closes 2 viewers\./);
    desk.press(keys.escape);
    await desk.until((screen) => !screen.join('').includes('Quit'), 'the question gone');
    // Stopping the process would stop the proxy.
    desk.press(keys.ctrlZ);
    desk.press('?');
    await desk.until(/Keys and signs/);
    desk.press(keys.escape);
    await desk.until((screen) => !screen.join('').includes('Keys'), 'the help gone');
    await allEcho(viewers);

    desk.press('q');
    await desk.until(/Quit wsbouncer\?/);
    desk.press('y');
    for (const viewer of viewers) expect(await closeOf(viewer)).toEqual(shuttingDown);
    expect(await aftermath(desk)).toEqual(asBefore);
    expect(await lastWords(desk)).toEqual(farewell);
  });

  test('comes by a second Ctrl-C', async () => {
    const { desk, viewers } = await begun();
    desk.press(keys.ctrlC);
    await desk.until(/Quit wsbouncer\?/);
    await allEcho(viewers);
    desk.press(keys.ctrlC);
    for (const viewer of viewers) expect(await closeOf(viewer)).toEqual(shuttingDown);
    expect(await aftermath(desk)).toEqual(asBefore);
    expect(await lastWords(desk)).toEqual(farewell);
  });

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('comes by %s', async (signal) => {
    const { desk, viewers } = await begun();
    desk.signal(signal);
    for (const viewer of viewers) expect(await closeOf(viewer)).toEqual(shuttingDown);
    expect(await aftermath(desk)).toEqual(asBefore);
    expect(await lastWords(desk)).toEqual(farewell);
  });

  test('leaves plain text where stderr is a file', async () => {
    const file = join(await privateDirectory(), 'errors');
    const desk = await openDesk({ errors: file });
    desk.signal('SIGTERM');
    expect(await aftermath(desk)).toEqual(asBefore);
    expect(await lastWords(desk)).toEqual([promptLine]);
    expect(await readFile(file, 'utf8')).toMatch(/^wsbouncer: stopped after .* 0 evicted\n$/);
  });
});
