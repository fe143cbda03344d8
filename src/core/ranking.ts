/** How bad things are: the order in which an operator wants to see them, worst first. */
import type { SessionState, ViewerState } from '../contract.ts';

const VIEWER_RANK: Record<ViewerState, number> = {
  stuck: 0,
  expiring: 1,
  late: 2,
  ok: 3,
  dialling: 4,
};

const SESSION_RANK: Record<SessionState, number> = {
  stuck: 0,
  expiring: 1,
  late: 2,
  over: 3,
  full: 4,
  ok: 5,
  empty: 6,
};

/** 0 for the worst state of a viewer; who still dials comes last. */
export const viewerRank = (state: ViewerState): number => VIEWER_RANK[state];

/** 0 for the worst state of a session. */
export const sessionRank = (state: SessionState): number => SESSION_RANK[state];

/** A viewer that an operator should look at. */
export const needsAttention = (state: ViewerState): boolean =>
  state === 'stuck' || state === 'expiring' || state === 'late';

/** The state of a session: its worst viewer's, or how full it is where all are well. */
export const sessionState = (worst: ViewerState, viewers: number, cap: number): SessionState => {
  if (worst === 'stuck' || worst === 'expiring' || worst === 'late') return worst;
  if (viewers > cap) return 'over';
  return viewers === cap ? 'full' : 'ok';
};

/** The `share` (0 to 1) percentile of `values`, nearest rank; null without any. */
export const percentile = (values: readonly number[], share: number): number | null => {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
};
