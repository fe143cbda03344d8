/**
 * What the operator can have seen. Keys are judged by that, and not by what is known in here: a
 * terminal that is behind still shows the picture of before, and none is taken for it meanwhile.
 */
import type { Snapshot, ViewerId, ViewerRow } from '../contract.ts';
import { knownViewer, knownViewers } from './selection.ts';
import type { State } from './state.ts';

/** A longer time without a picture is a stall: with viewers connected there are four a second. */
const stallMs = 1000;

/** How much of the time since the last picture nothing new could be seen; 0 without a stall. */
export const blindMs = ({
  now,
  receivedAt,
  paused,
}: Pick<State, 'now' | 'receivedAt' | 'paused'>): number =>
  paused === null ? Math.max(0, now - receivedAt - stallMs) : 0;

/** How long after the selection moved by itself a key is taken to mean the viewer that is gone. */
const lostMs = 2000;

/**
 * The viewer that the selection has just lost, where a key may still mean it: it was on its way
 * over a slow link when the row left, and no key has moved the selection since.
 */
export const justLost = (state: State): ViewerId | null =>
  state.lost !== null && state.now - blindMs(state) - state.lost.at < lostMs
    ? state.lost.viewer
    : null;

/** The newest picture, also while the one on the screen is held. */
export const newestPicture = ({ paused, snapshot }: State): Snapshot | null =>
  paused?.latest ?? snapshot;

/** The viewer as the newest picture has it; null where it does not. */
export const rowNow = (state: State, viewer: ViewerId): ViewerRow | null =>
  knownViewer({ ...state, snapshot: newestPicture(state) }, viewer);

/** All viewers of the newest picture by their ids: for many questions at once. */
export const rowsNow = (state: State): ReadonlyMap<ViewerId, ViewerRow> =>
  new Map(knownViewers({ ...state, snapshot: newestPicture(state) }).map((row) => [row.id, row]));

/** A viewer with a trouble that one can recover from. */
export const isBad = ({ state }: Pick<ViewerRow, 'state'>): boolean =>
  state !== 'ok' && state !== 'dialling';
