/** The completions in the shells themselves, set up as the README says, and asked by Tab. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { privateFolder } from '../api/ask.ts';
import { pathWithCommand } from '../program/command-shell.ts';
import { echoBackend } from '../support/backends.ts';
import { runProgram } from '../support/program.ts';
import { startCommandInTerminal } from '../support/pty.ts';
import { connectViewer } from '../support/viewer.ts';

/** A shell: what is typed to start it, and its files below the home folder. */
type Shell = {
  readonly args: readonly string[];
  readonly files: Readonly<Record<string, string>>;
};

const shells: Readonly<Record<string, Shell>> = {
  bash: {
    args: ['--noprofile', '-i'],
    files: {
      '.bashrc': "PS1='$ '\nsource <(wsbouncer completion bash)\n",
      // What is asked for by Tab twice comes at once.
      '.inputrc': 'set show-all-if-ambiguous on\nset page-completions off\n',
    },
  },
  zsh: {
    args: ['-i'],
    files: {
      '.zshrc':
        "PS1='$ '\nautoload -U compinit\ncompinit -u\nsource <(wsbouncer completion zsh)\nLISTMAX=999\nunsetopt list_ambiguous\n",
    },
  },
  fish: {
    args: ['-i'],
    files: {
      '.config/fish/config.fish':
        "set fish_greeting\nset fish_autosuggestion_enabled 0\nfunction fish_prompt; echo '$ '; end\n",
      '.config/fish/completions/wsbouncer.fish': '',
    },
  },
};

/** The screen, and what has come since the line was begun. */
type Seen = { readonly rows: readonly string[]; readonly said: string };

/** Ctrl-U, in all of them. */
const clearLine = '\u0015';

/** A shell with its prompt, beside a proxy with the viewers v1 in alpha and v2 in beta. */
const startShell = async (name: string) => {
  const home = await privateFolder();
  const socketPath = join(home, 'c.sock');
  const { url } = await echoBackend();
  const program = await runProgram(['--backend', url, '--control', socketPath]);
  for (const session of ['alpha', 'beta']) await connectViewer(program.url(session));
  const { args, files } = shells[name]!;
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(home, file)), { recursive: true });
    await writeFile(join(home, file), text);
  }
  const env = {
    HOME: home,
    ZDOTDIR: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_DATA_HOME: join(home, '.data'),
    PATH: await pathWithCommand(),
    WSBOUNCER_SOCKET: socketPath,
  };
  const size = { cols: 100, rows: 120 };
  if (name === 'fish') {
    const script = 'wsbouncer completion fish > ~/.config/fish/completions/wsbouncer.fish';
    await startCommandInTerminal('sh', ['-c', script], { ...size, env }).exited();
  }
  const terminal = startCommandInTerminal(name, args, { ...size, env });
  let lines = 0;
  /** Types a line and Tab in place of the last one, and waits for `then`. */
  const complete = async (typed: string, then: (seen: Seen) => boolean): Promise<Seen> => {
    // When this is shown, all has been said that belongs to the last line.
    lines += 1;
    const mark = `line-${lines}`;
    terminal.press(`${clearLine}${mark}`);
    await terminal.until((rows) => rows.some((row) => row.trimEnd() === `$ ${mark}`), mark);
    const from = terminal.output().length;
    const look = (rows: readonly string[]): Seen => ({ rows, said: terminal.output().slice(from) });
    terminal.press(`${clearLine}${typed}\t`);
    const what = `what follows ${JSON.stringify(typed)}`;
    return look(await terminal.until((rows) => then(look(rows)), what));
  };
  await terminal.until((rows) => rows.some((row) => row.startsWith('$')), 'the first prompt');
  return { complete };
};

// oxlint-disable-next-line no-control-regex
const LOOK = /\u001B\[[\d;]*m|\u001B\(B|\u000F/g;
// oxlint-disable-next-line no-control-regex
const MOTION = /\u001B\[[\d;?]*[A-Za-z]|\u001B[=>]/g;

/** The words that a terminal was told to show, whatever colour their letters have. */
const wordsOf = (said: string): ReadonlySet<string> =>
  new Set(
    said
      .replaceAll(LOOK, '')
      .replaceAll(MOTION, ' ')
      .split(/[\s()]+/),
  );

/** What Tab shows for a line that may go on in several ways, and what it does not. */
const several: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['wsbouncer ', ['attach', 'evict', 'ls', 'replay', 'demo'], ['alpha']],
  ['wsbouncer --', ['--backend', '--cap', '--help'], ['--for', 'evict']],
  ['wsbouncer --cap 4 --', ['--backend', '--cap'], ['--for', '--version']],
  ['wsbouncer demo --', ['--for', '--cap'], ['--backend', '--reason']],
  ['wsbouncer --refuse-with ', ['close', 'http'], ['--backend']],
  ['wsbouncer ev', ['evict', 'events'], ['ls']],
  ['wsbouncer evict ', ['v1', 'v2'], ['alpha', '--reason']],
  ['wsbouncer evict v1 --', ['--reason', '--every', '--help'], ['--cap', 'v2']],
  ['wsbouncer show ', ['v1', 'v2', 'alpha', 'beta'], []],
  ['wsbouncer lock ', ['alpha', 'beta'], ['v1']],
  ['wsbouncer ls --session ', ['alpha', 'beta'], ['v1']],
  ['wsbouncer ls -o ', ['table', 'json', 'jsonl'], ['alpha']],
  ['wsbouncer ls --socket ~/c.sock -s ', ['alpha', 'beta'], []],
  ['wsbouncer completion ', ['bash', 'zsh', 'fish'], []],
];

/** How a line goes on where there is only one way. */
const single: readonly (readonly [string, string])[] = [
  ['wsbouncer att', 'wsbouncer attach'],
  ['wsbouncer --vers', 'wsbouncer --version'],
  ['wsbouncer ls --fil', 'wsbouncer ls --filter'],
  ['wsbouncer ls --output=ta', 'wsbouncer ls --output=table'],
  ['wsbouncer unlock al', 'wsbouncer unlock alpha'],
  ['wsbouncer attach ~/c.so', 'wsbouncer attach ~/c.sock'],
  [
    'wsbouncer ls --socket=/no/where --socket ~/c.so',
    'wsbouncer ls --socket=/no/where --socket ~/c.sock',
  ],
  ['wsbouncer --event-log /etc/passw', 'wsbouncer --event-log /etc/passwd'],
  ['wsbouncer attach --confirm al', 'wsbouncer attach --confirm always'],
];

describe.each(Object.keys(shells))('in %s', (name) => {
  test('Tab shows what may come next', async () => {
    const { complete } = await startShell(name);
    for (const [typed, offered, others] of several) {
      const { said } = await complete(typed, (seen) => {
        const words = wordsOf(seen.said);
        return offered.every((word) => words.has(word));
      });
      const words = wordsOf(said);
      expect([typed, ...others.filter((word) => words.has(word))]).toEqual([typed]);
    }
  });

  test('Tab types what alone may come next', async () => {
    const { complete } = await startShell(name);
    for (const [typed, whole] of single) {
      const isThere = ({ rows }: Seen): boolean =>
        rows.some((row) => row.trimEnd() === `$ ${whole}`);
      expect(isThere(await complete(typed, isThere))).toBe(true);
    }
  });
});
