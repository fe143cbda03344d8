/** Two columns of a help text within 80: what is typed, and what it means. */

const COLUMNS = 80;

/** What is longer stands on a line of its own. */
const MOST_LEFT = 36;

const wrap = (text: string, width: number): readonly string[] => {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
};

/** The entries as lines, without a line break at the end. */
export const listOf = (entries: readonly (readonly [string, string])[]): string => {
  const fitting = entries.map(([typed]) => typed.length).filter((length) => length <= MOST_LEFT);
  const left = Math.max(0, ...fitting) + 4;
  return entries
    .flatMap(([typed, meaning]) => {
      const lines = wrap(meaning, COLUMNS - left);
      const alone = typed.length > left - 4;
      const first = alone ? [`  ${typed}`] : [];
      return [
        ...first,
        ...lines.map((line, at) => (at === 0 && !alone ? `  ${typed}` : '').padEnd(left) + line),
      ];
    })
    .join('\n');
};
