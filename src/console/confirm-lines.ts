/** What stands in the question whether to evict. */
import type { Snapshot } from '../contract.ts';
import type { Glyphs } from './glyphs.ts';
import { dialogRows } from './layout.ts';
import type { ConfirmDialog } from './modal.ts';
import type { Dialog } from './panel.ts';
import { newestPicture } from './sight.ts';
import { type Standing, standings } from './standings.ts';
import { layoutIn, type State } from './state.ts';
import { toneOf, wordOf } from './table.ts';
import { clean, line, type Line, shorten, shortenMiddle } from './text.ts';
import { troublesOf } from './viewer-cells.ts';

/** Cells of the dialog, without its frame. */
const width = 72;

const keys: Line = [
  ...line('y', 'strong'),
  ...line(' evict   ', 'dim'),
  ...line('n', 'strong'),
  ...line(' cancel (default)', 'dim'),
];

const stateOf = (asked: Standing, glyphs: Glyphs, columns: number): Line => {
  const { row, gone, recovered } = asked;
  if (gone || row === null) {
    const word = gone ? 'gone' : 'unknown';
    return line(`- ${word}`.padEnd(Math.min(11, columns)), 'dim');
  }
  const state = `${glyphs.state[row.state]} ${wordOf(row.state)}`.padEnd(11);
  return [...line(state, toneOf(row.state)), ...line(recovered ? 'recovered ' : '', 'good')];
};

const troubleOf = ({ row, gone }: Standing, picture: Snapshot | null): string =>
  gone || row === null || picture === null ? '' : (troublesOf(row, picture)[0] ?? '');

/** One viewer in full. */
const inFull = (asked: Standing, picture: Snapshot | null, glyphs: Glyphs): readonly Line[] => {
  const { row } = asked;
  const place =
    row === null ? [] : [clean(row.remote), `in ${shortenMiddle(row.session, 48, glyphs.cut)}`];
  const who = row?.who ?? null;
  const name = [asked.id, ...(who === null ? [] : [shorten(clean(who), 32, glyphs.cut)])];
  return [
    [...stateOf(asked, glyphs, width), ...line(troubleOf(asked, picture))],
    line(name.join('  '), 'strong'),
    ...(place.length === 0 ? [] : [line(place.join('  '))]),
  ];
};

/** One of several. */
const inShort = (asked: Standing, glyphs: Glyphs): Line => {
  const { id, row } = asked;
  const who = row === null ? '' : shorten(clean(row.who ?? row.remote), 21, glyphs.cut);
  const session = row === null ? '' : shortenMiddle(row.session, 20, glyphs.cut);
  return [
    ...stateOf(asked, glyphs, width),
    ...line(`${id} `, 'strong'),
    ...line(`${who} ${session}`),
  ];
};

/** What has changed since the question was asked; empty where nothing. */
const changed = (all: readonly Standing[]): Line => {
  const gone = all.filter((one) => one.gone).length;
  const well = all.filter((one) => one.recovered).length;
  const parts = [
    ...(gone === 0 ? [] : [`${gone} left since you were asked`]),
    ...(well === 0 ? [] : [`${well} recovered - still evict?`]),
  ];
  return line(parts.join(', '), 'warn');
};

/** The dialog as lines. */
export const confirmDialog = (state: State, modal: ConfirmDialog, glyphs: Glyphs): Dialog => {
  const all = standings(state, modal);
  const [only] = all;
  const isOne = all.length === 1 && only !== undefined;
  const who = isOne
    ? inFull(only, newestPicture(state), glyphs)
    : all.map((one) => inShort(one, glyphs));
  const why = modal.reason === null ? [] : [line(`because ${clean(modal.reason)}`)];
  const news = changed(all);
  // What has changed and the keys stay, whatever there is no room for.
  const last = [...(news.length > 0 ? [news] : []), keys];
  const room = Math.max(0, dialogRows(layoutIn(state)) - last.length);
  return {
    title: isOne ? `Evict ${only.id}?` : `Evict ${all.length} viewers?`,
    content: [...[...who, ...why].slice(0, room), ...last],
    width,
  };
};
