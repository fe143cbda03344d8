/**
 * Stopping a proxy that runs elsewhere: quitting an attached console leaves it alone, so there
 * is a command of its own for that, with a question of its own.
 */
import type { CommandResult } from '../contract.ts';
import { lookUp } from './keymap.ts';
import { closed, done, type State, type Step, withNotice } from './state.ts';

/** Asks whether to stop the proxy; where it runs in this program, whether to quit. */
export const openStop = (state: State): Step => {
  const { attached } = state.settings;
  const modal = attached
    ? ({ mode: 'stop' } as const)
    : ({ mode: 'quit', interruptedAt: null } as const);
  return done({ ...state, modal, notice: null });
};

/** A key in the question: `y` stops, everything else that has a meaning cancels. */
export const onStop = (state: State, key: string): Step => {
  const act = lookUp('stop', key);
  if (act === 'cancel') return done(closed(state));
  if (act !== 'confirm') return done(state);
  return {
    state: closed(state),
    effects: [{ do: 'send', command: { do: 'stop', now: false }, reply: { of: 'stop' } }],
  };
};

/** What came of it, for the operator; that it has stopped is told when it has. */
export const stopBegun = (state: State, result: CommandResult): State =>
  result.ok || state.outage !== null
    ? state
    : withNotice(state, 'bad', `not stopped: ${result.reason}`);
