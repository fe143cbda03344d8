import { describe, expect, test } from 'vitest';
import { readCommandLine } from '../../src/cli/command-line.ts';
import { BouncerError } from '../../src/errors.ts';

const read = (argv: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  readCommandLine(['replay', ...argv], env, 480);

const errorOf = (...argv: readonly string[]): string => {
  try {
    read(argv);
  } catch (error) {
    if (error instanceof BouncerError) return error.line;
    throw error;
  }
  throw new Error('no error');
};

describe('replay', () => {
  test('takes a file, or stdin, and how the screen looks', () => {
    expect(read(['events.jsonl', '--ascii', '--name', 'night'])).toMatchObject({
      do: 'replay',
      path: 'events.jsonl',
      screen: { ascii: true, color: true, name: 'night' },
    });
    expect(read(['-', '--no-color'])).toMatchObject({ path: '-', screen: { color: false } });
    expect(read(['x'], { WSBOUNCER_ACCENT: 'blue' })).toMatchObject({ screen: { accent: 'blue' } });
  });

  test('has a help of its own, within 80 columns', () => {
    const line = read(['--help']);
    if (line.do !== 'print') throw new Error('no help');
    expect(line.text).toContain('wsbouncer replay <file> [options]');
    expect(line.text).not.toContain('--socket');
    for (const row of line.text.split('\n')) expect(row.length).toBeLessThanOrEqual(80);
  });

  test.each([
    [[], 'wsbouncer: replay needs more; write wsbouncer replay <file>'],
    [['a', 'b'], 'wsbouncer: unexpected argument "b"; write wsbouncer replay <file>'],
    [['a', '--backend', 'x'], /unknown option --backend of replay; /],
    [['a', '--socket', 'x'], /unknown option --socket of replay; /],
    [['a', '--asci'], /did you mean --ascii\?/],
  ])('refuses %j with a remedy', (argv, words) => {
    expect(errorOf(...argv)).toMatch(words);
  });
});
