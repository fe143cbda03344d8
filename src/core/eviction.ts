/**
 * Why an operator evicts a viewer, in the operator's words: which words are taken, and what
 * the viewer is told of them.
 */
import { CLOSE, closePayload, type CloseWords, readClosePayload } from './close-codes.ts';

/** Longest note, in characters (code points). */
const MOST_CHARACTERS = 80;

/** What could break a line, turn its direction, or is half a character. */
const UNFIT = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;

/** What is wrong with a note, in a sentence for the operator; null where it can be taken. */
export const wrongNote = (note: string): string | null => {
  if (Array.from(note).length > MOST_CHARACTERS) {
    return `a reason has at most ${MOST_CHARACTERS} characters: shorten it`;
  }
  return UNFIT.test(note) ? 'a reason has no control characters: leave them out' : null;
};

/** The Close with the note, cut between two characters to what fits (RFC 6455 5.5). */
export const evictedWords = (note: string): CloseWords => {
  const { code, reason } = CLOSE.evictedByOperator;
  const put = readClosePayload(closePayload(code, `${reason}: ${note}`));
  return { code, reason: put?.reason ?? reason };
};
