/** The last lines of the screen: what is under way, what came of it, and which keys there are. */
import { type Binding, keymap } from './keymap.ts';
import type { Glyphs } from './glyphs.ts';
import { plural } from './format.ts';
import type { Notice, State } from './state.ts';
import { clean, fill, firstThatFits, line, type Line, slice, textOf, widthOf } from './text.ts';

const hintOf = ({ label, hint }: Binding<unknown>): Line => [
  ...line(label, 'strong'),
  ...line(` ${hint}`, 'dim'),
];

/** Help and the way out are the last to go. */
const last = new Set(['?', 'q']);

/** The keys of what is open, as many as fit; without those that the message names itself. */
const hintsLine = (state: State, columns: number, message: Line): Line => {
  const said = textOf(message);
  const all: readonly Binding<unknown>[] = keymap[state.modal.mode];
  const bindings = all.filter(
    ({ label, hint }) => hint !== undefined && !said.includes(`${label} ${hint}`),
  );
  const ends = bindings.filter(({ label }) => last.has(label)).map(hintOf);
  const tail = fill(ends, columns);
  const room = columns - widthOf(tail) - (tail.length === 0 ? 0 : 2);
  const head = fill(bindings.filter(({ label }) => !last.has(label)).map(hintOf), room);
  return head.length === 0 || tail.length === 0
    ? [...head, ...tail]
    : [...head, ...line('  '), ...tail];
};

/** The message to show; over a dialog none that says what went well, or names a key to undo it. */
const noticeOf = ({ notice, modal }: State): Notice | null =>
  notice?.tone === 'good' && modal.mode !== 'main' ? null : notice;

/** What is under way or has just happened; empty where nothing. */
const messageLine = (state: State, columns: number, glyphs: Glyphs): Line => {
  const { armed, ended, now } = state;
  const notice = noticeOf(state);
  if (ended !== null) return slice(line(`the proxy has ended: ${clean(ended)}`, 'bad'), 0, columns);
  if (notice?.tone === 'bad') return slice(line(clean(notice.text), 'bad'), 0, columns);
  const news: Line = notice === null ? [] : line(clean(notice.text), notice.tone);
  const newest = armed.at(-1);
  if (newest !== undefined) {
    const seconds = Math.max(0, Math.ceil((newest.dueAt - now) / 1000));
    const more = armed.length > 1 ? ` and ${plural(armed.length - 1, 'other')}` : '';
    const head = `${glyphs.evicting} EVICTING in ${seconds}s  ${newest.viewer}`;
    const choices = [
      `${head}${more}   u undo`,
      `${head}  u undo`,
      `${glyphs.evicting} ${newest.viewer} ${seconds}s`,
    ].map((text) => line(text, 'evicting'));
    // What came of the last key is not kept back by a countdown, where there is room for both.
    const told = news.length === 0 ? [] : choices.map((one) => [...one, ...line('   '), ...news]);
    return slice(firstThatFits([...told.slice(0, 2), ...choices], columns), 0, columns);
  }
  return slice(news, 0, columns);
};

/** The last line, or the last two: a message and the keys. */
export const statusLines = (
  state: State,
  columns: number,
  apart: boolean,
  glyphs: Glyphs,
): readonly Line[] => {
  const room = Math.max(0, columns - 1);
  const lead = columns > 20 ? line(' ') : [];
  const message = messageLine(state, room, glyphs);
  const hints = (cells: number): Line => hintsLine(state, cells, apart ? [] : message);
  const keys = [...lead, ...hints(room)];
  if (apart) return [[...lead, ...message], keys];
  if (message.length === 0) return [keys];
  const rest = room - widthOf(message) - 3;
  return [[...lead, ...message, ...line('   '), ...hints(rest)]];
};
