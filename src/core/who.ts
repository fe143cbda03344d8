/**
 * Who a viewer is, as a header says that the operator named. Anyone can write a header, so only
 * a trusted proxy's word counts; what does not count is kept from the backend too, which might
 * believe it.
 */
import { keptFields, type RawHeaders, valuesOf, variableName } from './headers.ts';

/** Longest name, in characters (code points). */
const MOST_CHARACTERS = 64;

/** Controls, formats (bidi among them), private, unassigned and lone halves; line separators. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** Bytes as Node gives them, one character each, as UTF-8 where they are that. */
const decoded = (value: string): string => {
  const bytes = Buffer.from(value, 'latin1');
  const text = bytes.toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? text : value;
};

/** A text as a name: NFC, nothing that is not seen, at most 64 characters; null if empty. */
export const nameFrom = (text: string): string | null => {
  const seen = text.replaceAll(UNSEEN, '').normalize('NFC').trim();
  const who = Array.from(seen).slice(0, MOST_CHARACTERS).join('').trim();
  return who === '' ? null : who;
};

/** The same of a header's value. */
export const whoFrom = (value: string): string | null => nameFrom(decoded(value));

/** Who the viewer is, and the headers that the backend may see. */
export type Naming = { readonly who: string | null; readonly rawHeaders: RawHeaders };

/**
 * Reads `header`, a lower-case name. It counts where the peer itself is `trusted`, and only a
 * single line of it: of several, some may be the viewer's own. All others of that name, or
 * that pass for it, are left out.
 */
export const nameViewer = (
  rawHeaders: RawHeaders,
  header: string | null,
  trusted: boolean,
): Naming => {
  if (header === null) return { who: null, rawHeaders };
  const [value, ...others] = trusted ? valuesOf(rawHeaders, header) : [];
  const counts = value !== undefined && others.length === 0;
  const variable = variableName(header);
  const passesForIt = (name: string): boolean =>
    name.length === header.length && variableName(name) === variable;
  const isKept = (name: string): boolean =>
    !passesForIt(name) || (counts && name.toLowerCase() === header);
  return {
    who: counts ? whoFrom(value) : null,
    rawHeaders: keptFields(rawHeaders, isKept),
  };
};
