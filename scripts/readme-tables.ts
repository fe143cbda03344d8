/** The README's tables and its example, drawn from the program's own. */
import { readFileSync } from 'node:fs';
import type { Results } from '../bench/relay/report.ts';
import { summaryOf } from '../bench/relay/summary.ts';
import { keyGroups, replayKeys } from '../src/console/keymap.ts';
import { verbs } from '../src/console/palette-verbs.ts';
import { COMMANDS, EXIT_CODES } from '../src/cli/command-table.ts';
import { OPTION_TABLE } from '../src/cli/option-table.ts';
import { cell, code, replaceRows, replaceRun } from './places.ts';

const keyRow = ({ label, help }: { readonly label: string; readonly help: string }): string =>
  `| ${label.split(' ').map(code).join(' ')} | ${cell(help)} |`;

const keyRows = (): string[] =>
  [...keyGroups, replayKeys].flatMap(({ group, bindings }) =>
    [`| **${group}** | |`].concat(bindings.map(keyRow)),
  );

const commandRows = (): string[] =>
  verbs.map(({ name, args, help }) => `| ${code(`${name} ${args}`.trim())} | ${cell(help)} |`);

const optionRows = (): string[] =>
  OPTION_TABLE.map(({ name, placeholder, byDefault, meaning }) => {
    const option = code(placeholder === null ? `--${name}` : `--${name} ${placeholder}`);
    return `| ${option} | ${cell(byDefault ?? '')} | ${cell(meaning)} |`;
  });

const shellRows = (): string[] =>
  COMMANDS.map(({ name, args, summary }) => {
    const typed = `wsbouncer ${name} ${args}`.trim();
    return `| ${code(typed)} | ${cell(summary)} |`;
  });

const exitCodeRows = (): string[] =>
  EXIT_CODES.map(([exitCode, meaning]) => `| ${exitCode} | ${cell(meaning)} |`);

/** The README's tables by their headers. */
const tables = {
  '| Key | What it does |': keyRows,
  '| Command | What it does |': commandRows,
  '| Typed in a shell | What it does |': shellRows,
  '| Exit code | What it means |': exitCodeRows,
  '| Option | Default | Meaning |': optionRows,
};

const example = new URL('../examples/embed.ts', import.meta.url);

/** The only block of TypeScript, replaced by the example. */
const replaceExample = (text: string): string => {
  const [before, block, ...others] = text.split(/^```ts\n[^]*?^```$/m);
  if (before === undefined || block === undefined || others.length > 0) {
    throw new Error('the README has no block of TypeScript for the example, or several');
  }
  return [before, '```ts\n', readFileSync(example, 'utf8'), '```', block].join('');
};

const results = new URL('../bench/relay/results.json', import.meta.url);

/** What the README says of the benchmark. */
const run = (): string => summaryOf(JSON.parse(readFileSync(results, 'utf8')) as Results);

/**
 * The README with its tables as the program has them, the example as it is run by a test, and
 * the last full run of the benchmark.
 */
export const filledReadme = (text: string): string =>
  Object.entries(tables).reduce(
    (filled, [header, rows]) => replaceRows(filled, header, rows()),
    replaceRun(replaceExample(text), 'npm run bench', run()),
  );
