import { EventEmitter } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import type { Command, CommandResult } from '../../src/contract.ts';
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
  const commands: Command[] = [];
  const answer = vi.fn<() => CommandResult>(() => ({ ok: true }));
  const launched: Launched = {
    control: {
      address: '127.0.0.1:1',
      watch: () => ({ look: () => undefined, close: () => undefined }),
      events: () => () => undefined,
      command: (command) => {
        commands.push(command);
        return Promise.resolve(answer());
      },
      report: () => undefined,
      closed: closed.promise,
    },
    join: null,
    stop: (now) => {
      stops.push(now);
      return stopped.promise;
    },
  };
  return { clock, life, stops, stopped, closed, launched, commands, answer };
};

describe('a run', () => {
  test('ends with 0 when it was stopped and all viewers are closed', async () => {
    const { clock, life, stops, stopped, closed, launched } = setUp();
    life.begin(launched);
    life.stop('signal');
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
    life.stop('signal');
    clock.advance(3000);
    await expect(life.ended).resolves.toEqual({ code: 0, line: null });
  });

  test('stops at once when asked a second time', async () => {
    const { clock, life, stops, launched } = setUp();
    life.begin(launched);
    life.stop('signal');
    life.stop('signal');
    clock.advance(250);
    await expect(life.ended).resolves.toEqual({ code: 0, line: null });
    expect(stops).toEqual([false, true]);
  });

  test('grants a wish to stop that came during the start', async () => {
    const { life, stops, stopped, launched } = setUp();
    life.stop('signal');
    life.begin(launched);
    stopped.resolve();
    await expect(life.ended).resolves.toEqual({ code: 0, line: null });
    expect(stops).toEqual([false]);
  });

  test('ends a start that hangs when asked a second time', async () => {
    const { life } = setUp();
    life.stop('signal');
    life.stop('signal');
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
    life.stop('signal');
    stopped.reject(new Error('a bug'));
    await expect(life.ended).resolves.toMatchObject({ code: 1 });
  });
});

describe('a run that drains', () => {
  const drain = { do: 'drain', windowMs: 30_000, actor: 'signal' };

  test('ends with 0 when the proxy has drained, after all else was stopped', async () => {
    const { life, stops, stopped, closed, launched, commands } = setUp();
    life.begin(launched);
    expect(life.drain(30_000)).toBe(true);
    expect(life.isDraining).toBe(true);
    expect([commands, stops]).toEqual([[drain], []]);
    closed.resolve('drained');
    stopped.resolve();
    await expect(life.ended).resolves.toEqual({ code: 0, line: null });
    expect(stops).toEqual([false]);
  });

  test.each(['stopped', 'drained'])(
    'or is told by others to end, and was %s, ends with 0',
    async (word) => {
      const { life, stopped, closed, launched } = setUp();
      life.begin(launched);
      closed.resolve(word);
      stopped.resolve();
      await expect(life.ended).resolves.toEqual({ code: 0, line: null });
    },
  );

  test('is not begun without a window, before it runs, twice, or when it ends already', () => {
    const { life, launched, commands } = setUp();
    expect(life.drain(30_000)).toBe(false);
    life.begin(launched);
    expect(life.drain(0)).toBe(false);
    expect(life.drain(30_000)).toBe(true);
    expect(life.drain(30_000)).toBe(false);
    const other = setUp();
    other.life.begin(other.launched);
    other.life.stop('signal');
    expect(other.life.drain(30_000)).toBe(false);
    expect([commands, other.commands]).toEqual([[drain], []]);
  });

  test('stops at once for one who has lost patience, and as usual for the console', async () => {
    const { clock, life, stops, launched } = setUp();
    life.begin(launched);
    life.drain(30_000);
    life.stop('signal', true);
    clock.advance(250);
    await expect(life.ended).resolves.toEqual({ code: 0, line: null });
    expect(stops).toEqual([true]);
    const quit = setUp();
    quit.life.begin(quit.launched);
    quit.life.drain(30_000);
    quit.life.stop('signal');
    expect(quit.stops).toEqual([false]);
  });

  test('stops where it cannot drain', async () => {
    const { life, stops, stopped, launched, answer } = setUp();
    answer.mockReturnValue({ ok: false, reason: 'the proxy is stopping' });
    life.begin(launched);
    life.drain(30_000);
    stopped.resolve();
    await expect(life.ended).resolves.toEqual({ code: 0, line: null });
    expect(stops).toEqual([false]);
  });
});

const setUpSignals = () => {
  const clock = new FakeClock();
  const listeners = new Map<string, () => void>();
  const wishes: string[] = [];
  onStopSignals({ on: (signal, listener) => listeners.set(signal, listener) }, clock, (signal) => {
    wishes.push(signal);
  });
  return { clock, send: (signal: string) => listeners.get(signal)?.(), wishes: () => wishes };
};

describe('signals', () => {
  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'])('%s is a wish to stop', (signal) => {
    const { send, wishes } = setUpSignals();
    send(signal);
    expect(wishes()).toEqual([signal]);
  });

  test('the same one twice at the same moment is one wish', () => {
    const { clock, send, wishes } = setUpSignals();
    send('SIGINT');
    clock.advance(249);
    send('SIGINT');
    expect(wishes()).toHaveLength(1);
    clock.advance(250);
    send('SIGINT');
    expect(wishes()).toHaveLength(2);
  });

  test('another one is a second wish, however soon', () => {
    const { send, wishes } = setUpSignals();
    send('SIGINT');
    send('SIGTERM');
    expect(wishes()).toEqual(['SIGINT', 'SIGTERM']);
  });

  test('of suspension mean nothing: the process would stop, and the proxy with it', () => {
    const source = new EventEmitter();
    ignoreSuspension(source);
    expect(source.emit('SIGTSTP')).toBe(true);
  });
});
