import { describe, expect, test } from 'vitest';
import { keys } from '../support/pty.ts';
import { connectRaw } from '../support/raw-viewer.ts';
import { closeOf } from '../support/viewer.ts';
import {
  aftermath,
  allEcho,
  asBefore,
  coloursIn,
  needyOn,
  nextSecond,
  desks,
  openDesk,
} from './operator.ts';

describe.each(desks)('--read-only, on a console $way,', ({ open }) => {
  test('lets no key and no command change anything', async () => {
    const args = ['--read-only', '--ping-interval', '300ms', '--pong-timeout', '1m'];
    const desk = await open({ args, cols: 100, rows: 30 });
    const viewers = [...(await desk.join('alpha', 2)), ...(await desk.join('beta', 1))];
    const silent = connectRaw(desk.url('beta'), { answerPings: false });
    await silent.open();
    await desk.until((rows) => needyOn(rows).length === 1, 'a viewer with a digit');
    await desk.until(/READ-ONLY LIVE/);
    desk.press(keys.tab);
    for (const key of ['1', 'e', keys.enter, keys.escape, 'E', 'y', 'K', '+', '-', 'c', '5', 'u']) {
      desk.press(key);
    }
    desk.press(keys.ctrlZ);
    const commands = ['cap 3', 'evict v1', 'keep v1', 'lock', 'drain', 'stop'];
    for (const command of commands) {
      desk.press(':');
      await desk.until(/┌─ Command /);
      desk.press(command);
      await desk.until((rows) => rows.join('\n').includes(`:${command}`), command);
      desk.press(keys.enter);
      await desk.until(/read-only: /);
    }
    // Three seconds later whatever was armed would be carried out.
    const since = performance.now();
    while (performance.now() - since < 3300) await silent.nextFrame();
    await allEcho(viewers);
    const screen = (await desk.screen()).join('\n');
    expect(screen).toMatch(/ cap 8 /);
    expect(screen).not.toContain('EVICTING');
    expect(silent.socket.destroyed).toBe(false);
    desk.signal('SIGTERM');
    expect(await aftermath(desk)).toEqual(asBefore);
  });
});

describe('--read-only, where the proxy runs in the same program', () => {
  test('lets no key and no command stop it', async () => {
    const desk = await openDesk({ args: ['--read-only'], cols: 100, rows: 30 });
    const viewers = await desk.join('alpha', 1);
    await desk.until(/alpha +1\/8/);
    for (const leaving of ['q', 'y', keys.ctrlC, keys.ctrlC]) desk.press(leaving);
    const refused = /read-only: quitting would stop the proxy; kill \d+ does/;
    await desk.until(refused);
    // With the next key right behind it, Escape would be a part of that.
    desk.press(keys.escape);
    await desk.until((rows) => !refused.test(rows.join('')), 'the refusal is gone');
    desk.press(':quit\r');
    await desk.until(refused);
    await allEcho(viewers);
    desk.signal('SIGTERM');
    expect(await aftermath(desk)).toEqual(asBefore);
  });
});

describe.each(desks)('--confirm=always, on a console $way,', ({ open }) => {
  test('asks before every eviction, and y alone agrees', async () => {
    const desk = await open({ args: ['--confirm=always'], cols: 100, rows: 30 });
    const [v1, v2, v3] = await desk.join('alpha', 3);
    await desk.until(/alpha +3\/8/);
    desk.press('e');
    await desk.until(/▸ {2}● ok +v1 /);
    desk.press('j');
    await desk.until(/▸ {2}● ok +v2 /);
    for (const no of ['n', keys.enter, keys.escape]) {
      desk.press('e');
      await desk.until(/Evict v2\?/);
      desk.press(no);
      await desk.until((rows) => !rows.join('').includes('Evict v2?'), `nobody evicted by ${no}`);
    }
    await allEcho([v1!, v2!, v3!]);
    desk.press('e');
    await desk.until(/Evict v2\?/);
    desk.press('y');
    expect(await closeOf(v2!)).toEqual({ code: 1008, reason: 'evicted by operator' });
    await desk.until(/alpha +2\/8/);
    await allEcho([v1!, v3!]);
  });
});

describe.each(desks)('how the screen of a console $way is drawn', ({ open }) => {
  test('with --ascii and --name it is 7-bit throughout, under that name', async () => {
    const args = ['--ascii', '--name=edge 2', '--accent=green'];
    const more = ['--ping-interval', '300ms', '--pong-timeout', '1m'];
    const desk = await open({ args: [...args, ...more], cols: 100, rows: 30 });
    await desk.join('alpha', 2);
    await connectRaw(desk.url('alpha'), { answerPings: false }).open();
    await desk.until(/^ edge 2 {2}ws:[^]*1 ! expiring v3/);
    desk.press('?');
    await desk.until(/Keys and signs/);
    desk.press(keys.escape);
    await desk.until((rows) => !rows.join('').includes('Keys and'), 'the help gone');
    desk.press('1');
    await desk.until(/x EVICTING in \ds {2}v3 /);
    desk.press('u');
    desk.press('c');
    await desk.until(/Viewer cap per session/);
    expect(Buffer.from(desk.output()).every((byte) => byte < 0x80)).toBe(true);
    expect((await desk.screen())[0]).toMatch(/^ edge 2 {2}ws:/);
  });

  test('with --no-color it has none, and the cursor is still seen', async () => {
    const desk = await open({ args: ['--no-color', '--accent=red'] });
    await desk.join('alpha');
    await desk.until(/alpha +1\/8/);
    desk.press(keys.tab);
    await nextSecond(desk);
    desk.press('e');
    await desk.until(/EVICTING in/);
    desk.press('u');
    await desk.until(/v1 stays/);
    expect(coloursIn(desk.output())).toEqual([]);
    const inverse = (await desk.cells()).flatMap((row) => row.filter((run) => run.inverse));
    expect(inverse.map(({ text }) => text).join('')).toMatch(/^▸ {2}● ok +v1 .*$/);
  });
});
