/**
 * Scripts that complete a command line in a shell, made from the tables of commands and options.
 * Viewers and sessions are asked of the proxy that runs, which has a second to answer.
 */
import type { CommandOption, Completed } from './command-options.ts';
import { type CommandRow, COMMANDS } from './command-table.ts';
import { OPTION_TABLE } from './option-table.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** A shell that can be given completions. */
export type Shell = (typeof SHELLS)[number];

/** Whether there is a script for it. */
export const isShell = (word: string | undefined): word is Shell =>
  SHELLS.some((shell) => shell === word);

/** What fills one place of a command line; null: nothing that could be known. */
type Filling = readonly string[] | Completed | null;

const QUESTIONS: Readonly<Record<Exclude<Completed, 'files'>, string>> = {
  viewers: '_wsbouncer_ids',
  sessions: '_wsbouncer_ids --sessions',
};

const topOptions: readonly CommandOption[] = OPTION_TABLE;

const flagsOf = ({ name, short }: CommandOption): readonly string[] => [
  ...(short === undefined ? [] : [`-${short}`]),
  `--${name}`,
];

const optionWords = (options: readonly CommandOption[]): string =>
  [...options.map(({ name }) => `--${name}`), '--help'].join(' ');

/** The places behind an option that takes a value: by command and flag. */
const valuesOf = ({ name: command, options }: Pick<CommandRow, 'name' | 'options'>) =>
  options
    .filter(({ placeholder }) => placeholder !== null)
    .map((option) => ({
      patterns: flagsOf(option).map((flag) => `"${command} ${flag}"`),
      filling: option.values ?? null,
    }));

const commandNames = [...COMMANDS.map(({ name }) => name), 'demo'].join(' ');

type Writing = {
  readonly words: (list: string) => string;
  readonly asked: (question: string) => string;
  readonly files: string;
};

const filled = (filling: Filling, writing: Writing): string => {
  if (filling === null) return 'return';
  if (filling === 'files') return writing.files;
  return typeof filling === 'string'
    ? writing.asked(QUESTIONS[filling])
    : writing.words(filling.join(' '));
};

/** The cases that bash and zsh have in common; a word that begins with `-` is an option. */
const cases = (writing: Writing, current: string): string => {
  const values = COMMANDS.flatMap(valuesOf).map(
    ({ patterns, filling }) => `    ${patterns.join(' | ')}) ${filled(filling, writing)} ;;`,
  );
  const rows = COMMANDS.map(({ name, options, completes }) => {
    const list = writing.words(optionWords(options));
    if (completes === null) return `    "${name} "*) ${list} ;;`;
    const other = filled(completes, writing);
    return `    "${name} "*) if [[ ${current} == -* ]]; then ${list}; else ${other}; fi ;;`;
  });
  return [...values, ...rows, `    *) ${writing.words(optionWords(topOptions))} ;;`].join('\n');
};

const bash = `# Completes wsbouncer in bash: source <(wsbouncer completion bash)
_wsbouncer_ids() {
  local at socket=()
  for ((at = 1; at < COMP_CWORD; at++)); do
    if [[ \${COMP_WORDS[at]} == --socket ]]; then socket=(--socket "\${COMP_WORDS[at + 1]}"); fi
  done
  wsbouncer ls --quiet --timeout 1s "\${socket[@]}" "$@" 2>/dev/null
}
_wsbouncer() {
  local cur=\${COMP_WORDS[COMP_CWORD]} option=\${COMP_WORDS[COMP_CWORD - 1]} words=
  # An = splits words.
  if [[ $cur == = ]]; then cur=; fi
  if [[ $option == = ]]; then option=\${COMP_WORDS[COMP_CWORD - 2]}; fi
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    words='${commandNames} ${optionWords(topOptions)} --version'
  else
    case "\${COMP_WORDS[1]} $option" in
${cases(
  {
    words: (list) => `words='${list}'`,
    asked: (question) => `words=$(${question})`,
    files: 'compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return',
  },
  '$cur',
)}
    esac
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -F _wsbouncer wsbouncer
`;

const zsh = `#compdef wsbouncer
# Completes wsbouncer in zsh: source <(wsbouncer completion zsh)
_wsbouncer_ids() {
  local at=\${words[(I)--socket]}
  local -a socket
  if ((at > 0)); then socket=(--socket $words[at+1]); fi
  wsbouncer ls --quiet --timeout 1s $socket "$@" 2>/dev/null
}
_wsbouncer() {
  local cur=$words[CURRENT]
  local -a found
  if ((CURRENT == 2)); then
    found=(${commandNames} ${optionWords(topOptions)} --version)
  else
    case "$words[2] $words[CURRENT-1]" in
${cases(
  {
    words: (list) => `found=(${list})`,
    asked: (question) => `found=(\${(f)"$(${question})"})`,
    files: '_files; return',
  },
  '$cur',
)}
    esac
  fi
  compadd -a found
}
if [[ $funcstack[1] == _wsbouncer ]]; then _wsbouncer "$@"; else compdef _wsbouncer wsbouncer; fi
`;

const quoted = (text: string): string => `'${text.replaceAll(/['\\]/g, '\\$&')}'`;

const fishFilling = (filling: Filling): string => {
  if (filling === null) return ' -x';
  if (filling === 'files') return ' -r -F';
  const words = typeof filling === 'string' ? `(${QUESTIONS[filling]})` : filling.join(' ');
  return ` -x -a ${quoted(words)}`;
};

const fishOption = (where: string, option: CommandOption): string => {
  const { name, short, placeholder, meaning, values } = option;
  const letter = short === undefined ? '' : ` -s ${short}`;
  const value = placeholder === null ? '' : fishFilling(values ?? null);
  return `complete -c wsbouncer -n ${quoted(where)}${letter} -l ${name}${value} -d ${quoted(meaning)}`;
};

const fishCommand = ({ name, summary, options, completes }: CommandRow): readonly string[] => {
  const where = `__fish_seen_subcommand_from ${name}`;
  const words =
    completes === null
      ? []
      : [`complete -c wsbouncer -n ${quoted(where)}${fishFilling(completes).replace(' -r', '')}`];
  return [
    `complete -c wsbouncer -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
    ...options.map((option) => fishOption(where, option)),
    ...words,
  ];
};

const fish = `# Completes wsbouncer in fish.
function _wsbouncer_ids
  set -l words (commandline -opc)
  set -l at (contains -i -- --socket $words)
  set -l socket
  if test -n "$at"; set socket --socket $words[(math $at + 1)]; end
  wsbouncer ls --quiet --timeout 1s $socket $argv 2>/dev/null
end
complete -c wsbouncer -f
complete -c wsbouncer -n __fish_use_subcommand -a demo -d 'the proxy over sample sessions'
${[
  ...COMMANDS.flatMap(fishCommand),
  ...topOptions.map((option) => fishOption('__fish_use_subcommand', option)),
].join('\n')}
`;

/** The script of a shell. */
export const completionScript = (shell: Shell): string => ({ bash, zsh, fish })[shell];
