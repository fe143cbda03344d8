import { describe, expect, test } from 'vitest';
import { opcodes } from '../support/frame-reader.ts';
import { keys, startInTerminal } from '../support/pty.ts';
import { connectRaw } from '../support/raw-viewer.ts';
import { closeOf, echo } from '../support/viewer.ts';
import { openDeskIn } from './operator.ts';

/**
 * A program whose terminal has stopped reading long before it stops drawing. `roundTrips` are
 * those of a viewer meanwhile, in milliseconds.
 */
const stalled = async () => {
  const desk = await openDeskIn((args) => startInTerminal(args, { cols: 160, rows: 50 }), {
    args: ['--ping-interval', '50ms', '--pong-timeout', '1m'],
  });
  const viewers = await desk.join('alpha', 8);
  const clock = connectRaw(desk.url('beta'));
  await desk.until(/alpha +8\/8[^]*beta +1\/8/);

  desk.pauseReading();
  const readBefore = desk.output().length;
  const roundTrips: number[] = [];
  // Each draws some 2 KiB, and the next waits for the relay's next Ping.
  for (let drawn = 0; drawn < 30; drawn += 1) {
    desk.press(drawn % 2 === 0 ? '?' : keys.escape);
    await clock.nextFrame(({ opcode }) => opcode === opcodes.ping, 'a Ping');
    roundTrips.push(await echo(viewers[0]!, `while nobody reads ${drawn}`));
  }
  return { desk, viewers, readBefore, roundTrips };
};

describe('a terminal that nobody reads', () => {
  test('holds a bounded picture and no viewer, and is right when it reads again', async () => {
    const { desk, viewers, readBefore, roundTrips } = await stalled();
    expect(Math.max(...roundTrips)).toBeLessThan(1000);
    const [late] = await desk.join('gamma');
    viewers[7]!.close(1000);
    await closeOf(viewers[7]!);

    desk.resumeReading();
    const facts = [/alpha +7\/8/, /beta +1\/8/, /gamma +1\/8/, /Viewers of alpha 7\/8/];
    const screen = await desk.until(
      (rows) => facts.every((fact) => fact.test(rows.join('\n'))),
      'what is true by now',
    );
    const held = desk.output().length - readBefore;
    expect(held).toBeGreaterThan(16 * 1024);
    expect(held).toBeLessThan(48 * 1024);
    expect(screen.filter((row) => /wsbouncer {2}ws:/.test(row))).toHaveLength(1);
    expect(screen.filter((row) => /│[▸ ]. \S \w+ +v\d.* 127\.0\.0\.1:/.test(row))).toHaveLength(7);
    expect(screen.join('\n')).not.toContain('Keys and signs');
    expect(screen.at(-1)).toMatch(/ \? help {2}q quit$/);
    await echo(late!, 'still here');
  });

  test('does not keep a signal from closing the viewers and ending the program', async () => {
    const { desk, viewers } = await stalled();
    desk.signal('SIGTERM');
    for (const viewer of viewers) {
      const end = await closeOf(viewer, { ms: 2000 });
      expect(end).toEqual({ code: 1001, reason: 'proxy is shutting down' });
    }
    expect(await desk.exited({ ms: 4000 })).toMatchObject({ exitCode: 0 });
  });
});
