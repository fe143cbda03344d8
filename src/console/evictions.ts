/**
 * Evicting by hand: armed by one key, carried out three seconds later unless undone, because a
 * closed connection cannot be opened again. An eviction belongs to a viewer's id from the first
 * key on.
 */
import type { CommandResult, ViewerId } from '../contract.ts';
import {
  type Armed,
  type Effect,
  selectedViewer,
  type State,
  type Step,
  viewersIn,
  withNotice,
} from './state.ts';

/** Time to undo an eviction. */
const undoMs = 3000;

/**
 * How long after the selection moved by itself `e` is taken to mean the viewer that is gone: the
 * key may have been on its way over a slow link when the row left.
 */
const lostMs = 2000;

const evict = (viewer: ViewerId): Effect => ({
  do: 'send',
  command: { do: 'evict', viewer, actor: 'console' },
  reply: { of: 'evict', viewer },
});

const without = (armed: readonly Armed[], viewer: ViewerId): readonly Armed[] =>
  armed.filter((one) => one.viewer !== viewer);

/** The viewer's eviction that can still be undone. */
export const armedOn = (state: State, viewer: ViewerId): Armed | null =>
  state.armed.find((one) => one.viewer === viewer) ?? null;

/** The viewer has recovered since its eviction was armed. */
export const hasRecovered = (armed: Armed, now: State['snapshot'] | null): boolean =>
  armed.state !== 'ok' &&
  armed.state !== 'dialling' &&
  [...(now?.viewers.rows ?? []), ...(now?.worst ?? [])].find(({ id }) => id === armed.viewer)
    ?.state === 'ok';

/** `e`: arms the viewer under the cursor; anywhere else it goes to the viewers and evicts nobody. */
export const arm = (state: State): State => {
  if (state.focus !== 'viewers') {
    return (viewersIn(state)?.total ?? 0) > 0
      ? { ...state, focus: 'viewers' }
      : withNotice(state, 'warn', 'no viewer to evict here');
  }
  if (state.lost !== null && state.now - state.lost.at < lostMs) {
    return withNotice(state, 'warn', `${state.lost.viewer} had already gone`);
  }
  const viewer = selectedViewer(state);
  if (viewer === null) return withNotice(state, 'warn', 'no viewer under the cursor');
  if (armedOn(state, viewer.id) !== null) return state;
  const armed = { viewer: viewer.id, state: viewer.state, dueAt: state.now + undoMs };
  return { ...state, armed: [...state.armed, armed], notice: null };
};

/** `enter` on a viewer that is being evicted: now. */
export const evictNow = (state: State): Step => {
  const viewer = state.focus === 'viewers' ? state.viewers.id : null;
  if (viewer === null || armedOn(state, viewer) === null) return { state, effects: [] };
  return {
    state: { ...state, armed: without(state.armed, viewer) },
    effects: [evict(viewer)],
  };
};

/** Takes the newest eviction back; null where there is none. */
export const undoEviction = (state: State): State | null => {
  const newest = state.armed.at(-1);
  if (newest === undefined) return null;
  const undone = { ...state, armed: without(state.armed, newest.viewer) };
  return withNotice(undone, 'good', `${newest.viewer} stays`);
};

/** Carries out what is due. */
export const carryOut = (state: State): Step => {
  const due = state.armed.filter(({ dueAt }) => dueAt <= state.now);
  if (due.length === 0) return { state, effects: [] };
  return {
    state: { ...state, armed: state.armed.filter(({ dueAt }) => dueAt > state.now) },
    effects: due.map(({ viewer }) => evict(viewer)),
  };
};

/** What came of an eviction, for the operator. */
export const evicted = (state: State, viewer: ViewerId, result: CommandResult): State => {
  if (result.ok) return withNotice(state, 'good', `evicted ${viewer}`);
  return /already gone/.test(result.reason)
    ? withNotice(state, 'warn', `${viewer} had already gone`)
    : withNotice(state, 'bad', `${viewer} was not evicted: ${result.reason}`);
};
