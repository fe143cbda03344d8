/**
 * Amounts as an operator types them: `100`, `1.5s`, `3M`. What is typed wrong is no amount at
 * all, so that no bound is ever a guess.
 */

const numberAndUnit = /^(\d{1,12}(?:\.\d{1,6})?)([a-z/]*)$/;

const timeUnits: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** In steps of 1024, as the columns show them. */
const byteUnits: Readonly<Record<string, number>> = {
  '': 1,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
};

const read = (text: string): readonly [amount: number, unit: string] | null => {
  const found = numberAndUnit.exec(text.toLowerCase());
  return found === null ? null : [Number(found[1]), found[2] ?? ''];
};

/**
 * Milliseconds of `100`, `20ms`, `1.5s`, `10m`, `2h`, `1d`; null for anything else. A number
 * without a unit has `unit`; null: it needs one.
 */
export const timeOf = (text: string, unit: 'ms' | 's' | null): number | null => {
  const [amount, typed] = read(text) ?? [0, 'none'];
  const milliseconds = timeUnits[typed === '' ? (unit ?? 'none') : typed];
  return milliseconds === undefined ? null : amount * milliseconds;
};

/** Bytes of `300`, `64K`, `1.5MB`, `2GiB`; null for anything else. */
export const bytesOf = (text: string): number | null => {
  const [amount, typed] = read(text) ?? [0, 'none'];
  const bytes = byteUnits[typed.replace(/(?:i?b)$/, '')];
  return bytes === undefined ? null : amount * bytes;
};

/** Bytes per second of `100K` or `100K/s`; null for anything else. */
export const rateOf = (text: string): number | null => bytesOf(text.replace(/\/s$/i, ''));

/** The whole number in the range; null for anything else. */
export const wholeOf = (text: string, least: number, most: number): number | null => {
  const amount = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
  return amount >= least && amount <= most ? amount : null;
};
