import { describe, expect, test } from 'vitest';
import { join } from 'node:path';
import { privateDirectory } from '../support/backend-server.ts';
import { keys } from '../support/pty.ts';
import { closeOf, connectViewer } from '../support/viewer.ts';
import { aftermath, allEcho, asBefore, openDesk, portOf, promptLine } from './operator.ts';

/** What must be on the screen within a second of its happening. */
const soon = { ms: 1000 };

describe('the screen', () => {
  test('shows sessions, viewers, counts and a refusal as they happen', async () => {
    const desk = await openDesk({ args: ['--cap', '3'] });
    const [first, ...others] = await desk.join('alpha', 2);
    await desk.until(/2 viewers/, 'two viewers', soon);
    others.push(...(await desk.join('beta')));
    const screen = (await desk.until(/▸● alpha +2\/3 ▮▮▯[^]*● beta +1\/3 ▮▯▯/)).join('\n');
    expect(screen).toMatch(
      /^ wsbouncer {2}ws:\/\/127\.0\.0\.1:\d+ {2}up 0:0\d +LIVE \d\d:\d\d:\d\dZ$/m,
    );
    expect(screen).toMatch(/^ 2 sessions {2}3 viewers {2}cap 3 {2}● all well/m);
    expect(screen).toMatch(new RegExp(`^▸ {2}● ok +v1 .* 45s .* 127.0.0.1:${portOf(first!)}`, 'm'));
    await desk.until(/join +beta +v3 +1\/3 from 127\.0\.0\.1:\d+$/m);

    others.push(...(await desk.join('alpha')));
    await desk.until(/▲ alpha +3\/3 ▮▮▮ +full/, 'a full session', soon);
    const late = await connectViewer(desk.url('alpha'));
    const port = portOf(late);
    expect(await closeOf(late)).toMatchObject({ code: 1013 });
    const refusal = new RegExp(`refuse +alpha +at cap 3/3 from 127.0.0.1:${port}$`, 'm');
    await desk.until(refusal, 'the refusal in the feed', soon);
    await desk.until(/alpha +3\/3 .* 1 +- +\ds *$/m, 'the refusal in the row', soon);
    await desk.until(/refused 1\/5m/, 'the refusal in the totals', soon);

    first!.close(1000);
    await desk.until(/alpha +2\/3 ▮▮▯/, 'the slot back', soon);
    await desk.until(/leave +alpha +v1 +viewer closed after \ds, 1000$/m);
    await allEcho(others);
  });
});

describe('whatever the size of the terminal', () => {
  test('nothing is wider than it, the last row tells the keys, and the primary screen stays', async () => {
    const desk = await openDesk({ cols: 120, rows: 36 });
    const viewers = [...(await desk.join('alpha', 8)), ...(await desk.join('beta', 2))];
    await desk.until(/alpha +8\/8[^]*beta +2\/8/);
    const settled = (cols: number, rows: number, titles: number, shows: RegExp) => {
      desk.resize(cols, rows);
      return desk.until(
        (now) =>
          now.length === rows &&
          desk.wrapped() === 0 &&
          now.filter((row) => /(^|│)── /.test(row)).length === titles &&
          shows.test(now.join('\n')) &&
          / \? help {2}q quit$/.test(now.at(-1) ?? ''),
        `all of it and nothing else at ${cols}x${rows}`,
      );
    };
    const head = '^ wsbouncer {2}ws:.*LIVE[^]*Needs you 0';
    await settled(80, 24, 4, new RegExp(`${head}[^]*Sessions 2[^]*of alpha 8/8[^]*Events`));
    await settled(60, 15, 3, new RegExp(`${head}[^]*Sessions 2[^]*alpha +8/8[^]*Events`));
    await settled(50, 10, 2, new RegExp(`${head}[^]*Sessions 2[^]*alpha +8/8`));
    await settled(40, 8, 1, /^wsb 2s 10v 1 full[^]*Sessions 2[^]*alpha +8\/8/);
    await settled(120, 36, 4, new RegExp(`${head}[^]*│.*of alpha 8/8[^]*Events`));

    desk.resize(1, 1);
    await desk.until((now) => now.length === 1 && now[0]!.length <= 1, 'something at 1x1');
    desk.press('jj?');
    desk.press(keys.escape);
    await allEcho(viewers);

    for (let step = 1; step <= 30; step += 1) {
      desk.resize(1 + ((step * 53) % 160), 1 + ((step * 23) % 50));
      if (step % 3 === 0) await allEcho(viewers);
    }
    await settled(100, 30, 4, new RegExp(`${head}[^]*alpha +8/8`));

    desk.signal('SIGTERM');
    expect(await aftermath(desk)).toEqual(asBefore);
    const left = await desk.screen();
    expect(left[0]).toBe(promptLine);
    expect(left[1]).toMatch(/^wsbouncer: stopped after/);
    expect(left[2]).toBe('exit code 0');
  });

  test('it starts and quits where only one cell can be seen', async () => {
    const address = `unix:${join(await privateDirectory(), 'w.sock')}`;
    const desk = await openDesk({ cols: 1, rows: 1, address });
    await desk.until(() => desk.output().includes('\u001B[?1049h'), 'the alternate screen');
    const viewers = await desk.join('alpha', 2);
    await allEcho(viewers);
    await desk.until(([cell]) => cell === 'w', 'a sign that it runs');
    desk.press('q');
    await desk.until(([cell]) => cell === '?', 'a sign of the question');
    desk.press('y');
    expect(await aftermath(desk)).toEqual(asBefore);
    expect(await closeOf(viewers[0]!)).toEqual({ code: 1001, reason: 'proxy is shutting down' });
  });
});
