/** The last lines of the screen: what is under way, what came of it, and which keys there are. */
import { hasRecovered, nowTarget, undoKey } from './evictions.ts';
import { type Binding, keymap } from './keymap.ts';
import type { Glyphs } from './glyphs.ts';
import { plural } from './format.ts';
import { filterLine } from './prompt-lines.ts';
import { rowNow } from './sight.ts';
import { type Armed, layoutIn, type Notice, type State } from './state.ts';
import {
  clean,
  fill,
  firstThatFits,
  line,
  type Line,
  shorten,
  slice,
  textOf,
  widthOf,
} from './text.ts';

const hintOf = ({ label, hint }: Binding<unknown>): Line => [
  ...line(label, 'strong'),
  ...line(` ${hint}`, 'dim'),
];

/** Help and the way out are the last to go. */
const last = new Set(['?', 'q']);

/** The keys that are worth a word now: not those that this console may not use, or for nobody. */
const bindingsIn = (state: State): readonly Binding<unknown>[] => {
  const { modal, settings } = state;
  const hasDigits = layoutIn(state).worst > 0;
  // Its keys are letters of the reason then, and the dialog itself says how to end that.
  if (modal.mode === 'bulk' && modal.typing) return [];
  return keymap[modal.mode].filter(
    ({ act, hint, changes }) =>
      hint !== undefined &&
      !(settings.readOnly && changes === true) &&
      (act !== 'tag' || hasDigits),
  );
};

/** Help and the way out, where they are keys here. */
const waysOut = (state: State, columns: number): Line =>
  fill(
    bindingsIn(state)
      .filter(({ label }) => last.has(label))
      .map(hintOf),
    columns,
  );

/** The keys of what is open, as many as fit; without those that the message names itself. */
const hintsLine = (state: State, columns: number, message: Line): Line => {
  const said = textOf(message);
  const bindings = bindingsIn(state).filter(
    ({ label, hint }) => !said.includes(`${label} ${hint}`),
  );
  const tail = waysOut(state, columns);
  const room = columns - widthOf(tail) - (tail.length === 0 ? 0 : 2);
  const head = fill(bindings.filter(({ label }) => !last.has(label)).map(hintOf), room);
  return head.length === 0 || tail.length === 0
    ? [...head, ...tail]
    : [...head, ...line('  '), ...tail];
};

/** The message to show; over a dialog none that says what went well, or names a key to undo it. */
const noticeOf = ({ notice, modal }: State): Notice | null =>
  notice?.tone === 'good' && modal.mode !== 'main' ? null : notice;

/** What is armed, the newest by name; the fullest words first. */
const armedChoices = (state: State, newest: Armed, glyphs: Glyphs): readonly string[] => {
  const { armed, now } = state;
  const { viewer, dueAt } = newest;
  const seconds = Math.max(0, Math.ceil((dueAt - now) / 1000));
  const more = armed.length > 1 ? ` and ${plural(armed.length - 1, 'other')}` : '';
  const who = rowNow(state, viewer)?.who ?? null;
  const named = who === null ? '' : ` ${shorten(clean(who), 21, glyphs.cut)}`;
  const recovered = hasRecovered(state, newest) ? '  recovered - still evict?' : '';
  const undo = `${undoKey(state)} undo`;
  const keys = `   ${undo}${nowTarget(state) === viewer ? '   enter now' : ''}`;
  const head = `${glyphs.evicting} EVICTING in ${seconds}s  ${viewer}`;
  return [
    `${head}${named}${more}${recovered}${keys}`,
    `${head}${more}${recovered}${keys}`,
    `${head}${recovered}${keys}`,
    ...(recovered === '' ? [] : [`${head}${recovered}  ${undo}`, `${head}  recovered  ${undo}`]),
    `${head}${keys}`,
    `${head}  ${undo}`,
    `${glyphs.evicting} ${viewer} ${seconds}s`,
  ];
};

/** How far evictions that go one after the other have got. */
const paceChoices = (state: State): readonly string[] => {
  const { pace } = state;
  if (pace === null || pace.waiting.length === 0) return [];
  const done = `evicting ${pace.total - pace.waiting.length} of ${pace.total}`;
  return [`${done}, ${undoKey(state)} stops`, done];
};

/** What is under way or has just happened; empty where nothing. */
const messageLine = (state: State, columns: number, glyphs: Glyphs): Line => {
  const { armed, ended, modal } = state;
  const notice = noticeOf(state);
  if (ended !== null) return slice(line(`the proxy has ended: ${clean(ended)}`, 'bad'), 0, columns);
  if (notice?.tone === 'bad') return slice(line(clean(notice.text), 'bad'), 0, columns);
  if (modal.mode === 'filter') return filterLine(state, modal, columns);
  const news: Line = notice === null ? [] : line(clean(notice.text), notice.tone);
  const newest = armed.at(-1);
  const words = newest === undefined ? paceChoices(state) : armedChoices(state, newest, glyphs);
  const choices = words.map((text) => line(text, 'evicting'));
  // What came of the last key is not kept back by a countdown, where there is room for both.
  const told = news.length === 0 ? [] : choices.map((one) => [...one, ...line('   '), ...news]);
  const all = [...told.slice(0, -1), ...choices];
  return slice(all.length === 0 ? news : firstThatFits(all, columns), 0, columns);
};

/** Columns from which a message leaves room for keys in its line. */
const sharedLeast = 60;

/** The last line, or the last two: a message and the keys. */
export const statusLines = (
  state: State,
  columns: number,
  apart: boolean,
  glyphs: Glyphs,
): readonly Line[] => {
  const room = Math.max(0, columns - 1);
  const lead = columns > 20 ? line(' ') : [];
  // Where both share a line, the ways out stay in it.
  const ways = apart || columns < sharedLeast ? 0 : widthOf(waysOut(state, room)) + 3;
  const message = messageLine(state, room - ways, glyphs);
  const hints = (cells: number): Line => hintsLine(state, cells, apart ? [] : message);
  const keys = [...lead, ...hints(room)];
  if (apart) return [[...lead, ...message], keys];
  if (message.length === 0) return [keys];
  const rest = room - widthOf(message) - 3;
  return [[...lead, ...message, ...line('   '), ...hints(rest)]];
};
