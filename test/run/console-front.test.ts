import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { ConsoleSettings } from '../../components/show-console.tsx';
import type { ProxyOptions, ScreenOptions } from '../../src/contract.ts';
import type { ProxyEvent } from '../../src/events.ts';
import { EventLines } from '../../src/run/event-lines.ts';
import type { Launched, Listening } from '../../src/run/launch.ts';
import { ConsoleFront, type Parts } from '../../src/run/console-front.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { testOptions } from '../support/test-options.ts';

type ThreadDeps = Parameters<Awaited<ReturnType<Parts['thread']>>['startThread']>[1];

const options: ProxyOptions = {
  ...testOptions,
  backend: { address: { host: '127.0.0.1', port: 1 }, tls: false, target: '/' },
};

const screen: ScreenOptions = {
  readOnly: false,
  ascii: false,
  color: true,
  name: null,
  accent: null,
  confirm: 'undo',
};

const control: Listening = {
  address: '127.0.0.1:1',
  watch: () => ({ look: () => undefined, close: () => undefined }),
  events: () => () => undefined,
  command: () => Promise.resolve({ ok: true }),
  report: () => undefined,
  closed: new Promise(() => undefined),
};

const launched: Launched = { control, join: 'join here', stop: () => Promise.resolve() };

const refusal = (session: string): ProxyEvent =>
  ({ time: 'now', event: 'viewer.refused', session, cause: 'cap' }) as unknown as ProxyEvent;

/** A front whose console and relay are the test's. */
const setUp = async () => {
  const clock = new FakeClock();
  const said: string[] = [];
  const kept: ProxyEvent[] = [];
  const shown: string[] = [];
  const console = Promise.withResolvers<'quit'>();
  const drawing = Promise.withResolvers<Awaited<ReturnType<Parts['drawing']>>>();
  let deps: ThreadDeps = {};
  const log: string[] = [];
  const started: string[] = [];
  const shownWith: ConsoleSettings[] = [];
  const stdout = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      shown.push(chunk.toString('utf8'));
      done();
    },
  });
  const front = new ConsoleFront(
    {
      stdin: process.stdin,
      stdout: stdout as unknown as NodeJS.WriteStream,
      env: {},
      say: (line) => said.push(line),
    },
    { ...screen, name: 'hall 7', readOnly: true },
    {
      lines: new EventLines(
        stdout,
        clock,
        () => undefined,
        (run) => run(),
      ),
      keep: (event) => kept.push(event),
    },
    clock,
    {
      drawing: () => drawing.promise,
      thread: () =>
        Promise.resolve({
          startThread: (_options, given) => {
            deps = given ?? {};
            started.push('relay');
            return Promise.resolve(control);
          },
        }),
      giveWay: () => void started.push('way given'),
    },
  );
  const draws = {
    showConsole: (_control: unknown, _io: unknown, settings: ConsoleSettings) => {
      log.push(`shown: ${settings.join}`);
      shownWith.push(settings);
      return {
        done: console.promise,
        tell: (text: string) => void log.push(`told: ${text}`),
        linkDown: () => undefined,
        close: () => void log.push('closed'),
      };
    },
  };
  const noTcp = { listen: null, isPublic: false, tokenFile: null, token: null };
  await front.start(options, { ...noTcp, socketPath: null, maxStreamsPerAddress: 4 });
  const quits = Promise.withResolvers<void>();
  let quit = 0;
  front.show(launched, () => {
    quit += 1;
    quits.resolve();
  });
  return {
    front,
    clock,
    said,
    kept,
    shown,
    log,
    started,
    shownWith,
    console,
    drawing,
    quits,
    quit: () => quit,
    /** Lets the console come up. */
    draw: async () => {
      drawing.resolve(draws);
      await drawing.promise;
      await Promise.resolve();
    },
    event: (event: ProxyEvent) => deps?.onEvent?.(event),
    restart: (reason: string) => deps?.onRestart?.(reason),
  };
};

/** Lets every promise that is settled be heard. */
const heard = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

test('the drawing gives way to a relay that has started', async () => {
  expect((await setUp()).started).toEqual(['relay', 'way given']);
});

describe('under the console', () => {
  test('keeps every event from the first on, drawn, failed or closed', async () => {
    const { front, draw, event, console, kept, quits } = await setUp();
    event(refusal('early'));
    await draw();
    event(refusal('drawn'));
    console.resolve('quit');
    await quits.promise;
    front.close();
    event(refusal('late'));
    expect(kept).toEqual([refusal('early'), refusal('drawn'), refusal('late')]);
  });

  test('shows what runs and how to join it, and writes no event lines over it', async () => {
    const { log, shown, draw, event } = await setUp();
    await draw();
    event(refusal('a'));
    expect(log).toEqual(['shown: join here']);
    expect(shown).toEqual([]);
  });

  test('hands on how the console is to look, and how to stop the program from outside', async () => {
    const { shownWith, draw } = await setUp();
    await draw();
    expect(shownWith).toMatchObject([
      { name: 'hall 7', readOnly: true, confirm: 'undo', stopWith: `kill ${process.pid}` },
    ]);
  });

  test('ends when the operator quits', async () => {
    const { console, quits, quit, draw } = await setUp();
    await draw();
    console.resolve('quit');
    await quits.promise;
    expect(quit()).toBe(1);
  });

  test('gives the terminal back once, and is then no longer drawn', async () => {
    const { front, log, console, quit, draw } = await setUp();
    await draw();
    front.close();
    front.close();
    console.resolve('quit');
    await heard();
    expect(log).toEqual(['shown: join here', 'closed']);
    expect(quit()).toBe(0);
    expect(front.fallBack(new Error('late'))).toBe(false);
  });

  test('says what is waited for where the end takes long, and once', async () => {
    const { front, said, clock, draw } = await setUp();
    await draw();
    front.close();
    front.close();
    clock.advance(299);
    expect(said).toEqual([]);
    clock.advance(10_000);
    expect(said).toEqual(['wsbouncer: closing the viewers; ctrl-c ends at once']);
  });

  test('is not drawn at all when the end came first', async () => {
    const { front, log, draw } = await setUp();
    front.close();
    await draw();
    await heard();
    expect(log).toEqual([]);
  });

  test('keeps what is to be said until the terminal is given back', async () => {
    const { front, said, log, draw, restart } = await setUp();
    await draw();
    restart('out of memory');
    expect(said).toEqual([]);
    expect(log.at(-1)).toBe('told: the relay broke and was started again; all viewers are gone');
    front.close();
    expect(said).toEqual(['wsbouncer: the relay broke and was started again: out of memory']);
  });

  test('counts for the last line', async () => {
    const { front, clock, draw, event } = await setUp();
    await draw();
    event(refusal('a'));
    event(refusal('b'));
    clock.advance(89_500);
    expect(front.farewell()).toBe(
      'wsbouncer: stopped after 90s; viewers: 0 admitted, 2 refused, 0 evicted',
    );
  });
});

const line = (reason: string): string =>
  `wsbouncer: the console failed (${reason}); the proxy goes on, its events follow`;

describe('when the console fails', () => {
  test('the terminal comes back, the reason is said, and events go on as lines', async () => {
    const { log, said, shown, console, quit, draw, event } = await setUp();
    await draw();
    event(refusal('before'));
    console.reject(new TypeError('rows is undefined\nat somewhere'));
    await heard();
    event(refusal('after'));
    expect(log.at(-1)).toBe('closed');
    expect(said).toEqual([line('TypeError: rows is undefined')]);
    expect(shown).toEqual([`${JSON.stringify(refusal('after'))}\n`]);
    expect(quit()).toBe(0);
  });

  test('it may be by an error that nobody caught', async () => {
    const { front, log, said, draw } = await setUp();
    await draw();
    expect(front.fallBack(new Error('thrown in a handler'))).toBe(true);
    expect(log).toEqual(['shown: join here', 'closed']);
    expect(said).toEqual([line('Error: thrown in a handler')]);
  });

  test('what breaks after it does not end the proxy either, and is not said for ever', async () => {
    const { front, log, said, draw } = await setUp();
    await draw();
    front.fallBack(new Error('first'));
    for (let count = 0; count < 100; count += 1) {
      expect(front.fallBack(new Error('a leftover\nsomewhere'))).toBe(true);
    }
    expect(said[1]).toBe('wsbouncer: and then: Error: a leftover');
    expect(said).toHaveLength(21);
    expect(log).toEqual(['shown: join here', 'closed']);
  });

  test('it may be that it cannot even be loaded', async () => {
    const { front, said, shown, drawing, event } = await setUp();
    drawing.reject(new Error('no such module'));
    await heard();
    event(refusal('after'));
    expect(front.fallBack(new Error('later'))).toBe(true);
    expect(said).toEqual([line('Error: no such module'), 'wsbouncer: and then: Error: later']);
    expect(shown).toHaveLength(1);
  });

  test('an error before it was up is not its failure', async () => {
    const { front, said } = await setUp();
    expect(front.fallBack(new Error('somewhere else'))).toBe(false);
    expect(said).toEqual([]);
  });
});
