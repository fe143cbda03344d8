/**
 * Moving through a log: what the keys and commands of a replay ask for. The cursor itself is with
 * whoever makes the pictures; every picture says where it stands.
 */
import type { LogMove } from '../contract.ts';
import { formatDate, midnight } from './calendar.ts';
import { formatClock } from './format.ts';
import { lookUpReplay, type ReplayAct } from './keymap.ts';
import { moveTo } from './moment.ts';
import { done, type State, type Step, withNotice } from './state.ts';

const minuteMs = 60_000;

/** Whether what is shown is a log and no running proxy. */
export const isReplay = ({ settings }: Pick<State, 'settings'>): boolean =>
  settings.replay === true;

/** What a key asks of the cursor in the log; null: it has its usual meaning, or none. */
export const replayAct = (state: State, key: string): ReplayAct | null => {
  const { mode } = state.modal;
  if (isReplay(state) && (key === 'ctrl-c' || (key === 'q' && mode === 'main'))) return 'leave';
  const isPage = mode === 'main' || mode === 'detail' || mode === 'entry';
  return isReplay(state) && isPage ? lookUpReplay(key) : null;
};

const moves: Readonly<Record<Exclude<ReplayAct, 'leave'>, LogMove>> = {
  'event-on': { do: 'step', by: 1 },
  'event-back': { do: 'step', by: -1 },
  'minute-on': { do: 'skip', byMs: minuteMs },
  'minute-back': { do: 'skip', byMs: -minuteMs },
  play: { do: 'play' },
  faster: { do: 'faster' },
  'log-start': { do: 'jump', time: Number.NEGATIVE_INFINITY },
  'log-end': { do: 'jump', time: Number.POSITIVE_INFINITY },
};

const backward: ReadonlySet<ReplayAct> = new Set(['event-back', 'minute-back', 'log-start']);

/** What a key of a replay does. */
export const onReplay = (state: State, act: ReplayAct): Step => {
  const { snapshot } = state;
  const log = snapshot?.replay;
  // Nothing is lost with it.
  if (act === 'leave') return { state, effects: [{ do: 'quit' }] };
  if (snapshot === null || log === undefined) return done(state);
  const atStart = log.index <= 1 && snapshot.at <= log.startsAt;
  const atEnd = log.index >= log.count && snapshot.at >= log.endsAt;
  if (backward.has(act) ? atStart : atEnd) {
    const text = backward.has(act) ? 'the log begins here' : 'the log ends here: , goes back';
    return done(withNotice(state, 'warn', text));
  }
  return { state, effects: [{ do: 'move', move: moves[act] }] };
};

/** `at 12:05:06`; or the sentence that says why that is nowhere. */
export const goTo = (state: State, text: string): Step | string => {
  const { snapshot } = state;
  if (!isReplay(state)) return 'at is for a log: wsbouncer replay <file>';
  if (snapshot?.replay === undefined) return 'no picture yet: try again in a moment';
  const move = moveTo(text, snapshot.at, snapshot.replay);
  return typeof move === 'string' ? move : { state, effects: [{ do: 'move', move }] };
};

/** Where the cursor stands and whether time runs: `REPLAY 60x 1234/5000`; null: no replay. */
export const replayTitle = ({ snapshot }: Pick<State, 'snapshot'>): string | null => {
  const log = snapshot?.replay;
  if (log === undefined) return null;
  const speed = log.speed > 0 ? ` ${log.speed}x` : '';
  return `REPLAY${speed} ${log.index}/${log.count}`;
};

/** The time of the cursor, with its day where the log has several; null: no replay. */
export const replayTime = ({ snapshot }: Pick<State, 'snapshot'>): string | null => {
  const log = snapshot?.replay;
  if (snapshot === null || log === undefined) return null;
  const isOneDay = midnight(log.startsAt) === midnight(log.endsAt);
  return `${isOneDay ? '' : `${formatDate(snapshot.at)} `}${formatClock(snapshot.at)}Z`;
};
