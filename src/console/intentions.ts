/**
 * Says, for others to see, whom this console is about to evict, and whom after all it does not.
 * It is read off what has changed, so that no way to arm an eviction or to drop one can forget it.
 */
import type { Command, ViewerId } from '../contract.ts';
import { stepMs } from './pace.ts';
import type { Effect, State, Step } from './state.ts';

/** Who is to be evicted, and when; a map by id. */
const dueIn = ({ armed, pace }: State): ReadonlyMap<ViewerId, number> => {
  const due = new Map(armed.map(({ viewer, dueAt }) => [viewer, dueAt]));
  for (const [index, { viewer }] of (pace?.waiting ?? []).entries()) {
    due.set(viewer, (pace?.nextAt ?? 0) + index * stepMs);
  }
  return due;
};

const evictedBy = (effects: readonly Effect[]): readonly ViewerId[] =>
  effects.flatMap((effect) =>
    effect.do === 'send' && effect.command.do === 'evict' ? [effect.command.viewer] : [],
  );

const said = (
  what: 'armed' | 'undone',
  viewers: readonly ViewerId[],
  dueMs: number,
  actor: string,
): readonly Command[] =>
  viewers.length === 0 ? [] : [{ do: 'intend', what, viewers, dueMs: Math.max(0, dueMs), actor }];

/** The step with the word of what it arms and drops, ahead of all that it does. */
export const withIntentions = (before: State, { state, effects }: Step): Step => {
  if (before.armed === state.armed && before.pace === state.pace) return { state, effects };
  const was = dueIn(before);
  const is = dueIn(state);
  const going = evictedBy(effects);
  const gone = new Set(going);
  const fresh = [...is.keys()].filter((viewer) => !was.has(viewer));
  // The first of several goes at once, and is one of them all the same.
  const first = fresh.length === 0 ? [] : going.filter((viewer) => !was.has(viewer));
  const last = Math.max(...fresh.map((viewer) => is.get(viewer) ?? 0));
  const { actor } = state.settings;
  const commands = [
    ...said('armed', [...new Set([...first, ...fresh])], Math.round(last - state.now), actor),
    ...said(
      'undone',
      [...was.keys()].filter((viewer) => !is.has(viewer) && !gone.has(viewer)),
      0,
      actor,
    ),
  ];
  const sent = commands.map((command): Effect => ({
    do: 'send',
    command,
    reply: { of: 'intention' },
  }));
  return { state, effects: [...sent, ...effects] };
};

/** What is to be said when the console goes and evicts nobody any more; null: nothing. */
export const abandoned = (state: State): Command | null =>
  said('undone', [...dueIn(state).keys()], 0, state.settings.actor)[0] ?? null;
