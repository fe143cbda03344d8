/** The console in words: what log mode prints besides the events. */
import { drainIn, windowText } from '../src/console/drain.ts';
import { formatAge, formatBytes, formatLeft, plural, secondsLeft } from '../src/console/format.ts';
import type { Frozen, Modal } from '../src/console/modal.ts';
import { type VerbName, verbs } from '../src/console/palette-verbs.ts';
import { othersArmed } from '../src/console/others.ts';
import { outageText } from '../src/console/outage.ts';
import { canLeave } from '../src/console/read-only.ts';
import { isReplay, replayTime, replayTitle } from '../src/console/replay.ts';
import { newestPicture } from '../src/console/sight.ts';
import type { Armed, Settings, State } from '../src/console/state.ts';
import { clean } from '../src/console/text.ts';
import type { Snapshot, ViewerRow } from '../src/contract.ts';

/** The summary before there is anything to sum up. */
export const nothingYet = 'waiting for the first picture';

/** `12 sessions, 49 viewers, cap 8, 1 stuck, 3 full`. */
export const summaryLine = (state: State): string => {
  if (state.ended !== null) return `the proxy has ended: ${state.ended}`;
  if (state.outage !== null) return outageText(state.outage);
  const snapshot = newestPicture(state);
  if (snapshot === null) return nothingYet;
  const { totals, cap } = snapshot;
  const problems = (['stuck', 'expiring', 'late', 'over', 'full'] as const)
    .filter((what) => totals[what] > 0)
    .map((what) => `${totals[what]} ${what}`);
  const drain = drainIn(state);
  const doors = [
    ...(drain === null ? [] : [`draining, ${formatAge(drain.leftMs)} left`]),
    ...(totals.locked ? ['all locked'] : totals.locks > 0 ? [`${totals.locks} locked`] : []),
  ];
  const replayed = replayTitle(state);
  return [
    ...(replayed === null ? [] : [`${replayed} at ${replayTime(state)}`]),
    plural(totals.sessions, 'session'),
    plural(totals.viewers, 'viewer'),
    ...(cap > 0 ? [`cap ${cap}`] : []),
    ...problems,
    ...doors,
  ].join(', ');
};

/** How many of the worst are named. */
const mostNamed = 3;

const named = ({ id, who }: Pick<ViewerRow, 'id' | 'who'>): string =>
  who === null ? id : `${id} ${who}`;

/** Tells two answers to "who needs me" apart: counting down is no news. */
export const worstKey = (snapshot: Snapshot): string =>
  snapshot.worst
    .slice(0, mostNamed)
    .map(({ id, state }) => `${id} ${state}`)
    .join();

const plightOf = (row: ViewerRow, { pongTimeoutMs }: Snapshot): string => {
  if (row.state === 'stuck') {
    return `, ${formatBytes(row.queuedBytes)} waits for ${formatAge(row.stuckMs)}`;
  }
  return row.deadlineMs === null ? '' : `, ${formatLeft(row.deadlineMs, pongTimeoutMs)} left`;
};

/** `needs you: v7 mira stuck in deploy-77f1, 3.0M waits for 11s; …`. */
export const worstLine = (snapshot: Snapshot): string => {
  const { worst, totals } = snapshot;
  if (worst.length === 0) return 'nobody needs you';
  const first = worst
    .slice(0, mostNamed)
    .map((row) => `${named(row)} ${row.state} in ${row.session}${plightOf(row, snapshot)}`);
  const others = totals.stuck + totals.expiring + totals.late - first.length;
  return `needs you: ${[...first, ...(others > 0 ? [`${others} more`] : [])].join('; ')}`;
};

/** What others had armed before this console could hear of it; null for nothing. */
export const othersLine = (state: State): string | null => {
  const others = othersArmed(state);
  if (others.length === 0) return null;
  const first = others.slice(0, mostNamed).map(({ viewer, actor, dueAt }) => {
    return `${clean(actor)} evicts ${viewer} in ${secondsLeft(dueAt - state.now)} s`;
  });
  const more = others.length - first.length;
  return [...first, ...(more > 0 ? [`${more} more`] : [])].join('; ');
};

/** What has been armed since `before`; null for nothing. */
export const armedLine = (
  before: readonly Armed[],
  { armed, now }: Pick<State, 'armed' | 'now'>,
): string | null => {
  const fresh = armed.filter(({ viewer }) => before.every((one) => one.viewer !== viewer));
  const [first] = fresh;
  if (first === undefined) return null;
  const names = fresh.slice(0, mostNamed).map(({ viewer }) => viewer);
  const more = fresh.length > names.length ? ` and ${fresh.length - names.length} more` : '';
  return `evicting ${names.join(', ')}${more} in ${secondsLeft(first.dueAt - now)} s; type undo`;
};

const namesOf = (viewers: readonly Frozen[]): string =>
  viewers.map(({ id, row }) => named(row ?? { id, who: null })).join(', ');

const asked = 'type y and Enter; anything else cancels';

/**
 * What is asked, in words; null where nothing is, or where it is not known yet. `canStop` is
 * whether this console may stop a proxy that runs elsewhere.
 */
export const questionLine = (
  modal: Modal,
  snapshot: Snapshot | null,
  canStop = true,
): string | null => {
  switch (modal.mode) {
    case 'detach':
      return canStop
        ? 'quit? Enter leaves the proxy running; type stop and Enter to stop it; anything else stays'
        : 'quit? Enter quits and leaves the proxy alone; anything else stays';
    case 'quit': {
      const closes = `quit? it closes ${plural(snapshot?.totals.viewers ?? 0, 'viewer')}:`;
      return modal.interruptedAt === null
        ? `${closes} type quit once more and Enter; anything else cancels`
        : `${closes} type quit and Enter, or press ctrl-c again within 2 s`;
    }
    case 'drain': {
      const viewers = plural(snapshot?.totals.viewers ?? 0, 'viewer');
      return `drain ${windowText(modal.windowMs)} and end, with ${viewers} there? ${asked}`;
    }
    case 'stop':
      return `stop the proxy? it closes ${plural(snapshot?.totals.viewers ?? 0, 'viewer')}; ${asked}`;
    case 'confirm':
      return `evict ${namesOf(modal.viewers)}? ${asked}`;
    case 'bulk': {
      if (modal.viewers === null) return null;
      const place = modal.session === null ? '' : ` of ${modal.session}`;
      const count = plural(modal.viewers.length, 'viewer');
      return `evict ${count}${place}: ${namesOf(modal.viewers)}? ${asked}`;
    }
    default:
      return null;
  }
};

/** Tells two questions apart: that their numbers change makes no new one. */
export const questionKey = (modal: Modal): string => {
  if (modal.mode === 'quit' || modal.mode === 'detach')
    return `${modal.mode} ${modal.interruptedAt}`;
  if (modal.mode === 'drain') return `drain ${modal.windowMs}`;
  if (modal.mode === 'stop') return 'stop';
  if (modal.mode !== 'confirm' && modal.mode !== 'bulk') return '';
  return modal.viewers === null ? '' : `${modal.mode} ${modal.viewers.map(({ id }) => id).join()}`;
};

/** Whether it asks something that lines can ask and answer. */
export const isQuestion = ({ mode }: Modal): boolean =>
  mode === 'quit' ||
  mode === 'detach' ||
  mode === 'stop' ||
  mode === 'drain' ||
  mode === 'confirm' ||
  mode === 'bulk';

/** The key that a line which answers the question of `modal` stands for. */
export const answerKey = ({ mode }: Modal, text: string): 'y' | 's' | 'esc' => {
  if (/^(?:y|yes)$/i.test(text)) return 'y';
  if (mode === 'quit') return text === 'quit' ? 'y' : 'esc';
  if (mode !== 'detach') return 'esc';
  if (text === '' || text === 'quit') return 'y';
  return text === 's' || text === 'stop' ? 's' : 'esc';
};

/** What is of use where there is no screen. */
const forLines: ReadonlySet<VerbName> = new Set([
  'evict',
  'cap',
  'keep',
  'undo',
  'export',
  'lock',
  'unlock',
  'drain',
  'stop',
  'help',
  'quit',
]);

/** The same in a replay. */
const forReplay: ReadonlySet<VerbName> = new Set(['at', 'pause']);

/** The commands that can be typed, and the way back to the screen, where there is one. */
export const helpLines = (settings: Settings, hasScreen: boolean): readonly string[] => [
  ...verbs
    .filter(
      ({ name, changes }) =>
        (forLines.has(name) || (isReplay({ settings }) && forReplay.has(name))) &&
        !(settings.readOnly && changes && !canLeave(settings, name)),
    )
    .map(({ name, args, help }) => `${args === '' ? name : `${name} ${args}`} - ${help}`),
  hasScreen ? 'Enter alone - back to the screen' : 'Enter alone - how it is now',
];
