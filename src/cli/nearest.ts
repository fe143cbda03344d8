/** "Did you mean": the word of several that was probably meant. */

/** Edits between two words, swapped neighbours being one, for "did you mean". */
const distance = (from: string, to: string): number => {
  const rows = [Array.from({ length: to.length + 1 }, (_, index) => index)];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Infinity;
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= to.length; j += 1) {
      const same = from[i - 1] === to[j - 1] ? 0 : 1;
      const swapped = from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      row.push(
        Math.min(
          at(i - 1, j - 1) + same,
          at(i - 1, j) + 1,
          at(i, j - 1) + 1,
          swapped ? at(i - 2, j - 2) + 1 : Infinity,
        ),
      );
    }
  }
  return at(from.length, to.length);
};

/** The word that was probably meant; null where none is near. */
export const nearest = (typed: string, words: readonly string[]): string | null => {
  const near = words
    .map((word) => ({ word, edits: distance(typed.toLowerCase(), word) }))
    .filter(({ word, edits }) => edits <= Math.max(1, Math.floor(word.length / 3)))
    .sort((one, other) => one.edits - other.edits);
  return near[0]?.word ?? words.find((word) => typed.length > 2 && word.startsWith(typed)) ?? null;
};
