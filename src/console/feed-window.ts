/**
 * Which part of the feed is drawn, and the cursor in it. It follows the newest line until it is
 * moved; then it stays on its line, by number, while others come. What is asked for reaches
 * beyond what is drawn, so that the next key has somewhere to go.
 */
import type { FeedEntry, View } from '../contract.ts';
import type { Motion } from './cursor.ts';
import { eventRowsOf } from './layout.ts';
import { layoutIn, type State } from './state.ts';

/** Lines that a proxy keeps to be scrolled back to. */
const feedLength = 1000;

/** Numbers beyond the last drawn line that are asked for at first. */
const reach = 64;

const rowsOf = (state: State): number => Math.max(0, eventRowsOf(layoutIn(state), state.focus));

/** The lines that are drawn. */
export const drawnEntries = (state: State): readonly FeedEntry[] => {
  const { snapshot, upTo } = state;
  const known = snapshot?.events ?? [];
  const rows = rowsOf(state);
  const wanted = upTo === null ? known.length : known.filter(({ seq }) => seq <= upTo).length;
  const end = Math.max(wanted, Math.min(rows, known.length));
  return known.slice(Math.max(0, end - rows), end);
};

/** The line under the cursor: while the feed follows, the newest; null without any. */
export const chosenEntry = (state: State): FeedEntry | null => {
  const drawn = drawnEntries(state);
  const at = state.upTo === null ? undefined : drawn.find(({ seq }) => seq >= state.entry);
  return at ?? drawn.at(-1) ?? null;
};

/** The feed at its newest line. */
export const following = (state: State): State => ({ ...state, upTo: null });

/** The feed after a key that moves its cursor. */
export const movedFeed = (state: State, motion: Motion): State => {
  const { snapshot } = state;
  const chosen = chosenEntry(state);
  if (snapshot === null || chosen === null || motion === 'last') return following(state);
  // Before the first: the first that a picture then shows.
  if (motion === 'first') return { ...state, upTo: 0, entry: 0, ahead: reach };
  const known = snapshot.events;
  const drawn = drawnEntries(state);
  const rows = drawn.length;
  const page = Math.max(1, rows - 1);
  const by = { up: -1, down: 1, 'page-up': -page, 'page-down': page }[motion];
  const to = Math.max(0, Math.min(known.length - 1, known.indexOf(chosen) + by));
  const entry = known[to]?.seq ?? chosen.seq;
  if (entry >= snapshot.newestEvent) return following(state);
  const top = known.findIndex(({ seq }) => seq === drawn[0]?.seq);
  const last = Math.max(to, Math.min(top, to) + rows - 1);
  const upTo = known[Math.min(last, known.length - 1)]?.seq ?? entry;
  return { ...state, upTo, entry, ahead: state.upTo === null ? reach : state.ahead };
};

/** Where the lines that are asked for beyond the drawn ones begin: older ones are not kept. */
const baseOf = ({ snapshot, upTo }: State): number =>
  Math.max(0, upTo ?? 0, (snapshot?.newestEvent ?? 0) - feedLength);

/** What to ask the proxy for: what is drawn, and while scrolled back two pages either side. */
export const feedView = (state: State): View['events'] => {
  const { upTo, kind, ahead } = state;
  const rows = rowsOf(state);
  return upTo === null
    ? { rows, upTo, kind }
    : { rows: ahead + rows * 3, upTo: baseOf(state) + ahead, kind };
};

/**
 * The state with a new picture: of a kind that is rare, the next line may be far beyond the drawn
 * ones, and the search for it goes on from picture to picture.
 */
export const settledFeed = (state: State): State => {
  const { snapshot, upTo, ahead } = state;
  if (snapshot === null || upTo === null) return state;
  const base = baseOf(state);
  const later = snapshot.events.filter(({ seq }) => seq > base);
  const enough = later[rowsOf(state) * 2 - 1];
  if (enough !== undefined) {
    return enough.seq - base === ahead ? state : { ...state, ahead: enough.seq - base };
  }
  const searches = later.length === 0 && base < snapshot.newestEvent && ahead < feedLength;
  return searches ? { ...state, ahead: Math.min(feedLength, Math.max(reach, ahead * 4)) } : state;
};
