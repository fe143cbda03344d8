import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OPTION_TABLES } from '../../bench/option-tables.ts';
import { helpOf, Options, type OptionTable } from '../../bench/options.ts';

const read = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  new Options<keyof typeof OPTION_TABLES.bench>('bench', OPTION_TABLES.bench, args, env);

describe('the options of a benchmark', () => {
  it('are those that were typed, and nothing where none was', () => {
    const options = read(['--quick', '--rounds', '9', '--works=echo,paced', '--out', 'a.json']);
    expect(options.has('quick')).toBe(true);
    expect(options.count('rounds')).toBe(9);
    expect(options.list('works')).toEqual(['echo', 'paced']);
    expect(options.text('out')).toBe('a.json');
    const none = read([]);
    expect(none.has('quick')).toBe(false);
    expect([none.count('rounds'), none.list('works'), none.text('out')]).toEqual([
      null,
      null,
      null,
    ]);
  });

  it.each(['0', '-1', '1.5', 'x', '', '1000000', '1e3'])('know that %j is no number', (typed) => {
    const options = read([`--window=${typed}`]);
    expect(() => options.count('window')).toThrow(
      `--window ${typed}: a number from 1 to 999999 is needed`,
    );
  });

  it('take any number that is one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999 }), (number) => {
        expect(read(['--rounds', String(number)]).count('rounds')).toBe(number);
      }),
    );
  });

  it.each([['--bogus'], ['--rounds'], ['--quick=5'], ['word']])(
    'say of %s where all options are listed',
    (...args) => {
      expect(() => read(args)).toThrow(/\nnpm run bench -- --help lists all options$/);
    },
  );

  it.each([
    ['quick', '--quick'],
    ['rounds', '--rounds n'],
  ])('are asked for again where npm has kept --%s for itself', (name, typed) => {
    expect(() => read([], { [`npm_config_${name}`]: 'true' })).toThrow(
      `npm has kept --${name} for itself: write npm run bench -- ${typed}`,
    );
  });

  it.each([
    [[], true],
    [['--noise', '10', '--out', 'a.json'], true],
    [['--quick'], false],
    [['--rounds', '10'], false],
    [['--profile', 'folder'], false],
  ])('%j: whether the run is a whole one is %j', (args, isWhole) => {
    expect(read(args).isWhole).toBe(isWhole);
  });

  it.each(Object.entries<OptionTable>(OPTION_TABLES))(
    'of %s are all told within 80 columns',
    (script, table) => {
      const help = helpOf(script, table);
      for (const name of [...Object.keys(table), 'help']) expect(help).toContain(`  --${name} `);
      expect(Math.max(...help.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80);
    },
  );
});
