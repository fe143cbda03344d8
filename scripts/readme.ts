/**
 * Fills the README's tables from those that the program itself uses, and its example from the file.
 * `npm run readme` writes them; a test holds the README against the same lines.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { filledReadme } from './readme-tables.ts';

const readme = new URL('../README.md', import.meta.url);
await writeFile(readme, filledReadme(await readFile(readme, 'utf8')));
