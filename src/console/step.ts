/**
 * How the console's state changes: one function from what happens to the next state and what is
 * to be done. It reads no clock and sends nothing itself.
 */
import * as capDialog from './cap-dialog.ts';
import { capChanged, stepCap, undoCap } from './caps.ts';
import { arm, carryOut, evicted, evictNow, undoEviction } from './evictions.ts';
import { helpHeight } from './help-lines.ts';
import { lookUp, type MainAct } from './keymap.ts';
import { panes } from './layout.ts';
import { moved } from './motion.ts';
import { onSnapshot } from './pictures.ts';
import {
  type CapDialog,
  type Effect,
  type Input,
  layoutIn,
  type State,
  type Step,
  withNotice,
} from './state.ts';

/** Within this a second Ctrl-C quits without a question. */
const interruptMs = 2000;

/** How long the program's own messages stay: nobody has pressed a key and waits for them. */
const toldMs = 60_000;

const done = (state: State): Step => ({ state, effects: [] });
const quitting: readonly Effect[] = [{ do: 'quit' }];

const refocused = (state: State, by: 1 | -1): State => {
  const at = panes.indexOf(state.focus);
  return { ...state, focus: panes[(at + by + panes.length) % panes.length] ?? 'sessions' };
};

/** Where no eviction is left to undo. */
const undo = (state: State): Step =>
  undoCap(state) ?? done(withNotice(state, 'warn', 'nothing to undo'));

const interrupted = (state: State): Step => {
  const { modal, now } = state;
  const before = modal.mode === 'quit' ? modal.interruptedAt : null;
  if (before !== null && now - before < interruptMs) return { state, effects: quitting };
  return done({ ...state, modal: { mode: 'quit', interruptedAt: now } });
};

const onMain = (state: State, act: MainAct): Step => {
  switch (act) {
    case 'evict':
      return done(arm(state));
    case 'now':
      return evictNow(state);
    case 'undo':
      return undo(state);
    case 'cap-up':
      return stepCap(state, 1);
    case 'cap-down':
      return stepCap(state, -1);
    case 'cap':
      return capDialog.openCap(state);
    case 'help':
      return done({ ...state, modal: { mode: 'help', top: 0 } });
    case 'quit':
      return done({ ...state, modal: { mode: 'quit', interruptedAt: null } });
    case 'interrupt':
      return interrupted(state);
    case 'next-pane':
      return done(refocused(state, 1));
    case 'previous-pane':
      return done(refocused(state, -1));
    case 'back':
      return done({ ...state, notice: null, upTo: null, focus: 'sessions' });
    case 'down':
    case 'up':
    case 'page-down':
    case 'page-up':
    case 'first':
    case 'last':
      return done(moved(state, act));
    default:
      return act satisfies never;
  }
};

const onCap = (state: State, dialog: CapDialog, key: string): Step => {
  const act = lookUp('cap', key);
  switch (act) {
    case 'digit':
      return capDialog.typeCap(state, dialog, key);
    case 'erase':
      return capDialog.typeCap(state, dialog, null);
    case 'up':
      return capDialog.nudgeCap(state, dialog, 1);
    case 'down':
      return capDialog.nudgeCap(state, dialog, -1);
    case 'scope':
      return capDialog.scopeCap(state, dialog);
    case 'lift':
      return capDialog.liftCap(state, dialog);
    case 'apply':
      return capDialog.applyCap(state, dialog);
    case 'cancel':
      return done({ ...state, modal: { mode: 'main' } });
    case 'interrupt':
      return interrupted(state);
    case null:
      return done(state);
    default:
      return act satisfies never;
  }
};

const onHelp = (state: State, top: number, key: string): Step => {
  const act = lookUp('help', key);
  if (act === 'interrupt') return interrupted(state);
  if (act === null) return done(state);
  if (act === 'close') return done({ ...state, modal: { mode: 'main' } });
  const { shown, total } = helpHeight(layoutIn(state));
  const last = Math.max(0, total - shown);
  const to = {
    up: top - 1,
    down: top + 1,
    'page-up': top - shown,
    'page-down': top + shown,
    first: 0,
    last,
  }[act];
  return done({ ...state, modal: { mode: 'help', top: Math.max(0, Math.min(last, to)) } });
};

const onQuit = (state: State, key: string): Step => {
  const act = lookUp('quit', key);
  if (act === 'confirm') return { state, effects: quitting };
  if (act === 'interrupt') return interrupted(state);
  return done(act === 'cancel' ? { ...state, modal: { mode: 'main' } } : state);
};

const onKey = (state: State, key: string): Step => {
  const { modal } = state;
  // Whatever is open: an eviction that runs out meanwhile could not be taken back any more.
  const saved = lookUp('main', key) === 'undo' ? undoEviction(state) : null;
  if (saved !== null) return done(saved);
  if (modal.mode === 'cap') return onCap(state, modal, key);
  if (modal.mode === 'help') return onHelp(state, modal.top, key);
  if (modal.mode === 'quit') return onQuit(state, key);
  const act = lookUp('main', key);
  return act === null ? done(state) : onMain(state, act);
};

const onKeys = (before: State, keys: readonly string[]): Step => {
  let state = before;
  const effects: Effect[] = [];
  let arrived = false;
  for (const key of keys) {
    const wasViewers = state.focus === 'viewers';
    const isEvict = state.modal.mode === 'main' && lookUp('main', key) === 'evict';
    // A held `e` goes to the viewers and stops there.
    if (isEvict && arrived) continue;
    const step = onKey(state, key);
    arrived ||= isEvict && !wasViewers;
    state = step.state;
    effects.push(...step.effects);
  }
  return { state, effects };
};

/** The next state, and what is to be done, when `input` happens at `now`. */
export const step = (before: State, input: Input, now: number): Step => {
  const state = { ...before, now };
  switch (input.type) {
    case 'keys':
      return onKeys(state, input.keys);
    case 'paste':
      return done(withNotice(state, 'warn', 'pasted text ignored'));
    case 'snapshot':
      return onSnapshot(state, input.snapshot);
    case 'size':
      return done({ ...state, size: input.size });
    case 'told':
      return done({ ...state, notice: { text: input.text, tone: 'bad', until: now + toldMs } });
    case 'ended':
      return done({ ...state, ended: input.reason });
    case 'tick':
      return carryOut(
        state.notice !== null && state.notice.until <= now ? { ...state, notice: null } : state,
      );
    case 'result': {
      const { reply, result } = input;
      if (reply.of === 'evict') return done(evicted(state, reply.viewer, result));
      if (reply.of === 'cap') return done(capChanged(state, reply, result));
      return done(capDialog.previewed(state, reply.asked, result));
    }
    default:
      return input satisfies never;
  }
};
