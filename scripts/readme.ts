/**
 * Fills README.md and bench/README.md from what the program itself uses: tables, the example, and
 * the last full runs of the benchmarks. `npm run readme` writes them; a test holds both against it.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { filledBench } from './bench-tables.ts';
import { filledReadme } from './readme-tables.ts';

const files = { '../README.md': filledReadme, '../bench/README.md': filledBench };

for (const [path, filled] of Object.entries(files)) {
  const file = new URL(path, import.meta.url);
  await writeFile(file, filled(await readFile(file, 'utf8')));
}
