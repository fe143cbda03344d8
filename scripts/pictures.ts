/**
 * Makes the README's pictures: the real program, over its demo, in a real pseudo-terminal.
 * `npm run pictures`; it takes about half a minute, since it waits for something to go wrong.
 */
import { writeFile } from 'node:fs/promises';
import { cleanUp } from '../test/support/cleanup.ts';
import { startInTerminal } from '../test/support/pty.ts';
import { svgOf } from './svg.ts';

const SIZES = [
  { cols: 120, rows: 36 },
  { cols: 80, rows: 24 },
] as const;

/** Long enough for the demo's stuck viewer, with room for a busy machine. */
const PATIENCE = { ms: 60_000 };

const picture = async ({ cols, rows }: (typeof SIZES)[number]): Promise<string> => {
  const run = startInTerminal(['demo', '--listen', '127.0.0.1:0'], { cols, rows });
  // What an operator opens the console for: somebody stuck, somebody refused, somebody evicted.
  await run.until(
    (screen) => {
      const text = screen.join('\n');
      return /STUCK/.test(text) && /:\d\d refuse /.test(text) && /:\d\d evict /.test(text);
    },
    'a stuck viewer, a refusal and an eviction',
    PATIENCE,
  );
  const file = `docs/console-${cols}x${rows}.svg`;
  const title = `wsbouncer demo, ${cols}x${rows}`;
  await writeFile(new URL(`../${file}`, import.meta.url), svgOf(await run.cells(), title));
  run.signal('SIGTERM');
  await run.exited();
  return file;
};

try {
  const files = await Promise.all(SIZES.map(picture));
  for (const file of files) console.log(file);
} finally {
  await cleanUp();
}
