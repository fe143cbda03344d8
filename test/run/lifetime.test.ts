import { EventEmitter } from 'node:events';
import { describe, expect, test } from 'vitest';
import { BouncerError } from '../../src/errors.ts';
import type { Launched } from '../../src/run/launch.ts';
import { Lifetime } from '../../src/run/lifetime.ts';
import { ignoreSuspension, onStopSignals } from '../../src/run/signals.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** Something that runs, whose end is the test's to decide. */
const setUp = () => {
  const clock = new FakeClock();
  const life = new Lifetime(clock);
  const stops: boolean[] = [];
  const stopped = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<string>();
  const launched: Launched = {
    control: {
      address: '127.0.0.1:1',
      watch: () => ({ look: () => undefined, close: () => undefined }),
      events: () => () => undefined,
      command: () => Promise.resolve({ ok: true }),
      closed: closed.promise,
    },
    join: null,
    stop: (now) => {
      stops.push(now);
      return stopped.promise;
    },
  };
  return { clock, life, stops, stopped, closed, launched };
};

describe('a run', () => {
  test('ends with 0 when it was stopped and all viewers are closed', async () => {
    const { clock, life, stops, stopped, closed, launched } = setUp();
    life.begin(launched);
    life.stop();
    closed.resolve('stopped');
    stopped.resolve();
    await expect(life.ended).resolves.toEqual({ code: 0, line: null });
    expect(stops).toEqual([false]);
    await Promise.resolve();
    expect(clock.pending).toBe(0);
  });

  test('does not wait for ever for viewers that do not answer', async () => {
    const { clock, life, launched } = setUp();
    life.begin(launched);
    life.stop();
    clock.advance(3000);
    await expect(life.ended).resolves.toEqual({ code: 0, line: null });
  });

  test('stops at once when asked a second time', async () => {
    const { clock, life, stops, launched } = setUp();
    life.begin(launched);
    life.stop();
    life.stop();
    clock.advance(250);
    await expect(life.ended).resolves.toEqual({ code: 0, line: null });
    expect(stops).toEqual([false, true]);
  });

  test('grants a wish to stop that came during the start', async () => {
    const { life, stops, stopped, launched } = setUp();
    life.stop();
    life.begin(launched);
    stopped.resolve();
    await expect(life.ended).resolves.toEqual({ code: 0, line: null });
    expect(stops).toEqual([false]);
  });

  test('ends a start that hangs when asked a second time', async () => {
    const { life } = setUp();
    life.stop();
    life.stop();
    await expect(life.ended).resolves.toEqual({ code: 0, line: null });
  });

  test('ends with 1 and the reason when the proxy ends unasked', async () => {
    const { life, closed, launched } = setUp();
    life.begin(launched);
    closed.resolve('the relay died twice');
    await expect(life.ended).resolves.toEqual({
      code: 1,
      line: 'wsbouncer: the relay died twice; start it again',
    });
  });

  test('says what the machine refused in one line, and shows the stack of a bug', async () => {
    const one = setUp();
    one.life.fail(new BouncerError('environment', 'port 80 is taken', 'pass --listen'));
    await expect(one.life.ended).resolves.toEqual({
      code: 1,
      line: 'wsbouncer: port 80 is taken; pass --listen',
    });
    const other = setUp();
    other.life.fail(new Error('a bug'));
    const { line } = await other.life.ended;
    expect(line).toMatch(/^wsbouncer: Error: a bug\n\s+at /);
  });

  test('ends with 1 when stopping itself fails', async () => {
    const { life, stopped, launched } = setUp();
    life.begin(launched);
    life.stop();
    stopped.reject(new Error('a bug'));
    await expect(life.ended).resolves.toMatchObject({ code: 1 });
  });
});

const setUpSignals = () => {
  const clock = new FakeClock();
  const listeners = new Map<string, () => void>();
  let wishes = 0;
  onStopSignals({ on: (signal, listener) => listeners.set(signal, listener) }, clock, () => {
    wishes += 1;
  });
  return { clock, send: (signal: string) => listeners.get(signal)?.(), wishes: () => wishes };
};

describe('signals', () => {
  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'])('%s is a wish to stop', (signal) => {
    const { send, wishes } = setUpSignals();
    send(signal);
    expect(wishes()).toBe(1);
  });

  test('the same one twice at the same moment is one wish', () => {
    const { clock, send, wishes } = setUpSignals();
    send('SIGINT');
    clock.advance(249);
    send('SIGINT');
    expect(wishes()).toBe(1);
    clock.advance(250);
    send('SIGINT');
    expect(wishes()).toBe(2);
  });

  test('another one is a second wish, however soon', () => {
    const { send, wishes } = setUpSignals();
    send('SIGINT');
    send('SIGTERM');
    expect(wishes()).toBe(2);
  });

  test('of suspension mean nothing: the process would stop, and the proxy with it', () => {
    const source = new EventEmitter();
    ignoreSuspension(source);
    expect(source.emit('SIGTSTP')).toBe(true);
  });
});
