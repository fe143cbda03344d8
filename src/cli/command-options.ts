/** The options that several commands have, and how an option of a command is written. */
import type { OptionRow } from './option-row.ts';
import { OPTION_TABLE } from './option-table.ts';

/** An option of a command. */
export type CommandOption = OptionRow & {
  /** One letter, for `-o`. */
  readonly short?: string;
};

const socket: CommandOption = {
  name: 'socket',
  placeholder: '<path|host:port>',
  byDefault: 'the only wsbouncer of yours that runs',
  meaning: 'the control socket; a bare port finds that of the proxy that listens there',
  values: 'files',
};

/** What all commands have that ask a proxy; the environment may say these, too. */
export const clientOptions: readonly CommandOption[] = [
  socket,
  {
    name: 'token-file',
    placeholder: '<file>',
    byDefault: '$WSBOUNCER_CONTROL_TOKEN',
    meaning: 'over TCP: the file whose first line is the token',
    values: 'files',
  },
  {
    name: 'actor',
    placeholder: '<name>',
    byDefault: 'user@host',
    meaning: 'who you are, in events and for others; over TCP behind the name of the token',
  },
  {
    name: 'timeout',
    placeholder: '<duration>',
    byDefault: '10s',
    meaning: 'how long an answer may take',
  },
];

/** How what was found is written. */
export const output: CommandOption = {
  name: 'output',
  short: 'o',
  placeholder: '<table|json|jsonl>',
  byDefault: 'table',
  meaning: 'for people, as one JSON value, or as one on each line',
  values: ['table', 'json', 'jsonl'],
};

/** The option that names one session. */
export const session = (meaning: string): CommandOption => ({
  name: 'session',
  short: 's',
  placeholder: '<id>',
  byDefault: null,
  meaning,
  values: 'sessions',
});

/** An option without a value. */
export const flag = (name: string, meaning: string, short?: string): CommandOption => ({
  name,
  placeholder: null,
  byDefault: null,
  meaning,
  ...(short === undefined ? {} : { short }),
});

/** How the console looks. */
export const screenOptions: readonly CommandOption[] = OPTION_TABLE.filter(
  ({ screen }) => screen === true,
);
