/** The script for fish, which is told of each option by itself, with its meaning. */
import type { CommandOption } from './command-options.ts';
import { COMMANDS } from './command-table.ts';
import { type Filling, type Place, PLACES, QUESTIONS } from './completion-places.ts';

const quoted = (text: string): string => `'${text.replaceAll(/['\\]/g, '\\$&')}'`;

const filled = (filling: Filling): string => {
  if (filling === null) return '-x';
  if (filling === 'files') return '-r -F';
  const words = typeof filling === 'string' ? `(${QUESTIONS[filling]})` : filling.join(' ');
  return `-x -a ${quoted(words)}`;
};

const line = (where: string, ...rest: readonly string[]): string =>
  ['complete -c wsbouncer -n', quoted(where), ...rest].join(' ');

const optionLine = (where: string, option: CommandOption): string => {
  const { name, short, placeholder, meaning, values } = option;
  const letter = short === undefined ? [] : [`-s ${short}`];
  const value = placeholder === null ? [] : [filled(values ?? null)];
  return line(where, ...letter, `-l ${name}`, ...value, `-d ${quoted(meaning)}`);
};

const linesOf = ({ name, options, completes }: Place): readonly string[] => {
  const where = `_wsbouncer_is ${quoted(name)}`;
  return [
    ...options.map((option) => optionLine(where, option)),
    ...(completes === null ? [] : [line(where, filled(completes).replace('-r ', ''))]),
  ];
};

/** The script for fish. */
export const fish = `# Completes wsbouncer in fish.
function _wsbouncer_ids
  set -l words (commandline -opc)
  set -l socket (string match -- '--socket=*' $words)
  set -l at (contains -i -- --socket $words)
  if test -n "$at"; set socket --socket (string replace -r '^~/' $HOME/ $words[(math $at + 1)]); end
  wsbouncer ls --quiet --timeout 1s $socket $argv 2>/dev/null
end
function _wsbouncer_is_first
  test (count (commandline -opc)) = 1
end
function _wsbouncer_is
  set -l words (commandline -opc)
  set -l command
  if set -q words[2]; and not string match -q -- '-*' $words[2]; set command $words[2]; end
  test "$command" = "$argv[1]"
end
complete -c wsbouncer -f
complete -c wsbouncer -l help -d 'what there is'
${[
  line('_wsbouncer_is_first', "-l version -d 'which one this is'"),
  line('_wsbouncer_is_first', "-a demo -d 'the proxy over sample sessions'"),
  ...COMMANDS.map(({ name, summary }) =>
    line('_wsbouncer_is_first', `-a ${name} -d ${quoted(summary)}`),
  ),
  ...PLACES.flatMap(linesOf),
].join('\n')}
`;
