/**
 * Evicting by hand: armed by one key, carried out three seconds later unless undone, because a
 * closed connection cannot be opened again. An eviction belongs to a viewer's id from the first
 * key on.
 */
import type { CommandResult, ViewerId } from '../contract.ts';
import { aimOf } from './aim.ts';
import { openBulk } from './bulk.ts';
import { askFirst } from './confirm.ts';
import { marksOutOfSight } from './marks.ts';
import { isTyping } from './modal.ts';
import { evict, evictAll, hadGone, isWaiting, pacedAnswer, stopPace } from './pace.ts';
import { isBad, justLost, rowNow, rowsNow } from './sight.ts';
import { listedViewers } from './selection.ts';
import { type Armed, done, type State, type Step, withNotice } from './state.ts';
import { taggedBy } from './tags.ts';

/** Time to undo an eviction. */
const undoMs = 3000;

const without = (armed: readonly Armed[], viewer: ViewerId): readonly Armed[] =>
  armed.filter((one) => one.viewer !== viewer);

/** The viewer's eviction that can still be undone. */
export const armedOn = (state: State, viewer: ViewerId): Armed | null =>
  state.armed.find((one) => one.viewer === viewer) ?? null;

/** The viewer has recovered since its eviction was armed. */
export const hasRecovered = (state: State, armed: Armed): boolean =>
  isBad(armed) && rowNow(state, armed.viewer)?.state === 'ok';

/** Arms them as one group, those that are not armed yet; or asks first, if the operator wants. */
const armed = (
  state: State,
  viewers: readonly ViewerId[],
  by: Armed['by'],
  reason: string | null = null,
): Step => {
  const busy = new Set([...state.armed, ...(state.pace?.waiting ?? [])].map((one) => one.viewer));
  const fresh = viewers.filter((viewer) => !busy.has(viewer));
  if (fresh.length === 0) return done(state);
  if (state.settings.confirm === 'always') {
    return by === 'marks' ? openBulk(state) : askFirst(state, fresh, reason);
  }
  const group = (state.armed.at(-1)?.group ?? 0) + 1;
  const dueAt = state.now + undoMs;
  const rows = rowsNow(state);
  const more = fresh.map((viewer): Armed => ({
    viewer,
    state: rows.get(viewer)?.state ?? 'ok',
    dueAt,
    group,
    by,
    reason,
  }));
  const marks = by === 'marks' ? [] : state.marks;
  return done({ ...state, marks, armed: [...state.armed, ...more], notice: null });
};

/** Arms the viewers whose ids the operator has typed, and why; nobody else is armed with them. */
export const armNamed = (state: State, viewers: readonly ViewerId[], reason: string | null): Step =>
  armed(state, viewers, 'cursor', reason);

/**
 * `e`: arms the marked viewers, or else the one under the cursor or on the open page; on a
 * session it goes to the viewers and evicts nobody.
 */
export const armChosen = (state: State): Step => {
  const { modal, focus, marks } = state;
  const isPage = modal.mode === 'detail';
  if (!isPage && focus !== 'viewers') {
    return done(
      listedViewers(state) > 0
        ? { ...state, focus: 'viewers' }
        : withNotice(state, 'warn', 'no viewer to evict here'),
    );
  }
  const unseen = isPage ? null : marksOutOfSight(state);
  if (unseen !== null) return done(withNotice(state, 'warn', unseen));
  if (!isPage && marks.length > 0) return armed(state, marks, 'marks');
  // A held key has taken the marks away and must not go on with the viewer under the cursor.
  if (!isPage && state.armed.some(({ by }) => by === 'marks')) {
    return done(withNotice(state, 'warn', 'the marked ones go first'));
  }
  const aim = aimOf(state);
  if (!('trouble' in aim)) return armed(state, [aim.viewer], 'cursor');
  // A held key must not outlast the time in which it means the viewer that is gone.
  const viewer = isPage ? null : justLost(state);
  const lost = viewer === null ? state.lost : { viewer, at: state.now };
  return done(withNotice({ ...state, lost }, 'warn', aim.trouble));
};

/** A digit: arms the viewer that it was drawn beside; where it is armed, takes that back. */
export const armTagged = (state: State, digit: number): Step => {
  const viewer = taggedBy(state.tags, digit)?.viewer;
  if (viewer === undefined) return done(withNotice(state, 'warn', `nobody has the digit ${digit}`));
  if (armedOn(state, viewer) !== null) {
    const back = { ...state, armed: without(state.armed, viewer) };
    return done(withNotice(back, 'good', `${viewer} stays`));
  }
  if (isWaiting(state, viewer)) {
    return done(withNotice(state, 'warn', `${viewer} is about to be evicted; u stops`));
  }
  const row = rowNow(state, viewer);
  if (row === null) return done(withNotice(state, 'warn', `${viewer} has gone`));
  if (!isBad(row)) {
    const text = `${viewer} has recovered; :evict ${viewer} evicts it all the same`;
    return done(withNotice(state, 'warn', text));
  }
  return armed(state, [viewer], 'digit');
};

/**
 * Whom `enter` evicts at once: the one that was armed last, if by its digit, wherever the cursor
 * is; or else the one under the cursor or on the open page, if it is armed.
 */
export const nowTarget = (state: State): ViewerId | null => {
  const { modal, focus, viewers } = state;
  if (modal.mode !== 'main' && modal.mode !== 'detail') return null;
  const newest = state.armed.at(-1);
  if (newest?.by === 'digit') return newest.viewer;
  const at = modal.mode === 'detail' ? modal.viewer : focus === 'viewers' ? viewers.id : null;
  return at === null || armedOn(state, at) === null ? null : at;
};

/** `enter` on a viewer that is being evicted: now; null where it means something else. */
export const evictNow = (state: State): Step | null => {
  const viewer = nowTarget(state);
  if (viewer === null) return null;
  return {
    state: { ...state, armed: without(state.armed, viewer) },
    effects: [evict(state, viewer, armedOn(state, viewer)?.reason)],
  };
};

/**
 * Takes back what one key has armed last, or else stops the evictions that wait for their turn;
 * null where there is neither.
 */
export const undoEviction = (state: State): State | null => {
  const newest = state.armed.at(-1);
  if (newest === undefined) return stopPace(state);
  const stay = state.armed.filter(({ group }) => group === newest.group);
  const undone = { ...state, armed: state.armed.filter(({ group }) => group !== newest.group) };
  const rows = rowsNow(state);
  const there = stay.length === 1 ? stay : stay.filter(({ viewer }) => rows.has(viewer));
  const [only] = there;
  if (only === undefined) return withNotice(undone, 'good', 'nobody is evicted');
  const who = there.length === 1 ? `${only.viewer} stays` : `${there.length} viewers stay`;
  return withNotice(undone, 'good', who);
};

/** The key that undoes, by what is open: in a line that is typed `u` is a letter. */
export const undoKey = ({ modal }: State): 'u' | 'ctrl-z' => (isTyping(modal) ? 'ctrl-z' : 'u');

/** Carries out what is due. */
export const carryOut = (state: State): Step => {
  const due = state.armed.filter(({ dueAt }) => dueAt <= state.now);
  const [only] = due;
  if (only === undefined) return done(state);
  const rest = { ...state, armed: state.armed.filter(({ dueAt }) => dueAt > state.now) };
  // Whom a key of its own has armed does not wait behind others.
  if (due.length === 1) return { state: rest, effects: [evict(state, only.viewer, only.reason)] };
  return [...new Set(due.map(({ reason }) => reason))].reduce<Step>((before, reason) => {
    const viewers = due.filter((one) => one.reason === reason).map(({ viewer }) => viewer);
    const next = evictAll(before.state, viewers, reason);
    return { state: next.state, effects: [...before.effects, ...next.effects] };
  }, done(rest));
};

/** What came of an eviction, for the operator. */
export const evicted = (state: State, viewer: ViewerId, result: CommandResult): State => {
  const among = pacedAnswer(state, viewer, result);
  if (among !== null) return among;
  if (result.ok) return withNotice(state, 'good', `evicted ${viewer}`);
  return hadGone(result)
    ? withNotice(state, 'warn', `${viewer} had already gone`)
    : withNotice(state, 'bad', `${viewer} was not evicted: ${result.reason}`);
};
