import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { privateDirectory } from '../support/backend-server.ts';
import { programFile } from '../support/child-environment.ts';
import { keys, startInShell } from '../support/pty.ts';
import { closeOf } from '../support/viewer.ts';
import { aftermath, allEcho, asBefore, openDesk, openDeskIn, portOf } from './operator.ts';

/** What was put into the clipboard, in order (OSC 52). */
const copiesIn = (output: string): string[] =>
  output
    .split('\u001B]52;c;')
    .slice(1)
    .map((rest) => Buffer.from(rest.split('\u0007')[0] ?? '', 'base64').toString('utf8'));

describe('y', () => {
  test('puts the viewer, or the session, under the cursor into the clipboard', async () => {
    const desk = await openDesk({ cols: 100, rows: 30 });
    const [, v2] = await desk.join('alpha', 2);
    await desk.until(/alpha +2\/8/);
    desk.press('y');
    await desk.until(/copied alpha/);
    desk.press(keys.tab);
    desk.press('j');
    await desk.until(/▸ {2}● ok +v2 /);
    desk.press('y');
    const text = `v2 127.0.0.1:${portOf(v2!)}`;
    await desk.until((rows) => rows.join('').includes(`copied ${text}`), `copied ${text}`);
    expect(copiesIn(desk.output())).toEqual(['alpha', text]);
  });
});

describe('w', () => {
  test('writes everybody, drawn or not, into a file that only its owner reads', async () => {
    const directory = await privateDirectory();
    const command = ['bash', '-c', `cd '${directory}' && exec "$0" "$@"`];
    const desk = await openDeskIn(
      (args) =>
        startInShell(args, {
          cols: 100,
          rows: 30,
          command: [...command, process.execPath, programFile],
        }),
      {},
    );
    const viewers = [...(await desk.join('alpha', 8)), ...(await desk.join('beta', 8))];
    viewers.push(...(await desk.join('gamma', 4)));
    await desk.until(/20 viewers/);
    desk.press('w');
    await desk.until(/wrote 20 viewers to /);
    const [name, ...others] = await readdir(directory);
    expect(others).toEqual([]);
    expect(name).toMatch(/^wsbouncer-[\dTZ-]+\.json$/);
    const file = join(directory, name!);
    const written = JSON.parse(await readFile(file, 'utf8')) as {
      viewers: { id: string; remote: string }[];
    };
    expect(written).toMatchObject({ cap: 8, totals: { sessions: 3, viewers: 20 } });
    expect(written.viewers.map(({ remote }) => remote).toSorted()).toEqual(
      viewers.map((viewer) => `127.0.0.1:${portOf(viewer)}`).toSorted(),
    );
    // Windows has no such bits.
    expect((await stat(file)).mode & 0o077).toBe(0);
    await allEcho(viewers);
  });
});

describe('l', () => {
  test('leaves the screen for lines with commands, and enter comes back', async () => {
    const desk = await openDesk({ cols: 100, rows: 30 });
    const [v1, v2] = await desk.join('alpha', 2);
    await desk.until(/alpha +2\/8/);
    desk.press('l');
    await desk.until(/log mode: Enter alone goes back to the screen/);
    expect(await desk.bufferType()).toBe('normal');
    const [v3] = await desk.join('alpha', 1);
    await desk.until(/^[\d:]{8} join +alpha v3 /m);
    desk.press('evict v2');
    await desk.until(/> evict v2/);
    desk.press(keys.enter);
    await desk.until(/evicting v2 in 3 s; type undo/);
    expect(await closeOf(v2!)).toEqual({ code: 1008, reason: 'evicted by operator' });
    await desk.until(/^[\d:]{8} evict +alpha v2 by operator/m);
    desk.press(keys.enter);
    await desk.until(/LIVE[^]*alpha +2\/8/);
    expect(await desk.bufferType()).toBe('alternate');
    await allEcho([v1!, v3!]);
    desk.press('q');
    await desk.until(/Quit wsbouncer\?/);
    desk.press('y');
    expect(await aftermath(desk)).toEqual(asBefore);
  });
});
