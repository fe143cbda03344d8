import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filterOf } from '../../src/console/filter-text.ts';
import type { FilterTerm } from '../../src/contract.ts';
import { filterShape } from '../../src/control/wire-views.ts';

const more = (on: 'rtt' | 'age' | 'left' | 'buffer' | 'rate', bound: number): FilterTerm => ({
  on,
  than: 'more',
  bound,
  not: false,
});

const less = (on: 'rtt' | 'age' | 'left' | 'buffer' | 'rate', bound: number): FilterTerm => ({
  on,
  than: 'less',
  bound,
  not: false,
});

const text = (has: string, not = false): FilterTerm => ({ on: 'text', has, not });

describe('a typed filter', () => {
  it.each<[string, readonly FilterTerm[]]>([
    ['ada', [text('ada')]],
    ['  ada   lin ', [text('ada'), text('lin')]],
    ['"ada lin"', [text('ada lin')]],
    ['"ada li', [text('ada li')]],
    ['!10.8.', [text('10.8.', true)]],
    ['!"ada lin"', [text('ada lin', true)]],
    ['"!ada"', [text('!ada')]],
    ['10.4.9.17:52210', [text('10.4.9.17:52210')]],
    ['[::1]:80', [text('[::1]:80')]],
    ['::1', [text('::1')]],
    ['key=value', [text('key=value')]],
    ['"foo:bar"', [text('foo:bar')]],
    ['"rtt>100"', [text('rtt>100')]],
    ['rtt', [text('rtt')]],
    ['state:late', [{ on: 'state', is: 'late', not: false }]],
    ['STATE:Late', [{ on: 'state', is: 'late', not: false }]],
    ['is:stuck', [{ on: 'state', is: 'stuck', not: false }]],
    ['state=stuck', [{ on: 'state', is: 'stuck', not: false }]],
    ['st:exp', [{ on: 'state', is: 'expiring', not: false }]],
    ['state:ok', [{ on: 'state', is: 'ok', not: false }]],
    ['!state:full', [{ on: 'state', is: 'full', not: true }]],
    ['session:deploy', [{ on: 'session', has: 'deploy', not: false }]],
    ['who:mira', [{ on: 'who', has: 'mira', not: false }]],
    ['who:"Mira X"', [{ on: 'who', has: 'Mira X', not: false }]],
    ['!who:mira', [{ on: 'who', has: 'mira', not: true }]],
    ['rtt>100', [more('rtt', 100)]],
    ['rtt<20ms', [less('rtt', 20)]],
    ['rtt>1s', [more('rtt', 1000)]],
    ['rtt>1.5s', [more('rtt', 1500)]],
    ['buf>1M', [more('buffer', 1_048_576)]],
    ['buffer>64KiB', [more('buffer', 65_536)]],
    ['queue>2g', [more('buffer', 2_147_483_648)]],
    ['buf>300', [more('buffer', 300)]],
    ['buf>300B', [more('buffer', 300)]],
    ['age>10m', [more('age', 600_000)]],
    ['age<30', [less('age', 30_000)]],
    ['left<10s', [less('left', 10_000)]],
    ['deadline<10', [less('left', 10_000)]],
    ['out>100K', [more('rate', 102_400)]],
    ['out>100K/s', [more('rate', 102_400)]],
    ['!rtt>100', [{ ...more('rtt', 100), not: true }]],
    [
      'ada state:late rtt>5',
      [text('ada'), { on: 'state', is: 'late', not: false }, more('rtt', 5)],
    ],
  ])('means what it says: %s', (typed, terms) => {
    expect(filterOf(typed)).toEqual({ text: typed, terms, trouble: null });
  });

  it.each(['', ' ', '   '])('is none without a word: %j', (typed) => {
    expect(filterOf(typed)).toEqual({ text: '', terms: [], trouble: null });
  });

  it.each([
    ['rtt>', 'rtt> needs a time: rtt>100, rtt<1s'],
    ['rtt>fast', 'rtt> needs a time'],
    ['rtt>1x', 'rtt> needs a time'],
    ['rtt>-5', 'rtt> needs a time'],
    ['rtt:100', 'rtt: needs > or < and a time'],
    ['buf>lots', 'buf> needs bytes'],
    ['out>5m/h', 'out> needs bytes a second'],
    ['state:', 'state: is one of stuck expiring late over full dialling empty ok'],
    ['state:purple', 'state: is one of'],
    ['state:o', 'state:o may be over or ok'],
    ['state>late', 'state goes with a colon: state:'],
    ['who:', 'who: needs a part of the name'],
    ['session:', 'session: needs a part of the id'],
    ['foo:bar', 'no foo: here: try state: who:'],
    ['s:late', 's: may be state or session'],
    ['!', '! turns round what follows it: !10.8.'],
    ['""', 'quotes need a text'],
    ['x'.repeat(201), 'a word has at most 200 characters'],
  ])('does not count, and says what would: %s', (typed, trouble) => {
    const applied = filterOf(`ada ${typed}`);
    expect(applied.terms).toEqual([text('ada')]);
    expect(applied.trouble).toContain(trouble);
  });

  it('has no more terms than a proxy takes', () => {
    const applied = filterOf(Array.from({ length: 60 }, (_, index) => `w${index}`).join(' '));
    expect(applied.terms).toHaveLength(50);
    expect(applied.trouble).toBe('only the first 50 words count');
  });

  it('is one that a proxy takes, whatever is typed, and keeps its text', () => {
    const word = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc
        .tuple(
          fc.constantFrom('', '!', '"', '!"'),
          fc.constantFrom('state', 'is', 'st', 's', 'who', 'rtt', 'buf', 'age', 'left', 'out', 'x'),
          fc.constantFrom(':', '>', '<', '=', ''),
          fc.oneof(
            fc.string({ maxLength: 6 }),
            fc.constantFrom('late', '1', '9'.repeat(12), '1.5G'),
          ),
        )
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), (words) => {
        const typed = words.join(' ');
        const { terms, text: kept, trouble } = filterOf(typed);
        expect(filterShape(terms, 'filter')).toBeNull();
        expect(kept === typed || terms.length === 0).toBe(true);
        expect(trouble).not.toBe('');
      }),
      { numRuns: 2000 },
    );
  });

  it('applies every word that is understood and is silent only if all are', () => {
    const good = fc.constantFrom('ada', '!x', 'state:late', 'rtt>5', 'who:m', '"a b"');
    const bad = fc.constantFrom('rtt>', 'state:purple', 'foo:bar', '!', 'who:');
    fc.assert(
      fc.property(fc.array(fc.oneof(good, bad), { maxLength: 20 }), (words) => {
        const { terms, trouble } = filterOf(words.join(' '));
        const alone = words.map((word) => filterOf(word));
        expect(terms).toEqual(alone.flatMap((one) => one.terms));
        expect(trouble).toBe(alone.find((one) => one.trouble !== null)?.trouble ?? null);
      }),
    );
  });
});
