/** Dates in UTC from and to milliseconds since 1970, by the proleptic Gregorian calendar. */

const dayMs = 86_400_000;

/** Days of 400 years; the calendar repeats after them. */
const eraDays = 146_097;

/** Days from 0000-03-01, with which its leap days come last, to 1970-01-01. */
const shift = 719_468;

const pad = (value: number, width: number): string => String(value).padStart(width, '0');

/** Days since 1970 of a date; a day beyond its month is one of the next. */
const daysOf = (year: number, month: number, day: number): number => {
  const from = month > 2 ? year : year - 1;
  const era = Math.floor(from / 400);
  const ofEra = from - era * 400;
  const ofYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const inEra = ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear;
  return era * eraDays + inEra - shift;
};

/** The date of an instant: `2026-11-21`. */
export const formatDate = (atMs: number): string => {
  const days = Math.floor(atMs / dayMs) + shift;
  const era = Math.floor(days / eraDays);
  const inEra = days - era * eraDays;
  const ofEra = Math.floor(
    (inEra - Math.floor(inEra / 1460) + Math.floor(inEra / 36_524) - Math.floor(inEra / 146_096)) /
      365,
  );
  const ofYear = inEra - (365 * ofEra + Math.floor(ofEra / 4) - Math.floor(ofEra / 100));
  const month = Math.floor((5 * ofYear + 2) / 153);
  const day = ofYear - Math.floor((153 * month + 2) / 5) + 1;
  const year = ofEra + era * 400 + (month > 9 ? 1 : 0);
  return `${pad(year, 4)}-${pad(((month + 2) % 12) + 1, 2)}-${pad(day, 2)}`;
};

/** The first moment of the day of an instant. */
export const midnight = (atMs: number): number => Math.floor(atMs / dayMs) * dayMs;

/** The first moment of `2026-11-21`; null where there is no such day. */
export const dayOf = (text: string): number | null => {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? [];
  const at = daysOf(Number(year), Number(month), Number(day)) * dayMs;
  return year !== undefined && formatDate(at) === text ? at : null;
};
