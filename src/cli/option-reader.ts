/**
 * From flags and environment to the text of one option, whoever gave it, and from the text to
 * its value. What holds for every option alike is here: a flag wins over the environment, once
 * is enough, a value is needed, and a mistake is one line that names option, value and remedy.
 */
import { BouncerError } from '../errors.ts';
import type { OptionRow } from './option-row.ts';
import { environmentName, OPTION_TABLE, spelling } from './option-table.ts';
import { parseDuration, parseDurationOrOff, type Checked, type Range } from './option-values.ts';

/** What the command line says of one option: `true` is a flag without a value. */
export type FlagValue = string | boolean | readonly (string | boolean)[];

/** Everything that decides how to run. */
export type OptionsInput = {
  /** By option name, `ping-interval`; only options of the table. */
  readonly flags: Readonly<Record<string, FlagValue | undefined>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `--max-viewers` where none is given; depends on the machine. */
  readonly maxViewersDefault: number;
  readonly demo: boolean;
  /** The options that there are; default: those of a proxy. */
  readonly table?: readonly OptionRow[];
  /** The processes for whom what `LISTEN_FDS` says may be meant: this one, and its parent. */
  readonly processes?: readonly number[];
};

/** The value as it is shown: one line, not too long, and without a password. */
export const quoted = (value: string): string => {
  const hidden = value.replace(/\/\/.*@/s, '//...@');
  return JSON.stringify(hidden.length > 80 ? `${hidden.slice(0, 80)}...` : hidden);
};

/** Nothing that is typed may move the cursor of whoever reads the error. */
const oneLine = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });

/** A mistake on the command line, as one line. */
export const usageError = (message: string, remedy: string): BouncerError =>
  new BouncerError('usage', oneLine(message), oneLine(remedy));

/** The texts of an option and, for the error, where they come from: `--cap` or `WSBOUNCER_CAP`. */
type Given = { readonly label: string; readonly values: readonly string[] };

/** Reads the options one by one and throws at the first mistake. */
export class OptionReader {
  readonly #input: OptionsInput;
  readonly #table: readonly OptionRow[];

  constructor(input: OptionsInput) {
    this.#input = input;
    this.#table = input.table ?? OPTION_TABLE;
  }

  /** Finds what is wrong with the way the flags are given, also with those that nobody reads. */
  checkFlags(): void {
    for (const row of this.#table) this.#flag(row);
  }

  /** The texts of an option: a flag wins over the environment, where an empty value is none. */
  given(name: string): Given | null {
    const row = this.#table.find((candidate) => candidate.name === name);
    if (row === undefined) return null;
    return this.#flag(row) ?? this.#variable(row);
  }

  #variable(row: OptionRow): Given | null {
    const label = environmentName(row.name);
    const text = this.#input.env[label]?.trim() ?? '';
    const foreign = row.only !== undefined && (row.only === 'demo') !== this.#input.demo;
    if (text === '' || foreign) return null;
    const values = row.repeatable ? text.split(',').map((part) => part.trim()) : [text];
    return { label, values: values.filter((value) => value !== '') };
  }

  #flag(row: OptionRow): Given | null {
    const flag = this.#input.flags[row.name];
    if (flag === undefined) return null;
    const label = `--${row.name}`;
    const parts = typeof flag === 'object' ? flag : [flag];
    if (row.placeholder === null) return { label, values: [String(parts.at(-1) ?? true)] };
    if (row.only === 'demo' && !this.#input.demo) {
      throw usageError(`${label} belongs to the demo`, 'leave it out, or run wsbouncer demo');
    }
    if (row.only === 'proxy' && this.#input.demo) {
      throw usageError(`${label} does not go with demo`, 'leave it out, or leave out demo');
    }
    if (parts.length > 1 && !row.repeatable) {
      throw usageError(`${label} is given ${parts.length} times`, 'give it once');
    }
    const values = parts.map((part) => {
      if (part === false) {
        throw usageError(`unknown option --no-${row.name}`, `write ${spelling(row)}`);
      }
      if (part === true || part === '') {
        throw usageError(`${label} has no value`, `write ${spelling(row)}`);
      }
      return part;
    });
    return { label, values };
  }

  /** All values of an option, checked one by one; the first mistake is thrown. */
  all<Value>(name: string, parse: (text: string) => Checked<Value>): readonly Value[] | null {
    const given = this.given(name);
    if (given === null) return null;
    return given.values.map((text) => {
      const checked = parse(text);
      if (checked.ok) return checked.value;
      throw usageError(`${given.label} ${quoted(text)} ${checked.problem}`, checked.remedy);
    });
  }

  /** The value of an option that is given at most once. */
  one<Value>(name: string, parse: (text: string) => Checked<Value>, fallback: Value): Value {
    return this.all(name, parse)?.[0] ?? fallback;
  }

  /** A duration in milliseconds. */
  duration(name: string, range: Range, fallback: number): number {
    return this.one(name, (text) => parseDuration(text, range), fallback);
  }

  /** A duration in milliseconds, or 0 for none, which needs no unit. */
  durationOrOff(name: string, range: Range, fallback: number): number {
    return this.one(name, (text) => parseDurationOrOff(text, range), fallback);
  }
}
