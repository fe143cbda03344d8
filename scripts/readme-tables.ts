/** The README's tables and its example, drawn from the program's own. */
import { readFileSync } from 'node:fs';
import type { Results } from '../bench/relay/report.ts';
import { summaryOf } from '../bench/relay/summary.ts';
import { keyGroups, replayKeys } from '../src/console/keymap.ts';
import { verbs } from '../src/console/palette-verbs.ts';
import { COMMANDS, EXIT_CODES } from '../src/cli/command-table.ts';
import { OPTION_TABLE } from '../src/cli/option-table.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|');

const code = (text: string): string => `\`${cell(text)}\``;

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

/** The rows behind the header that `marker` follows, replaced. */
const replaceRows = (text: string, header: string, rows: readonly string[]): string => {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => line.replaceAll(' ', '') === header.replaceAll(' ', ''));
  if (at < 0) throw new Error(`the README has no table with the header ${header}`);
  let end = at + 2;
  while (lines[end]?.startsWith('|') || lines[end]?.startsWith('<!--')) end += 1;
  return [...lines.slice(0, at + 2), ...rows, ...lines.slice(end)].join('\n');
};

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

const BEGIN = '<!-- The last full run of `npm run bench`. -->\n';
const END = '<!-- End of the run. -->';

/** What stands between the two marks, replaced by the last full run of the benchmark. */
const replaceRun = (text: string): string => {
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) {
    throw new Error(`the README has no place for the benchmark: ${BEGIN}${END}`);
  }
  const run = summaryOf(JSON.parse(readFileSync(results, 'utf8')) as Results);
  return [before, BEGIN, '\n', run, '\n', END, after].join('');
};

/**
 * The README with its tables as the program has them, the example as it is run by a test, and
 * the last full run of the benchmark.
 */
export const filledReadme = (text: string): string =>
  Object.entries(tables).reduce(
    (filled, [header, rows]) => replaceRows(filled, header, rows()),
    replaceRun(replaceExample(text)),
  );
