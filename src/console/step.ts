/**
 * How the console's state changes: one function from what happens to the next state and what is
 * to be done. It reads no clock and sends nothing itself.
 */
import { listedForBulk } from './bulk.ts';
import { previewed } from './cap-dialog.ts';
import { capChanged } from './caps.ts';
import { carryOut, evicted } from './evictions.ts';
import { drainBegun } from './drain.ts';
import { plural } from './format.ts';
import { withIntentions } from './intentions.ts';
import { kept } from './keep.ts';
import { changes, lookUp } from './keymap.ts';
import { withTags } from './lane.ts';
import { lockSet } from './locks.ts';
import { listedForMarks, seenByMarks } from './marks.ts';
import { isTyping } from './modal.ts';
import { onDialog, typedInto } from './on-dialog.ts';
import { onMain } from './on-main.ts';
import { paced } from './pace.ts';
import { runCommand } from './palette.ts';
import { goingOnIfAsked } from './pause.ts';
import { onSnapshot } from './pictures.ts';
import { backFrom, linkDown, outageRefusal } from './outage.ts';
import { readOnlyRefusal } from './read-only.ts';
import { onReplay, replayAct } from './replay.ts';
import { seenByQuestion } from './standings.ts';
import { endedWith, stopBegun } from './stop.ts';
import { done, type Effect, type Input, type State, type Step, withNotice } from './state.ts';
import { undo } from './undo.ts';
import { unseenBy } from './unseen.ts';

/** How long the program's own messages stay: nobody has pressed a key and waits for them. */
const toldMs = 60_000;

const onKey = (state: State, key: string, shown: State): Step => {
  const { modal, settings } = state;
  const moves = replayAct(state, key);
  if (moves !== null) return onReplay(state, moves);
  const isChange = changes(modal.mode, key);
  const leaving = modal.mode === 'quit' || key === 'ctrl-c' || key === 'q';
  if (settings.readOnly && isChange && !(leaving && settings.attached)) {
    return done(readOnlyRefusal(state, leaving));
  }
  // Also when the picture has come back since, which nobody had seen.
  const outage = state.outage ?? shown.outage;
  if (outage !== null && isChange && !leaving) return done(outageRefusal(state, outage));
  // Whatever is open: an eviction that runs out meanwhile could not be taken back any more.
  if (key === 'ctrl-z') return undo(state);
  if (modal.mode !== 'main') return onDialog(state, modal, key);
  const act = lookUp('main', key);
  return act === null ? done(state) : onMain(state, act, key);
};

/** A character that means nothing where it was typed: what came with it was meant for a line. */
const isStray = (state: State, key: string): boolean =>
  (key.length === 1 || key === 'space') &&
  key !== 'u' &&
  !isTyping(state.modal) &&
  lookUp(state.modal.mode, key) === null &&
  replayAct(state, key) === null;

/** The state as the next key finds it: pressing one takes note of what was said. */
const withoutWord = (state: State): State =>
  state.notice === null || state.notice.tone === 'bad' ? state : { ...state, notice: null };

/** What was said before something was opened is not said over it. */
const uncovered = (before: State, state: State): State =>
  before.modal.mode !== state.modal.mode &&
  state.modal.mode !== 'main' &&
  before.notice === state.notice
    ? { ...state, notice: null }
    : state;

const onKeys = (before: State, keys: readonly string[], shown: State): Step => {
  let state = before;
  const effects: Effect[] = [];
  for (const [index, key] of keys.entries()) {
    const calm = withoutWord(state);
    if (isStray(calm, key)) {
      const rest = keys.length - index - 1;
      const text = `${key} means nothing here: ${plural(rest, 'key')} behind it dropped`;
      return { state: rest === 0 ? calm : withNotice(calm, 'warn', text), effects };
    }
    const unseen = replayAct(calm, key) === null ? unseenBy(shown, calm, key) : null;
    const step =
      unseen === null
        ? goingOnIfAsked(calm, onKey(calm, key, shown))
        : done(withNotice(calm, 'warn', unseen));
    state = uncovered(calm, step.state);
    effects.push(...step.effects);
  }
  return { state, effects };
};

const onTick = (state: State): Step => {
  const calm =
    state.notice !== null && state.notice.until <= state.now ? { ...state, notice: null } : state;
  const due = carryOut(calm);
  const next = paced(due.state);
  return { state: next.state, effects: [...due.effects, ...next.effects] };
};

const onResult = (state: State, { reply, result }: Extract<Input, { type: 'result' }>): Step => {
  switch (reply.of) {
    case 'evict':
      return done(evicted(state, reply.viewer, result));
    case 'keep':
      return done(kept(state, reply, result));
    case 'cap':
      return done(capChanged(state, reply, result));
    case 'lock':
      return done(lockSet(state, reply, result));
    case 'drain':
      return done(drainBegun(state, reply, result));
    case 'stop':
      return done(stopBegun(state, result));
    case 'intention':
      return done(state);
    case 'preview':
      return done(previewed(state, reply.asked, result));
    case 'list':
      return done(
        reply.for === 'bulk'
          ? listedForBulk(state, reply.session, result)
          : listedForMarks(state, reply.session, result),
      );
    default:
      return reply satisfies never;
  }
};

const onInput = (state: State, input: Input): Step => {
  switch (input.type) {
    case 'keys':
      return onKeys(state, input.keys, input.shown ?? state);
    case 'paste':
      return goingOnIfAsked(
        state,
        done(typedInto(state, input.text) ?? withNotice(state, 'warn', 'pasted text ignored')),
      );
    case 'typed-command':
      return goingOnIfAsked(state, runCommand(state, input.text));
    case 'snapshot': {
      const back = backFrom(state, input.snapshot);
      return onSnapshot(seenByQuestion(seenByMarks(back, input.snapshot)), input.snapshot);
    }
    case 'size':
      return done({ ...state, size: input.size });
    case 'told':
      return done({
        ...state,
        notice: { text: input.text, tone: 'bad', until: state.now + toldMs },
      });
    case 'said':
      return done(withNotice(state, input.tone, input.text));
    case 'ended':
      return done({ ...state, ended: input.reason });
    case 'link-down':
      return endedWith(linkDown(state, input));
    case 'tick':
      return onTick(state);
    case 'result':
      return onResult(state, input);
    default:
      return input satisfies never;
  }
};

/** The next state, and what is to be done, when `input` happens at `now`. */
export const step = (before: State, input: Input, now: number): Step => {
  const { state, effects } = withIntentions(before, onInput({ ...before, now }, input));
  return { state: withTags(state), effects };
};
