/**
 * The command line, as typed -> what to do. meow splits it; what the options mean and whether
 * their values will do is decided in `options.ts`. The value options are not declared to meow
 * on purpose: declared ones lose the difference between `--cap` without a value and no `--cap`
 * at all, and throw where one is repeated.
 */
import meow from 'meow';
import { helpText } from './help-text.ts';
import { quoted, usageError, type FlagValue } from './option-reader.ts';
import { OPTION_TABLE } from './option-table.ts';
import { parseOptions, type Parsed } from './options.ts';

/** What the command line asks for: a text on stdout, or a run. */
export type CommandLine =
  | { readonly do: 'print'; readonly text: string }
  | { readonly do: 'run'; readonly parsed: Parsed };

const NAMES = OPTION_TABLE.map((row) => row.name);

const camelCase = (name: string): string =>
  name.replace(/-+(.)/g, (_, letter: string) => letter.toUpperCase());

const SWITCHES = OPTION_TABLE.filter((row) => row.placeholder === null).map((row) => row.name);

/** Edits between two words, swapped neighbours being one, for "did you mean". */
const distance = (from: string, to: string): number => {
  const rows = [Array.from({ length: to.length + 1 }, (_, index) => index)];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Infinity;
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= to.length; j += 1) {
      const same = from[i - 1] === to[j - 1] ? 0 : 1;
      const swapped = from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      row.push(
        Math.min(
          at(i - 1, j - 1) + same,
          at(i - 1, j) + 1,
          at(i, j - 1) + 1,
          swapped ? at(i - 2, j - 2) + 1 : Infinity,
        ),
      );
    }
  }
  return at(from.length, to.length);
};

/** The word that was probably meant; null where none is near. */
const nearest = (typed: string, words: readonly string[]): string | null => {
  const near = words
    .map((word) => ({ word, edits: distance(typed.toLowerCase(), word) }))
    .filter(({ word, edits }) => edits <= Math.max(1, Math.floor(word.length / 3)))
    .sort((one, other) => one.edits - other.edits);
  return near[0]?.word ?? words.find((word) => typed.length > 2 && word.startsWith(typed)) ?? null;
};

/** `--no-foo-bar=1` as `fooBar`. */
const keyOf = (argument: string): string =>
  camelCase(/^-+(?:no-)?([^=]*)/.exec(argument)?.[1] ?? '');

/** The argument as it was typed; meow hands over names in camel case and short flags in pieces. */
const typedFlag = (key: string, argv: readonly string[]): string => {
  const dashed = argv.filter((argument) => argument.startsWith('-'));
  const typed =
    dashed.find((argument) => keyOf(argument) === key) ??
    dashed.find((argument) => keyOf(argument).startsWith(`${key}.`)) ??
    dashed.find((argument) => /^-[^-]/.test(argument) && argument.includes(key));
  return typed?.split('=')[0] ?? `--${key}`;
};

const unknownFlag = (typed: string) => {
  const word = typed.replace(/^-+(?:no-)?/, '');
  const negated = NAMES.find((name) => name === `no-${word}`) ?? null;
  const guess = negated ?? nearest(word, [...NAMES, 'help', 'version']);
  return usageError(
    `unknown option ${typed.slice(0, 60)}`,
    guess === null ? 'wsbouncer --help lists the options' : `did you mean --${guess}?`,
  );
};

const unknownCommand = (word: string) => {
  if (/^(?:wss?|ws\+unix|https?):/.test(word)) {
    return usageError(`the URL ${quoted(word)} stands alone`, 'write --backend before it');
  }
  const guess = nearest(word, ['demo']);
  return usageError(
    `unknown command ${quoted(word)}`,
    guess === null
      ? 'the only command is demo, and options start with --'
      : `did you mean ${guess}?`,
  );
};

const isFlagValue = (value: unknown): value is FlagValue =>
  Array.isArray(value)
    ? value.every((part) => typeof part === 'string' || typeof part === 'boolean')
    : typeof value === 'string' || typeof value === 'boolean';

const isOff = (value: unknown): boolean =>
  Array.isArray(value) ? value.every((part) => part === false) : value === false;

/**
 * Reads the command line.
 * @param argv without the program and the script
 * @param maxViewersDefault `--max-viewers` where none is given
 * @throws BouncerError of kind `usage`
 */
export const readCommandLine = (
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  maxViewersDefault: number,
): CommandLine => {
  const { flags, input, pkg } = meow({
    importMeta: import.meta,
    argv,
    autoHelp: false,
    autoVersion: false,
    booleanDefault: undefined,
    flags: {
      ...Object.fromEntries(
        SWITCHES.map((name) => [camelCase(name), { type: 'boolean' as const }]),
      ),
      help: { type: 'boolean', shortFlag: 'h' },
      version: { type: 'boolean' },
    },
  });
  const { help, version, ...rest } = flags as Readonly<Record<string, unknown>>;
  if (help === true) return { do: 'print', text: helpText };
  if (version === true) return { do: 'print', text: `${String(pkg.version)}\n` };

  const named: Record<string, FlagValue> = {};
  for (const [key, value] of Object.entries(rest)) {
    if (value === undefined) continue;
    const name = NAMES.find((candidate) => camelCase(candidate) === key);
    // `--no-color` comes as a `color` that is off, however often it stands there.
    const negated = NAMES.find((candidate) => candidate === `no-${key}`);
    if (name !== undefined && isFlagValue(value)) named[name] = value;
    else if (negated !== undefined && isOff(value)) named[negated] = true;
    else throw unknownFlag(typedFlag(key, argv));
  }
  // meow takes any text after `--headless=` for yes.
  for (const name of SWITCHES) {
    const start = `--${name}=`;
    const switched = argv.findLast((argument) => argument.startsWith(start));
    if (switched !== undefined) named[name] = switched.slice(start.length);
  }

  const [command, extra] = input;
  if (command !== undefined && command !== 'demo') throw unknownCommand(command);
  if (extra !== undefined) {
    throw usageError(`unexpected argument ${quoted(extra)}`, 'leave it out');
  }
  const demo = command === 'demo';
  return { do: 'run', parsed: parseOptions({ flags: named, env, maxViewersDefault, demo }) };
};
