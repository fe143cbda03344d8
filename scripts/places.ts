/** Places in a Markdown file that are filled from the program. */

/** A cell of a table. */
export const cell = (text: string): string => text.replaceAll('|', '\\|');

/** A cell in the letters of code. */
export const code = (text: string): string => `\`${cell(text)}\``;

/** The rows of every table with that header, replaced in turn: one list for each table. */
export const replaceRows = (
  text: string,
  header: string,
  ...tables: readonly (readonly string[])[]
): string => {
  const lines = text.split('\n');
  let from = 0;
  for (const rows of tables) {
    const at = lines.findIndex(
      (line, index) => index >= from && line.replaceAll(/ +/g, '') === header.replaceAll(/ +/g, ''),
    );
    if (at < 0) throw new Error(`there are too few tables with the header ${header}`);
    let end = at + 2;
    while (lines[end]?.startsWith('|') || lines[end]?.startsWith('<!--')) end += 1;
    lines.splice(at + 2, end - at - 2, ...rows);
    from = at + 2 + rows.length;
  }
  return lines.join('\n');
};

const END = '<!-- End of the run. -->';

/** What stands between the two marks of a benchmark, replaced by its last full run. */
export const replaceRun = (text: string, command: string, run: string): string => {
  const begin = `<!-- The last full run of \`${command}\`. -->\n`;
  const [before, rest, ...others] = text.split(begin);
  const end = rest?.indexOf(END) ?? -1;
  if (before === undefined || rest === undefined || end < 0 || others.length > 0) {
    throw new Error(`there is no place, or there are several: ${begin}${END}`);
  }
  return [before, begin, '\n', run.trim(), '\n\n', rest.slice(end)].join('');
};
