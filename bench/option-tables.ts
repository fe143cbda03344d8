/** What can be typed behind each of the benchmarks' commands. Values only. */
import { CANDIDATES, WORKS } from './relay/works.ts';

const noise = {
  value: 'n',
  meaning: 'what others may use in a window, in percent of a core; 40, any in a quick run',
};

const window = { value: 'n', meaning: 'milliseconds of a window' };

const outTo = (file: string) => ({
  value: 'file',
  meaning: `where the results go as JSON; a whole full run writes bench/${file}`,
});

const quick = (meaning: string) => ({ value: null, meaning: `under two minutes: ${meaning}` });

const rounds = (meaning: string) => ({ value: 'n', meaning });

const only = (names: readonly { readonly name: string }[]) => ({
  value: 'a,b',
  meaning: `only these: ${names.map(({ name }) => name).join(', ')}`,
});

/** The tables by the names of the scripts in package.json. */
export const OPTION_TABLES = {
  bench: {
    quick: quick('3 rounds of the main works, short windows, for a look'),
    rounds: rounds('rounds; a ratio needs 8, or 3 in the quick run, and fewer print none'),
    window,
    noise,
    works: only(WORKS),
    candidates: only(CANDIDATES),
    out: outTo('relay/results.json'),
    profile: {
      value: 'folder',
      meaning:
        "wsbouncer runs under V8's profiler, and the functions with the most time of their own are told at the end; the other figures then say little",
    },
  },
  'bench:console': {
    quick: quick('1,000 viewers, short windows'),
    rounds: rounds('rounds of the comparison; a ratio needs 5, and fewer print none'),
    viewers: { value: 'n', meaning: 'instead of 5,000' },
    noise,
    out: outTo('console/results.json'),
  },
  'bench:growth': {
    quick: quick('one round of three sizes each, short windows, for a look'),
    rounds: rounds('rounds; the table has their medians'),
    window,
    viewers: { value: 'n', meaning: 'at most so many' },
    noise,
    out: outTo('growth/results.json'),
  },
  'bench:cores': {
    quick: quick('3 rounds, short windows, for a look'),
    rounds: rounds('rounds; a ratio needs 8, or 3 in the quick run'),
    window,
    noise,
    out: outTo('cores/results.json'),
  },
} as const;
