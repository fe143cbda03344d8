/**
 * Quitting, and stopping a proxy that runs elsewhere: quitting an attached console leaves that
 * alone, so there is a command of its own for it, with a question of its own.
 */
import type { CommandResult } from '../contract.ts';
import { lookUp } from './keymap.ts';
import type { StopDialog } from './modal.ts';
import { closed, done, type State, type Step, withNotice } from './state.ts';

/** The state that asks whether to quit; `interruptedAt` is when ctrl-c has asked for it. */
export const openQuit = (state: State, interruptedAt: number | null): State => ({
  ...state,
  modal: { mode: state.settings.attached ? 'detach' : 'quit', interruptedAt },
});

/**
 * Asks whether to stop the proxy, and then to quit if `thenQuit` says so; where it runs in this
 * program, whether to quit.
 */
export const openStop = (state: State, thenQuit = false): Step => {
  const calm = { ...state, notice: null };
  return done(
    state.settings.attached ? { ...calm, modal: { mode: 'stop', thenQuit } } : openQuit(calm, null),
  );
};

/** A key in the question: `y` stops, everything else that has a meaning cancels. */
export const onStop = (state: State, { thenQuit }: StopDialog, key: string): Step => {
  const act = lookUp('stop', key);
  if (act === 'cancel') return done(closed(state));
  if (act !== 'confirm') return done(state);
  const { actor } = state.settings;
  return {
    state: { ...closed(state), quitsWithProxy: thenQuit },
    effects: [{ do: 'send', command: { do: 'stop', now: false, actor }, reply: { of: 'stop' } }],
  };
};

/** What came of it, for the operator; that it has stopped is told when it has. */
export const stopBegun = (state: State, result: CommandResult): State =>
  result.ok || state.outage !== null
    ? state
    : withNotice({ ...state, quitsWithProxy: false }, 'bad', `not stopped: ${result.reason}`);

/** What follows from a link that is down: whoever wanted to quit with the proxy does. */
export const endedWith = (state: State): Step => ({
  state,
  effects: state.quitsWithProxy && state.outage?.stopped === true ? [{ do: 'quit' }] : [],
});
