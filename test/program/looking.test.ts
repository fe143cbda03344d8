import { describe, expect, test } from 'vitest';
import { keys } from '../support/pty.ts';
import { closeOf, connectViewer } from '../support/viewer.ts';
import { allEcho, desks, portOf } from './operator.ts';

describe.each(desks)('enter, on a console $way,', ({ open }) => {
  test('opens the page of a viewer, on which it can be evicted', async () => {
    const desk = await open({ cols: 100, rows: 30 });
    const [v1, v2] = await desk.join('alpha', 2);
    await desk.until(/alpha +2\/8/);
    desk.press('e');
    desk.press('j');
    await desk.until(/▸ {2}● ok +v2 /);
    desk.press(keys.enter);
    const page = new RegExp(
      `─ v2 127\\.0\\.0\\.1:${portOf(v2!)} ─[^]*● ok +in alpha[^]* rtt [^]* buf [^]*pings lost 0 of \\d`,
    );
    await desk.until(page);
    desk.press('e');
    await desk.until(/✗ EVICTING in \ds {2}v2 .*u undo {3}enter now/);
    desk.press(keys.enter);
    expect(await closeOf(v2!)).toEqual({ code: 1008, reason: 'evicted by operator' });
    await desk.until(/─ v2 127\.0\.0\.1:\d+ is gone ─[^]*1008/);
    desk.press(keys.escape);
    await desk.until(/alpha +1\/8/);
    await allEcho([v1!]);
  });

  test('on a refusal shows who had the slots, and what became of them', async () => {
    const desk = await open({ args: ['--cap', '2'], cols: 100, rows: 30 });
    const [v1, v2] = await desk.join('alpha', 2);
    await desk.until(/alpha +2\/2/);
    const late = await connectViewer(desk.url('alpha'));
    expect(await closeOf(late)).toMatchObject({ code: 1013 });
    await desk.until(/refuse +alpha +at cap 2\/2/);
    desk.press('\t\t');
    desk.press(keys.enter);
    await desk.until(
      /who had the slots then, the oldest first:[^]*● ok +v1 [^]*now ok[^]*● ok +v2 [^]*now ok/,
    );
    v1!.close(1000);
    await desk.until(/● ok +v1 .*gone/);
    desk.press(keys.escape);
    await desk.until((rows) => !rows.join('').includes('who had the slots'), 'the page gone');
    await allEcho([v2!]);
  });
});

describe.each(desks)('p, on a console $way,', ({ open }) => {
  test('holds the picture while the proxy goes on, and then shows what has happened', async () => {
    const desk = await open({ cols: 100, rows: 30 });
    const viewers = await desk.join('alpha', 2);
    await desk.until(/2\/8 from/);
    desk.press('p');
    await desk.until(/PAUSED \ds/);
    viewers.push(...(await desk.join('alpha', 1)));
    await allEcho(viewers);
    const held = await desk.until(/PAUSED \ds \+1 event/);
    expect(held.join('\n')).toMatch(/alpha +2\/8/);
    desk.press('p');
    await desk.until(/LIVE[^]*alpha +3\/8/);
  });
});

describe.each(desks)('the help of a console $way', ({ open }) => {
  test('shows the lines that have a word', async () => {
    const desk = await open({ cols: 100, rows: 30 });
    desk.press('?');
    await desk.until(/Keys and signs/);
    desk.press('/');
    desk.press('undo');
    const found = (await desk.until(/Help \/undo_ {2}\d+ found/)).join('\n');
    expect(found).toMatch(/undo the newest eviction/);
    expect(found).not.toContain('draw the screen anew');
    desk.press(keys.enter);
    await desk.until(/Help \/undo {2}\d+ found/);
    desk.press('e');
    desk.press(keys.escape);
    await desk.until(/Keys and signs/);
    desk.press(keys.escape);
    const after = await desk.until((rows) => !rows.join('').includes('Keys and'), 'the help gone');
    expect(after.at(-1)).toMatch(/\? help {2}q quit$/);
  });
});
