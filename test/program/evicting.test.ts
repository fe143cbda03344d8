import { describe, expect, test } from 'vitest';
import { opcodes } from '../support/frame-reader.ts';
import { keys } from '../support/pty.ts';
import { connectRaw, type RawViewer } from '../support/raw-viewer.ts';
import { closeOf, connectViewer } from '../support/viewer.ts';
import { allEcho, chosenOn, desks, portOf } from './operator.ts';

const byOperator = { code: 1008, reason: 'evicted by operator' };

/** A viewer that answers every so many Pings only, and so is by turns ok, late and expiring. */
const waver = (url: string, every: number): RawViewer => {
  const viewer = connectRaw(url, { answerPings: false });
  let pings = 0;
  viewer.socket.on('readable', () => {
    const seen = viewer.frames.all.filter(({ opcode }) => opcode === opcodes.ping);
    for (; pings < seen.length; pings += 1) {
      const { payload } = seen[pings]!;
      if (pings % every === 0) viewer.sendFrame({ opcode: opcodes.pong, payload });
    }
  });
  return viewer;
};

/** Viewers that come and go, one at a time, each for as long as `stay` says, until `end`. */
const keepVisiting = (url: string, stay: () => Promise<void>) => {
  const state = { ended: false };
  const codes = new Set<number>();
  const visits = async (): Promise<void> => {
    while (!state.ended) {
      const guest = await connectViewer(url);
      await stay();
      guest.close(1000);
      codes.add((await closeOf(guest)).code);
    }
  };
  const all = visits();
  // Awaited in `end`; a test that fails before shows its own reason.
  all.catch(() => undefined);
  return {
    /** How their connections ended, each code once. */
    end: async (): Promise<number[]> => {
      state.ended = true;
      await all;
      return [...codes];
    },
  };
};

describe.each(desks)('an operator who evicts, on a console $way', ({ open }) => {
  test('ends the chosen viewers and nobody else, after three seconds or at once', async () => {
    const desk = await open({ cols: 100, rows: 30 });
    const [v1, v2, v3, v4, v5, v6] = await desk.join('alpha', 6);
    const [other] = await desk.join('beta');
    await desk.until(/alpha +6\/8[^]*beta +1\/8[^]*Viewers of alpha 6\/8/);
    const choose = (key: string, viewer: NonNullable<typeof v1>) => {
      desk.press(key);
      return desk.until((screen) => chosenOn(screen) === portOf(viewer), `the cursor by ${key}`);
    };

    // On a session: to its viewers, and no further.
    desk.press('e');
    expect((await choose('j', v2!)).join('\n')).not.toContain('EVICTING');

    const armed = performance.now();
    desk.press('e');
    await desk.until(new RegExp(`▸✗ EVICTING in 3s  v2 127.0.0.1:${portOf(v2!)} .*enter now`));

    await choose('j', v3!);
    desk.press('e');
    await desk.until(/▸✗ EVICTING in \ds {2}v3 /);
    desk.press('u');
    await desk.until(/▸ {2}● ok +v3 [^]*v3 stays/);

    await choose('j', v4!);
    desk.press('e');
    await desk.until(/▸✗ EVICTING in \ds {2}v4 /);
    v4!.close(1000);
    expect(await closeOf(v4!)).toMatchObject({ code: 1000 });
    // The cursor has gone to a neighbour: a key that was meant for the one that left must not
    // hit it.
    await desk.until((screen) => chosenOn(screen) === portOf(v5!), 'the cursor on the next one');
    desk.press('e');
    await desk.until(/EVICTING in \ds {2}v4 and 1 other {3}u undo {3}v4 had already gone/);
    expect(v2!.readyState).toBe(v2!.OPEN);

    await desk.until(/EVICTING in 1s {2}v2 127/);
    expect(await closeOf(v2!)).toEqual(byOperator);
    expect(performance.now() - armed).toBeGreaterThanOrEqual(3000);
    await desk.until(/evict +alpha +v2 +by operator \(console\), now 4\/8/);
    await desk.until(/^ v4 had already gone/m);

    await choose('j', v6!);
    const last = performance.now();
    desk.press('e');
    desk.press(keys.enter);
    expect(await closeOf(v6!)).toEqual(byOperator);
    expect(performance.now() - last).toBeLessThan(3000);

    await allEcho([v1!, v3!, v5!, other!]);
    const screen = await desk.until(/alpha +3\/8[^]*evict +alpha +v6 +by operator/);
    expect(screen.join('\n')).not.toContain('EVICTING');
  });

  test('ends the viewer that was chosen while the list never stands still', async () => {
    const args = ['--ping-interval', '200ms', '--pong-timeout', '20s'];
    const desk = await open({ args, cols: 100, rows: 40 });
    const waverers = [2, 3, 4, 5, 3].map((every) => waver(desk.url('alpha'), every));
    await Promise.all(waverers.map((viewer) => viewer.open()));
    const first = chosenOn(await desk.until(/Viewers of alpha 5\/8[^]*▸/));
    desk.press('e');
    desk.press('jj');
    await desk.until((rows) => ![null, first].includes(chosenOn(rows)), 'the cursor elsewhere');
    const elsewhere = connectRaw(desk.url('beta'));
    const guests = keepVisiting(desk.url('alpha'), async () => {
      await elsewhere.nextFrame(({ opcode }) => opcode === opcodes.ping, 'a Ping');
    });

    const places = new Set<number>();
    const screen = await desk.until((rows) => {
      places.add(rows.findIndex((row) => /^▸.*\bv\d+ .*127\.0\.0\.1/.test(row)));
      return places.size > 4;
    }, 'the chosen row in one place after the other');
    const chosen = chosenOn(screen);
    desk.press('e');
    await desk.until(new RegExp(`▸✗ EVICTING in \\ds {2}v\\d+ 127.0.0.1:${chosen}\\b`));
    const victim = waverers.find(({ socket }) => socket.localPort === chosen)!;
    expect(await victim.closed()).toMatchObject({ close: byOperator });
    expect(await guests.end()).toEqual([1000]);

    for (const viewer of waverers.filter((one) => one !== victim)) {
      viewer.sendFrame({ opcode: opcodes.text, payload: 'still here' });
      expect((await viewer.nextData()).payload.toString()).toBe('still here');
    }
  });

  test('counts held keys, and evicts nobody by a paste or by what a terminal answers', async () => {
    const desk = await open({ cols: 100, rows: 30 });
    const viewers = await desk.join('alpha', 5);
    await desk.until(/Viewers of alpha 5\/8/);
    desk.press('e');
    desk.press('jjj');
    await desk.until((screen) => chosenOn(screen) === portOf(viewers[3]!), 'the fourth');

    for (const text of [
      '\u001B[200~e\r\u001B[201~',
      'edit the events\r',
      '\u001B]11;rgb:eeee/eeee/eeee\u0007',
    ]) {
      desk.press(text);
      await desk.until(/pasted text ignored/);
      desk.press('u');
      await desk.until(/nothing to undo/);
    }
    await allEcho(viewers);
    expect((await desk.screen()).join('\n')).toContain('Viewers of alpha 5/8');
  });
});
