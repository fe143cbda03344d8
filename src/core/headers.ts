/**
 * Header fields as they stood on the wire: a flat list of name, value, name, value. Node's
 * `headers` object has already joined or dropped what came twice; only this list shows doubles.
 * Values are one character per byte (latin1), so a head built here is written as latin1 too.
 */

/** Names and values in turn, as in Node's `rawHeaders`. */
export type RawHeaders = readonly string[];

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** In the name of hardly any header. */
const ODD = /[^a-z0-9-]/;
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** What a proxy keeps to itself whatever `Connection` says (RFC 9110 7.6.1). */
export const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Whether `text` is a token: a header's name, a subprotocol's (RFC 9110 5.6.2). */
export const isToken = (text: string): boolean => TOKEN.test(text);

/** Whether `text` may stand as a header's value: no CR, LF, NUL or other control, one byte each. */
export const isFieldValue = (text: string): boolean => FIELD_VALUE.test(text);

/**
 * `text` without spaces and tabs around it. `String.trim` would also take a byte of some UTF-8
 * characters, which stand here as two latin1 ones.
 */
export const trimmed = (text: string): string => {
  const isBlank = (at: number): boolean => text[at] === ' ' || text[at] === '\t';
  let from = 0;
  let to = text.length;
  while (from < to && isBlank(from)) from += 1;
  while (to > from && isBlank(to - 1)) to -= 1;
  return text.slice(from, to);
};

/** The fields whose names are kept, in order; a name without a value at the end is left out. */
export const keptFields = (
  rawHeaders: RawHeaders,
  isKept: (name: string) => boolean,
): RawHeaders => {
  const kept: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (isKept(name)) kept.push(name, rawHeaders[at + 1] ?? '');
  }
  return kept;
};

/** A name as CGI-like backends see it, to whom `X_User`, `X.User` and `X-User` are one variable. */
export const variableName = (name: string): string => {
  const lower = name.toLowerCase();
  return ODD.test(lower) ? lower.replaceAll(/[^a-z0-9-]/g, '-') : lower;
};

const NONE: readonly string[] = [];

/** The values of every line with this name, in order. `name` is in lower case, whatever theirs is. */
export const valuesOf = (rawHeaders: RawHeaders, name: string): readonly string[] => {
  let values: string[] | null = null;
  // Asked a dozen times for each connection, mostly for what is not there: by length first.
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const each = rawHeaders[at] ?? '';
    if (each.length === name.length && each.toLowerCase() === name) {
      values ??= [];
      values.push(trimmed(rawHeaders[at + 1] ?? ''));
    }
  }
  return values ?? NONE;
};

/** The elements of a comma-separated list, over all its lines, without the empty ones. */
export const elementsOf = (rawHeaders: RawHeaders, name: string): readonly string[] => {
  const values = valuesOf(rawHeaders, name);
  // Nearly always one line of one element.
  if (values.every((value) => value !== '' && !value.includes(','))) return values;
  return values
    .flatMap((value) => value.split(',').map(trimmed))
    .filter((element) => element !== '');
};

/** Whether `token` is in the list under `name`; both are in lower case, whatever theirs is. */
export const hasToken = (rawHeaders: RawHeaders, name: string, token: string): boolean =>
  elementsOf(rawHeaders, name).some((element) => element.toLowerCase() === token);

/** Lower-case names of what ends here: of `usual`, and what `Connection` names besides. */
export const endingHere = (
  rawHeaders: RawHeaders,
  usual: ReadonlySet<string>,
): ReadonlySet<string> => {
  const named = elementsOf(rawHeaders, 'connection').map((option) => option.toLowerCase());
  const isUsual = named.every((option) => usual.has(option));
  return isUsual ? usual : new Set([...usual, ...named]);
};

/**
 * A whole head of several lists of fields, up to and with its empty line. A field whose name or
 * value could break out of its line is left out: the sender's parser has refused such before, and
 * this is the last gate.
 */
export const headOf = (startLine: string, ...lists: readonly RawHeaders[]): string => {
  let head = `${startLine}\r\n`;
  for (const fields of lists) {
    for (let at = 0; at + 1 < fields.length; at += 2) {
      const name = fields[at] ?? '';
      const value = fields[at + 1] ?? '';
      if (isToken(name) && isFieldValue(value)) head += `${name}: ${value}\r\n`;
    }
  }
  return `${head}\r\n`;
};
