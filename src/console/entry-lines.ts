/** All that belongs to one line of the feed; for a refusal, who had the slots then. */
import type { FeedEntry, Holder, ViewerId } from '../contract.ts';
import { foldText } from './event-lines.ts';
import { tellEvent } from './event-text.ts';
import { clockOf, formatAge, formatBytes, formatRtt } from './format.ts';
import { type Glyphs, unicodeGlyphs } from './glyphs.ts';
import { dialogRows } from './layout.ts';
import type { EntryPage } from './modal.ts';
import type { Dialog } from './panel.ts';
import { knownViewer } from './selection.ts';
import { layoutIn, type State } from './state.ts';
import { toneOf, wordOf } from './table.ts';
import { clean, fit, line, type Line, shorten } from './text.ts';

/** `bytesToViewer` as words: `bytes to viewer`. */
const labelOf = (field: string): string =>
  field.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).replace(/ ms$/, '');

const valueOf = (field: string, value: string | number | boolean): string => {
  if (typeof value === 'string') return clean(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (field === 'dialMs') return formatRtt(value);
  if (field.endsWith('Ms')) return value === 0 ? '0s' : formatAge(value);
  return /bytes/i.test(field) ? formatBytes(value) : String(value);
};

/** What the first line has said already. */
const said = new Set(['time', 'event']);

const fieldLine = (field: string, value: string | number | boolean): Line => [
  ...line(labelOf(field).padEnd(20), 'dim'),
  ...line(valueOf(field, value)),
];

const fieldLines = ({ event }: FeedEntry): readonly Line[] =>
  Object.entries(event)
    .filter(([field]) => !said.has(field))
    .map(([field, value]) => fieldLine(field, value));

/** What has become of it; nothing until a picture answers the question for it. */
const nowOf = (state: State, { since }: EntryPage, viewer: ViewerId): Line => {
  const now = knownViewer(state, viewer);
  if (now !== null) return line(`now ${wordOf(now.state)}`, toneOf(now.state));
  return (state.snapshot?.seq ?? 0) > since + 1 ? line('gone', 'dim') : [];
};

const holderLine = (state: State, page: EntryPage, holder: Holder, glyphs: Glyphs): Line => {
  const { viewer, who, remote, state: then } = holder;
  return [
    ...line(` ${glyphs.state[then]} ${wordOf(then).padEnd(8)} `, toneOf(then)),
    ...line(`${viewer.padEnd(7)} `, 'strong'),
    ...fit(nowOf(state, page, viewer), 13),
    ...line(who === null ? '' : `${shorten(clean(who), 16, glyphs.cut)} `),
    ...line(clean(remote), who === null ? 'plain' : 'dim'),
  ];
};

/** The line as it is now: it may have grown since the page was opened. */
const entryOf = ({ snapshot }: State, { entry }: EntryPage): FeedEntry =>
  snapshot?.events.find(({ seq }) => seq === entry.seq) ?? entry;

const linesOf = (state: State, page: EntryPage, glyphs: Glyphs): readonly Line[] => {
  const entry = entryOf(state, page);
  const { verb, tone, text } = tellEvent(entry.event);
  const { holders } = entry;
  const folded = foldText(entry);
  return [
    [
      ...line(verb, tone),
      ...line(`  ${text}`),
      ...line(folded === '' ? '' : ` ${folded}`, 'strong'),
    ],
    ...(holders.length === 0
      ? []
      : [
          line('who had the slots then, the oldest first:', 'dim'),
          ...holders.map((holder) => holderLine(state, page, holder, glyphs)),
        ]),
    ...fieldLines(entry),
  ];
};

/** Rows of the page that are shown at once, and all. */
export const entryHeight = (
  state: State,
  page: EntryPage,
): { readonly shown: number; readonly total: number } => {
  const total = linesOf(state, page, unicodeGlyphs).length;
  return { shown: Math.max(1, Math.min(total, dialogRows(layoutIn(state)))), total };
};

/** The page as lines. */
export const entryDialog = (state: State, page: EntryPage, glyphs: Glyphs): Dialog => {
  const { shown, total } = entryHeight(state, page);
  const top = Math.min(page.top, total - shown);
  const content = linesOf(state, page, glyphs).slice(top, top + shown);
  const { event } = page.entry;
  const place = 'session' in event && event.session !== undefined ? ` ${event.session}` : '';
  const range = shown < total ? ` ${top + 1}-${top + content.length} of ${total}` : '';
  return {
    title: `${clockOf(event.time)}Z${place}${range}`,
    content,
    width: Math.min(88, layoutIn(state).columns - 4),
  };
};
