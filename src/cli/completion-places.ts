/** Where something can be completed, and with what: the part that no shell has for itself. */
import type { CommandOption } from './command-options.ts';
import { COMMANDS, type CommandRow } from './command-table.ts';
import { OPTION_TABLE } from './option-table.ts';

/** What fills one place of a command line; null: nothing that could be known. */
export type Filling = CommandRow['completes'];

/** What is typed first, and what may follow it. */
export type Place = {
  /** Empty where options come at once. */
  readonly name: string;
  readonly options: readonly CommandOption[];
  readonly completes: Filling;
};

/** The proxy itself, first; the demo; and all commands. */
export const PLACES: readonly [Place, ...Place[]] = [
  { name: '', options: OPTION_TABLE.filter(({ only }) => only !== 'demo'), completes: null },
  { name: 'demo', options: OPTION_TABLE.filter(({ only }) => only !== 'proxy'), completes: null },
  ...COMMANDS,
];

/** What may be typed first, besides options. */
export const commandNames = [...COMMANDS.map(({ name }) => name), 'demo'].join(' ');

/** What is run to know who is there; each script has a function of that name. */
export const QUESTIONS: Readonly<Record<Exclude<Extract<Filling, string>, 'files'>, string>> = {
  viewers: '_wsbouncer_ids',
  sessions: '_wsbouncer_ids --sessions',
  'viewers and sessions': '_wsbouncer_ids; _wsbouncer_ids --sessions',
};
