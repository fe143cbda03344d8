/** Who is drawn as the worst, in which order, and the digits beside them. */
import type { ViewerId, ViewerRow, ViewerState } from '../contract.ts';
import { knownViewer } from './selection.ts';
import { layoutIn, type Place, type State } from './state.ts';
import { type Claim, retagged } from './tags.ts';

const ranks: Readonly<Record<ViewerState, number>> = {
  stuck: 0,
  expiring: 1,
  late: 2,
  ok: 3,
  dialling: 3,
};

/** By state, and those of one state in the order that `placeOf` gives. */
const ranked = (
  rows: readonly ViewerRow[],
  placeOf: (row: ViewerRow) => number,
): readonly ViewerRow[] =>
  rows.toSorted((a, b) => ranks[a.state] - ranks[b.state] || placeOf(a) - placeOf(b));

/**
 * The rows of the worst viewers that are drawn, the worst first; those that are equally bad keep
 * their places. Whoever is being evicted by its digit stays among them, so that the countdown is
 * where the key was, and so is its recovery.
 */
export const laneOf = (state: State): readonly ViewerRow[] => {
  const most = layoutIn(state).worst;
  if (most === 0) return [];
  const before = new Map(state.lane.map(({ viewer }, index) => [viewer, index]));
  const newcomer = before.size;
  const worst = state.snapshot?.worst ?? [];
  const staying = state.armed
    .filter(({ by }) => by === 'digit')
    .flatMap(({ viewer }) => knownViewer(state, viewer) ?? [])
    .slice(-most);
  const kept = new Set(staying.map(({ id }) => id));
  // One that is a little late gives way to the worse alone, and not to others like it.
  const first = ranked(worst, ({ id, state: is }) => Number(is === 'late' && !before.has(id)));
  const others = first.filter(({ id }) => !kept.has(id)).slice(0, most - kept.size);
  const chosen = new Set([...others.map(({ id }) => id), ...kept]);
  const inOrder = ranked(
    worst.filter(({ id }) => chosen.has(id)),
    ({ id }) => before.get(id) ?? newcomer,
  );
  const seen = new Set(inOrder.map(({ id }) => id));
  return [...inOrder, ...staying.filter(({ id }) => !seen.has(id))];
};

/** So long a late viewer has been drawn when it is not only passing by. */
const settledMs = 1000;

const isSettled = (state: State, { since }: Place): boolean => state.now - since >= settledMs;

/**
 * Digits that a viewer must leave free. With many viewers, some are late for one picture all the
 * time, and a digit that was drawn beside one of those rests: they get one only while most are
 * free, and the last two are for those that are nearly lost.
 */
const leavesOf = (state: State, row: ViewerRow | undefined, place: Place): number =>
  row?.state !== 'late' ? 0 : isSettled(state, place) ? 2 : 6;

const isSame = (one: readonly Place[], other: readonly Place[]): boolean =>
  one.length === other.length && one.every((place, index) => place === other[index]);

/** The state with the places and the digits of what it draws. */
export const withTags = (state: State): State => {
  const rows = laneOf(state);
  const before = new Map(state.lane.map((place) => [place.viewer, place]));
  const lane = rows.map(({ id }): Place => before.get(id) ?? { viewer: id, since: state.now });
  const claims = lane.map((place, index): Claim => {
    const { viewer } = place;
    return { viewer, leaves: leavesOf(state, rows[index], place) };
  });
  const tags = retagged(state.tags, claims, state.now);
  const same = isSame(lane, state.lane);
  return tags === state.tags && same ? state : { ...state, tags, lane: same ? state.lane : lane };
};

/** Whether a viewer is drawn without a digit, and not only because it has just come. */
export const lacksDigit = (state: State): boolean => {
  const tagged = new Set<ViewerId>(
    state.tags.flatMap(({ viewer, leftAt }) => (leftAt === null ? [viewer] : [])),
  );
  const places = new Map(state.lane.map((place) => [place.viewer, place]));
  return laneOf(state).some(({ id, state: is }) => {
    const place = places.get(id);
    if (tagged.has(id) || place === undefined) return false;
    return is !== 'late' || isSettled(state, place);
  });
};
