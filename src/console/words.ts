/** Words of a typed line: separated by spaces, held together by quotes, cut to a beginning. */

/** A word without its quotes. */
export type Word = {
  readonly text: string;
  /** Where in `text` the first quoted part begins; infinite where none does. */
  readonly quotedFrom: number;
};

/** A word: quoted parts, in which there may be spaces, and others. */
const word = /(?:"[^"]*(?:"|$)|[^ "])+/g;

/** The words of a line; a quote that is not closed yet holds all that follows. */
export const wordsOf = (line: string): readonly Word[] =>
  (line.match(word) ?? []).map((found) => {
    const quote = found.indexOf('"');
    return {
      text: found.replaceAll('"', ''),
      quotedFrom: quote < 0 ? Number.POSITIVE_INFINITY : quote,
    };
  });

/** Which of `all` a word means: itself, or else all that it is the beginning of. */
export const meant = <Known extends string>(
  word: string,
  all: readonly Known[],
): readonly Known[] => {
  const exact = all.filter((one) => one === word);
  return exact.length > 0 ? exact : all.filter((one) => one.startsWith(word));
};
