/** What the scripts for shells say; test/third-party tries them in the shells. */
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/command-table.ts';
import { completionScript } from '../../src/cli/completion.ts';
import { OPTION_TABLE } from '../../src/cli/option-table.ts';
import { parseOptions } from '../../src/cli/options.ts';
import { readCommand } from '../../src/cli/read-command.ts';

describe.each(['bash', 'zsh', 'fish'] as const)('the script for %s', (shell) => {
  const words = new Set(completionScript(shell).split(/[^\w-]+/));

  test('has every command, every option, and every value that it may have', () => {
    const options = [...OPTION_TABLE, ...COMMANDS.flatMap((command) => command.options)];
    const dashes = shell === 'fish' ? '' : '--';
    const wanted = [
      ...COMMANDS.map(({ name }) => name),
      ...options.map(({ name }) => `${dashes}${name}`),
      ...options.flatMap(({ values }) => (typeof values === 'object' ? values : [])),
    ];
    expect(wanted.filter((word) => !words.has(word))).toEqual([]);
  });
});

describe('a value that is completed', () => {
  const ofOptions = OPTION_TABLE.flatMap(({ name, values }) =>
    typeof values === 'object' ? values.map((value) => [name, value] as const) : [],
  );

  test.each(ofOptions)('is one that --%s takes: %s', (name, value) => {
    const flags = { backend: 'ws://127.0.0.1:1', [name]: value };
    const around = { env: {}, maxViewersDefault: 480, demo: false };
    expect(() => parseOptions({ flags, ...around })).not.toThrow();
  });

  const ofCommands = COMMANDS.flatMap((row) =>
    row.options.flatMap(({ name, values }) =>
      typeof values === 'object'
        ? values.map((value) => [row.name, `--${name}=${value}`, row] as const)
        : [],
    ),
  );

  test.each(ofCommands)('is one that %s takes: %s', (_name, option, row) => {
    const words = Array.from({ length: row.words.least }, () => 'v1');
    // An order of sessions is none of viewers.
    const lines = [
      [...words, option],
      [...words, option, '--sessions'],
    ];
    const understood = lines.filter((argv) => {
      try {
        readCommand(row, argv, {});
        return true;
      } catch {
        return false;
      }
    });
    expect(understood).not.toEqual([]);
  });
});
