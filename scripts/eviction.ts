/**
 * Films an eviction: the stuck viewer of the demo stands tagged, its digit is pressed, the row
 * counts down, Enter ends the wait, and the viewer goes. Every step waits for what the screen
 * shows, and the film has the times that it took.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { keys, startInTerminal, type TerminalRun } from '../test/support/pty.ts';
import type { Run } from '../test/support/screen.ts';
import { animated } from './animation.ts';
import { colours, documentOf, heightOf, screenParts } from './svg.ts';

const SIZE = { cols: 80, rows: 24 } as const;

/** Long enough for the demo's stuck viewer, with room for a busy machine. */
const PATIENCE = { ms: 60_000 };
/** Time to read before the key, to see the key, and to see what came of it. */
const READ_MS = 2000;
const AFTER_MS = 3500;
/** Frames nearer than this are one: the eye could not follow. */
const NEAREST_MS = 200;
/** How often the screen is looked at. */
const LOOK_MS = 40;
/** Height of the line with the keys. */
const FOOT = 44;

/** What stands below the screen from a time on. */
type Caption = { readonly at: number; readonly key: string | null; readonly words: string };

type Shot = { readonly at: number; readonly rows: readonly (readonly Run[])[] };

const textOf = (rows: readonly (readonly Run[])[]): string =>
  rows
    .map((runs) =>
      runs
        .map(({ text }) => text)
        .join('')
        .trimEnd(),
    )
    .join('\n');

/** The screen when it is no half of a frame. */
const wholeFrame = async (run: TerminalRun): Promise<Shot['rows']> => {
  for (;;) {
    const whole = await run.until(() => true, 'a whole frame');
    const rows = await run.cells();
    if (textOf(rows) === whole.map((row) => row.trimEnd()).join('\n')) return rows;
  }
};

/** Looks at the screen until `isOver`. */
const film = async (run: TerminalRun, isOver: () => boolean): Promise<Shot[]> => {
  const shots: Shot[] = [];
  let last = '';
  while (!isOver()) {
    const rows = await wholeFrame(run);
    const now = JSON.stringify(rows);
    if (now !== last) shots.push({ at: performance.now(), rows });
    last = now;
    await wait(LOOK_MS);
  }
  return shots;
};

/** The digit and the id of the viewer that stands tagged as stuck. */
const stuckIn = (rows: readonly string[]): { digit: string; viewer: string } | null => {
  for (const row of rows) {
    const found = /^[▸ ](\d) ■ STUCK +(v\d+) /.exec(row);
    if (found !== null) return { digit: found[1]!, viewer: found[2]! };
  }
  return null;
};

/** Plays the operator; `caption` is told what to write below from now on. */
const evict = async (
  run: TerminalRun,
  caption: (key: string | null, words: string) => void,
): Promise<void> => {
  const { digit, viewer } = stuckIn(await run.screen())!;
  caption(null, `${viewer} takes no data; ${digit} is its digit`);
  await wait(READ_MS);
  const armed = (seconds: number): RegExp => new RegExp(`EVICTING in ${seconds}s +${viewer} `);
  caption(digit, `evict ${viewer}; three seconds to undo`);
  run.press(digit);
  await run.until(armed(3), `${viewer} armed`);
  await run.until(armed(2), 'two seconds left');
  await wait(READ_MS / 3);
  caption('Enter', 'or now');
  run.press(keys.enter);
  await run.until((rows) => {
    const text = rows.join('\n');
    return new RegExp(` evict +\\S+ +${viewer} `).test(text) && stuckIn(rows)?.viewer !== viewer;
  }, `${viewer} to be gone`);
  await wait(READ_MS / 3);
  caption(null, `${viewer} is closed, and nobody else`);
  await wait(AFTER_MS);
};

const captionParts = (caption: Caption | undefined): string[] => {
  if (caption === undefined) return [];
  const { key, words } = caption;
  const middle = heightOf(SIZE.rows) + FOOT / 2 - 8;
  const capWidth = key === null ? 0 : 16 + key.length * 9;
  const phrase = words.replaceAll(' ', '\u00A0');
  return [
    ...(key === null
      ? []
      : [
          `<rect x="22" y="${middle - 13}" width="${capWidth}" height="26" rx="5" fill="${colours.edge}" stroke="${colours.ink}" shape-rendering="auto"/>`,
          `<text x="${22 + capWidth / 2}" y="${middle + 5}" text-anchor="middle" font-weight="bold" fill="${colours.ink}">${key}</text>`,
        ]),
    `<text x="${22 + (key === null ? 0 : capWidth + 12)}" y="${middle + 5}" fill="${colours.ink}">${phrase}</text>`,
  ];
};

/** The shots without those that are followed too soon, the first at 0. */
const slowed = (shots: readonly Shot[]): Shot[] => {
  const began = shots[0]!.at;
  const kept: Shot[] = [];
  for (const { at, rows } of shots) {
    const before = kept.at(-1);
    const isNear = before !== undefined && at - began - before.at < NEAREST_MS;
    if (isNear) kept[kept.length - 1] = { at: before.at, rows };
    else kept.push({ at: Math.round(at - began), rows });
  }
  return kept;
};

/** The film as an SVG document. */
export const filmEviction = async (): Promise<string> => {
  const run = startInTerminal(['demo', '--listen', '127.0.0.1:0'], SIZE);
  await run.until((rows) => stuckIn(rows) !== null, 'a stuck viewer with its digit', PATIENCE);
  const captions: Caption[] = [];
  let over = false;
  const filming = film(run, () => over);
  try {
    await evict(run, (key, words) => captions.push({ at: performance.now(), key, words }));
  } finally {
    over = true;
  }
  const shots = await filming;
  const endedAt = performance.now();
  run.signal('SIGTERM');
  await run.exited();

  const began = shots[0]!.at;
  const shown = slowed(shots);
  const frames = shown.map(({ at, rows }) => {
    const caption = captions.findLast((each) => each.at - began < at + NEAREST_MS);
    return { at, parts: [...screenParts(rows).flat(), ...captionParts(caption)] };
  });
  const still = shown.findIndex(({ rows }) => /EVICTING in 3s/.test(textOf(rows)));
  const lengthMs = Math.round(endedAt - began);
  const { style, groups } = animated({ frames, lengthMs, still });
  const sheet = {
    columns: SIZE.cols,
    rows: SIZE.rows,
    title: 'wsbouncer demo, 80x24',
    label: 'wsbouncer demo: the digit beside a stuck viewer is pressed, and that viewer is evicted',
    foot: FOOT,
    style,
  };
  return documentOf(sheet, groups);
};
