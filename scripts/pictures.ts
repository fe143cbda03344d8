/**
 * Makes the README's pictures: the real program, over its demo, in a real pseudo-terminal.
 * `npm run pictures`; it takes about half a minute, since it waits for something to go wrong.
 */
import { writeFile } from 'node:fs/promises';
import { cleanUp } from '../test/support/cleanup.ts';
import { startInTerminal } from '../test/support/pty.ts';
import { filmEviction } from './eviction.ts';
import { svgOf } from './svg.ts';

const SIZES = [
  { cols: 120, rows: 36 },
  { cols: 80, rows: 24 },
] as const;

/** Long enough for the demo's stuck viewer, with room for a busy machine. */
const PATIENCE = { ms: 60_000 };

/** A row of those that need somebody, in either layout. */
const TAGGED = /^(?:.*│)?[▸ ]\d [■◔◐] \S+ +v\d/;

/** In seconds. */
const uptimeIn = ([title = '']: readonly string[]): number => {
  const [, minutes, seconds] = /up (\d+):(\d\d)/.exec(title) ?? [];
  return Number(minutes) * 60 + Number(seconds);
};

const save = async (name: string, svg: string): Promise<string> => {
  await writeFile(new URL(`../docs/${name}`, import.meta.url), svg);
  return `docs/${name}`;
};

const film = async (): Promise<string> => save('eviction.svg', await filmEviction());

const picture = async ({ cols, rows }: (typeof SIZES)[number]): Promise<string> => {
  const run = startInTerminal(['demo', '--listen', '127.0.0.1:0'], { cols, rows });
  // What an operator opens the console for: somebody stuck, and not alone.
  await run.until(
    (screen) => {
      const needy = screen.filter((row) => TAGGED.test(row));
      const text = screen.join('\n');
      return needy.length > 1 && /STUCK/.test(needy[0]!) && /:\d\d (refuse|evict) /.test(text);
    },
    'a stuck viewer, another one that needs a hand, a refusal or an eviction',
    PATIENCE,
  );
  run.press('n');
  const chosen = await run.until(/Viewers of firehose[^]*STUCK/, 'the stuck viewer in its session');
  const later = uptimeIn(chosen) + 2;
  await run.until((screen) => uptimeIn(screen) >= later, 'a queue that has stood for a while');
  const title = `wsbouncer demo, ${cols}x${rows}`;
  const file = await save(`console-${cols}x${rows}.svg`, svgOf(await run.cells(), title));
  run.signal('SIGTERM');
  await run.exited();
  return file;
};

try {
  const files = await Promise.all([...SIZES.map(picture), film()]);
  for (const file of files) console.log(file);
} finally {
  await cleanUp();
}
