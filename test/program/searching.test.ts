import { describe, expect, test } from 'vitest';
import { keys } from '../support/pty.ts';
import { connectRaw } from '../support/raw-viewer.ts';
import { closeOf } from '../support/viewer.ts';
import { allEcho, desks } from './operator.ts';

/** The names of the sessions as they are listed. */
const sessionsOn = (screen: readonly string[]): readonly string[] => {
  const title = screen.findIndex((row) => row.includes('── Sessions'));
  const end = screen.findIndex((row, at) => at > title && row.includes('── Viewers'));
  return screen.slice(title + 2, end).flatMap((row) => /^[▸ ]\S (\w+)/.exec(row)?.slice(1) ?? []);
};

describe.each(desks)('a filter, on a console $way,', ({ open }) => {
  test('lists who meets it while it is typed, and until it is cleared', async () => {
    const args = ['--ping-interval', '300ms', '--pong-timeout', '1m'];
    const desk = await open({ args, cols: 100, rows: 30 });
    const viewers = [...(await desk.join('alpha', 2)), ...(await desk.join('beta', 2))];
    const silent = connectRaw(desk.url('beta'), { answerPings: false });
    await silent.open();
    await desk.until(/alpha +2\/8[^]*beta +3\/8|beta +3\/8[^]*alpha +2\/8/);

    desk.press('/');
    await desk.until(/^ \/ +2 of 2 sessions/m);
    desk.press('alp');
    await desk.until(/^ \/alp +1 of 2 sessions/m);
    desk.press(keys.enter);
    const alone = await desk.until(/Sessions 1 of 2 {2}\/alp [^]*Viewers of alpha/);
    expect(sessionsOn(alone)).toEqual(['alpha']);
    desk.press(keys.escape);
    await desk.until((rows) => sessionsOn(rows).length === 2, 'both sessions again');

    desk.press('/');
    await desk.until(/^ \/ +2 of 2 sessions/m);
    desk.press('state:expiring');
    await desk.until(/Sessions 1 of 2[^]*Viewers of beta 3\/8 {2}1 of 3 listed/);
    // What held before holds again: nothing.
    desk.press(keys.escape);
    await desk.until((rows) => sessionsOn(rows).length === 2, 'both sessions again');

    desk.press('/');
    await desk.until(/^ \/ +2 of 2 sessions/m);
    desk.press('rtt>>5');
    desk.press(keys.enter);
    // What is not understood is said, and holds nobody back.
    await desk.until((rows) => /rtt/.test(rows.at(-1) ?? '') && sessionsOn(rows).length === 2);
    desk.press(keys.escape);
    await allEcho(viewers);
  });
});

describe.each(desks)('the order of a list, on a console $way,', ({ open }) => {
  test('is that of the next column with s, and turned round with S', async () => {
    const args = ['--ping-interval', '300ms', '--pong-timeout', '1m'];
    const desk = await open({ args, cols: 100, rows: 30 });
    await desk.join('alpha', 1);
    await desk.join('beta', 3);
    await connectRaw(desk.url('zeta'), { answerPings: false }).open();
    const has = (...names: readonly string[]) =>
      [
        (rows: readonly string[]) => sessionsOn(rows).join() === names.join(),
        `the sessions as ${names.join(', ')}`,
      ] as const;
    await desk.until(...has('zeta', 'alpha', 'beta'));
    desk.press('s');
    await desk.until(/sorted by name/);
    await desk.until(...has('alpha', 'beta', 'zeta'));
    desk.press('S');
    await desk.until(...has('zeta', 'beta', 'alpha'));
    desk.press('s');
    await desk.until(/sorted by viewers, most first/);
    const screen = await desk.until((rows) => sessionsOn(rows)[0] === 'beta', 'beta first');
    expect(sessionsOn(screen)).toHaveLength(3);
  });
});

describe.each(desks)('a command that is typed, on a console $way,', ({ open }) => {
  test('sets the cap, evicts the viewer that it names, and says what is wrong with it', async () => {
    const desk = await open({ cols: 100, rows: 30 });
    const [v1, v2, v3] = await desk.join('alpha', 3);
    await desk.until(/alpha +3\/8/);
    desk.press(':');
    await desk.until(/┌─ Command /);
    desk.press('cap 6');
    await desk.until(/:cap 6/);
    desk.press(keys.enter);
    await desk.until(/ cap 6 [^]*alpha +3\/6[^]*cap 8 to 6 {3}u undo/);

    desk.press(':');
    await desk.until(/┌─ Command /);
    desk.press('cap many');
    desk.press(keys.enter);
    await desk.until(/cap needs a number from 1 to 100000: cap 6/);
    desk.press(keys.escape);
    await desk.until((rows) => !rows.join('').includes('┌─ Command '), 'the line gone');

    desk.press(':');
    await desk.until(/┌─ Command /);
    desk.press('evict v2 because of tests');
    await desk.until(/:evict v2 because of tests/);
    desk.press(keys.enter);
    await desk.until(/EVICTING in \ds {2}v2 /);
    expect(await closeOf(v2!)).toEqual({ code: 1008, reason: 'evicted by operator: of tests' });
    await desk.until(/evict +alpha +v2 +by operator \(console\): of tests/);
    await allEcho([v1!, v3!]);
  });
});
