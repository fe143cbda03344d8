/**
 * Evictions of several viewers, one after the other: pages that reconnect at once must not all
 * do so in the same moment.
 */
import type { CommandResult, ViewerId } from '../contract.ts';
import { plural } from './format.ts';
import {
  done,
  type Effect,
  type Pace,
  type State,
  type Step,
  type Waiting,
  withNotice,
} from './state.ts';

/** The time from one to the next: ten a second. */
export const stepMs = 100;

/** Longest reason that the proxy takes, in characters. */
export const longestReason = 80;

/** The command that evicts a viewer. */
export const evict = (
  { settings }: Pick<State, 'settings'>,
  viewer: ViewerId,
  reason: string | null = null,
): Effect => ({
  do: 'send',
  command: {
    do: 'evict',
    viewer,
    actor: settings.actor,
    ...(reason === null || reason === '' ? {} : { reason }),
  },
  reply: { of: 'evict', viewer },
});

/** Whether the proxy says that the viewer was not there any more. */
export const hadGone = (result: CommandResult): boolean =>
  !result.ok && result.reason.includes('already gone');

/** Whether the viewer's eviction waits for its turn. */
export const isWaiting = ({ pace }: State, viewer: ViewerId): boolean =>
  pace?.waiting.some((one) => one.viewer === viewer) === true;

/** Carries out what is due of the evictions that wait. */
export const paced = (state: State): Step => {
  const { pace, now } = state;
  const [next, ...waiting] = pace?.waiting ?? [];
  if (pace === null || next === undefined || pace.nextAt > now) return done(state);
  const { viewer, reason } = next;
  const asked = [...pace.asked, viewer];
  return {
    state: { ...state, pace: { ...pace, waiting, asked, nextAt: now + stepMs } },
    effects: [evict(state, viewer, reason)],
  };
};

const noPace: Pace = { waiting: [], nextAt: 0, total: 0, asked: [], evicted: 0, gone: 0 };

/** Evicts them from now on, behind those that already wait. */
export const evictAll = (
  state: State,
  viewers: readonly ViewerId[],
  reason: string | null = null,
): Step => {
  const [only] = viewers;
  if (only === undefined) return done(state);
  if (viewers.length === 1 && state.pace === null) {
    return { state, effects: [evict(state, only, reason)] };
  }
  const pace = state.pace ?? noPace;
  const queued = new Set(pace.waiting.map(({ viewer }) => viewer));
  const fresh = [...new Set(viewers)].filter((viewer) => !queued.has(viewer));
  const waiting = [...pace.waiting, ...fresh.map((viewer): Waiting => ({ viewer, reason }))];
  return paced({ ...state, pace: { ...pace, waiting, total: pace.total + fresh.length } });
};

/** Says that one is evicted; of several the last line tells how far they are. */
export const sayEvicting = (state: State, count: number): State =>
  count === 1 && state.pace === null ? withNotice(state, 'good', 'evicting 1 viewer') : state;

/** Whoever still waits stays; null where nobody does. */
export const stopPace = (state: State): State | null => {
  const { pace } = state;
  if (pace === null || pace.waiting.length === 0) return null;
  const stay = pace.waiting.length;
  const left = { ...pace, waiting: [], total: pace.total - stay };
  const next = { ...state, pace: left.asked.length === 0 ? null : left };
  return withNotice(next, 'good', `${plural(stay, 'viewer')} stay${stay === 1 ? 's' : ''}`);
};

const summed = (state: State, { total, evicted, gone }: Pace): State => {
  const failed = total - evicted - gone;
  const parts = [
    evicted === total ? `evicted ${plural(total, 'viewer')}` : `evicted ${evicted} of ${total}`,
    ...(gone === 0 ? [] : [`${gone} had already gone`]),
    ...(failed === 0 ? [] : [`${failed} could not be evicted`]),
  ];
  const tone = failed > 0 ? 'bad' : gone > 0 ? 'warn' : 'good';
  return withNotice({ ...state, pace: null }, tone, parts.join(', '));
};

/** The state after the answer to one of them, told when all have come; null for no such one. */
export const pacedAnswer = (
  state: State,
  viewer: ViewerId,
  result: CommandResult,
): State | null => {
  const { pace } = state;
  if (pace === null || !pace.asked.includes(viewer)) return null;
  const next: Pace = {
    ...pace,
    asked: pace.asked.filter((one) => one !== viewer),
    evicted: pace.evicted + Number(result.ok),
    gone: pace.gone + Number(hadGone(result)),
  };
  return next.waiting.length + next.asked.length === 0
    ? summed(state, next)
    : { ...state, pace: next };
};
