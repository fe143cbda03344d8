/** Locking sessions: newcomers are refused, nobody is evicted. */
import type { CommandResult, SessionId } from '../contract.ts';
import { newestPicture } from './sight.ts';
import { type Reply, type State, type Step, withNotice } from './state.ts';

/** Locks a session or unlocks it; null: all. */
export const setLock = (state: State, session: SessionId | null, locks: boolean): Step => ({
  state,
  effects: [
    {
      do: 'send',
      command: { do: locks ? 'lock' : 'unlock', session, actor: state.settings.actor },
      reply: { of: 'lock', session, locks },
    },
  ],
});

const isThere = (state: State, session: SessionId): boolean =>
  newestPicture(state)?.sessions.rows.some(({ id }) => id === session) === true;

/** What came of it, for the operator. */
export const lockSet = (
  state: State,
  { session, locks }: Extract<Reply, { of: 'lock' }>,
  result: CommandResult,
): State => {
  if (!result.ok) {
    const what = locks ? 'not locked' : 'not unlocked';
    const text = session === null ? `${what}: ${result.reason}` : result.reason;
    return withNotice(state, 'bad', text);
  }
  if (!locks) {
    const who = session ?? 'every session';
    return withNotice(state, 'good', `${who} unlocked: newcomers may come in`);
  }
  const back = session === null ? ':unlock' : `:unlock ${session}`;
  const text =
    session === null
      ? `all sessions locked: newcomers are refused   ${back} ends that`
      : `${session} locked: newcomers are refused   ${back} ends that`;
  // A name may be meant for later, or be misspelt.
  return session === null || isThere(state, session)
    ? withNotice(state, 'good', text)
    : withNotice(state, 'warn', `${session} locked, though it is not in the picture   ${back}`);
};
