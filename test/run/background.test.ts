import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  BACKGROUND_MARK,
  BackgroundChild,
  type BackgroundReport,
} from '../../src/run/background-child.ts';
import { placeLines, whenInBackground } from '../../src/run/background.ts';
import { privateDirectory } from '../support/backend-server.ts';
import { FakeClock } from '../support/fake-clock.ts';

const place = { address: '127.0.0.1:1', socketPath: '/run/c.sock', log: '/run/c.log', join: null };

/** A process that does what the test says. */
const stranger = () => {
  const told: string[] = [];
  const child = Object.assign(new EventEmitter(), {
    pid: 4711,
    connected: true,
    kill: (signal: string) => told.push(`kill ${signal}`),
    disconnect: () => told.push('disconnect'),
    unref: () => told.push('unref'),
  }) as unknown as ChildProcess;
  return { child, told, says: (report: BackgroundReport) => child.emit('message', report) };
};

describe('whoever starts a proxy in the background', () => {
  test('is told where it is, and lets go of it', async () => {
    const clock = new FakeClock();
    const { child, told, says } = stranger();
    const end = whenInBackground(child, clock);
    says({ ok: true, ...place });
    expect(await end).toEqual({ ok: true, pid: 4711, ...place });
    expect(told).toEqual(['disconnect', 'unref']);
    expect(clock.pending).toBe(0);
  });

  test('is told why there is none', async () => {
    const { child, says } = stranger();
    const end = whenInBackground(child, new FakeClock());
    says({ ok: false, code: 1, line: 'wsbouncer: no' });
    expect(await end).toEqual({ ok: false, code: 1, line: 'wsbouncer: no' });
  });

  const remedy = 'start it without --background to see why';

  test('waits for 30 s, and leaves none behind', async () => {
    const clock = new FakeClock();
    const { child, told } = stranger();
    const end = whenInBackground(child, clock);
    clock.advance(29_999);
    expect(told).toEqual([]);
    clock.advance(1);
    await expect(end).rejects.toMatchObject({
      line: `wsbouncer: the proxy in the background was not ready within 30s; ${remedy}`,
      exitCode: 1,
    });
    expect(told).toEqual(['kill SIGKILL', 'disconnect', 'unref']);
  });

  test.each<[string, readonly unknown[], string]>([
    ['exit', [1, null], 'ended before it was ready (exit code 1)'],
    ['exit', [null, 'SIGABRT'], 'ended before it was ready (SIGABRT)'],
    ['error', [new Error('spawn ENOMEM')], 'cannot be started (spawn ENOMEM)'],
    ['message', [{ ok: false, code: 0, line: null }], 'was stopped before it was ready'],
  ])('does not wait for one that is gone: %s %j', async (event, what, said) => {
    const { child } = stranger();
    const end = whenInBackground(child, new FakeClock());
    child.emit(event, ...what);
    await expect(end).rejects.toMatchObject({
      line: `wsbouncer: the proxy in the background ${said}; ${remedy}`,
    });
  });

  test('reads lines that line up, and that a shell takes', () => {
    const odd = { ...place, socketPath: "/run/it's/c.sock", log: '/run/c d.log' };
    expect(placeLines({ ...odd, pid: 12, join: 'open http://127.0.0.1:1/' })).toBe(
      `wsbouncer runs in the background
  address  127.0.0.1:1
  pid      12
  control  /run/it's/c.sock
  log      /run/c d.log
  attach   wsbouncer attach '/run/it'\\''s/c.sock'
  stop     kill 12
open http://127.0.0.1:1/
`,
    );
    expect(placeLines({ ...place, socketPath: null, pid: 12 })).not.toContain('attach');
  });
});

/** The process in the background, as far as it talks to whoever started it. */
const inside = (mark = '1') => {
  const sent: BackgroundReport[] = [];
  const did: string[] = [];
  const events = new EventEmitter();
  const process = {
    env: { [BACKGROUND_MARK]: mark } as NodeJS.ProcessEnv,
    connected: true,
    send: (report: BackgroundReport, done: (error: Error | null) => void) => {
      sent.push(report);
      done(null);
    },
    disconnect: () => {
      process.connected = false;
      did.push('disconnect');
      events.emit('disconnect');
    },
    once: (event: string, listener: () => void) => events.once(event, listener),
    chdir: (directory: string) => void did.push(`chdir ${directory}`),
  };
  return { process, sent, did, leave: () => events.emit('disconnect') };
};

describe('the proxy in the background', () => {
  test('is one that was started as such, and nobody after it', () => {
    const { process } = inside();
    expect(BackgroundChild.of(process, new FakeClock())).not.toBeNull();
    expect(process.env).toEqual({});
    expect(BackgroundChild.of(process, new FakeClock())).toBeNull();
    const alone = { ...inside().process, send: undefined };
    expect(BackgroundChild.of(alone, new FakeClock())).toBeNull();
    expect(alone.env).toEqual({});
  });

  test('says once that it serves, and says the rest into a file of its own', async () => {
    const log = join(await privateDirectory(), 'c.log');
    const { process, sent, did } = inside();
    const child = BackgroundChild.of(process, new FakeClock())!;
    child.say('early');
    expect(child.hasTold).toBe(false);
    await child.ready({ ...place, log });
    await child.failed(1, 'too late');
    expect(sent).toEqual([{ ok: true, ...place, log }]);
    expect(did).toEqual(['chdir /', 'disconnect']);
    expect(child.hasTold).toBe(true);
    child.say('late\nwith its stack');
    const time = '2026-01-01T00:00:00.000Z';
    expect(readFileSync(`${log}.err`, 'utf8')).toBe(
      `${time} early\n${time} late\n${time} with its stack\n`,
    );
    expect(statSync(`${log}.err`).mode & 0o777).toBe(0o600);
  });

  test('says nothing where it cannot, and goes on', async () => {
    const log = join(await privateDirectory(), 'c.log');
    mkdirSync(`${log}.err`);
    const { process } = inside();
    const child = BackgroundChild.of(process, new FakeClock())!;
    await child.ready({ ...place, log });
    expect(() => child.say('lost')).not.toThrow();
  });

  test('ends where whoever started it has gone before it served, and only then', async () => {
    const log = join(await privateDirectory(), 'c.log');
    const forsaken = inside();
    let left = 0;
    const count = (): void => void (left += 1);
    BackgroundChild.of(forsaken.process, new FakeClock())!.whenLeft(count);
    forsaken.leave();
    expect(left).toBe(1);
    const served = inside();
    const child = BackgroundChild.of(served.process, new FakeClock())!;
    child.whenLeft(count);
    await child.ready({ ...place, log });
    expect(left).toBe(1);
  });
});
