/** README.md and bench/README.md say what the program says: their tables are its own. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { filledBench } from '../scripts/bench-tables.ts';
import { filledReadme } from '../scripts/readme-tables.ts';
import { CLOSE } from '../src/core/close-codes.ts';
import { unicodeGlyphs } from '../src/console/glyphs.ts';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

const readme = read('../README.md');

/** Tables without the blanks that only line their columns up. */
const unpadded = (text: string): string => text.replace(/ {2,}/g, ' ').replace(/-{3,}/g, '---');

describe('the README', () => {
  it('has the tables and the example of the program: run `npm run readme` where it has not', () => {
    expect(unpadded(readme)).toBe(unpadded(filledReadme(readme)));
  });

  it('explains every close code that a viewer may get from the proxy', () => {
    const { viewerLost, viewerEvicted, ...toViewer } = CLOSE;
    const rows = unpadded(readme);
    for (const { code, reason } of Object.values(toViewer)) {
      expect(rows).toContain(`| ${code} | \`${reason}\` |`);
    }
    for (const { reason } of [viewerLost, viewerEvicted]) expect(rows).toContain(`\`${reason}\``);
  });

  it('shows every state with the sign that the console draws', () => {
    const { dialling, ...shown } = unicodeGlyphs.state;
    expect(readme).not.toContain(dialling);
    for (const [state, sign] of Object.entries(shown)) {
      expect(readme.toLowerCase()).toContain(`\`${sign} ${state}\``);
    }
    expect(readme).toContain(`\`${unicodeGlyphs.evicting} EVICTING\``);
  });
});

describe('the README of the benchmarks', () => {
  it('has the options and the last full runs: run `npm run readme` where it has not', () => {
    const text = read('../bench/README.md');
    expect(unpadded(text)).toBe(unpadded(filledBench(text)));
  });
});
