/** A terminal that goes away while the program has its console on it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { ask, privateFolder } from '../api/ask.ts';
import { programFile } from '../support/child-environment.ts';
import { onCleanup } from '../support/cleanup.ts';
import { busyMs, eventually, isGone } from '../support/process-figures.ts';
import { startCommandInTerminal } from '../support/pty.ts';
import { closeOf, connectViewer, echo } from '../support/viewer.ts';
import { within } from '../support/within.ts';
import { allEcho, openDeskIn } from './operator.ts';

const shuttingDown = { code: 1001, reason: 'proxy is shutting down' };

/**
 * A program with two viewers. In a session of its own the kernel sends it no signal when the
 * terminal goes: it finds out when it reads or writes.
 */
const begun = async (args: readonly string[], session: 'shared' | 'own' = 'shared') => {
  const folder = await privateFolder();
  const socketPath = join(folder, 'c.sock');
  const errors = join(folder, 'errors');
  const log = join(folder, 'events.jsonl');
  const shell = ['bash', '-c', `exec "$0" "$@" 2>'${errors}'`, process.execPath, programFile];
  const [file = '', ...rest] = session === 'own' ? ['setsid', '--wait', ...shell] : shell;
  const all = ['--control', socketPath, '--event-log', log, ...args];
  const desk = await openDeskIn((own) => startCommandInTerminal(file, [...rest, ...own]), {
    args: all,
  });
  const viewers = await desk.join('alpha', 2);
  await desk.until(/alpha +2\/8/);
  const { json } = await ask({ socketPath }, 'GET', '/v1/proxy');
  const pid = Number(json.pid);
  onCleanup(() => {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended, as it should.
    }
  });
  return { desk, viewers, socketPath, pid, log, said: () => readFileSync(errors, 'utf8') };
};

/** Waits for so many of the proxy's Pings. */
const pings = async (viewer: WebSocket, count: number): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let left = count;
  viewer.on('ping', () => {
    left -= 1;
    if (left === 0) resolve();
  });
  await within(`${count} Pings`, promise);
};

describe('with --keep-on-hangup', () => {
  test.each(['shared', 'own'] as const)(
    'the proxy goes on without its terminal, in a session that is %s',
    async (session) => {
      const { desk, viewers, socketPath, pid, log, said } = await begun(
        ['--keep-on-hangup', '--ping-interval', '50ms', '--pong-timeout', '10s'],
        session,
      );
      desk.hangUp();
      await eventually('the end of the terminal to be noticed', () => said() !== '');
      await allEcho(viewers);
      // Who asks a dead terminal again and again does nothing else.
      const busy = busyMs(pid);
      const began = performance.now();
      await pings(viewers[0]!, 30);
      const share = (busyMs(pid) - busy) / (performance.now() - began);
      await expect(connectViewer(desk.url('alpha'))).resolves.toBeDefined();
      const { json } = await ask({ socketPath }, 'GET', '/v1/viewers');
      expect(json.viewers).toHaveLength(3);
      expect(said()).toBe(
        'wsbouncer: the terminal has gone; the proxy goes on: wsbouncer attach shows it\n',
      );
      expect(share).toBeLessThan(0.5);
      // A second one, as from the shell in which it was started, is not the end either.
      process.kill(pid, 'SIGHUP');
      await allEcho(viewers);
      process.kill(pid, 'SIGTERM');
      for (const viewer of viewers) expect(await closeOf(viewer)).toEqual(shuttingDown);
      await eventually('the program to end', () => isGone(pid));
      expect(said()).toMatch(/\nwsbouncer: stopped after .* 3 admitted, 0 refused, 0 evicted\n$/);
      expect(readFileSync(log, 'utf8').match(/"viewer\.admitted"/g)).toHaveLength(3);
      expect(readFileSync(log, 'utf8')).toMatch(/"proxy\.stopped","actor":"signal"}\n$/);
    },
  );

  test('its own end is still an orderly one', async () => {
    const { desk, viewers } = await begun(['--keep-on-hangup']);
    desk.press('q');
    await desk.until(/Quit wsbouncer\?/);
    desk.press('y');
    for (const viewer of viewers) expect(await closeOf(viewer)).toEqual(shuttingDown);
    expect(await desk.exited()).toMatchObject({ exitCode: 0 });
  });
});

test('without it the proxy stops, and closes its viewers', async () => {
  const { desk, viewers, pid, log } = await begun([]);
  await echo(viewers[0]!, 'before');
  desk.hangUp();
  for (const viewer of viewers) expect(await closeOf(viewer)).toEqual(shuttingDown);
  expect(await desk.exited()).toMatchObject({ exitCode: 0 });
  expect(isGone(pid)).toBe(true);
  expect(readFileSync(log, 'utf8')).toMatch(/"proxy\.stopped","actor":"signal"}\n$/);
});
