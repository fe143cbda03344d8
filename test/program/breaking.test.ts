import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { privateDirectory } from '../support/backend-server.ts';
import { closeOf, echo } from '../support/viewer.ts';
import { aftermath, allEcho, asBefore, openDesk, promptLine } from './operator.ts';

const preload = fileURLToPath(new URL('../support/break-on-demand.ts', import.meta.url));
const shuttingDown = { code: 1001, reason: 'proxy is shutting down' };

/** A program with a viewer, and what breaks a part of it. */
const begun = async () => {
  const folder = await privateDirectory();
  const desk = await openDesk({
    cols: 120,
    env: { NODE_OPTIONS: `--import=${preload}`, WSBOUNCER_TEST_BREAK: folder },
  });
  const [viewer] = await desk.join('alpha');
  await desk.until(/alpha +1\/8/);
  return { desk, viewer: viewer!, breaks: (part: string) => mkdir(join(folder, part)) };
};

describe('when the console breaks', () => {
  test.each([
    { part: 'handler', reason: 'TypeError: a bug in a handler' },
    { part: 'drawing', reason: 'RangeError: a bug in drawing' },
  ])('in its $part, the proxy goes on and says so', async ({ part, reason }) => {
    const { desk, viewer, breaks } = await begun();
    await breaks(part);
    await desk.until(/the console failed/);
    const failed = `wsbouncer: the console failed (${reason}); the proxy goes on, its events follow`;
    expect((await desk.screen()).slice(0, 3)).toEqual([promptLine, failed, '']);
    expect([await desk.bufferType(), await desk.cursorShown()]).toEqual(['normal', true]);
    // The terminal is its own again: it shows what is typed.
    desk.press('typed\r');
    await desk.until(/^typed$/m);

    await breaks('handler-again');
    await desk.until(/^wsbouncer: and then: TypeError: a bug in a handler-again$/m);
    await echo(viewer, 'nothing happened');
    const viewers = [viewer, ...(await desk.join('beta'))];
    await desk.until(/^\{"time":.*"event":"viewer.admitted","session":"beta","viewer":"v2"/m);
    await allEcho(viewers);

    desk.signal('SIGTERM');
    for (const one of viewers) expect(await closeOf(one)).toEqual(shuttingDown);
    expect(await aftermath(desk)).toEqual(asBefore);
    expect(desk.output()).toMatch(
      /"proxy\.stopped","actor":"signal"\}\r\nwsbouncer: stopped after \d+s;/,
    );
  });
});

describe('when the relay breaks', () => {
  test('it is started again under the console, and ends the program the second time', async () => {
    const { desk, viewer, breaks } = await begun();
    await breaks('relay');
    expect(await closeOf(viewer)).toMatchObject({ code: 1006 });
    await desk.until(/0 sessions {2}0 viewers[^]*the relay broke and was started again/);
    const [again] = await desk.join('alpha');
    await echo(again!, 'back');
    await desk.until(/alpha +1\/8[^]*▸ {2}● ok +v2 /);
    expect(await desk.bufferType()).toBe('alternate');

    await breaks('relay-again');
    const died = `the relay's thread died (TypeError: a bug of the relay)`;
    expect(await aftermath(desk)).toEqual({ ...asBefore, exitCode: 1 });
    expect((await desk.screen()).slice(0, 4)).toEqual([
      promptLine,
      `wsbouncer: the relay broke and was started again: ${died}`,
      `wsbouncer: ${died}; start it again`,
      'exit code 1',
    ]);
  });
});
