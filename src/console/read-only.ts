/** A console that only looks: what it says to whoever wants more of it. */
import { type State, withNotice } from './state.ts';

/** The refusal of what would change the proxy, or stop it by `leaving`. */
export const readOnlyRefusal = (state: State, leaving: boolean): State =>
  withNotice(
    state,
    'warn',
    leaving
      ? `read-only: quitting would stop the proxy; ${state.settings.stopWith} does`
      : 'read-only: this console changes nothing',
  );
