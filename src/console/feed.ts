/** Looking at the feed: which kind of events, and what belongs to one of them. */
import type { EventKind, FeedEntry, SessionId, ViewerId } from '../contract.ts';
import { chosenEntry, following } from './feed-window.ts';
import { jumpTo } from './jump.ts';
import { done, type State, type Step, withNotice } from './state.ts';

/** The kinds of events, in the order of `f`. */
export const eventKinds = [
  'refusals',
  'evictions',
  'visits',
  'states',
  'backends',
  'operator',
] as const satisfies readonly EventKind[];

const kinds: readonly (EventKind | null)[] = [null, ...eventKinds];

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
