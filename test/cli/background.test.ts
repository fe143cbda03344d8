import { describe, expect, test } from 'vitest';
import type { FlagValue } from '../../src/cli/option-reader.ts';
import { parseOptions, type Parsed } from '../../src/cli/options.ts';
import { BouncerError } from '../../src/errors.ts';

type Flags = Readonly<Record<string, FlagValue>>;
type Variables = Readonly<Record<string, string>>;

const parse = (flags: Flags, env: Variables = {}, processes = [7]): Parsed =>
  parseOptions({
    flags: { backend: 'ws://127.0.0.1:7681/ws', ...flags },
    env,
    maxViewersDefault: 480,
    demo: false,
    processes,
  });

const lineOf = (flags: Flags, env: Variables = {}): string => {
  try {
    parse(flags, env);
  } catch (error) {
    if (error instanceof BouncerError) return error.line;
    throw error;
  }
  throw new Error('no error');
};

const behind = (flags: Flags, env: Variables = {}) =>
  parse({ background: true, ...flags }, env).background;

const rotation = { size: 10 * 1024 ** 2, files: 5 };

describe('a proxy', () => {
  test('stays, and ends with its terminal, unless it is told otherwise', () => {
    expect(parse({})).toMatchObject({ background: null, keepOnHangup: false });
    expect(parse({ 'keep-on-hangup': true })).toMatchObject({ keepOnHangup: true });
    expect(parse({}, { WSBOUNCER_KEEP_ON_HANGUP: '1' })).toMatchObject({ keepOnHangup: true });
  });

  test('in the background gets a console, unless nobody wants one or could', () => {
    expect(behind({})).toEqual({ attach: true, rotation });
    expect(behind({ 'no-attach': true })).toEqual({ attach: false, rotation });
    expect(behind({ headless: true })).toEqual({ attach: false, rotation });
    expect(behind({}, { WSBOUNCER_HEADLESS: '1' })).toEqual({ attach: false, rotation });
    expect(behind({ control: 'none', 'event-log': 'x' })).toEqual({ attach: false, rotation });
  });

  test('in the background has a log of its own, as large as is said', () => {
    const flags: Flags = { background: true, 'event-log-size': '4KiB', 'event-log-files': '2' };
    expect(parse(flags)).toMatchObject({
      eventLog: null,
      background: { rotation: { size: 4096, files: 2 } },
    });
    expect(parse({ ...flags, 'event-log': 'mine' })).toMatchObject({
      eventLog: { path: 'mine', size: 4096, files: 2 },
    });
  });

  test.each<[Flags, Variables, string]>([
    [
      { 'no-attach': true },
      {},
      '--no-attach is about a proxy in the background; add --background, or leave it out',
    ],
    [
      {},
      { WSBOUNCER_NO_ATTACH: '1' },
      'WSBOUNCER_NO_ATTACH is about a proxy in the background; add --background, or leave it out',
    ],
    [
      { background: true, control: 'none' },
      {},
      '--background has no place for its log with --control "none"; name one with --event-log <file>, or leave out --control none',
    ],
    [
      { background: true, listen: 'fd:3' },
      {},
      '--background does not go with a socket that was handed over; leave it out: who hands over a socket keeps the proxy running, too',
    ],
  ])('is not started with %j %j', (flags, env, line) => {
    expect(lineOf(flags, env)).toBe(`wsbouncer: ${line}`);
  });
});

describe('a socket that was handed over', () => {
  const handed: Variables = { LISTEN_FDS: '1', LISTEN_PID: '7' };
  const listenOf = (flags: Flags, env: Variables = {}, processes?: number[]) =>
    parse(flags, env, processes).options.listen;
  const usual = { host: '127.0.0.1', port: 8080 };

  test('is listened on where it is named, and where nothing else is', () => {
    expect(listenOf({ listen: 'fd:4' })).toEqual({ fd: 4 });
    expect(listenOf({}, { WSBOUNCER_LISTEN: 'fd:3' })).toEqual({ fd: 3 });
    expect(listenOf({}, handed)).toEqual({ fd: 3 });
    expect(listenOf({}, handed, [8, 7])).toEqual({ fd: 3 });
    expect(listenOf({ listen: '127.0.0.1:1' }, handed)).toEqual({ host: '127.0.0.1', port: 1 });
  });

  test('is not what others were handed', () => {
    expect(listenOf({}, handed, [8])).toEqual(usual);
    expect(listenOf({}, { LISTEN_FDS: '1' })).toEqual(usual);
    expect(listenOf({}, { ...handed, LISTEN_FDS: '0' })).toEqual(usual);
    expect(listenOf({}, { ...handed, LISTEN_FDS: 'x' })).toEqual(usual);
  });

  test('is one', () => {
    expect(lineOf({}, { ...handed, LISTEN_FDS: '2' })).toBe(
      'wsbouncer: 2 sockets were handed over, and one is listened on; say which with --listen fd:3, or list one in the socket unit',
    );
    expect(listenOf({ listen: 'fd:4' }, { ...handed, LISTEN_FDS: '2' })).toEqual({ fd: 4 });
  });

  test.each(['fd:', 'fd:2', 'fd:1024', 'fd:3x', 'fd:-3', 'fd:3.5', 'fd:00003'])(
    'is none of the name %j',
    (listen) => {
      expect(lineOf({ listen })).toBe(
        `wsbouncer: --listen "${listen}" has no valid descriptor; use one from 3 to 1023`,
      );
    },
  );
});
