/** A console that only looks: what it says to whoever wants more of it. */
import { type Settings, type State, withNotice } from './state.ts';

/** Whether that leaves the proxy as it is, though in the program that runs it it would not. */
export const canLeave = ({ attached, replay }: Settings, verb: string): boolean =>
  (attached || replay === true) && verb === 'quit';

/** The refusal of what would change the proxy, or stop it by `leaving`. */
export const readOnlyRefusal = (state: State, leaving: boolean): State =>
  withNotice(
    state,
    'warn',
    state.settings.replay === true
      ? 'a replay changes nothing'
      : leaving
        ? `read-only: quitting would stop the proxy; ${state.settings.stopWith} does`
        : 'read-only: this console changes nothing',
  );
