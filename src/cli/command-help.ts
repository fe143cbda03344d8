/** The help of one command, made from the table, within 80 columns. */
import { listOf } from './help-list.ts';
import type { CommandOption } from './command-options.ts';
import { type CommandRow, COMMANDS, EXIT_CODES, REPLAY_EXIT_CODES } from './command-table.ts';
import { spelling } from './option-table.ts';

const typed = (option: CommandOption): string =>
  option.short === undefined ? spelling(option) : `-${option.short}, ${spelling(option)}`;

const meaningOf = ({ meaning, byDefault }: CommandOption): string =>
  byDefault === null ? meaning : `${meaning} (default ${byDefault})`;

/** The exit codes in one sentence. */
const exitCodes = (codes: readonly (readonly [number, string])[]): string =>
  codes.map(([code, meaning]) => `  ${code}  ${meaning}`).join('\n');

/** What `wsbouncer ls --help` prints. */
export const commandHelp = (row: CommandRow): string => {
  const { name, args, summary, more, options } = row;
  const usage = [
    'wsbouncer',
    name,
    ...(args === '' ? [] : [args]),
    ...(options.length === 0 ? [] : ['[options]']),
  ];
  const entries = [
    ...options.map((option) => [typed(option), meaningOf(option)] as const),
    ['-h, --help', 'this text'] as const,
  ];
  const parts = [
    `wsbouncer ${name} - ${summary}`,
    `Usage\n  ${usage.join(' ')}`,
    ...(more.length === 0 ? [] : [more.join('\n')]),
    `Options\n${listOf(entries)}`,
    ...(name === 'replay' ? [`Exit codes\n${exitCodes(REPLAY_EXIT_CODES)}`] : []),
    ...(name === 'completion' || name === 'replay' ? [] : [`Exit codes\n${exitCodes(EXIT_CODES)}`]),
    ...(name === 'events' ? ['Ctrl-C ends --follow, as a signal: 130 for a shell.'] : []),
  ];
  return `${parts.join('\n\n')}\n`;
};

/** The commands, for the help of the whole program. */
export const commandList = (): string =>
  listOf(COMMANDS.map(({ name, args, summary }) => [`${name} ${args}`.trim(), summary] as const));
