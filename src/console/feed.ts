/** Looking at the feed: which kind of events, and what belongs to one of them. */
import type { EventKind, FeedEntry, SessionId, ViewerId } from '../contract.ts';
import { entryHeight } from './entry-lines.ts';
import { chosenEntry, following } from './feed-window.ts';
import { jumpTo } from './jump.ts';
import { lookUp } from './keymap.ts';
import type { EntryPage } from './modal.ts';
import { done, type State, type Step, withNotice } from './state.ts';

const kinds: readonly (EventKind | null)[] = [
  null,
  'refusals',
  'evictions',
  'visits',
  'states',
  'backends',
  'operator',
];

/** `f`: the next kind of events; after the last one all of them. */
export const nextKind = (state: State): State =>
  following({ ...state, kind: kinds[(kinds.indexOf(state.kind) + 1) % kinds.length] ?? null });

/** The viewer that a line is about; a refused one never had an id. */
const viewerOf = ({
  event,
}: FeedEntry): { readonly session: SessionId; readonly viewer: ViewerId } | null =>
  'viewer' in event ? event : null;

const tellsEnd = ({ event }: FeedEntry): boolean =>
  event.event === 'viewer.left' || event.event === 'viewer.evicted';

/** As far as the picture knows. */
const isGone = ({ snapshot }: State, viewer: ViewerId): boolean =>
  snapshot !== null &&
  (snapshot.gone.some(({ id }) => id === viewer) ||
    snapshot.events.some((one) => tellsEnd(one) && viewerOf(one)?.viewer === viewer));

/** `enter` in the feed: to the viewer of the line under the cursor, or all about the line. */
export const openEntry = (state: State): Step => {
  const entry = chosenEntry(state);
  if (entry === null) return done(withNotice(state, 'warn', 'no event yet'));
  const about = viewerOf(entry);
  if (about === null || entry.event.event === 'backend.unavailable') {
    const since = state.snapshot?.seq ?? 0;
    return done({ ...state, modal: { mode: 'entry', entry, top: 0, since } });
  }
  return isGone(state, about.viewer)
    ? done({ ...state, modal: { mode: 'detail', viewer: about.viewer } })
    : done(jumpTo(state, about.session, about.viewer));
};

/** A key on the page of a line. */
export const onEntry = (state: State, page: EntryPage, key: string): State => {
  const act = lookUp('entry', key);
  if (act === null || act === 'interrupt') return state;
  if (act === 'close') return { ...state, modal: { mode: 'main' } };
  const { shown, total } = entryHeight(state, page);
  const last = Math.max(0, total - shown);
  const step = {
    up: page.top - 1,
    down: page.top + 1,
    'page-up': page.top - shown,
    'page-down': page.top + shown,
    first: 0,
    last,
  }[act];
  return { ...state, modal: { ...page, top: Math.max(0, Math.min(last, step)) } };
};
