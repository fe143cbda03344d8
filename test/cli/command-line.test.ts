import { describe, expect, test } from 'vitest';
import { readCommandLine } from '../../src/cli/command-line.ts';
import { OPTION_TABLE, spelling } from '../../src/cli/option-table.ts';
import { BouncerError } from '../../src/errors.ts';

const read = (...argv: readonly string[]) => {
  const line = readCommandLine(['--backend', 'ws://h/', ...argv], {}, 480);
  if (line.do !== 'run') throw new Error('nothing to run');
  return line.parsed;
};

const errorOf = (...argv: readonly string[]): string => {
  try {
    read(...argv);
  } catch (error) {
    if (error instanceof BouncerError) return error.line;
    throw error;
  }
  throw new Error('no error');
};

describe('the options of the console', () => {
  test('are read with and without one', () => {
    const argv = ['--read-only', '--ascii', '--no-color', '--name', 'hall 7', '--accent=blue'];
    const screen = {
      readOnly: true,
      ascii: true,
      color: false,
      name: 'hall 7',
      accent: 'blue',
      confirm: 'always',
    };
    expect(read(...argv, '--confirm=always')).toMatchObject({ headless: false, screen });
    expect(read(...argv, '--confirm', 'always', '--headless')).toMatchObject({
      headless: true,
      screen,
    });
  });

  test.each([
    [['--no-color', '--no-color'], false],
    [['--no-color=true'], false],
    [['--no-color=false'], true],
    [['--read-only=false'], true],
    [[], true],
  ])('%j draws with colours: %s', (argv, color) => {
    expect(read(...argv).screen).toMatchObject({ color, readOnly: false });
  });

  test.each([
    [['--color'], 'unknown option --color; did you mean --no-color?'],
    [['--color=always'], 'unknown option --color; did you mean --no-color?'],
    [['--no-color=maybe'], '--no-color "maybe" is neither on nor off; pass true or false'],
    [['--readonly'], 'unknown option --readonly; did you mean --read-only?'],
    [['--read-only=1x'], '--read-only "1x" is neither on nor off; pass true or false'],
    [['--no-name'], 'unknown option --no-name; write --name <text>'],
    [['--name='], '--name has no value; write --name <text>'],
    [['--confirm'], '--confirm has no value; write --confirm <undo|always>'],
  ])('%j is an error', (argv, line) => {
    expect(errorOf(...argv)).toBe(`wsbouncer: ${line}`);
  });
});

describe('the help', () => {
  test('has every option once, those of the console last, in 80 columns', () => {
    const line = readCommandLine(['--help'], {}, 480);
    if (line.do !== 'print') throw new Error('nothing to print');
    const [all = '', ofConsole = ''] = line.text.split('\nConsole\n');
    for (const row of OPTION_TABLE) {
      const starts = (text: string): boolean => text.includes(`\n  ${spelling(row)} `);
      expect([row.name, starts(all), starts(`\n${ofConsole}`)]).toEqual([
        row.name,
        row.screen !== true,
        row.screen === true,
      ]);
    }
    expect(Math.max(...line.text.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80);
  });
});
