/** What `bench/README.md` says of options and of full runs, drawn from the benchmarks' own. */
import { readFileSync } from 'node:fs';
import {
  type Results as ConsoleResults,
  markdownOf as consoleRun,
} from '../bench/console/report.ts';
import { type Results as CoresResults, markdownOf as coresRun } from '../bench/cores/report.ts';
import { type Results as GrowthResults, markdownOf as growthRun } from '../bench/growth/report.ts';
import { OPTION_TABLES } from '../bench/option-tables.ts';
import { optionRows } from '../bench/options.ts';
import { cell, code, replaceRows, replaceRun } from './places.ts';

const resultsOf = (folder: string): unknown =>
  JSON.parse(readFileSync(new URL(`../bench/${folder}/results.json`, import.meta.url), 'utf8'));

/** The runs by their commands. */
const runs = {
  'npm run bench:console': () => consoleRun(resultsOf('console') as ConsoleResults),
  'npm run bench:growth': () => growthRun(resultsOf('growth') as GrowthResults),
  'npm run bench:cores': () => coresRun(resultsOf('cores') as CoresResults),
};

const rows = Object.values(OPTION_TABLES).map((table) =>
  optionRows(table).map(([typed, meaning]) => `| ${code(`-- ${typed}`)} | ${cell(meaning)} |`),
);

/** The text with the options of all benchmarks, and the last full runs of those told there. */
export const filledBench = (text: string): string =>
  Object.entries(runs).reduce(
    (filled, [command, run]) => replaceRun(filled, command, run()),
    replaceRows(text, '| Option | Meaning |', ...rows),
  );
