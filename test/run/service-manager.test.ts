import { describe, expect, test } from 'vitest';
import type { Command, CommandResult } from '../../src/contract.ts';
import type { ProxyEvent } from '../../src/events.ts';
import { ServiceManager } from '../../src/run/service-manager.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { Inbox } from '../support/inbox.ts';

/** A manager that keeps what it is told. */
const setUp = (env: Readonly<Record<string, string>> = {}, failure: unknown = null) => {
  const clock = new FakeClock();
  const heard = new Inbox<string>('what the manager is told');
  const said: string[] = [];
  const asked: { command: Command; answer: (result: CommandResult) => void }[] = [];
  const manager = ServiceManager.of({
    env: { NOTIFY_SOCKET: '/run/systemd/notify', ...env },
    processes: [7],
    clock,
    say: (line) => said.push(line),
    notify: (assignments) => {
      heard.push(assignments.join(' '));
      return failure === null ? Promise.resolve() : Promise.reject(failure);
    },
  })!;
  const command = (wanted: Command): Promise<CommandResult> =>
    new Promise((resolve) => {
      asked.push({ command: wanted, answer: resolve });
    });
  return { manager, clock, heard, said, asked, control: { address: '127.0.0.1:1', command } };
};

const event = (what: object): ProxyEvent => ({ time: 'now', ...what }) as ProxyEvent;

describe('a service manager', () => {
  test('is there where it has asked to be told', () => {
    const clock = new FakeClock();
    const parts = { processes: [7], clock, say: () => {} };
    expect(ServiceManager.of({ ...parts, env: {} })).toBeNull();
    expect(ServiceManager.of({ ...parts, env: { NOTIFY_SOCKET: '' } })).toBeNull();
  });

  test('is told of the start, a drain and the end, in this order', async () => {
    const { manager, clock, heard, control } = setUp();
    manager.serves(control);
    manager.heard(event({ event: 'viewer.admitted' }));
    manager.heard(event({ event: 'proxy.draining', windowMs: 30_000, viewers: 1 }));
    manager.heard(event({ event: 'proxy.stopped' }));
    manager.stopping();
    await manager.end(500);
    expect(heard.all).toEqual([
      'READY=1 STATUS=serving on 127.0.0.1:1',
      'STATUS=draining 1 viewer within 30s',
      'STOPPING=1 STATUS=closing the viewers',
    ]);
    expect(clock.pending).toBe(0);
  });

  test('does not keep the program from its end', async () => {
    const clock = new FakeClock();
    const manager = ServiceManager.of({
      env: { NOTIFY_SOCKET: 'x' },
      processes: [7],
      clock,
      say: () => {},
      notify: () => new Promise(() => {}),
    })!;
    const end = manager.end(500);
    clock.advance(500);
    await expect(end).resolves.toBeUndefined();
  });

  test('that cannot be told is said to be so once, with what to do', async () => {
    const { manager, said, control } = setUp({}, { code: 'ENOENT' });
    manager.serves(control);
    await manager.end(500);
    expect(said).toEqual([
      'wsbouncer: systemd is not told of anything (systemd-notify: there is no such program); set Type=exec in the unit, without WatchdogSec',
    ]);
  });
});

describe('its watchdog', () => {
  const dog = { WATCHDOG_USEC: '3000000', WATCHDOG_PID: '7' };

  test('hears twice in its time that the relay answers, and nothing when it does not', async () => {
    const { manager, clock, heard, asked, control } = setUp(dog);
    manager.serves(control);
    clock.advance(1_499);
    expect(asked).toEqual([]);
    clock.advance(1);
    expect(asked).toHaveLength(1);
    // The relay hangs: it is asked no more, and the manager hears nothing.
    clock.advance(60_000);
    expect(asked).toHaveLength(1);
    expect(heard.all.filter((each) => each.startsWith('WATCHDOG'))).toEqual([]);
    asked[0]!.answer({ ok: true });
    await heard.next((each) => each === 'WATCHDOG=1');
    // The next question follows at its time.
    for (let turn = 0; turn < 10 && asked.length < 2; turn += 1) {
      await Promise.resolve();
      clock.advance(150);
    }
    expect(asked).toHaveLength(2);
  });

  test('hears nothing of a refusal, which the relay did not give itself', async () => {
    const { manager, clock, heard, asked, control } = setUp(dog);
    manager.serves(control);
    clock.advance(1_500);
    asked[0]!.answer({ ok: false, reason: 'the proxy has stopped' });
    // It is asked again, so that the first answer has been dealt with by then.
    for (let turn = 0; turn < 20 && asked.length < 2; turn += 1) {
      await Promise.resolve();
      clock.advance(150);
    }
    expect(asked).toHaveLength(2);
    expect(heard.all.filter((each) => each.startsWith('WATCHDOG'))).toEqual([]);
  });

  test.each<Readonly<Record<string, string>>>([
    {},
    { ...dog, WATCHDOG_PID: '8' },
    { WATCHDOG_USEC: '0' },
    { WATCHDOG_USEC: 'soon' },
  ])('is not there with %j', (env) => {
    const { manager, clock, control } = setUp(env);
    manager.serves(control);
    expect(clock.pending).toBe(0);
  });
});
