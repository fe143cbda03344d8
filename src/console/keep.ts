/** Keeping a viewer: for a while no deadline evicts it. */
import type { CommandResult, ViewerId } from '../contract.ts';
import { aimOf } from './aim.ts';
import { hadGone } from './pace.ts';
import { rowNow } from './sight.ts';
import { done, type Reply, type State, type Step, withNotice } from './state.ts';

/** How long a viewer is kept where nobody says otherwise. */
export const keepMs = 300_000;

/** Keeps the viewer for `wantedMs` (0 ends that); null: for the usual time, or no longer. */
export const keepViewer = (
  state: State,
  viewer: ViewerId,
  wantedMs: number | null = null,
): Step => {
  const forMs = wantedMs ?? ((rowNow(state, viewer)?.keptMs ?? null) === null ? keepMs : 0);
  return {
    state,
    effects: [
      {
        do: 'send',
        command: { do: 'keep', viewer, forMs, actor: state.settings.actor },
        reply: { of: 'keep', viewer, forMs },
      },
    ],
  };
};

/** `K`: keeps the viewer under the cursor or on the open page for 5 minutes, or ends that. */
export const keepChosen = (state: State): Step => {
  const aim = aimOf(state);
  return 'trouble' in aim
    ? done(withNotice(state, 'warn', aim.trouble))
    : keepViewer(state, aim.viewer);
};

const spanOf = (ms: number): string =>
  ms % 60_000 === 0 ? `${ms / 60_000} min` : `${Math.round(ms / 1000)} s`;

/** What came of it, for the operator. */
export const kept = (
  state: State,
  { viewer, forMs }: Extract<Reply, { of: 'keep' }>,
  result: CommandResult,
): State => {
  if (result.ok) {
    const text =
      forMs > 0
        ? `${viewer} kept for ${spanOf(forMs)}: no deadline evicts it`
        : `${viewer}: the deadlines hold again`;
    return withNotice(state, 'good', text);
  }
  return hadGone(result)
    ? withNotice(state, 'warn', `${viewer} had already gone`)
    : withNotice(state, 'bad', `${viewer} is not kept: ${result.reason}`);
};
