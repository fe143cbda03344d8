/** What stands in the dialog that evicts several viewers: who they are, and how they are now. */
import { bulkHeight, bulkSays } from './bulk.ts';
import { formatBytes, plural } from './format.ts';
import type { Glyphs } from './glyphs.ts';
import type { BulkDialog } from './modal.ts';
import type { Dialog } from './panel.ts';
import { type Standing, standings } from './standings.ts';
import type { State } from './state.ts';
import { toneOf, wordOf } from './table.ts';
import { clean, fill, fit, line, type Line, shorten, shortenMiddle, spread } from './text.ts';

/** Widest content, in cells. */
const widest = 72;

const keyLine = (name: string, does: string): Line => [
  ...line(name, 'strong'),
  ...line(` ${does}`, 'dim'),
];

type Cell = { readonly width: number; readonly of: (one: Standing) => Line };

const nowLine = ({ row, gone, recovered }: Standing): Line => {
  if (gone) return line('gone', 'dim');
  if (row === null) return line('-', 'dim');
  if (recovered) return line('recovered', 'good');
  const waits = row.queuedBytes > 0 ? ` ${formatBytes(row.queuedBytes)}` : '';
  return line(`${wordOf(row.state)}${waits}`, toneOf(row.state));
};

/** The columns, the most important first; those that do not fit are left out. */
const cellsOf = (all: readonly Standing[], marked: boolean, glyphs: Glyphs): readonly Cell[] => {
  const widthFor = (most: number, textOf: (one: Standing) => string): number =>
    Math.min(most, Math.max(0, ...all.map((one) => textOf(one).length)));
  const cell = (most: number, textOf: (one: Standing) => string): Cell => {
    const width = widthFor(most, textOf);
    return {
      width,
      of: (one) => line(shortenMiddle(textOf(one), width, glyphs.cut), one.gone ? 'dim' : 'plain'),
    };
  };
  const id: Cell = {
    width: Math.max(0, ...all.map((one) => one.id.length)),
    of: (one) => line(one.id, one.gone ? 'dim' : 'strong'),
  };
  return [
    id,
    { width: 14, of: nowLine },
    cell(16, ({ row }) => clean(row?.who ?? '')),
    cell(21, ({ row }) => clean(row?.remote ?? '')),
    ...(marked ? [cell(16, ({ row }) => clean(row?.session ?? ''))] : []),
  ].filter(({ width }) => width > 0);
};

const rowOf = (one: Standing, cells: readonly Cell[], glyphs: Glyphs): Line => {
  const { row, gone } = one;
  const sign = gone
    ? line(`${glyphs.gone} `, 'dim')
    : row === null
      ? line('  ')
      : line(`${glyphs.state[row.state]} `, toneOf(row.state));
  return cells.reduce<Line>(
    (parts, cell, at) => parts.concat(line(at === 0 ? '' : '  '), fit(cell.of(one), cell.width)),
    sign,
  );
};

const rowsOf = (
  all: readonly Standing[],
  { top, session }: BulkDialog,
  { height, width, glyphs }: { height: number; width: number; glyphs: Glyphs },
): readonly Line[] => {
  const cells: Cell[] = [];
  let used = 2;
  for (const cell of cellsOf(all, session === null, glyphs)) {
    if (cells.length > 0 && used + cell.width > width) break;
    cells.push(cell);
    used += cell.width + 2;
  }
  return all.slice(top, top + height).map((one) => rowOf(one, cells, glyphs));
};

const newsLine = (all: readonly Standing[], dialog: BulkDialog, height: number, width: number) => {
  const left = all.filter(({ gone }) => gone).length;
  const recovered = all.filter((one) => one.recovered).length;
  const news: readonly Line[] = [
    ...(left > 0 ? [line(`${left} left since you opened this`, 'warn')] : []),
    ...(recovered > 0 ? [line(`${recovered} recovered`, 'good')] : []),
    ...(dialog.more ? [line('there are more than these', 'warn')] : []),
  ];
  const { top } = dialog;
  const range =
    all.length > height ? `${top + 1}-${Math.min(all.length, top + height)} of ${all.length}` : '';
  const said = fill(news, width - range.length - 1);
  const calm = said.length === 0 ? line('all are still there', 'dim') : said;
  return spread(calm, line(range, 'dim'), width);
};

const reasonLine = ({ reason, typing }: BulkDialog, width: number, glyphs: Glyphs): Line => {
  const room = Math.max(1, width - 12);
  if (!typing) {
    const text =
      reason.text === '' ? line('none', 'dim') : line(shorten(reason.text, room, glyphs.cut));
    return [...line('reason  ', 'dim'), ...text];
  }
  // The part around the cursor, where not all of it fits.
  const from = Math.max(0, reason.at - room + 1);
  const [before, after] = [reason.text.slice(from, reason.at), reason.text.slice(reason.at)];
  return [
    ...line('reason [ ', 'strong'),
    ...line(`${before}_${after}`.slice(0, room), 'strong'),
    ...line(' ]', 'strong'),
  ];
};

const keysLine = (there: number, { typing }: BulkDialog, width: number): Line => {
  if (typing) return fill([keyLine('enter', 'the reason stands')], width, 3);
  const evict = there === 0 ? [] : [keyLine('y', `evict ${there}, 10 a second`)];
  return fill([...evict, keyLine('esc', 'cancel (default)'), keyLine('r', 'reason')], width, 3);
};

/** The dialog as lines. */
export const bulkDialog = (state: State, modal: BulkDialog, glyphs: Glyphs): Dialog => {
  const width = Math.max(0, Math.min(widest, state.size.columns - 4));
  const name = modal.session === null ? '' : shortenMiddle(modal.session, 24, glyphs.cut);
  if (modal.viewers === null) {
    const said =
      modal.trouble === null
        ? line('asking the proxy', 'dim')
        : line(shorten(clean(modal.trouble), width, glyphs.cut), 'warn');
    return {
      title: `Stuck viewers of ${name}`,
      content: [said, [], keysLine(0, modal, width)],
      width,
    };
  }
  const all = standings(state, modal);
  const height = bulkHeight(state);
  const there = all.filter(({ gone }) => !gone).length;
  // The terminal may have grown since.
  const top = Math.max(0, Math.min(modal.top, all.length - height));
  const rows = rowsOf(all, { ...modal, top }, { height, width, glyphs });
  const news = newsLine(all, { ...modal, top }, height, width);
  const reason = reasonLine(modal, width, glyphs);
  const keys = keysLine(there, modal, width);
  const last: readonly Line[] = bulkSays(state)
    ? [news, reason, keys]
    : [modal.typing ? reason : news, keys];
  const title =
    modal.session === null
      ? `Evict ${plural(all.length, 'marked viewer')}?`
      : `Evict ${plural(all.length, 'stuck viewer')} of ${name}?`;
  return { title, content: [...rows, ...last], width };
};
