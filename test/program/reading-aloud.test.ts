import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { privateDirectory } from '../support/backend-server.ts';
import { keys } from '../support/pty.ts';
import { closeOf } from '../support/viewer.ts';
import { aftermath, allEcho, asBefore, openDesk } from './operator.ts';

describe('for a screen reader', () => {
  test('the console is lines from the start, and commands are typed', async () => {
    const address = `unix:${join(await privateDirectory(), 'w.sock')}`;
    const env = { INK_SCREEN_READER: 'true' };
    const desk = await openDesk({ address, env, cols: 100, rows: 30 });
    await desk.until(/wsbouncer: type help and Enter for the commands/);
    const [v1, v2] = await desk.join('alpha', 2);
    await desk.until(/^[\d:]{8} join +alpha v2 /m);
    desk.press('evict v1');
    desk.press(keys.enter);
    await desk.until(/evicting v1 in 3 s; type undo/);
    expect(await closeOf(v1!)).toEqual({ code: 1008, reason: 'evicted by operator' });
    await allEcho([v2!]);
    desk.press(keys.enter);
    await desk.until(/^1 session, [12] viewers?, cap 8$/m);
    desk.press('quit');
    desk.press(keys.enter);
    await desk.until(/quit\? it closes 1 viewer: type quit once more and Enter/);
    desk.press('quit');
    desk.press(keys.enter);
    expect(await aftermath(desk)).toEqual(asBefore);
    // No alternate screen, and no cursor that is moved about.
    const sequences = desk.output().split('\u001B[').slice(1);
    expect(sequences.filter((rest) => /^(?:\?1049|[\d;]*[A-J])/.test(rest))).toEqual([]);
  });
});
