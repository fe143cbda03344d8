import { describe, expect, test } from 'vitest';
import { echoBackend } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { runProgram } from '../support/program.ts';
import { closeOf, connectViewer, echo } from '../support/viewer.ts';
import { aftermath, allEcho, asBefore, desks } from './operator.ts';

const restart = { code: 1012, reason: 'service restart' };
const draining = { code: 1013, reason: 'proxy is draining' };
const ended = { code: 0, signal: null };

/** A program with one viewer for whom a SIGTERM means this window. */
const begun = async (window: string) => {
  const { url } = await echoBackend();
  const program = await runProgram(['--backend', url, '--drain-window', window]);
  const viewer = await connectViewer(program.url('a'));
  await echo(viewer, 'hello');
  return { program, viewer };
};

describe('SIGTERM with a drain window', () => {
  test('refuses newcomers, lets viewers finish, and ends with 0 when they have', async () => {
    const { program, viewer } = await begun('1h');
    program.signal('SIGTERM');
    expect(await program.events.next(named('proxy.draining'))).toMatchObject({
      windowMs: 3_600_000,
      viewers: 1,
      actor: 'signal',
    });
    const newcomer = await connectViewer(program.url('a'));
    expect(await closeOf(newcomer)).toEqual(draining);
    const ready = await fetch(`http://${program.address}/readyz`);
    expect([ready.status, await ready.text()]).toEqual([503, 'draining\n']);
    await echo(viewer, 'still here');
    viewer.close();
    expect(await program.exited()).toEqual(ended);
    expect(program.events.all.at(-1)).toMatchObject({ event: 'proxy.stopped' });
    expect(program.stderr()).toBe('');
  });

  test('closes who is left at its end, and ends with 0', async () => {
    const { program, viewer } = await begun('300ms');
    expect(await program.stop('SIGTERM')).toEqual(ended);
    expect(await closeOf(viewer)).toEqual(restart);
    expect(program.events.all.filter(named('viewer.left'))).toMatchObject([
      { cause: 'shutdown', ...restart },
    ]);
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('and then %s ends it at once', async (second) => {
    const { program, viewer } = await begun('1h');
    program.signal('SIGTERM');
    const { time } = await program.events.next(named('proxy.draining'));
    // The same signal at the same moment would be the same wish.
    for (let refusedMs = 0; refusedMs < 300;) {
      await closeOf(await connectViewer(program.url('a')));
      const refused = await program.events.next(named('viewer.refused'));
      refusedMs = Date.parse(refused.time) - Date.parse(time);
    }
    const began = performance.now();
    expect(await program.stop(second)).toEqual(ended);
    expect(performance.now() - began).toBeLessThan(1_500);
    expect((await closeOf(viewer)).code).not.toBe(1012);
  });

  test.each(['SIGINT', 'SIGHUP'] as const)('is not what %s means', async (signal) => {
    const { program, viewer } = await begun('1h');
    expect(await program.stop(signal)).toEqual(ended);
    expect(await closeOf(viewer)).toEqual({ code: 1001, reason: 'proxy is shutting down' });
    expect(program.events.all.filter(named('proxy.draining'))).toEqual([]);
  });
});

describe.each(desks)('a drain, on a console $way,', ({ open }) => {
  test('is asked about, counts down, and ends the program with the last viewer', async () => {
    const desk = await open({ cols: 110, rows: 30 });
    const viewers = await desk.join('alpha', 2);
    await desk.until(/alpha +2\/8/);
    desk.press(':drain 1h\r');
    await desk.until(/Drain over 1h00m\?[^]*2 viewers may finish for 1h00m/);
    await allEcho(viewers);
    desk.press('y');
    await desk.until(/DRAINING (?:1h00m|59m\d\ds) 2 left/);
    expect(await closeOf(await connectViewer(desk.url('alpha')))).toEqual(draining);
    viewers[0]!.close();
    await desk.until(/DRAINING .* 1 left/);
    desk.press(':drain 0\r');
    await desk.until(/Drain at once\?[^]*It drains already/);
    desk.press('y');
    expect(await closeOf(viewers[1]!)).toEqual(restart);
    await desk.leftAfterProxy();
    expect(await aftermath(desk)).toEqual(asBefore);
  });

  test('by SIGTERM with a window keeps the console on the screen until all have gone', async () => {
    const desk = await open({ args: ['--drain-window', '1h'], cols: 110, rows: 30 });
    const [viewer] = await desk.join('alpha', 1);
    await desk.until(/alpha +1\/8/);
    desk.signalProxy('SIGTERM');
    await desk.until(/DRAINING (?:1h00m|59m\d\ds) 1 left/);
    await echo(viewer!, 'still here');
    viewer!.close();
    await desk.leftAfterProxy();
    expect(await aftermath(desk)).toEqual(asBefore);
  });
});

describe.each(desks)('a console $way', ({ open }) => {
  test(':lock and :unlock refuse newcomers and let them in, and are on the screen', async () => {
    const desk = await open({ cols: 110, rows: 30 });
    const viewers = await desk.join('alpha', 1);
    await desk.until(/alpha +1\/8/);
    desk.press(':lock alpha\r');
    await desk.until(/alpha × +1\/8 .*locked/);
    expect(await closeOf(await connectViewer(desk.url('alpha')))).toEqual({
      code: 1013,
      reason: 'session locked',
    });
    await desk.until(/refuse +alpha +session locked/);
    // Longer lines that come at once are taken for a paste.
    desk.press(':unl alpha\r');
    await desk.until(/alpha unlocked: newcomers may come in/);
    await allEcho([...viewers, ...(await desk.join('alpha', 1))]);
    desk.press(':lock\r');
    await desk.until(/ALL LOCKED/);
    desk.signal('SIGTERM');
    expect(await aftermath(desk)).toEqual(asBefore);
  });
});
