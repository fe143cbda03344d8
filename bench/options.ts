/** Reads what is typed behind `npm run bench… --`, and tells what there is, from one table each. */
import { parseArgs } from 'node:util';
import { listOf } from '../src/cli/help-list.ts';

/** An option: how its value is written, null for a switch; and what it does, in one line. */
export type OptionRow = { readonly value: string | null; readonly meaning: string };

/** The options of one benchmark by their names, in the order in which they are told. */
export type OptionTable = Readonly<Record<string, OptionRow>>;

const typed = (name: string, { value }: OptionRow): string =>
  value === null ? `--${name}` : `--${name} ${value}`;

/** Each option as it is typed, and what it does. */
export const optionRows = (table: OptionTable): readonly (readonly [string, string])[] =>
  Object.entries(table).map(([name, row]) => [typed(name, row), row.meaning] as const);

/** What `npm run bench -- --help` prints. */
export const helpOf = (script: string, table: OptionTable): string => {
  const entries = [...optionRows(table), ['--help', 'this text'] as const];
  const more = 'bench/README.md says how it is measured, and what the last full run found.';
  return `npm run ${script} -- [options]\n\n${listOf(entries)}\n\n${more}\n`;
};

/** These change neither what is measured nor how long: the run is still a whole one. */
const HARMLESS = new Set(['noise', 'out']);

/** What was typed. */
export class Options<Name extends string> {
  readonly #values: Readonly<Record<string, string | boolean | undefined>>;

  /**
   * @param args behind the `--`
   * @param env of the process: npm keeps options for itself that stand before the `--`
   * @throws Error where something is typed that there is not; it says where to look
   */
  constructor(
    script: string,
    table: OptionTable,
    args: readonly string[],
    env: Readonly<Record<string, string | undefined>>,
  ) {
    const kept = Object.entries(table).find(([name]) => env[`npm_config_${name}`] !== undefined);
    if (kept !== undefined) {
      const right = `npm run ${script} -- ${typed(...kept)}`;
      throw new Error(`npm has kept --${kept[0]} for itself: write ${right}`);
    }
    const options = Object.entries(table).map(
      ([name, { value }]) => [name, { type: value === null ? 'boolean' : 'string' }] as const,
    );
    try {
      this.#values = parseArgs({ args: [...args], options: Object.fromEntries(options) }).values;
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      throw new Error(`${what}\nnpm run ${script} -- --help lists all options`, { cause: error });
    }
  }

  /** Whether a switch, or any value, is given. */
  has(name: Name): boolean {
    return this.#values[name] !== undefined;
  }

  /** A value as it was typed; null where it is not given. */
  text(name: Name): string | null {
    const value = this.#values[name];
    return typeof value === 'string' ? value : null;
  }

  /** The words between commas; null where it is not given. */
  list(name: Name): readonly string[] | null {
    return this.text(name)?.split(',') ?? null;
  }

  /** A number from 1 to 999,999; null where it is not given; throws for anything else. */
  count(name: Name): number | null {
    const text = this.text(name);
    if (text === null) return null;
    if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
    throw new Error(`--${name} ${text}: a number from 1 to 999999 is needed`);
  }

  /** Whether nothing was asked for that makes it another run than the full one. */
  get isWhole(): boolean {
    return Object.keys(this.#values).every((name) => HARMLESS.has(name));
  }
}
