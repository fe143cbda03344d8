/** The README's tables, drawn from the program's own. */
import { keymap } from '../src/console/keymap.ts';
import { OPTION_TABLE } from '../src/cli/option-table.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|');

const code = (text: string): string => `\`${cell(text)}\``;

const keyRows = (): string[] =>
  keymap.main
    .filter(({ help }) => help !== undefined)
    .map(({ label, help = '' }) => {
      const keys = label.split(' ').map(code).join(' ');
      return `| ${keys} | ${cell(help)} |`;
    });

const optionRows = (): string[] =>
  OPTION_TABLE.map(({ name, placeholder, byDefault, meaning }) => {
    const option = code(placeholder === null ? `--${name}` : `--${name} ${placeholder}`);
    return `| ${option} | ${cell(byDefault ?? '')} | ${cell(meaning)} |`;
  });

/** The rows behind the header that `marker` follows, replaced. */
const replaceRows = (text: string, header: string, rows: readonly string[]): string => {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => line.replaceAll(' ', '') === header.replaceAll(' ', ''));
  if (at < 0) throw new Error(`the README has no table with the header ${header}`);
  let end = at + 2;
  while (lines[end]?.startsWith('|') || lines[end]?.startsWith('<!--')) end += 1;
  return [...lines.slice(0, at + 2), ...rows, ...lines.slice(end)].join('\n');
};

/** The README with both tables as the program has them. */
export const filledReadme = (text: string): string =>
  replaceRows(
    replaceRows(text, '| Key | What it does |', keyRows()),
    '| Option | Default | Meaning |',
    optionRows(),
  );
