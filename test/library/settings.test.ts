/** The options of the library: the same words, values and defaults as on the command line. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OPTION_TABLE } from '../../src/cli/option-table.ts';
import { parseOptions } from '../../src/cli/options.ts';
import { defaultMaxViewers } from '../../src/cli/descriptors.ts';
import { BouncerError, type BouncerOptions, createBouncer } from '../../src/library.ts';
import {
  readBackend,
  readSettings,
  readWindow,
  type Settings,
} from '../../src/library/settings.ts';

const backend = 'ws://127.0.0.1:7681/{session}';

const typed = (...words: readonly string[]) => {
  const flags: Record<string, string | string[]> = { backend };
  for (let at = 0; at < words.length; at += 2) flags[words[at] ?? ''] = words[at + 1] ?? '';
  const maxViewersDefault = defaultMaxViewers();
  return parseOptions({ flags, env: {}, maxViewersDefault, demo: false }).options;
};

const errorOf = (run: () => unknown): BouncerError => {
  try {
    run();
  } catch (error) {
    if (error instanceof BouncerError) return error;
    throw error;
  }
  throw new Error('nothing was wrong');
};

test('says nothing: everything is as on the command line', () => {
  expect(readSettings({}, backend)).toEqual(typed());
});

test.each<[Settings, ...string[]]>([
  [{ cap: 3 }, 'cap', '3'],
  [{ pingInterval: 1500 }, 'ping-interval', '1500ms'],
  [{ pingInterval: '1.5s' }, 'ping-interval', '1.5s'],
  [{ probeOnFull: 0, refuseHold: '0' }, 'probe-on-full', '0', 'refuse-hold', '0'],
  [
    { maxViewerMessage: 1024, maxBackendMessage: '1MiB' },
    'max-viewer-message',
    '1KiB',
    'max-backend-message',
    '1048576',
  ],
  [{ refuseWith: 'http', path: '/x/{session}' }, 'refuse-with', 'http', 'path', '/x/{session}'],
  [
    { listen: '[::1]:0', dialTimeout: '2s', maxDials: 7 },
    'listen',
    '[::1]:0',
    'dial-timeout',
    '2s',
    'max-dials',
    '7',
  ],
])('reads %j as the command line does', (settings, ...words) => {
  expect(readSettings(settings, backend)).toEqual(typed(...words));
});

test('reads lists, of one or of several', () => {
  const both = { trustProxy: ['10.0.0.0/8', '::1'], whoHeader: 'X-User' };
  expect(readSettings({ allowOrigin: 'https://a.example', ...both }, backend)).toMatchObject({
    allowOrigins: ['https://a.example'],
    trustProxies: ['10.0.0.0/8', '::1/128'],
    whoHeader: 'x-user',
  });
});

test('takes undefined for what is not said', () => {
  const settings = { cap: undefined } as unknown as Settings;
  expect(readSettings(settings, backend)).toEqual(typed());
});

test('does not look at the environment of the program', () => {
  process.env['WSBOUNCER_CAP'] = 'many';
  try {
    expect(readSettings({}, backend).cap).toBe(8);
  } finally {
    delete process.env['WSBOUNCER_CAP'];
  }
});

describe('names option, value and remedy', () => {
  test.each<[unknown, string, string]>([
    [{ cap: 0 }, 'cap "0" is out of range', 'pass a number from 1 to 100000'],
    [{ cap: Number.NaN }, 'cap "NaN" is not a whole number', 'pass a number from 1 to 100000'],
    [{ cap: true }, 'cap is of type boolean', 'pass a number'],
    [{ cap: null }, 'cap is of type object', 'pass a number'],
    [{ pingInterval: '15' }, 'pingInterval "15" has no unit', 'write 15s or 15ms'],
    [
      { pingInterval: -1 },
      'pingInterval "-1ms" is not a duration',
      'write it like 50ms, 15s, 1m or 1h',
    ],
    [
      { pingInterval: '10s', pongTimeout: '10s' },
      'pongTimeout "10s" is not longer than the ping interval (10s)',
      'pass more than 10s, 3 x is usual, or shorten pingInterval',
    ],
    [{ path: 7 }, 'path is 7', 'pass a text'],
    [{ path: '' }, 'path has no value', 'write path <pattern>'],
    [
      { whoHeader: 'x-user' },
      'whoHeader "x-user" would be believed of nobody',
      'say with trustProxy <cidr> which peers set it',
    ],
    [
      { allowOrigin: ['https://a.example', 1] },
      'allowOrigin is 1',
      'pass a text, or a list of texts',
    ],
    // A value stays as it was given, whatever it says.
    [
      { path: '--ping-interval' },
      'path "--ping-interval" does not start with /',
      'write it like /ws/{session}',
    ],
  ])('%j', (settings, message, remedy) => {
    const error = errorOf(() => createBouncer({ backend, ...(settings as object) }));
    expect([error.kind, error.message, error.remedy]).toEqual(['usage', message, remedy]);
  });

  test('of an option that there is not', () => {
    const error = errorOf(() => createBouncer({ backend, capp: 3 } as unknown as BouncerOptions));
    expect(error.message).toBe('there is no option "capp"');
    expect(error.remedy).toContain('cap, maxViewers');
  });

  test.each([
    [{}, 'neither backend nor resolve is given'],
    [{ backend, resolve: () => null }, 'backend and resolve are both given'],
    [{ resolve: 'ws://127.0.0.1' }, 'resolve is no function'],
  ])('of the backend: %j', (options, message) => {
    expect(errorOf(() => createBouncer(options as BouncerOptions)).message).toBe(message);
  });
});

/** What is wrong with what was read; null: nothing. */
const problemOf = (read: () => unknown): unknown => {
  try {
    read();
    return null;
  } catch (error) {
    return error;
  }
};

test('whatever is given, there are options or a mistake in one line', () => {
  const names = OPTION_TABLE.map(({ name }) =>
    name.replaceAll(/-([a-z])/g, (_dash, letter: string) => letter.toUpperCase()),
  );
  const value = fc.oneof(fc.anything(), fc.string(), fc.double(), fc.constant('5s'));
  const settings = fc.dictionary(fc.constantFrom(...names), value);
  fc.assert(
    fc.property(settings, fc.anything(), (given, named) => {
      for (const problem of [
        problemOf(() => readSettings(given, backend)),
        problemOf(() => readBackend(named)),
        problemOf(() => readWindow(named as string)),
      ]) {
        if (problem === null) continue;
        const line = problem instanceof BouncerError ? problem.line : 'not a BouncerError';
        // Values are quoted, and may say anything that stays on the line.
        const words = line.replaceAll(/"(?:[^"\\]|\\.)*"/g, '');
        if (!(problem instanceof BouncerError) || /\p{Cc}/u.test(line) || /--[a-z]/.test(words)) {
          throw new Error(line);
        }
      }
    }),
  );
  expect(names).toContain('pingInterval');
});
