/**
 * The command line, as typed -> what to do. meow splits it; what the options mean and whether
 * their values will do is decided in `options.ts`. The value options are not declared to meow
 * on purpose: declared ones lose the difference between `--cap` without a value and no `--cap`
 * at all, and throw where one is repeated.
 */
import meow from 'meow';
import { COMMANDS } from './command-table.ts';
import { helpText } from './help-text.ts';
import { nearest } from './nearest.ts';
import type { Commanded } from './orders.ts';
import { commandNamed, readCommand } from './read-command.ts';
import { quoted, usageError, type FlagValue } from './option-reader.ts';
import { OPTION_TABLE } from './option-table.ts';
import { parseOptions, type Parsed } from './options.ts';

/** What the command line asks for: a text on stdout, a run, or something of a proxy that runs. */
export type CommandLine =
  | Commanded
  | { readonly do: 'print'; readonly text: string }
  | { readonly do: 'run'; readonly parsed: Parsed };

const NAMES = OPTION_TABLE.map((row) => row.name);

const camelCase = (name: string): string =>
  name.replace(/-+(.)/g, (_, letter: string) => letter.toUpperCase());

const SWITCHES = OPTION_TABLE.filter((row) => row.placeholder === null).map((row) => row.name);

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
  if (commandNamed(word) !== null) {
    return usageError(
      `${word} does not stand first`,
      `write wsbouncer ${word}, and its options behind it`,
    );
  }
  const guess = nearest(word, ['demo', ...COMMANDS.map(({ name }) => name)]);
  return usageError(
    `unknown command ${quoted(word)}`,
    guess === null ? 'wsbouncer --help lists them' : `did you mean ${guess}?`,
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
  const row = commandNamed(argv[0]);
  if (row !== null) return readCommand(row, argv.slice(1), env);
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
  const processes = [process.pid, process.ppid];
  return {
    do: 'run',
    parsed: parseOptions({ flags: named, env, maxViewersDefault, demo, processes }),
  };
};
