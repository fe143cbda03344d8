/** The last lines of the screen: what is under way, what came of it, and which keys there are. */
import { undoKey } from './evictions.ts';
import { hasGone } from './detail-page.ts';
import { type Binding, isOfReplay, keymap, type MainAct, replayBindings } from './keymap.ts';
import type { DetailAct } from './keymap-dialogs.ts';
import { marksOutOfSight } from './marks.ts';
import type { Glyphs } from './glyphs.ts';
import { plural } from './format.ts';
import { othersArmed, othersChoices } from './others.ts';
import { outageText } from './outage.ts';
import { filterLine } from './prompt-lines.ts';
import { canLeave } from './read-only.ts';
import { rowNow } from './sight.ts';
import { type Armed, layoutIn, type Notice, type State } from './state.ts';
import {
  clean,
  cutTo,
  fill,
  firstThatFits,
  line,
  type Line,
  shorten,
  shortenMiddle,
  type Tone,
  textOf,
  widthOf,
} from './text.ts';
import { evictingTexts } from './viewer-cells.ts';

const hintOf = ({ label, hint }: Hint): Line => [
  ...line(label, 'strong'),
  ...line(` ${hint}`, 'dim'),
];

/** Help and the way out are the last to go. */
const last = new Set(['?', 'q']);

/** A key with a word. */
type Hint = Pick<Binding<unknown>, 'label' | 'hint'>;

/** The key that evicts the marked viewers from here; on their own session that is `e`. */
const markedHint = (state: State): Hint => ({
  label: marksOutOfSight(state) === null ? 'e' : 'E',
  hint: `evict ${state.marks.length} marked`,
});

/** The keys of the lists, the most useful now first. */
const mainHints = (state: State, bindings: readonly Binding<MainAct>[]): readonly Hint[] => {
  const { paused, focus, marks } = state;
  const { kind } = layoutIn(state);
  // Where one list is shown at a time, the way to the others matters more than most keys.
  const isSmall = kind === 'compact' || kind === 'line';
  const onward = isSmall && focus !== 'viewers';
  const ranks: Readonly<Partial<Record<MainAct, number>>> = {
    tag: 1,
    evict: 2,
    ...(isSmall ? { 'next-pane': 3 } : {}),
    ...(paused === null ? {} : { pause: 0 }),
  };
  const rankOf = ({ act }: Binding<MainAct>): number => ranks[act] ?? 4;
  const enter: Hint = { label: 'enter', hint: focus === 'sessions' ? 'viewers' : 'open' };
  return bindings
    .toSorted((a, b) => rankOf(a) - rankOf(b))
    .flatMap((one): readonly Hint[] => {
      if (one.act === 'pause' && paused !== null) return [{ label: 'p', hint: 'goes on' }];
      if (one.act === 'evict' && onward) return [];
      if (one.act === 'evict' && marks.length > 0) return [markedHint(state)];
      return one.act === 'next-pane' && onward ? [enter, one] : [one];
    });
};

/** The keys of a page: what would change a viewer that has gone is not offered there. */
const pageHints = (state: State, bindings: readonly Binding<DetailAct>[]): readonly Hint[] => {
  const { modal, armed } = state;
  if (modal.mode !== 'detail' || !hasGone(state, modal)) return bindings;
  const kept = new Set<DetailAct>(armed.length > 0 ? ['evict', 'keep'] : ['evict', 'keep', 'undo']);
  return bindings.filter(({ act }) => !kept.has(act));
};

/** The keys that move through a log. */
const replayHints = ({ snapshot }: State): readonly Hint[] => {
  const runs = (snapshot?.replay?.speed ?? 0) > 0;
  return replayBindings.flatMap(({ act, label, hint }): readonly Hint[] => {
    if (hint === undefined) return [];
    return [{ label, hint: act === 'play' && runs ? 'stand still' : hint }];
  });
};

/** The keys that are worth a word now: not those that this console may not use, or for nobody. */
const hintsIn = (state: State): readonly Hint[] => {
  const { modal, settings } = state;
  const hasDigits = layoutIn(state).worst > 0;
  // Its keys are letters of the reason then, and the dialog itself says how to end that.
  if (modal.mode === 'bulk' && modal.typing) return [];
  const isLeaving = ({ act }: Binding<unknown>): boolean => act === 'quit' || modal.mode === 'quit';
  const isBarred = (one: Binding<unknown>): boolean =>
    one.changes === true &&
    ((settings.readOnly && !(canLeave(settings, 'quit') && isLeaving(one))) ||
      (state.outage !== null && !isLeaving(one)));
  const isOther = (one: Binding<unknown>): boolean =>
    settings.replay === true && modal.mode === 'main' && !isOfReplay(one) && !isLeaving(one);
  const isOffered = (one: Binding<unknown>): boolean =>
    one.hint !== undefined &&
    !isBarred(one) &&
    !isOther(one) &&
    (one.act !== 'tag' || hasDigits) &&
    (one.act !== 'undo' || !othersAlone);
  // Beside what another one has armed it would seem to mean that.
  const othersAlone =
    state.armed.length === 0 && state.pace === null && othersArmed(state).length > 0;
  const moving = settings.replay === true ? replayHints(state) : [];
  switch (modal.mode) {
    case 'main':
      return [...moving, ...mainHints(state, keymap.main.filter(isOffered))];
    case 'detail':
      return [...moving, ...pageHints(state, keymap.detail.filter(isOffered))];
    default:
      return keymap[modal.mode].filter(isOffered);
  }
};

/** Help and the way out, where they are keys here. */
const waysOut = (state: State, columns: number): Line =>
  fill(
    hintsIn(state)
      .filter(({ label }) => last.has(label))
      .map(hintOf),
    columns,
  );

/** The keys of what is open, as many as fit; without those that the message names itself. */
const hintsLine = (state: State, columns: number, message: Line): Line => {
  const said = textOf(message);
  const hints = hintsIn(state).filter(({ label, hint }) => !said.includes(`${label} ${hint}`));
  const tail = waysOut(state, columns);
  const room = columns - widthOf(tail) - (tail.length === 0 ? 0 : 2);
  const head = fill(hints.filter(({ label }) => !last.has(label)).map(hintOf), room);
  return head.length === 0 || tail.length === 0
    ? [...head, ...tail]
    : [...head, ...line('  '), ...tail];
};

/** The message to show; over a dialog none that says what went well, or names a key to undo it. */
const noticeOf = ({ notice, modal }: State): Notice | null =>
  notice?.tone === 'good' && modal.mode !== 'main' ? null : notice;

/** What is armed, the newest by name; the fullest words first. */
const armedChoices = (state: State, newest: Armed, glyphs: Glyphs): readonly string[] => {
  const { armed } = state;
  const more = armed.length > 1 ? ` and ${plural(armed.length - 1, 'other')}` : '';
  const who = rowNow(state, newest.viewer)?.who ?? null;
  const named = who === null ? '' : ` ${shorten(clean(who), 21, glyphs.cut)}`;
  return evictingTexts(state, newest, `${glyphs.evicting} `, [`${named}${more}`, more, '']);
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
  const { armed, ended, modal, outage } = state;
  const notice = noticeOf(state);
  // Long messages end in a path or a cause, and begin with what it is about.
  const told = (text: string, tone: Tone): Line =>
    line(shortenMiddle(text, columns, glyphs.cut), tone);
  if (ended !== null) return told(`the proxy has ended: ${clean(ended)}`, 'bad');
  if (notice?.tone === 'bad') return told(clean(notice.text), 'bad');
  if (outage !== null && notice === null && modal.mode !== 'filter') {
    return told(`${outageText(outage)}, q quits`, 'bad');
  }
  if (modal.mode === 'filter') return filterLine(state, modal, columns);
  const news: Line = notice === null ? [] : line(clean(notice.text), notice.tone);
  const newest = armed.at(-1);
  const own = newest === undefined ? paceChoices(state) : armedChoices(state, newest, glyphs);
  const words = own.length === 0 && notice === null ? othersChoices(state, glyphs) : own;
  const choices = words.map((text) => line(text, 'evicting'));
  // What came of the last key is not kept back by a countdown, where there is room for both.
  const both = news.length === 0 ? [] : choices.map((one) => [...one, ...line('   '), ...news]);
  const all = [...both.slice(0, -1), ...choices];
  if (all.length > 0) return cutTo(firstThatFits(all, columns), columns, glyphs.cut);
  return notice === null ? [] : told(clean(notice.text), notice.tone);
};

/** More cells than any message has. */
const longest = 10_000;

/** Columns from which a message leaves room for keys in its line. */
const sharedLeast = 60;

/** Cells of the ways out beside a message that shares their line: a long one leaves the help. */
const waysBeside = (state: State, room: number, glyphs: Glyphs): number => {
  const all = widthOf(waysOut(state, room)) + 3;
  const help = hintsIn(state).find(({ label }) => label === '?');
  const isTyped = state.modal.mode === 'filter';
  const wanted = isTyped ? 0 : widthOf(messageLine(state, longest, glyphs));
  return wanted + all <= room || help === undefined ? all : widthOf(hintOf(help)) + 3;
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
  const ways = apart || columns < sharedLeast ? 0 : waysBeside(state, room, glyphs);
  const message = messageLine(state, room - ways, glyphs);
  const hints = (cells: number): Line => hintsLine(state, cells, apart ? [] : message);
  const keys = [...lead, ...hints(room)];
  if (apart) return [[...lead, ...message], keys];
  if (message.length === 0) return [keys];
  const rest = room - widthOf(message) - 3;
  return [[...lead, ...message, ...line('   '), ...hints(rest)]];
};
