/** The help: the table of the keys and what the signs mean. */
import type { Glyphs } from './glyphs.ts';
import { keymap } from './keymap.ts';
import { dialogRows, type Layout } from './layout.ts';
import { toneOf, wordOf } from './table.ts';
import { line, type Line } from './text.ts';

const states = [
  ['stuck', 'data waits for the viewer and none of it is taken'],
  ['expiring', 'silent for two pings; evicted at its pong deadline'],
  ['late', 'silent for one ping'],
  ['over', 'more viewers than the cap, after it was lowered'],
  ['full', 'as many viewers as the cap: the next one is refused'],
  ['dialling', 'has a slot; its backend has not answered yet'],
  ['ok', 'answers, and takes its data'],
] as const;

/** All lines of the help. */
export const helpLines = (glyphs: Glyphs): readonly Line[] => [
  ...keymap.main.flatMap(({ label, help }) =>
    help === undefined ? [] : [[...line(label.padEnd(11), 'strong'), ...line(help)]],
  ),
  [],
  ...states.map(([state, text]) => [
    ...line(`${glyphs.state[state]} ${wordOf(state)}`.padEnd(11), toneOf(state)),
    ...line(text),
  ]),
];

/** Rows of the help that are shown at once, and all. */
export const helpHeight = (layout: Layout): { readonly shown: number; readonly total: number } => {
  const total = keymap.main.filter(({ help }) => help !== undefined).length + 1 + states.length;
  return { shown: Math.max(1, Math.min(total, dialogRows(layout))), total };
};
