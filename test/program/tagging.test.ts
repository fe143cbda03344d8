import { describe, expect, test } from 'vitest';
import { opcodes } from '../support/frame-reader.ts';
import { keys } from '../support/pty.ts';
import { connectRaw, type RawViewer } from '../support/raw-viewer.ts';
import { connectViewer, received } from '../support/viewer.ts';
import {
  aftermath,
  allEcho,
  asBefore,
  type Desk,
  needyOn,
  desks,
  startProgram,
} from './operator.ts';

const byOperator = { code: 1008, reason: 'evicted by operator' };
const undoMs = 3000;

/** Nobody is evicted by a deadline here, and everybody who is silent needs a hand soon. */
const args = ['--ping-interval', '300ms', '--pong-timeout', '1m'];

/** Viewers that answer no Ping, one after the other. */
const silent = async (desk: Desk, sessions: readonly string[]): Promise<RawViewer[]> => {
  const viewers: RawViewer[] = [];
  for (const session of sessions) {
    const viewer = connectRaw(desk.url(session), { answerPings: false });
    await viewer.open();
    viewers.push(viewer);
  }
  return viewers;
};

const digitOf = (screen: readonly string[], viewer: string): string => {
  const found = needyOn(screen).find((one) => one.viewer === viewer);
  if (found === undefined) throw new Error(`no digit beside ${viewer} on\n${screen.join('\n')}`);
  return found.digit;
};

const rawEcho = async (viewer: RawViewer): Promise<void> => {
  viewer.sendFrame({ opcode: opcodes.text, payload: 'still here' });
  expect((await viewer.nextData()).payload.toString()).toBe('still here');
};

describe.each(desks)('a digit, on a console $way,', ({ open }) => {
  test('closes exactly the viewer that it stands beside, after three seconds or by enter', async () => {
    const desk = await open({ args, cols: 100, rows: 30 });
    const well = [...(await desk.join('alpha', 1)), ...(await desk.join('beta', 1))];
    const [v3, v4, v5] = await silent(desk, ['alpha', 'beta', 'alpha']);
    const screen = await desk.until((rows) => needyOn(rows).length === 3, 'three digits');
    expect(
      needyOn(screen)
        .map(({ digit }) => digit)
        .toSorted(),
    ).toEqual(['1', '2', '3']);

    const armed = performance.now();
    desk.press(digitOf(screen, 'v4'));
    await desk.until(/^.\d ✗ EVICTING in \ds {2}v4 .*u undo {3}enter now/m);
    expect(await v4!.closed()).toMatchObject({ close: byOperator });
    expect(performance.now() - armed).toBeGreaterThanOrEqual(undoMs);

    // Its digit rests, and nobody else gets it meanwhile.
    await desk.until((rows) => needyOn(rows).length === 2, 'two digits');
    desk.press(digitOf(screen, 'v4'));
    await desk.until(/v4 has gone/);

    const last = performance.now();
    desk.press(digitOf(screen, 'v3'));
    await desk.until(/^.\d ✗ EVICTING in \ds {2}v3 /m);
    desk.press(keys.enter);
    expect(await v3!.closed()).toMatchObject({ close: byOperator });
    expect(performance.now() - last).toBeLessThan(undoMs);

    await allEcho(well);
    await rawEcho(v5!);
  });

  test('evicts nobody when it is pressed twice', async () => {
    const desk = await open({ args, cols: 100, rows: 30 });
    const [v1, v2] = await silent(desk, ['alpha', 'alpha']);
    const screen = await desk.until((rows) => needyOn(rows).length === 2, 'two digits');
    const digit = digitOf(screen, 'v1');
    desk.press(digit);
    await desk.until(/✗ EVICTING in \ds {2}v1 /);
    desk.press(digit);
    await desk.until(/v1 stays/);
    desk.press(digitOf(screen, 'v2').repeat(2));
    await desk.until(/v2 stays/);

    const since = performance.now();
    while (performance.now() - since < undoMs + 500) {
      await v1!.nextFrame(({ opcode }) => opcode === opcodes.ping, 'a Ping');
    }
    for (const viewer of [v1!, v2!]) {
      expect(viewer.frames.all.filter(({ opcode }) => opcode === opcodes.close)).toEqual([]);
      await rawEcho(viewer);
    }
  });
});

describe('over the demo, at 80x24', () => {
  test('the stuck viewer stands on the first screen, and its digit and enter evict exactly it', async () => {
    const run = startProgram(['demo', '--listen', '127.0.0.1:0'], { cols: 80, rows: 24 });
    const first = await run.until(/LIVE/);
    const [, join] = /^ open: \S+ {2}join: (\S+\/)\w+$/m.exec(first.join('\n')) ?? [];
    const observer = await connectViewer(`${join}events`);
    const seen: { event: string; viewer: string; cause?: string }[] = [];
    const evictedByHand = received(observer).next(({ data }) => {
      const event = JSON.parse(data.toString()) as (typeof seen)[number];
      seen.push(event);
      return event.event === 'viewer.evicted' && event.cause === 'operator';
    }, 'an eviction by the operator');
    evictedByHand.catch(() => undefined);

    const screen = await run.until(
      (rows) => needyOn(rows).some(({ row }) => row.includes('■ STUCK')),
      'a stuck viewer with its digit',
      { ms: 30_000 },
    );
    const { digit, viewer } = needyOn(screen).find(({ row }) => row.includes('■ STUCK'))!;
    run.press(digit);
    await run.until(new RegExp(`^.${digit} ✗ EVICTING in \\ds {2}${viewer} `, 'm'));
    run.press(keys.enter);
    expect(JSON.parse((await evictedByHand).data.toString())).toMatchObject({ viewer });
    await run.until(new RegExp(`evict +firehose +${viewer} +mira +by operator \\(console\\)`));
    const after = await run.until(
      (rows) => needyOn(rows).every((one) => one.viewer !== viewer),
      'the viewer gone from those that need a hand',
    );
    expect(after.join('\n')).not.toContain('EVICTING');
    run.signal('SIGTERM');
    expect(await aftermath(run)).toEqual(asBefore);
  });
});
