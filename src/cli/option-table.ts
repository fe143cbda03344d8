/**
 * Every option once: the help text is made from this table, the command line accepts what
 * stands here and nothing else, and the table in the README is held against it.
 */
import type { OptionRow } from './option-row.ts';
import { proxyRows } from './option-rows-proxy.ts';
import { runRows } from './option-rows-run.ts';
import { screenRows } from './option-rows-screen.ts';

/** The options in the order of the help text. */
export const OPTION_TABLE: readonly OptionRow[] = [...proxyRows, ...runRows, ...screenRows];

/** `cap` as `WSBOUNCER_CAP`. */
export const environmentName = (name: string): string =>
  `WSBOUNCER_${name.toUpperCase().replaceAll('-', '_')}`;

/** An option as it is typed: `--cap <n>`. */
export const spelling = (row: Pick<OptionRow, 'name' | 'placeholder'>): string =>
  row.placeholder === null ? `--${row.name}` : `--${row.name} ${row.placeholder}`;
