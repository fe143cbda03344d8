/** Carrying out a typed command. A mistake is a sentence that says what would be right. */
import type { SessionId, SessionSort, ViewerId, ViewerSort } from '../contract.ts';
import { MOST_DRAIN_MS, USUAL_DRAIN_MS } from '../core/drain.ts';
import { applyCap, capBefore, liftCap } from './cap-dialog.ts';
import { capRange, defaultCap } from './caps.ts';
import { openDrain } from './drain.ts';
import { armNamed } from './evictions.ts';
import { following } from './feed-window.ts';
import { filterOf } from './filter-text.ts';
import { openHelp } from './help-page.ts';
import { jumpTo, jumpToSession } from './jump.ts';
import { keepMs, keepViewer } from './keep.ts';
import { setLock } from './locks.ts';
import type { CapDialog } from './modal.ts';
import { kindWords, verbOf } from './palette-suggest.ts';
import { longestReason } from './pace.ts';
import type { VerbName } from './palette-verbs.ts';
import { togglePause } from './pause.ts';
import { promptOf } from './prompt.ts';
import { timeOf, wholeOf } from './quantities.ts';
import { outageRefusal } from './outage.ts';
import { canLeave, readOnlyRefusal } from './read-only.ts';
import { goTo, isReplay, onReplay } from './replay.ts';
import { sessionsSorted, sortColumns, viewersSorted } from './sorting.ts';
import { knownViewer } from './selection.ts';
import { closed, done, type State, type Step, withNotice } from './state.ts';
import { openQuit, openStop } from './stop.ts';
import { undo } from './undo.ts';
import { meant } from './words.ts';

/** A step, or the sentence that says why there is none. */
type Outcome = Step | string;

/** Viewers that one line evicts; more are for the question that lists them. */
const mostNamed = 9;

/** Longest time for which the proxy keeps a viewer. */
const longestKeepMs = 3_600_000;

const viewerOf = (word: string): ViewerId | null =>
  /^v\d{1,15}$/i.test(word) ? (word.toLowerCase() as ViewerId) : null;

const sessionOf = ({ snapshot }: State, word: string): SessionId | null =>
  snapshot?.sessions.rows.find(({ id }) => id === word)?.id ?? null;

const noViewer = (word: string, verb: string): string =>
  `"${word}" is no viewer: ${verb} v42, with the id from its row`;

const unknownSession = (word: string): string =>
  `no session "${word}" in the picture: go ${word} first`;

const evict = (state: State, args: readonly string[]): Outcome => {
  const at = args.indexOf('because');
  const named = at < 0 ? args : args.slice(0, at);
  const reason = at < 0 ? '' : args.slice(at + 1).join(' ');
  const ids = named.map(viewerOf);
  const wrong = named.find((word) => viewerOf(word) === null);
  if (wrong !== undefined) return noViewer(wrong, 'evict');
  if (ids.length === 0) return 'evict needs a viewer: evict v42';
  if (ids.length > mostNamed)
    return `evict takes ${mostNamed} viewers at most: mark more and press E`;
  if (at >= 0 && reason === '') return 'because needs a reason: evict v42 because of tests';
  if (reason.length > longestReason) return `a reason has at most ${longestReason} characters`;
  return armNamed(
    state,
    [...new Set(ids.flatMap((id) => (id === null ? [] : [id])))],
    reason === '' ? null : reason,
  );
};

const cap = (state: State, [word = '', session, ...more]: readonly string[]): Outcome => {
  const { least, most } = capRange;
  const lifts = word === 'default';
  const number = wholeOf(word, least, most);
  if (!lifts && number === null) return `cap needs a number from ${least} to ${most}: cap 6`;
  if (more.length > 0) return 'cap takes one session: cap 6 deploy';
  if (lifts && session === undefined) return 'cap default needs a session: cap default deploy';
  if (defaultCap(state) === null) return 'no picture yet: try again in a moment';
  const alone = session === undefined ? null : sessionOf(state, session);
  if (session !== undefined && alone === null) return unknownSession(session);
  const dialog: CapDialog = {
    mode: 'cap',
    session: alone,
    alone: alone !== null,
    digits: String(number ?? ''),
    typed: true,
    asked: 0,
    askedAt: state.now,
    preview: null,
    reason: null,
  };
  if (!lifts) return applyCap(state, dialog);
  return capBefore(state, dialog)?.own === true
    ? liftCap(state, dialog)
    : `${session} has no cap of its own`;
};

const keep = (state: State, [word = '', time, ...more]: readonly string[]): Outcome => {
  const viewer = viewerOf(word);
  if (viewer === null)
    return word === '' ? 'keep needs a viewer: keep v42' : noViewer(word, 'keep');
  const forMs = time === undefined ? keepMs : time === 'off' ? 0 : timeOf(time, null);
  const isTime = forMs !== null && forMs <= longestKeepMs && (forMs >= 1000 || time === 'off');
  if (!isTime || more.length > 0) return 'keep takes a time from 1s to 1h, or off: keep v42 5m';
  return keepViewer(state, viewer, Math.round(forMs));
};

const lock = (state: State, locks: boolean, [session, ...more]: readonly string[]): Outcome => {
  const verb = locks ? 'lock' : 'unlock';
  if (more.length > 0) return `${verb} takes one session, or stands alone for all: ${verb} deploy`;
  // Also one that nobody is in: whether it can be a session is for the proxy to say.
  return setLock(state, session === undefined ? null : (session as SessionId), locks);
};

const drain = (state: State, [time, ...more]: readonly string[]): Outcome => {
  const windowMs = time === undefined ? USUAL_DRAIN_MS : time === '0' ? 0 : timeOf(time, null);
  return windowMs === null || windowMs > MOST_DRAIN_MS || more.length > 0
    ? 'drain takes a time from 0 to 24h: drain 30s'
    : openDrain(state, Math.round(windowMs));
};

const show = (state: State, [word = '', ...more]: readonly string[]): Outcome => {
  const viewer = viewerOf(word);
  if (word === '' || more.length > 0) return 'show needs one viewer: show v42';
  if (viewer === null) return noViewer(word, 'show');
  return done({ ...state, modal: { mode: 'detail', viewer } });
};

const go = (state: State, [word = '', ...more]: readonly string[]): Outcome => {
  if (word === '' || more.length > 0) return 'go needs one session or viewer: go deploy, go v42';
  if (sessionOf(state, word) !== null) return done(jumpToSession(state, word as SessionId));
  const viewer = viewerOf(word);
  const row = viewer === null ? null : knownViewer(state, viewer);
  if (row !== null) return done(jumpTo(state, row.session, row.id));
  return viewer === null
    ? done(jumpToSession(state, word as SessionId))
    : `${viewer} is not in the picture: show ${viewer}, or filter ${viewer}`;
};

const filter = (state: State, text: string): Outcome => {
  const applied = filterOf(text);
  if (applied.trouble !== null) return applied.trouble;
  const next = { ...state, filter: applied };
  return done(applied.text === '' ? withNotice(next, 'good', 'nothing is filtered') : next);
};

const isSessionSort = (word: string): word is SessionSort =>
  sortColumns.sessions.some((column) => column === word);

const isViewerSort = (word: string): word is ViewerSort =>
  sortColumns.viewers.some((column) => column === word);

const sort = (state: State, [word = '', way, ...more]: readonly string[]): Outcome => {
  const inViewers = state.focus === 'viewers';
  const own = inViewers ? sortColumns.viewers : sortColumns.sessions;
  const all: readonly string[] = [...sortColumns.sessions, ...sortColumns.viewers];
  const ofOwn: readonly string[] = word === '' ? [] : meant<string>(word, own);
  const found = ofOwn.length > 0 || word === '' ? ofOwn : [...new Set(meant(word, all))];
  const [column, ...others] = found;
  const reversed = way !== undefined && 'reversed'.startsWith(way);
  if (more.length > 0 || (way !== undefined && !reversed)) return 'sort takes: sort rtt reversed';
  if (column === undefined) return `sort needs a column: ${[...new Set(all)].join(' ')}`;
  if (others.length > 0) return `sort ${word} may be ${found.join(' or ')}`;
  if (isViewerSort(column) && (inViewers || !isSessionSort(column))) {
    return done(viewersSorted(state, { by: column, reversed }));
  }
  return isSessionSort(column)
    ? done(sessionsSorted(state, { by: column, reversed }))
    : `no list has the column ${column}`;
};

const kind = (state: State, [word = 'all', ...more]: readonly string[]): Outcome => {
  const found = meant<(typeof kindWords)[number]>(word, kindWords);
  const [only, ...others] = found;
  if (only === undefined || others.length > 0 || more.length > 0) {
    return `kind is one of ${kindWords.join(' ')}`;
  }
  return done(following({ ...state, kind: only === 'all' ? null : only }));
};

const run = (state: State, verb: VerbName, rest: string): Outcome => {
  const args = rest.split(' ').filter(Boolean);
  switch (verb) {
    case 'evict':
      return evict(state, args);
    case 'cap':
      return cap(state, args);
    case 'keep':
      return keep(state, args);
    case 'undo':
      return undo(state);
    case 'show':
      return show(state, args);
    case 'go':
      return go(state, args);
    case 'filter':
      return filter(state, rest);
    case 'sort':
      return sort(state, args);
    case 'kind':
      return kind(state, args);
    case 'pause':
      return isReplay(state) ? onReplay(state, 'play') : togglePause(state);
    case 'at':
      return rest === '' ? 'at needs a time: at 12:05:06' : goTo(state, rest);
    case 'export':
      return {
        state: withNotice(state, 'good', 'writing'),
        effects: [{ do: 'export', name: rest === '' ? null : rest }],
      };
    case 'log':
      return { state, effects: [{ do: 'log' }] };
    case 'redraw':
      return { state, effects: [{ do: 'redraw' }] };
    case 'help':
      return done(openHelp(state, rest === '' ? null : promptOf(rest)));
    case 'lock':
    case 'unlock':
      return lock(state, verb === 'lock', args);
    case 'drain':
      return drain(state, args);
    case 'stop':
      return openStop(state);
    case 'quit':
      return isReplay(state) ? onReplay(state, 'leave') : done(openQuit(state, null));
    default:
      return verb satisfies never;
  }
};

/** Commands that take nothing: what follows them is a mistake, and maybe meant for another. */
const alone: ReadonlySet<VerbName> = new Set(['undo', 'pause', 'log', 'redraw', 'stop', 'quit']);

/** What a line does, on a console with nothing open; or what is wrong with it. */
export const carryOutLine = (before: State, text: string): Outcome => {
  const state: State = { ...closed(before), notice: null };
  const line = text.trim().replace(/^:\s*/, '');
  const [word = ''] = line.split(' ');
  const rest = line.slice(word.length).trim();
  const verb = verbOf(word);
  if (word === '') return done(state);
  if (!('name' in verb)) {
    return verb.length === 0
      ? `no command "${word}": help lists them`
      : `${word} may be ${verb.map(({ name }) => name).join(' or ')}`;
  }
  if (verb.changes && state.settings.readOnly && !canLeave(state.settings, verb.name)) {
    return done(readOnlyRefusal(state, verb.name === 'quit'));
  }
  if (verb.changes && state.outage !== null && verb.name !== 'quit') {
    return done(outageRefusal(state, state.outage));
  }
  if (rest !== '' && alone.has(verb.name)) return `${verb.name} stands alone: ${verb.name}`;
  return run(state, verb.name, rest);
};
