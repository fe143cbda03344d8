/**
 * What goes into the clipboard: one line of plain text, to be pasted into a chat or a shell.
 * Nothing that a viewer sent gets there as it came.
 */
import type { FeedEntry, SessionId, ViewerId } from '../contract.ts';
import { chosenViewer } from './aim.ts';
import { chosenEntry } from './feed-window.ts';
import { selectedSession } from './selection.ts';
import { done, type State, type Step, withNotice } from './state.ts';
import { clean } from './text.ts';

/** What names a viewer. */
type Named = { readonly id: ViewerId; readonly who: string | null; readonly remote: string };

const copied = (state: State, text: string): Step => ({
  state: withNotice(state, 'good', `copied ${text}`),
  effects: [{ do: 'copy', text }],
});

/** A viewer's id, who it is where that is known, and its address: `v1042 mira 10.4.9.17:52210`. */
export const copyOf = (state: State, { id, who, remote }: Named): Step =>
  copied(state, clean([id, ...(who === null || who === '' ? [] : [who]), remote].join(' ')));

const ofEntry = (state: State, { event }: FeedEntry): Step | null => {
  if ('viewer' in event) {
    const { viewer: id, who = null, remote } = event;
    return copyOf(state, { id, who, remote });
  }
  const session: SessionId | undefined = 'session' in event ? event.session : undefined;
  return session === undefined ? null : copied(state, clean(session));
};

/** `y`: id and address of the viewer under the cursor, or the name of the session. */
export const copyChosen = (state: State): Step => {
  if (state.focus === 'viewers') {
    const viewer = chosenViewer(state);
    return viewer === null
      ? done(withNotice(state, 'warn', 'no viewer under the cursor'))
      : copyOf(state, viewer);
  }
  if (state.focus === 'sessions') {
    const session = selectedSession(state);
    return session === null
      ? done(withNotice(state, 'warn', 'no session under the cursor'))
      : copied(state, clean(session.id));
  }
  const entry = chosenEntry(state);
  const step = entry === null ? null : ofEntry(state, entry);
  return step ?? done(withNotice(state, 'warn', 'this event names no viewer and no session'));
};
