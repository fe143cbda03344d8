/** Where events are kept, as the options say. */
import type { EventLogOptions } from '../contract.ts';
import { quoted, usageError, type OptionReader } from './option-reader.ts';
import { bad, good, parseCount, parseSize, type Checked, type Range } from './option-values.ts';

const KIB = 1024;

/** In a smaller file than 4 KiB there would be no dozen events; a terabyte is no file for people. */
const SIZE: Range = { min: 4 * KIB, max: KIB ** 4 };
const FILES: Range = { min: 1, max: 1000 };

const parseFile = (text: string): Checked<string> => {
  if (text.includes('\0')) return bad('has a NUL in its path', 'leave it out');
  return /(?:^|\/)\.{0,2}$/.test(text)
    ? bad('names a directory', 'add the name of the file')
    : good(text);
};

const parseSizeOrNever = (text: string): Checked<number> => {
  if (text === '0') return good(0);
  const checked = parseSize(text, SIZE);
  return checked.ok ? checked : bad(checked.problem, `${checked.remedy}, or pass 0 for never`);
};

/** How much of them is kept, wherever that is. */
export const readRotation = (reader: OptionReader): Omit<EventLogOptions, 'path'> => ({
  size: reader.one('event-log-size', parseSizeOrNever, 10 * KIB * KIB),
  files: reader.one('event-log-files', (text) => parseCount(text, FILES), 5),
});

/**
 * Reads where events are kept; null: nowhere, or, with `placed`, where the program finds a place
 * for them itself.
 */
export const readEventLog = (reader: OptionReader, placed = false): EventLogOptions | null => {
  const path = reader.one<string | null>('event-log', parseFile, null);
  const rotation = readRotation(reader);
  if (path !== null) return { path, ...rotation };
  if (placed) return null;
  const given = reader.given('event-log-size') ?? reader.given('event-log-files');
  if (given === null) return null;
  throw usageError(
    `${given.label} ${quoted(given.values[0] ?? '')} is about no log`,
    'name one with --event-log <file>, or leave it out',
  );
};
