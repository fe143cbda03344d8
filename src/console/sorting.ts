/** The order of the lists: which column, and which way round. */
import type { SessionSort, Sort, ViewerSort } from '../contract.ts';
import type { Glyphs } from './glyphs.ts';
import { type State, withNotice } from './state.ts';

type Way = {
  /** What comes first, as a sentence ends: in the natural order, and turned round. */
  readonly first: string;
  readonly reversed: string;
  /** Whether values grow down the list in its natural order. */
  readonly grows: boolean;
};

const alphabet = { first: 'a to z', reversed: 'z to a', grows: true } as const;
const much = { first: 'most first', reversed: 'least first', grows: false } as const;

/** What sessions are sorted by, in the order of `s`. */
const sessionWays: Readonly<Record<SessionSort, Way>> = {
  worst: { first: 'worst first', reversed: 'best first', grows: false },
  name: alphabet,
  viewers: much,
  rtt: { first: 'slowest first', reversed: 'fastest first', grows: false },
  buffer: much,
  refused: much,
  rate: much,
  age: { first: 'oldest first', reversed: 'newest first', grows: false },
};

/** What viewers are sorted by, in the order of `s`. */
const viewerWays: Readonly<Record<ViewerSort, Way>> = {
  worst: sessionWays.worst,
  id: { first: 'lowest first', reversed: 'highest first', grows: true },
  who: alphabet,
  rtt: sessionWays.rtt,
  deadline: { first: 'nearest first', reversed: 'farthest first', grows: true },
  buffer: much,
  rate: much,
  age: sessionWays.age,
};

/** What each list can be sorted by. */
export const sortColumns = {
  sessions: Object.keys(sessionWays) as readonly SessionSort[],
  viewers: Object.keys(viewerWays) as readonly ViewerSort[],
} as const;

const wayOf = (by: SessionSort | ViewerSort): Way =>
  by in sessionWays ? sessionWays[by as SessionSort] : viewerWays[by as ViewerSort];

/** The order for a list's title: `rtt↓`. */
export const sortLabel = (
  { by, reversed }: Sort<SessionSort | ViewerSort>,
  glyphs: Glyphs,
): string => `${by}${wayOf(by).grows === reversed ? glyphs.down : glyphs.up}`;

/** The new order holds at once: no list keeps the one that it had. */
const said = (state: State, { by, reversed }: Sort<SessionSort | ViewerSort>): State => {
  const way = wayOf(by);
  const text = `sorted by ${by}, ${reversed ? way.reversed : way.first}`;
  return withNotice({ ...state, heldUntil: 0 }, 'good', text);
};

/** The sessions in another order. */
export const sessionsSorted = (state: State, sessionSort: Sort<SessionSort>): State =>
  said({ ...state, sessionSort }, sessionSort);

/** The viewers in another order. */
export const viewersSorted = (state: State, viewerSort: Sort<ViewerSort>): State =>
  said({ ...state, viewerSort }, viewerSort);

const after = <By>(columns: readonly By[], by: By): By =>
  columns[(columns.indexOf(by) + 1) % columns.length] ?? by;

const unsorted = (state: State): State =>
  withNotice(state, 'warn', 'events are not sorted: tab goes to the lists');

/** `s`: by the next column. */
export const nextSort = (state: State): State => {
  const { focus, sessionSort, viewerSort } = state;
  if (focus === 'events') return unsorted(state);
  return focus === 'sessions'
    ? sessionsSorted(state, { by: after(sortColumns.sessions, sessionSort.by), reversed: false })
    : viewersSorted(state, { by: after(sortColumns.viewers, viewerSort.by), reversed: false });
};

/** `S`: the other way round. */
export const reversedSort = (state: State): State => {
  const { focus, sessionSort, viewerSort } = state;
  if (focus === 'events') return unsorted(state);
  return focus === 'sessions'
    ? sessionsSorted(state, { ...sessionSort, reversed: !sessionSort.reversed })
    : viewersSorted(state, { ...viewerSort, reversed: !viewerSort.reversed });
};
