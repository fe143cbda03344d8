import { describe, expect, test } from 'vitest';
import { opcodes } from '../support/frame-reader.ts';
import { connectRaw } from '../support/raw-viewer.ts';
import { needyOn, nextSecond, desks } from './operator.ts';

const pongTimeout = { code: 1001, reason: 'pong timeout' };

describe.each(desks)('a viewer that is kept, on a console $way,', ({ open }) => {
  test('stays beyond its deadline, until the operator lets go of it', async () => {
    const args = ['--ping-interval', '300ms', '--pong-timeout', '5s'];
    const desk = await open({ args, cols: 100, rows: 30 });
    const [well] = await desk.join('alpha');
    const kept = connectRaw(desk.url('beta'), { answerPings: false });
    await kept.open();
    await desk.until((rows) => needyOn(rows).some(({ viewer }) => viewer === 'v2'), 'v2 in need');
    // The worst session is chosen by itself: its viewer has the sign of the cursor before n.
    desk.press('n');
    await nextSecond(desk);
    desk.press('K');
    await desk.until(/v2 .*kept/);

    const other = connectRaw(desk.url('beta'), { answerPings: false });
    expect(await other.closed()).toMatchObject({ close: pongTimeout });
    await desk.until(/evict +beta +v3 +pong timeout/);
    expect(kept.frames.all.filter(({ opcode }) => opcode === opcodes.close)).toEqual([]);

    desk.press('K');
    expect(await kept.closed()).toMatchObject({ close: pongTimeout });
    await desk.until(/evict +beta +v2 +pong timeout/);
    expect(well!.readyState).toBe(well!.OPEN);
  });
});
