/**
 * The time in which an attached console has no link to its proxy. The last picture stays, and is
 * not acted on: nobody knows whom its ids mean by then. With the first picture after it all goes
 * on, unless that is of another proxy, whose viewers only have the same names.
 */
import type { Snapshot } from '../contract.ts';
import { formatAge } from './format.ts';
import { closed, type Input, initialState, type Outage, type State, withNotice } from './state.ts';
import { clean } from './text.ts';

/** The state without a link: what was armed is dropped, since nobody could take it back. */
export const linkDown = (
  state: State,
  { reason, stopped }: Extract<Input, { type: 'link-down' }>,
): State => {
  const at = state.outage?.at ?? state.now;
  const isPending = state.armed.length > 0 || (state.pace?.waiting.length ?? 0) > 0;
  const next: State = {
    ...state,
    // That nobody answers there any more is no news then.
    outage: state.outage?.stopped === true && !stopped ? state.outage : { reason, at, stopped },
    armed: [],
    pace: null,
    wanted: null,
    marking: null,
  };
  // A question about what may not be there any more is not answered.
  const asks = ['confirm', 'bulk', 'cap', 'drain', 'stop'].includes(state.modal.mode);
  const quiet = asks ? closed(next) : next;
  return isPending
    ? withNotice(quiet, 'bad', `the link to the proxy is lost: what was armed is not carried out`)
    : { ...quiet, notice: state.outage === null ? null : state.notice };
};

/** The word in the title, with how long. */
export const outageTitle = ({ at, stopped }: Outage, now: number): string =>
  `${stopped ? 'STOPPED' : 'LINK LOST'} ${formatAge(now - at)}`;

/** What is the matter, and what is done about it; the way out is for the screen to say. */
export const outageText = ({ reason, stopped }: Outage): string =>
  stopped
    ? `${clean(reason)}; waiting for the next one at its socket`
    : `${clean(reason)}; trying again`;

/** The state that says why nothing is changed. */
export const outageRefusal = (state: State, { stopped }: Outage): State =>
  withNotice(
    state,
    'warn',
    state.outage === null
      ? 'the picture was old: look again, the link has just come back'
      : stopped
        ? 'the proxy has stopped: nothing can be changed until the next one is here'
        : 'the link is lost: nothing can be changed until it is back',
  );

/** The state that a picture finds after an outage; the same one where there was none. */
export const backFrom = (state: State, picture: Snapshot): State => {
  const before = state.paused?.latest ?? state.snapshot;
  const isOther = before !== null && before.startedAt !== picture.startedAt;
  if (state.settings.attached && isOther) {
    const { size, settings, now, filter, sessionSort, viewerSort, kind, modal } = state;
    const fresh = initialState(size, settings, now);
    const kept = modal.mode === 'detach' || modal.mode === 'help' ? { modal } : {};
    const next = { ...fresh, filter, sessionSort, viewerSort, kind, ...kept };
    return withNotice(next, 'warn', 'this is another run of the proxy: its viewers are new');
  }
  return state.outage === null
    ? state
    : withNotice({ ...state, outage: null }, 'good', 'the link to the proxy is back');
};
