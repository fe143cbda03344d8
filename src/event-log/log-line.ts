/**
 * A line of a log, back to the event that it was. A log is read long after it was written, by
 * another version, after a disk was full in the middle of a line, or after somebody edited it:
 * what cannot be believed is a value that says why.
 */
import { eventShape } from '../control/wire-events.ts';
import type { ProxyEvent } from '../events.ts';
import { mostLineBytes } from './line-splitter.ts';

/** An event, or what is wrong with the line. */
export type LogLine =
  | { readonly ok: true; readonly event: ProxyEvent }
  | { readonly ok: false; readonly error: string };

const wrong = (error: string): LogLine => ({ ok: false, error });

const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Reads one line, without its line break. Fields that nobody knows are let through. */
export const readLogLine = (text: string): LogLine => {
  if (text.length > mostLineBytes) return wrong('the line is longer than any event');
  const value = parsed(text);
  if (value === undefined) return wrong('the line is not JSON');
  const trouble = eventShape(value, 'event');
  if (trouble !== null) return wrong(trouble);
  const event = value as ProxyEvent;
  return ISO_TIME.test(event.time) && !Number.isNaN(Date.parse(event.time))
    ? { ok: true, event }
    : wrong('event.time is not a time');
};
