/**
 * Ending the proxy gently: newcomers are refused and viewers may finish, for so long. It cannot
 * be taken back, so it is asked about first.
 */
import type { CommandResult } from '../contract.ts';
import { formatAge } from './format.ts';
import { lookUp } from './keymap.ts';
import type { DrainDialog } from './modal.ts';
import { newestPicture } from './sight.ts';
import { closed, done, type Reply, type State, type Step, withNotice } from './state.ts';

/** `over 30s`, or `at once`. */
export const windowText = (windowMs: number): string =>
  windowMs === 0 ? 'at once' : `over ${formatAge(windowMs)}`;

/** Asks whether to drain. */
export const openDrain = (state: State, windowMs: number): Step =>
  done({ ...state, modal: { mode: 'drain', windowMs }, notice: null });

/** A key in the question: `y` begins, everything else that has a meaning cancels. */
export const onDrain = (state: State, { windowMs }: DrainDialog, key: string): Step => {
  const act = lookUp('drain', key);
  if (act === 'cancel') return done(closed(state));
  if (act !== 'confirm') return done(state);
  return {
    state: closed(state),
    effects: [
      {
        do: 'send',
        command: { do: 'drain', windowMs, actor: state.settings.actor },
        reply: { of: 'drain', windowMs },
      },
    ],
  };
};

/** What came of it, for the operator. */
export const drainBegun = (
  state: State,
  { windowMs }: Extract<Reply, { of: 'drain' }>,
  result: CommandResult,
): State =>
  result.ok
    ? withNotice(state, 'warn', `draining ${windowText(windowMs)}; the program ends by itself`)
    : withNotice(state, 'bad', `not drained: ${result.reason}`);

/** What is left of a drain at this moment; null: there is none. */
export const drainIn = (
  state: State,
): { readonly leftMs: number; readonly viewers: number } | null => {
  const draining = newestPicture(state)?.totals.draining ?? null;
  if (draining === null) return null;
  // In a log, time is that of the picture.
  const sinceMs = state.settings.replay === true ? 0 : state.now - state.receivedAt;
  const leftMs = Math.max(0, draining.leftMs - sinceMs);
  return { leftMs, viewers: draining.viewers };
};
