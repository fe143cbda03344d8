/**
 * Fills the README's tables of keys and options from the tables that the program itself uses.
 * `npm run readme` writes them; a test holds the README against the same lines.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { filledReadme } from './readme-tables.ts';

const readme = new URL('../README.md', import.meta.url);
await writeFile(readme, filledReadme(await readFile(readme, 'utf8')));
