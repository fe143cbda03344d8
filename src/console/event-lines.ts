/** The feed: what the proxy decided and what happened to it, the newest last. */
import type { FeedEntry } from '../contract.ts';
import { tellEvent } from './event-text.ts';
import { chosenEntry, drawnEntries } from './feed-window.ts';
import { clockOf } from './format.ts';
import type { Glyphs } from './glyphs.ts';
import { eventRowsOf } from './layout.ts';
import { layoutIn, type State } from './state.ts';
import { rule } from './table.ts';
import { fit, invert, line, type Line, shorten, shortenMiddle } from './text.ts';

/** How many stand behind a line: `(x12 in 10 s)`; empty for one alone. */
export const foldText = ({ count, spanMs }: FeedEntry): string =>
  count > 1 ? `(x${count} in ${Math.max(1, Math.round(spanMs / 1000))} s)` : '';

/** Cells of the session's name: as many as let the text begin; 0 without it. */
const nameCells = (width: number): number => {
  if (width >= 100) return 20;
  return width < 36 ? 0 : Math.max(5, Math.min(14, width - 41));
};

/** Where something happens that is about all sessions. */
const everywhere = (cells: number): string => (cells < 12 ? 'all' : 'all sessions');

const lineOf = (entry: FeedEntry, width: number, glyphs: Glyphs): Line => {
  const { event } = entry;
  const { verb, tone, session, everywhere: isAll, viewer, text } = tellEvent(event);
  const name = nameCells(width);
  const where = session ?? (isAll === true ? everywhere(name) : undefined);
  const place =
    where === undefined || name === 0
      ? ''
      : `${shortenMiddle(where, name, glyphs.cut).padEnd(name)} `;
  const who = viewer === undefined ? '' : `${viewer.padEnd(6)} `;
  const folded = entry.count > 1 ? ` ${foldText(entry)}` : '';
  const rest = `${place}${who}${text}`;
  const room = Math.max(0, width - 17 - folded.length);
  return [
    ...line(clockOf(event.time), 'dim'),
    ...line(` ${verb.padEnd(7)} `, tone),
    ...line(shorten(rest, room, glyphs.cut)),
    ...line(folded, 'strong'),
  ];
};

/** How far the feed is behind its newest line. */
const behindText = ({ snapshot, upTo, kind }: State): string => {
  if (upTo === null) return 'following';
  const newest = snapshot?.newestEvent ?? 0;
  const later = snapshot?.events.filter(({ seq }) => seq > upTo) ?? [];
  // Numbers are given to lines of all kinds.
  const count = kind === null ? Math.max(0, newest - upTo) : later.length;
  const more = kind !== null && (later.at(-1)?.seq ?? newest) < newest ? '+' : '';
  return count === 0 ? 'G follows' : `${count}${more} new, G follows`;
};

const asideOf = (state: State, width: number): string => {
  const kind = state.kind ?? (width >= 100 ? 'all kinds' : '');
  const filter = width >= 100 || state.kind !== null ? 'f filter' : '';
  return [kind, filter, behindText(state)].filter((part) => part !== '').join('  ');
};

/** The title and the rows of the feed. */
export const eventLines = (state: State, glyphs: Glyphs): readonly Line[] => {
  const layout = layoutIn(state);
  const focused = state.focus === 'events';
  const width = layout.columns;
  const shown = drawnEntries(state);
  const chosen = focused ? chosenEntry(state) : null;
  const title = line('Events', focused ? 'strong' : 'plain');
  const none = state.kind === null ? 'no event yet' : `no event of this kind yet: ${state.kind}`;
  return [
    ...(layout.titles ? [rule(title, asideOf(state, width), width, glyphs)] : []),
    ...shown.map((one) => {
      const drawn = lineOf(one, width, glyphs);
      return one === chosen ? invert(fit(drawn, width)) : drawn;
    }),
    ...(shown.length === 0 && eventRowsOf(layout, state.focus) > 0 ? [line(none, 'dim')] : []),
  ];
};
