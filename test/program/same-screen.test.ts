import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { privateFolder } from '../api/ask.ts';
import { keys } from '../support/pty.ts';
import { connectRaw } from '../support/raw-viewer.ts';
import { type Desk, nextSecond, openDesk, startProgram } from './operator.ts';

/** Rows without what changes from one picture to the next: digits, bars, and how long an RTT is. */
const still = (rows: readonly string[]): readonly string[] =>
  rows.map((row) =>
    row
      .replaceAll(/ [ <]*\d+ms/g, (rtt) => '0ms'.padStart(rtt.length))
      .replaceAll(/\d/g, '0')
      .replaceAll(/[━╸┄┊▁-█]/g, '-'),
  );

/** What both show once they show the same; what each of them shows where they never do. */
const sharedBy = async (own: Desk, other: Pick<Desk, 'screen'>) => {
  let shown = { own: [] as readonly string[], other: [] as readonly string[] };
  for (let tries = 0; tries < 6; tries += 1) {
    shown = { own: still(await own.screen()), other: still(await other.screen()) };
    if (shown.own.join('\n') === shown.other.join('\n')) break;
    await nextSecond(own);
  }
  return shown;
};

/** The keys of the lists: nothing is open over them. */
const lists = /\? help {2}q quit *$/m;

describe.each([
  { cols: 80, rows: 24 },
  { cols: 120, rows: 36 },
])('at $cols by $rows', (size) => {
  test('an attached console shows what the one of the program itself shows', async () => {
    const socketPath = join(await privateFolder(), 'c.sock');
    const args = ['--control', socketPath, '--ping-interval=300ms', '--pong-timeout=10m'];
    const own = await openDesk({ ...size, args });
    await own.join('alpha', 4);
    await own.join('beta', 2);
    await connectRaw(own.url('beta'), { answerPings: false }).open();
    await own.until(/expiring/);
    const other = startProgram(['attach', socketPath, '--actor=ann'], size);
    await other.until(/LIVE[^]*expiring/);
    const ways: readonly (readonly [key: string, what: RegExp])[] = [
      // Whom the cursor has come to by itself is not marked for a while.
      ['j', /▸● alpha/],
      ['k', /▸◔ beta/],
      ['?', /Keys and signs/],
      [keys.escape, lists],
      ['c', /Viewer cap per session/],
      [keys.escape, lists],
      [keys.tab, /enter: full|▸. . expiring v7/],
      [keys.enter, /┌─ v7 /],
      [keys.escape, lists],
      ['/', /\/ +2 of 2 sessions/],
      [keys.escape, lists],
      ['*', /3 marked/],
      ['E', /Evict 3 marked viewers\?/],
      [keys.escape, lists],
    ];
    for (const [key, what] of ways) {
      for (const each of [own, other]) {
        each.press(key);
        await each.until(what);
      }
      const shown = await sharedBy(own, other);
      expect(shown.other, `after ${JSON.stringify(key)}`).toEqual(shown.own);
    }
  });
});
