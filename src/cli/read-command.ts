/**
 * A command and what follows it -> what is asked for. Node's own `parseArgs` takes the arguments
 * apart; what they mean, and what is wrong with them, is decided here and in `option-reader.ts`.
 */
import { parseArgs } from 'node:util';
import { commandHelp } from './command-help.ts';
import { clientOptions } from './command-options.ts';
import { type CommandRow, COMMANDS } from './command-table.ts';
import { completionScript, isShell } from './completion.ts';
import { nearest } from './nearest.ts';
import { readClient, readDoor } from './option-client.ts';
import { OptionReader, quoted, usageError, type FlagValue } from './option-reader.ts';
import { readScreen } from './option-screen.ts';
import { environmentName } from './option-table.ts';
import type { Commanded } from './orders.ts';
import { orderOf, Values } from './read-order.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What was typed behind the command. */
type Typed = {
  readonly flags: Readonly<Record<string, FlagValue>>;
  readonly words: readonly string[];
  readonly help: boolean;
};

const unknownOption = (row: CommandRow, typed: string) => {
  const guess = nearest(typed.replace(/^-+/, ''), [...row.options.map(({ name }) => name), 'help']);
  return usageError(
    `unknown option ${typed.slice(0, 60)} of ${row.name}`,
    guess === null ? `wsbouncer ${row.name} --help lists them` : `did you mean --${guess}?`,
  );
};

const takeApart = (row: CommandRow, argv: readonly string[]): Typed => {
  const options = Object.fromEntries(
    row.options.map(({ name, placeholder, short }) => [
      name,
      {
        type: placeholder === null ? ('boolean' as const) : ('string' as const),
        ...(short === undefined ? {} : { short }),
      },
    ]),
  );
  const { tokens } = parseArgs({
    args: [...argv],
    options: { ...options, help: { type: 'boolean', short: 'h' } },
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const flags: Record<string, (string | boolean)[]> = {};
  const words: string[] = [];
  let help = false;
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, rawName, value, inlineValue } = token;
    if (name === 'help') help = true;
    else if (!Object.hasOwn(options, name)) throw unknownOption(row, rawName);
    // What looks like the next option was not meant as a value.
    else if (value !== undefined && !inlineValue && value.startsWith('--')) {
      throw usageError(
        `${rawName} has no value`,
        `write ${rawName}=${quoted(value)} if that is it`,
      );
    } else (flags[name] ??= []).push(value ?? true);
  }
  return { flags, words, help };
};

/** What the environment may say: who is asked and by whom, and how a screen looks. */
const fromEnvironment = (row: CommandRow, env: Environment): Environment => {
  const names = row.options
    .filter((option) => option.screen === true || clientOptions.includes(option))
    .map(({ name }) => environmentName(name));
  return Object.fromEntries(names.map((name) => [name, env[name]]));
};

const checkWords = (
  { name, args, words: { least, most } }: CommandRow,
  words: readonly string[],
) => {
  if (words.length < least) {
    throw usageError(`${name} needs more`, `write wsbouncer ${name} ${args}`);
  }
  if (words.length > most) {
    const extra = words[most] ?? '';
    throw usageError(
      `unexpected argument ${quoted(extra)}`,
      `write wsbouncer ${name} ${args}`.trim(),
    );
  }
};

/** The command that the first word names; null for another word. */
export const commandNamed = (word: string | undefined): CommandRow | null =>
  COMMANDS.find(({ name }) => name === word) ?? null;

/**
 * Reads what follows the name of a command.
 * @throws BouncerError of kind `usage`
 */
export const readCommand = (
  row: CommandRow,
  argv: readonly string[],
  env: Environment,
): Commanded => {
  const { flags, words, help } = takeApart(row, argv);
  if (help) return { do: 'print', text: commandHelp(row) };
  checkWords(row, words);
  const [word] = words;
  if (row.name === 'completion') {
    if (isShell(word)) return { do: 'print', text: completionScript(word) };
    throw usageError(`completion ${quoted(word ?? '')} is for no shell`, 'pass bash, zsh or fish');
  }
  const reader = new OptionReader({
    flags,
    env: fromEnvironment(row, env),
    maxViewersDefault: 1,
    demo: false,
    table: row.options,
  });
  reader.checkFlags();
  if (row.name === 'replay') return { do: 'replay', path: word ?? '', screen: readScreen(reader) };
  const client = readClient(reader, env);
  if (row.name !== 'attach') {
    const order = orderOf(row, new Values(reader), words);
    if (order === null) throw usageError(`${row.name} is no order`, 'wsbouncer --help lists them');
    return { do: 'order', order, client };
  }
  if (word !== undefined && reader.given('socket')?.label === '--socket') {
    throw usageError('the socket is given twice', 'leave out --socket');
  }
  const door = word === undefined ? client.door : readDoor(word);
  return { do: 'attach', client: { ...client, door }, screen: readScreen(reader) };
};
