import { describe, expect, test } from 'vitest';
import type { FlagValue } from '../../src/cli/option-reader.ts';
import { parseOptions, type Parsed } from '../../src/cli/options.ts';
import { BouncerError } from '../../src/errors.ts';

type Flags = Readonly<Record<string, FlagValue>>;
type Variables = Readonly<Record<string, string>>;

const parse = (flags: Flags, env: Variables = {}, demo = false): Parsed => {
  const backend: Flags = demo ? {} : { backend: 'ws://127.0.0.1:7681/ws' };
  return parseOptions({ flags: { ...backend, ...flags }, env, maxViewersDefault: 480, demo });
};

const lineOf = (flags: Flags, env: Variables = {}): string => {
  try {
    parse(flags, env);
  } catch (error) {
    if (error instanceof BouncerError) return error.line;
    throw error;
  }
  throw new Error('no error');
};

describe('the event log', () => {
  test('is kept in five files of 10 MiB, in the demo too', () => {
    const eventLog = { path: 'x.log', size: 10 * 1024 ** 2, files: 5 };
    expect(parse({ 'event-log': 'x.log' })).toMatchObject({ eventLog });
    expect(parse({ 'event-log': 'x.log' }, {}, true)).toMatchObject({ eventLog });
  });

  test('may be one file without end', () => {
    const flags: Flags = { 'event-log': 'x.log', 'event-log-size': '0', 'event-log-files': '1' };
    expect(parse(flags)).toMatchObject({ eventLog: { path: 'x.log', size: 0, files: 1 } });
  });

  test.each<[Flags, Variables, string]>([
    [{ 'event-log-size': '1MiB' }, {}, '--event-log-size "1MiB"'],
    [{}, { WSBOUNCER_EVENT_LOG_FILES: '2' }, 'WSBOUNCER_EVENT_LOG_FILES "2"'],
  ])('that nobody named has neither size nor files: %j %j', (flags, env, given) => {
    expect(lineOf(flags, env)).toBe(
      `wsbouncer: ${given} is about no log; name one with --event-log <file>, or leave it out`,
    );
  });

  test.each([
    ['event-log', 'logs/', 'names a directory', 'add the name of the file'],
    ['event-log', '..', 'names a directory', 'add the name of the file'],
    ['event-log', 'a\0b', 'has a NUL in its path', 'leave it out'],
    ['event-log-size', '4095B', 'is out of range', '1024GiB, or pass 0 for never'],
    ['event-log-size', '10MB', 'has the unknown unit "MB"', 'or pass 0 for never'],
    ['event-log-files', '0', 'is out of range', 'pass a number from 1 to 1000'],
    ['event-log-files', '1001', 'is out of range', 'pass a number from 1 to 1000'],
  ])('takes no --%s %j', (name, value, problem, remedy) => {
    const [said, advised] = lineOf({ 'event-log': 'x', [name]: value }).split('; ');
    expect(said).toBe(`wsbouncer: --${name} ${JSON.stringify(value)} ${problem}`);
    expect(advised).toContain(remedy);
  });
});
