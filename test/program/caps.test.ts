import { describe, expect, test } from 'vitest';
import { keys } from '../support/pty.ts';
import { closeOf, connectViewer } from '../support/viewer.ts';
import { allEcho, desks } from './operator.ts';

const full = { code: 1013, reason: 'too many connections for this session' };

/** Free slots by the rows of the sessions: `alpha 5/3`. */
const freeOn = (screen: readonly string[]): number =>
  screen.reduce((sum, row) => {
    const [, viewers = '0', cap = '0'] = /^[▸ ]. \w+ +(\d+)\/(\d+) /.exec(row) ?? [];
    return sum + Math.max(0, Number(cap) - Number(viewers));
  }, 0);

const refused = async (url: string) => closeOf(await connectViewer(url));

describe.each(desks)('an operator who sets the cap, on a console $way', ({ open }) => {
  test('sees what it will do, evicts nobody by it, and takes it back', async () => {
    const desk = await open({ cols: 100, rows: 30 });
    const viewers = [
      ...(await desk.join('alpha', 5)),
      ...(await desk.join('beta', 3)),
      ...(await desk.join('gamma', 1)),
    ];
    const before = await desk.until(/alpha +5\/8[^]*beta +3\/8[^]*gamma +1\/8/);
    expect(freeOn(before)).toBe(15);

    desk.press('c');
    await desk.until(
      /now 8 {3}new \[ 8_ \][^]*No session is above[^]*Free slots now 15, then 15\./,
    );
    desk.press('3');
    await desk.until(/new \[ 3_ \][^]*1 session is above the new cap:[^]*alpha 5/);
    await desk.until(/that session drops below 3\. Free slots now 15, then 2\./);
    desk.press(keys.enter);
    const after = await desk.until(/ cap 3 [^]*alpha +5\/3[^]*beta +3\/3[^]*gamma +1\/3/);
    expect(freeOn(after)).toBe(2);
    await desk.until(/cap +all sessions +8 to 3 by console[^]*cap 8 to 3 {3}u undo/);
    await allEcho(viewers);

    expect(await refused(desk.url('alpha'))).toEqual(full);
    expect(await refused(desk.url('beta'))).toEqual(full);
    viewers.push(...(await desk.join('gamma')));
    await desk.until(/gamma +2\/3/);

    desk.press('u');
    await desk.until(/cap 3 to 8: undone/);
    await desk.until(/ cap 8 [^]*alpha +5\/8/);
    viewers.push(...(await desk.join('beta')));
    await allEcho(viewers);
  });

  test('moves it by one with a key, and sets it for one session alone', async () => {
    const desk = await open({ cols: 100, rows: 30 });
    const viewers = [...(await desk.join('alpha', 3)), ...(await desk.join('beta', 3))];
    await desk.until(/▸.*alpha +3\/8[^]*beta +3\/8/);

    desk.press('+');
    await desk.until(/alpha +3\/9[^]*cap 8 to 9 {3}u undo/);
    desk.press('------');
    await desk.until(/alpha +3\/3[^]*beta +3\/3/);
    expect(await refused(desk.url('alpha'))).toEqual(full);
    // One undo for all steps.
    desk.press('u');
    await desk.until(/alpha +3\/8[^]*beta +3\/8[^]*cap 3 to 8: undone/);

    desk.press('c');
    await desk.until(/tab only alpha/);
    desk.press(keys.tab);
    await desk.until(/Viewer cap of alpha alone/);
    desk.press('4');
    await desk.until(/new \[ 4_ \][^]*Free slots now 5, then 1\./);
    desk.press(keys.enter);
    await desk.until(/alpha +3\/4[^]*beta +3\/8[^]*Viewers of alpha 3\/4 own cap/);
    viewers.push(...(await desk.join('alpha')), ...(await desk.join('beta')));
    expect(await refused(desk.url('alpha'))).toEqual(full);

    desk.press('c');
    await desk.until(/now 8 /);
    desk.press(keys.tab);
    await desk.until(/now 4 \(its own\)[^]*d the default again/);
    desk.press('d');
    await desk.until(/alpha +4\/8[^]*beta +4\/8/);
    viewers.push(...(await desk.join('alpha')));
    await allEcho(viewers);
  });
});
