/**
 * Changing the cap: a step with one key, or the number of the dialog. Lowering evicts nobody,
 * and for a minute the last change can be taken back, so nothing asks whether the operator is
 * sure.
 */
import type { Command, CommandResult, SessionId } from '../contract.ts';
import { newestPicture } from './sight.ts';
import {
  type CapChange,
  type CapSetting,
  type Effect,
  type State,
  type Step,
  withNotice,
} from './state.ts';

/** The range of a cap, as on the command line. */
export const capRange = { least: 1, most: 100_000 } as const;

/** How long `u` takes back a cap change. */
const capUndoMs = 60_000;

/** How long a cap that was asked for counts before the proxy's own is believed again. */
const wantedMs = 3000;

/** The nearest cap in the range. */
export const clampCap = (cap: number): number =>
  Math.max(capRange.least, Math.min(capRange.most, cap));

/** The default cap as the operator has left it, even if no picture shows it yet. */
export const defaultCap = (state: State): number | null => {
  const { wanted } = state;
  if (wanted !== null && state.now - wanted.at < wantedMs) return wanted.cap;
  return newestPicture(state)?.cap ?? null;
};

const commandFor = ({ session, cap, own }: CapSetting, actor: string): Command => {
  if (session === null) return { do: 'set-cap', cap, actor };
  return own ? { do: 'set-cap', cap, session, actor } : { do: 'lift-cap', session, actor };
};

const send = ({ settings }: State, change: CapChange, undone: boolean): Effect => ({
  do: 'send',
  command: commandFor(change.to, settings.actor),
  reply: { of: 'cap', change, undone },
});

const want = (state: State, { session, cap }: CapSetting): State =>
  session === null ? { ...state, wanted: { cap, at: state.now } } : state;

/** `+` and `-`: the default cap one up or one down. */
export const stepCap = (state: State, by: 1 | -1): Step => {
  const now = defaultCap(state);
  if (now === null) return { state, effects: [] };
  const cap = clampCap(now + by);
  if (cap === now) {
    const bound = by < 0 ? 'a cap is never below 1' : `a cap is at most ${capRange.most}`;
    return { state: withNotice(state, 'warn', bound), effects: [] };
  }
  const to: CapSetting = { session: null, cap, own: true };
  const last = state.capChange;
  // Not if somebody else has changed it in between.
  const joins = last?.stepped === true && last.to.cap === now && state.now - last.at < capUndoMs;
  const from = joins ? last.from : { ...to, cap: now };
  const change: CapChange = { from, to, at: state.now, stepped: true };
  return {
    state: want({ ...state, capChange: from.cap === cap ? null : change }, to),
    effects: [send(state, { ...change, from: { ...to, cap: now } }, false)],
  };
};

/** Sets a cap, to be taken back by one `u`. */
export const setCap = (state: State, from: CapSetting, to: CapSetting): Step => {
  const made: CapChange = { from, to, at: state.now, stepped: false };
  return { state: want({ ...state, capChange: made }, to), effects: [send(state, made, false)] };
};

/** Takes the last cap change back while it is young; null where there is none. */
export const undoCap = (state: State): Step | null => {
  const last = state.capChange;
  if (last === null || state.now - last.at >= capUndoMs) return null;
  const back: CapChange = { from: last.to, to: last.from, at: state.now, stepped: false };
  return {
    state: want({ ...state, capChange: null }, back.to),
    effects: [send(state, back, true)],
  };
};

/** Whose cap, for a sentence: nothing, or ` of ` a session. */
export const ofWhom = (session: SessionId | null): string =>
  session === null ? '' : ` of ${session}`;

/** What came of a cap change, for the operator. */
export const capChanged = (
  state: State,
  { change, undone }: { readonly change: CapChange; readonly undone: boolean },
  result: CommandResult,
): State => {
  const { from, to } = change;
  if (!result.ok) {
    const failed = { ...state, wanted: null, capChange: undone ? state.capChange : null };
    return withNotice(failed, 'bad', `cap${ofWhom(to.session)} unchanged: ${result.reason}`);
  }
  const text = `cap${ofWhom(to.session)} ${from.cap} to ${to.cap}`;
  return withNotice(state, 'good', undone ? `${text}: undone` : `${text}   u undo`);
};
