/**
 * Numbers, durations, sizes and choices as people type them. Every value of the command line
 * is read here, from its text, because a parser that guesses turns `abc` into NaN and an empty
 * value into 0. Nothing here throws: a value that will not do is an answer with its remedy.
 */

/** A value that was understood, or what is wrong with it and what to type instead. */
export type Checked<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problem: string; readonly remedy: string };

/** Lowest and highest value that is accepted, both included. */
export type Range = { readonly min: number; readonly max: number };

/** The answer for a value that was understood. */
export const good = <Value>(value: Value): Checked<Value> => ({ ok: true, value });

/** The answer for a value that will not do; `problem` follows the value in the sentence. */
export const bad = (problem: string, remedy: string): Checked<never> => ({
  ok: false,
  problem,
  remedy,
});

const DURATION_UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

const SIZE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
};

/** A number with at most nine digits before and six after the point, then letters. */
const QUANTITY = /^(\d{1,9})(?:\.(\d{1,6}))?([A-Za-z]*)$/;

/** Exact up to 2^53, where a product of floats would leave `1.1s` a hair over 1100 ms. */
const timesUnit = (whole: string, fraction: string, unit: number): number =>
  Number(whole) * unit + (fraction === '' ? 0 : (Number(fraction) * unit) / 10 ** fraction.length);

const largestUnit = (
  amount: number,
  units: Readonly<Record<string, number>>,
): readonly [string, number] => {
  let best: readonly [string, number] = ['', 1];
  for (const entry of Object.entries(units)) {
    if (entry[1] >= best[1] && amount % entry[1] === 0) best = entry;
  }
  return best;
};

/** `15000` as `15s`, in the largest unit that divides it. */
export const durationText = (ms: number): string => {
  const [name, unit] = largestUnit(ms, DURATION_UNITS);
  return `${ms / unit}${name}`;
};

/** `262144` as `256KiB`, in the largest unit that divides it. */
export const sizeText = (bytes: number): string => {
  const [name, unit] = largestUnit(bytes, SIZE_UNITS);
  return `${bytes / unit}${name}`;
};

const within = (
  value: number,
  range: Range,
  say: (value: number) => string,
  noun: string,
): Checked<number> =>
  value >= range.min && value <= range.max
    ? good(value)
    : bad('is out of range', `pass ${noun} from ${say(range.min)} to ${say(range.max)}`);

/** A whole number in plain digits. */
export const parseCount = (text: string, range: Range): Checked<number> =>
  /^\d{1,15}$/.test(text)
    ? within(Number(text), range, String, 'a number')
    : bad('is not a whole number', `pass a number from ${range.min} to ${range.max}`);

/** `50ms`, `1.5s`, `1m`, `1h`, in milliseconds. A number alone is an error: nobody can tell its unit. */
export const parseDuration = (text: string, range: Range): Checked<number> => {
  const [, whole, fraction = '', unitName = ''] = QUANTITY.exec(text) ?? [];
  if (whole === undefined) return bad('is not a duration', 'write it like 50ms, 15s, 1m or 1h');
  if (unitName === '') return bad('has no unit', `write ${text}s or ${text}ms`);
  const unit = Object.hasOwn(DURATION_UNITS, unitName) ? DURATION_UNITS[unitName] : undefined;
  if (unit === undefined) return bad(`has the unknown unit "${unitName}"`, 'use ms, s, m or h');
  const ms = timesUnit(whole, fraction, unit);
  if (!Number.isInteger(ms)) return bad('is not a whole number of milliseconds', 'round it');
  return within(ms, range, durationText, 'a duration');
};

/** The same, or `0` for off, with or without a unit. */
export const parseDurationOrOff = (text: string, range: Range): Checked<number> => {
  if (/^0(?:ms|s|m|h)?$/.test(text)) return good(0);
  const checked = parseDuration(text, range);
  return checked.ok ? checked : bad(checked.problem, `${checked.remedy}, or pass 0 for none`);
};

/** `64KiB`, `1.5MiB`, `1GiB` or plain bytes. `kB` and `MB` are errors: people differ on 1000 or 1024. */
export const parseSize = (text: string, range: Range): Checked<number> => {
  const [, whole, fraction = '', unitName = ''] = QUANTITY.exec(text) ?? [];
  if (whole === undefined) return bad('is not a size', 'write it like 64KiB, 4MiB or 65536');
  const unit = Object.hasOwn(SIZE_UNITS, unitName) ? SIZE_UNITS[unitName] : undefined;
  if (unit === undefined) {
    return bad(`has the unknown unit "${unitName}"`, 'use KiB, MiB, GiB or plain bytes');
  }
  const bytes = timesUnit(whole, fraction, unit);
  if (!Number.isInteger(bytes)) return bad('is not a whole number of bytes', 'round it');
  return within(bytes, range, sizeText, 'a size');
};

/** `a, b or c`. */
const listed = (words: readonly string[]): string =>
  words.join(', ').replace(/, (?=[^,]*$)/, ' or ');

/** One of a few words. */
export const parseChoice = <Choice extends string>(
  text: string,
  choices: readonly Choice[],
): Checked<Choice> => {
  const choice = choices.find((candidate) => candidate === text);
  return choice === undefined
    ? bad('is not one of its values', `pass ${listed(choices)}`)
    : good(choice);
};

/** `1`, `true`, `0`, `false`: what an environment variable says of a switch. */
export const parseSwitch = (text: string): Checked<boolean> => {
  if (text === '1' || text === 'true') return good(true);
  if (text === '0' || text === 'false') return good(false);
  return bad('is neither on nor off', 'pass true or false');
};
