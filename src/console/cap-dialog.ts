/**
 * The dialog of the cap: a number, for all sessions or one, and what it would do as the proxy
 * itself says.
 */
import type { Command, CommandResult } from '../contract.ts';
import { capRange, clampCap, defaultCap, ofWhom, setCap } from './caps.ts';
import type { CapDialog, Modal } from './modal.ts';
import { newestPicture } from './sight.ts';
import { selectedSession } from './selection.ts';
import {
  type CapSetting,
  closed,
  type Effect,
  type State,
  type Step,
  withNotice,
} from './state.ts';

/** How often an open dialog asks again what its number would do. */
const refreshMs = 1000;

const isDialog = (modal: Modal): modal is CapDialog => modal.mode === 'cap';

/** The number in the dialog; null while it is none. */
export const capIn = ({ digits }: CapDialog): number | null =>
  digits === '' || Number(digits) < capRange.least || Number(digits) > capRange.most
    ? null
    : Number(digits);

/** The cap that the dialog is about, as it is now. */
export const capBefore = (state: State, dialog: CapDialog): CapSetting | null => {
  if (!dialog.alone) {
    const cap = defaultCap(state);
    return cap === null ? null : { session: null, cap, own: true };
  }
  const row = newestPicture(state)?.sessions.rows.find(({ id }) => id === dialog.session);
  return row === undefined ? null : { session: row.id, cap: row.cap, own: row.capIsOwn };
};

/** Asks what the number in the dialog would do. */
const ask = (state: State, dialog: CapDialog): Step => {
  const cap = capIn(dialog);
  const asked = dialog.asked + 1;
  const next = { ...dialog, asked, askedAt: state.now };
  if (cap === null) {
    return { state: { ...state, modal: { ...next, preview: null, reason: null } }, effects: [] };
  }
  const { session, alone } = dialog;
  const command: Command = {
    do: 'preview-cap',
    cap,
    ...(alone && session !== null ? { session } : {}),
  };
  const effect: Effect = { do: 'send', command, reply: { of: 'preview', asked } };
  return { state: { ...state, modal: next }, effects: [effect] };
};

/** The dialog with the cap of its scope as its number. */
const fresh = (state: State, dialog: CapDialog): Step => {
  const before = capBefore(state, dialog);
  return ask(state, {
    ...dialog,
    digits: before === null ? '' : String(before.cap),
    typed: false,
    preview: null,
    reason: null,
  });
};

/** `c`: opens the dialog. */
export const openCap = (state: State): Step =>
  defaultCap(state) === null
    ? { state, effects: [] }
    : fresh(state, {
        mode: 'cap',
        session: selectedSession(state)?.id ?? null,
        alone: false,
        digits: '',
        typed: false,
        asked: 0,
        askedAt: state.now,
        preview: null,
        reason: null,
      });

/** A digit, or the last one taken away (null). */
export const typeCap = (state: State, dialog: CapDialog, digit: string | null): Step => {
  const before = dialog.typed || digit === null ? dialog.digits : '';
  const digits = digit === null ? before.slice(0, -1) : `${before}${digit}`.replace(/^0+/, '');
  if (digits.length > String(capRange.most).length) return { state, effects: [] };
  return ask(state, { ...dialog, digits, typed: true, reason: null });
};

/** One up or down in the dialog. */
export const nudgeCap = (state: State, dialog: CapDialog, by: 1 | -1): Step => {
  const digits = String(clampCap((capIn(dialog) ?? 0) + by));
  return ask(state, { ...dialog, digits, typed: true, reason: null });
};

/** All sessions, or the one that was selected when the dialog was opened. */
export const scopeCap = (state: State, dialog: CapDialog): Step =>
  dialog.session === null
    ? { state, effects: [] }
    : fresh(state, { ...dialog, alone: !dialog.alone });

/** `enter`: applies the number. */
export const applyCap = (state: State, dialog: CapDialog): Step => {
  const cap = capIn(dialog);
  const before = capBefore(state, dialog);
  if (cap === null || before === null) {
    const reason =
      before === null
        ? `${dialog.session} has gone`
        : `a cap is a number from ${capRange.least} to ${capRange.most}`;
    return { state: { ...state, modal: { ...dialog, reason } }, effects: [] };
  }
  if (before.cap === cap && before.own) {
    const same = `cap${ofWhom(before.session)} stays ${cap}`;
    return { state: withNotice(closed(state), 'good', same), effects: [] };
  }
  return setCap(closed(state), before, { ...before, cap, own: true });
};

/** A session's own cap gives way to the default. */
export const liftCap = (state: State, dialog: CapDialog): Step => {
  const before = capBefore(state, dialog);
  const cap = defaultCap(state);
  if (!dialog.alone || before === null || !before.own || cap === null)
    return { state, effects: [] };
  return setCap(closed(state), before, { ...before, cap, own: false });
};

/** The answer to a question for a preview. */
export const previewed = (state: State, asked: number, result: CommandResult): State => {
  if (!isDialog(state.modal) || state.modal.asked !== asked) return state;
  const preview = result.ok ? (result.preview ?? null) : null;
  return { ...state, modal: { ...state.modal, preview, reason: result.ok ? null : result.reason } };
};

/** Asks again where the preview has become old: viewers come and go while the dialog is open. */
export const refreshPreview = (state: State): Step =>
  isDialog(state.modal) && state.now - state.modal.askedAt >= refreshMs
    ? ask(state, state.modal)
    : { state, effects: [] };
