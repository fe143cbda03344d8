import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { ViewerId } from '../../src/contract.ts';
import { attach } from '../../src/control/attachment.ts';
import { openAttachLink } from '../../src/control/attach-link.ts';
import { findInstances } from '../../src/remote/place.ts';
import { ask, privateFolder } from '../api/ask.ts';
import { echoBackend } from '../support/backends.ts';
import { onCleanup } from '../support/cleanup.ts';
import { named } from '../support/events.ts';
import { keys } from '../support/pty.ts';
import { runProgram } from '../support/program.ts';
import { closeOf, connectViewer, echo } from '../support/viewer.ts';
import {
  aftermath,
  allEcho,
  asBefore,
  attachDesk,
  openAttachedDesk,
  startProgram,
} from './operator.ts';

const wide = { cols: 110, rows: 30 };

describe('an attached console', () => {
  test('leaves the proxy alone when it is quit, and the terminal as it was', async () => {
    const desk = await openAttachedDesk(wide);
    const viewers = await desk.join('alpha', 2);
    await desk.until(/alpha +2\/8/);
    desk.press('q');
    await desk.until(
      /Quit this console\?[^]*The proxy goes on, with 2 viewers\.[^]*enter leave it/,
    );
    desk.press(keys.enter);
    expect(await aftermath(desk)).toEqual(asBefore);
    expect(desk.output()).toContain(`detached from ${desk.socketPath}; the proxy goes on`);
    await allEcho(viewers);
  });

  test('that may only look quits without a word, and changes nothing', async () => {
    const desk = await openAttachedDesk({ ...wide, args: ['--read-only', '--name=far'] });
    const viewers = await desk.join('alpha', 1);
    await desk.until(/far .*READ-ONLY LIVE[^]*alpha +1\/8/);
    desk.press(':evict v1\r');
    await desk.until(/read-only: this console changes nothing/);
    desk.press('q');
    await desk.until(/Quit this console\?/);
    desk.press('y');
    expect(await aftermath(desk)).toEqual(asBefore);
    await allEcho(viewers);
  });

  test('sees what another one does, with its name', async () => {
    const one = await openAttachedDesk(wide);
    const two = await attachDesk(one.program, one.socketPath, { ...wide, args: ['--actor=ann'] });
    const [v1, v2] = await one.join('alpha', 2);
    await one.until(/alpha +2\/8/);
    await two.until(/alpha +2\/8/);
    two.press(':evict v1\r');
    await one.until(/v1 .*by ann/);
    expect(await closeOf(v1!)).toEqual({ code: 1008, reason: 'evicted by operator' });
    await one.until(/evict +alpha +v1 +by operator \(ann\)/);
    one.press(':cap 6\r');
    await two.until(/cap +all sessions +8 to 6 by console/);
    await allEcho([v2!]);
  });

  test('shows what another one has armed, and that it is undone', async () => {
    const one = await openAttachedDesk(wide);
    const two = await attachDesk(one.program, one.socketPath, { ...wide, args: ['--actor=ann'] });
    const viewers = await one.join('alpha', 2);
    await one.until(/alpha +2\/8/);
    one.press(':evict v2\r');
    await two.until(/✗ EVICTING in \ds {2}v2 .* by console[^]*✗ console evicts v2 in \ds/);
    one.press('u');
    const after = await two.until((rows) => !rows.join().includes('EVICTING'), 'nothing armed');
    expect(after.join('\n')).toMatch(/undo .*\bv2 .*by console/);
    await allEcho(viewers);
  });

  test('that comes late sees what has been armed before, until whoever did so has gone', async () => {
    const one = await openAttachedDesk(wide);
    const viewers = await one.join('alpha', 2);
    await one.until(/alpha +2\/8/);
    const bob = await attach({
      dial: () => openAttachLink({ socketPath: one.socketPath }),
      clock: systemClock,
      onNews: () => undefined,
      onFault: () => undefined,
    });
    const armed = { what: 'armed', viewers: ['v2'] as ViewerId[], dueMs: 600_000 } as const;
    await bob.command({ do: 'intend', ...armed, actor: 'bob' });
    const late = await attachDesk(one.program, one.socketPath, { ...wide, args: ['--actor=ann'] });
    for (const each of [one, late]) {
      await each.until(/✗ EVICTING in \d+s {2}v2 .* by bob[^]*✗ bob evicts v2 in \d+s/);
    }
    bob.detach();
    for (const each of [one, late]) {
      const after = await each.until((rows) => !rows.join().includes('EVICTING'), 'nothing armed');
      expect(after.join('\n')).toMatch(/undo .*\bv2 .*by bob/);
    }
    await allEcho(viewers);
  });

  test('stops the proxy only by a command of its own, and waits for the next', async () => {
    const desk = await openAttachedDesk(wide);
    const [viewer] = await desk.join('alpha', 1);
    await desk.until(/alpha +1\/8/);
    desk.press(':stop\r');
    await desk.until(/Stop the proxy\?[^]*This closes 1 viewer\./);
    desk.press(keys.escape);
    await desk.until((rows) => !rows.join().includes('Stop the proxy?'), 'no question');
    await echo(viewer!, 'still here');
    desk.press(':stop\r');
    await desk.until(/Stop the proxy\?/);
    desk.press('y');
    expect(await closeOf(viewer!)).toEqual({ code: 1001, reason: 'proxy is shutting down' });
    expect(await desk.program.exited()).toEqual({ code: 0, signal: null });
    // The last picture stands; whether the viewer had left by then is a matter of 250 ms.
    await desk.until(
      /STOPPED \d+s[^]*join +alpha +v1 [^]*stopped by console; waiting for the next/,
    );
    const { url } = await echoBackend();
    const next = await runProgram(['--backend', url, '--control', desk.socketPath]);
    await desk.until(/LIVE[^]*another run of the proxy/);
    await connectViewer(next.url('beta'));
    const screen = await desk.until(/beta +1\/8/);
    expect(screen.join('\n')).not.toContain('alpha');
    desk.press('q');
    await desk.until(/Quit this console\?/);
    desk.press('y');
    expect(await aftermath(desk)).toEqual(asBefore);
  });

  test('quits with the proxy that is stopped from its question, and another one says by whom', async () => {
    const desk = await openAttachedDesk({ ...wide, args: [] });
    const other = await attachDesk(desk.program, desk.socketPath, {
      ...wide,
      args: ['--actor=ann'],
    });
    const [viewer] = await desk.join('alpha', 1);
    await desk.until(/alpha +1\/8/);
    desk.press('q');
    await desk.until(/Quit this console\?[^]*s stop it for everybody/);
    desk.press('s');
    await desk.until(/Stop the proxy\?[^]*This closes 1 viewer\./);
    desk.press('y');
    expect((await closeOf(viewer!)).code).toBe(1001);
    expect(await aftermath(desk)).toEqual(asBefore);
    expect(desk.output()).toContain(`the proxy at ${desk.socketPath} has stopped`);
    await other.until(/STOPPED [^]*stopped by console; waiting for the next/);
    expect(await desk.program.events.next(named('proxy.stopped'))).toMatchObject({
      actor: 'console',
    });
    await desk.program.exited();
    expect(desk.program.events.all.at(-1)).toMatchObject({ event: 'proxy.stopped' });
  });

  test('says that the link is lost, acts on nothing meanwhile, and comes back by itself', async () => {
    const desk = await openAttachedDesk(wide);
    const [v1] = await desk.join('alpha', 1);
    await desk.until(/Viewers of alpha 1\/8/);
    // Armed as the proxy hangs: it is not carried out when it goes on.
    desk.program.signal('SIGSTOP');
    await desk.until(/LINK LOST \d+s[^]*alpha +1\/8[^]*trying again, q quits/, undefined, {
      ms: 25_000,
    });
    desk.press('+');
    await desk.until(/the link is lost: nothing can be changed until it is back/);
    desk.program.signal('SIGCONT');
    await desk.until(/LIVE/, undefined, { ms: 20_000 });
    await echo(v1!, 'still here');
    desk.press('+');
    await desk.until(/cap 8 to 9/);
    desk.signal('SIGTERM');
    expect(await aftermath(desk)).toEqual(asBefore);
    const { json } = await ask({ socketPath: desk.socketPath }, 'GET', '/v1/proxy');
    expect(json.cap).toBe(9);
  });

  test('is killed, stalled or many, and viewers notice nothing', async () => {
    const desk = await openAttachedDesk(wide);
    const more = await Promise.all(
      Array.from({ length: 3 }, () => attachDesk(desk.program, desk.socketPath, wide)),
    );
    const viewers = await desk.join('alpha', 2);
    for (const each of [desk, ...more]) await each.until(/alpha +2\/8/);
    more[0]!.signal('SIGKILL');
    more[1]!.signal('SIGSTOP');
    more[2]!.pauseReading();
    onCleanup(() => more[1]!.signal('SIGCONT'));
    for (let n = 0; n < 50; n += 1) await allEcho(viewers);
    desk.press('+');
    await desk.until(/cap 8 to 9/);
    expect(desk.program.events.all.filter(named('viewer.left'))).toEqual([]);
  });
});

describe('attach', () => {
  test('finds the only proxy of this user, and says which there are of several', async () => {
    const runtime = await privateFolder();
    const env = { XDG_RUNTIME_DIR: runtime };
    // It finds those at the other usual places too, where none of these tests puts one.
    const strangers = await findInstances({ env, uid: process.getuid?.() ?? 0 });
    expect(strangers, 'this test needs your own proxies to be stopped').toEqual([]);
    const { url } = await echoBackend();
    const first = await runProgram(['--backend', url], { env });
    const found = startProgram(['attach'], { ...wide, env });
    await found.until(new RegExp(`ws://${first.address}.*LIVE`));
    found.press('qy');
    await found.until(/Quit this console/);
    found.press('y');
    await found.exited();
    const second = await runProgram(['--backend', url], { env });
    const several = startProgram(['attach'], { cols: 130, rows: 30, env });
    expect((await several.afterwards()).exitCode).toBe(2);
    const text = (await several.screen()).join('\n');
    expect(text).toContain(
      '2 of yours run, and none was named; name one: wsbouncer attach <socket>',
    );
    expect(text).toMatch(new RegExp(`${first.address} +${first.pid} +0 +0 +${runtime}`));
    expect(text).toMatch(new RegExp(`${second.address} +${second.pid} `));
  });

  test('says what is not there, and what does not speak like a wsbouncer', async () => {
    const folder = await privateFolder();
    const nowhere = startProgram(['attach', join(folder, 'no.sock')], { cols: 200 });
    expect((await nowhere.afterwards()).exitCode).toBe(5);
    expect((await nowhere.screen()).join('')).toContain('nothing is there; start a proxy');
    const path = join(folder, 'other.sock');
    const other = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end(
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: wsbouncer-control\r\n\r\n' +
          '{"type":"hello","version":1}\n',
      );
    });
    other.listen(path);
    onCleanup(async () => {
      other.close();
      await rm(path, { force: true });
    });
    const old = startProgram(['attach', path], { cols: 200 });
    expect((await old.afterwards()).exitCode).toBe(1);
    expect((await old.screen()).join('')).toMatch(/speaks version \d+ of the control link/);
  });
});
