/**
 * Scripts that complete a command line in a shell, made from the tables of commands and options.
 * Viewers and sessions are asked of the proxy that runs, which has a second to answer.
 */
import type { CommandOption } from './command-options.ts';
import { fish } from './completion-fish.ts';
import { commandNames, type Filling, PLACES, QUESTIONS } from './completion-places.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** A shell that can be given completions. */
export type Shell = (typeof SHELLS)[number];

/** Whether there is a script for it. */
export const isShell = (word: string | undefined): word is Shell =>
  SHELLS.some((shell) => shell === word);

const flagsOf = ({ name, short }: CommandOption): readonly string[] => [
  ...(short === undefined ? [] : [`-${short}`]),
  `--${name}`,
];

const optionWords = (options: readonly CommandOption[]): string =>
  [...options.map(({ name }) => `--${name}`), '--help'].join(' ');

/** How a shell is told what there is. */
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

/**
 * The cases that bash and zsh have in common, of `$command $option`: what was typed first, and
 * what stands before the word in question. That is an option where it begins with `-`.
 */
const cases = (writing: Writing): string => {
  const values = PLACES.flatMap(({ name, options }) =>
    options
      .filter(({ placeholder }) => placeholder !== null)
      .map((option) => {
        const patterns = flagsOf(option).map((flag) => `"${name} ${flag}"`);
        return `    ${patterns.join(' | ')}) ${filled(option.values ?? null, writing)} ;;`;
      }),
  );
  const rows = PLACES.map(({ name, options, completes }) => {
    const list = writing.words(optionWords(options));
    if (completes === null) return `    "${name} "*) ${list} ;;`;
    const other = filled(completes, writing);
    return `    "${name} "*) if [[ $cur == -* ]]; then ${list}; else ${other}; fi ;;`;
  });
  return [...values, ...rows].join('\n');
};

const first = `${commandNames} ${optionWords(PLACES[0].options)} --version`;

const bash = `# Completes wsbouncer in bash: source <(wsbouncer completion bash)
_wsbouncer_ids() {
  local at value socket=()
  for ((at = 2; at < COMP_CWORD; at++)); do
    if [[ \${COMP_WORDS[at]} != --socket ]]; then continue; fi
    if [[ \${COMP_WORDS[at + 1]} == = ]]; then at=$((at + 1)); fi
    value=\${COMP_WORDS[at + 1]}
    if [[ $value == '~/'* ]]; then value=$HOME/\${value:2}; fi
    socket=(--socket "$value")
  done
  wsbouncer ls --quiet --timeout 1s "\${socket[@]}" "$@" 2>/dev/null
}
_wsbouncer() {
  local cur=\${COMP_WORDS[COMP_CWORD]} option=\${COMP_WORDS[COMP_CWORD - 1]} command= words=
  # An = splits words.
  if [[ $cur == = ]]; then cur=; fi
  if [[ $option == = ]]; then option=\${COMP_WORDS[COMP_CWORD - 2]}; fi
  if [[ \${COMP_WORDS[1]} != -* ]]; then command=\${COMP_WORDS[1]}; fi
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    words='${first}'
  else
    case "$command $option" in
${cases({
  words: (list) => `words='${list}'`,
  asked: (question) => `words=$(${question})`,
  files: 'compopt -o default; return',
})}
    esac
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -F _wsbouncer wsbouncer
`;

const zsh = `#compdef wsbouncer
# Completes wsbouncer in zsh: source <(wsbouncer completion zsh)
_wsbouncer_ids() {
  local at=\${words[(I)--socket]} joined=\${words[(R)--socket=*]}
  local -a socket
  if [[ -n $joined ]]; then socket=($joined); fi
  if ((at > 0 && at + 1 < CURRENT)); then socket=(--socket \${~\${(Q)words[at+1]}}); fi
  wsbouncer ls --quiet --timeout 1s $socket "$@" 2>/dev/null
}
_wsbouncer() {
  local cur=$words[CURRENT] option=$words[CURRENT-1] command=
  local -a found
  if [[ $cur == --*=* ]]; then
    option=\${cur%%=*} cur=\${cur#*=}
    compset -P '*='
  fi
  if [[ $words[2] != -* ]]; then command=$words[2]; fi
  if ((CURRENT == 2)) && [[ $option != -* ]]; then
    found=(${first})
  else
    case "$command $option" in
${cases({
  words: (list) => `found=(${list})`,
  asked: (question) => `found=(\${(f)"$(${question})"})`,
  files: '_files; return',
})}
    esac
  fi
  compadd -a found
}
if [[ $funcstack[1] == _wsbouncer ]]; then _wsbouncer "$@"; else compdef _wsbouncer wsbouncer; fi
`;

/** The script of a shell. */
export const completionScript = (shell: Shell): string => ({ bash, zsh, fish })[shell];
