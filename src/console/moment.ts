/** A time in a log as an operator types it: `12:05`, `2026-11-21 12:05:06`, `+5m`, `end`. */
import type { LogMove, LogPosition } from '../contract.ts';
import { dayOf, formatDate, midnight } from './calendar.ts';
import { formatClock } from './format.ts';
import { timeOf } from './quantities.ts';

const dayMs = 86_400_000;

/** `Z` and what is below a millisecond may be copied along from an event. */
const dateAndTime =
  /^(?:(\d{4}-\d\d-\d\d)(?:[ T]|$))?(?:(\d\d?):(\d\d)(?::(\d\d)(?:\.(\d{3})\d{0,6})?)?Z?)?$/i;

const usage = 'at takes a time: at 12:05, at 12:05:06, at 2026-11-21 12:05, at +5m, at end';

/** An instant with its day, as the title has it. */
const formatMoment = (atMs: number): string => `${formatDate(atMs)} ${formatClock(atMs)}`;

/** What was typed: a time of day, maybe of one day alone, and how much of time its words cover. */
type Typed = {
  readonly day: number | null;
  readonly ofDay: number;
  readonly covers: number;
};

const typedIn = (text: string): Typed | null => {
  const [found, date, hours, minutes, seconds, milliseconds] = dateAndTime.exec(text) ?? [];
  if (found === undefined || found === '') return null;
  const day = date === undefined ? null : dayOf(date);
  if (date !== undefined && day === null) return null;
  const [h, m, s, ms] = [hours, minutes, seconds, milliseconds].map((part) => Number(part ?? 0));
  if (h === undefined || m === undefined || s === undefined || ms === undefined) return null;
  if (h > 23 || m > 59 || s > 59) return null;
  const covers =
    hours === undefined
      ? dayMs
      : seconds === undefined
        ? 60_000
        : milliseconds === undefined
          ? 1000
          : 1;
  return { day, ofDay: ((h * 60 + m) * 60 + s) * 1000 + ms, covers };
};

/**
 * The move to what was typed, for a cursor at `at`; or a sentence that says what would be right.
 * A time without a day is the nearest such time that the log has.
 */
export const moveTo = (text: string, at: number, log: LogPosition): LogMove | string => {
  const { startsAt, endsAt } = log;
  if (text === 'start') return { do: 'jump', time: startsAt };
  if (text === 'end') return { do: 'jump', time: endsAt };
  const [, sign, amount] = /^([+-])(\S+)$/.exec(text) ?? [];
  const skipped = amount === undefined ? null : timeOf(amount, 's');
  if (skipped !== null) return { do: 'skip', byMs: sign === '-' ? -skipped : skipped };
  const typed = typedIn(text);
  if (typed === null) return usage;
  const { day, ofDay, covers } = typed;
  const days =
    day === null
      ? [startsAt, at - dayMs, at, at + dayMs, endsAt].map((each) => midnight(each))
      : [day];
  const [nearest] = days
    .map((each) => each + ofDay)
    .filter((time) => time + covers > startsAt && time <= endsAt)
    .sort((a, b) => Math.abs(a - at) - Math.abs(b - at));
  return nearest === undefined
    ? `the log goes from ${formatMoment(startsAt)} to ${formatMoment(endsAt)}`
    : { do: 'jump', time: Math.max(nearest, startsAt) };
};
