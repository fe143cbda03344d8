/**
 * Goes round everybody once: how each session is, how many are in which state, and who needs
 * an operator's eye. It runs 4 times a second for every watcher, on the relay's thread.
 */
import type { SessionId, SessionState, ViewerState } from '../contract.ts';
import type { Ledger } from '../core/ledger.ts';
import { needsAttention, sessionState, viewerRank } from '../core/ranking.ts';
import type { Registry } from './registry.ts';
import type { Viewer } from './viewer.ts';

/** A session with viewers, as it is at this moment. */
export type Session = {
  readonly id: SessionId;
  readonly state: SessionState;
  readonly cap: number;
  /** Oldest first; never none. */
  readonly viewers: ReadonlySet<Viewer>;
};

/** Who is there, and how. */
export type Census = {
  readonly sessions: readonly Session[];
  /** Viewers in each state. */
  readonly states: Readonly<Record<ViewerState, number>>;
  /** Sessions with as many viewers as their cap. */
  readonly full: number;
  /** Sessions with more. */
  readonly over: number;
  /** Viewers who are late, expiring or stuck, in no particular order. */
  readonly attention: readonly Viewer[];
};

/** Counts everybody. */
export const takeCensus = (registry: Registry, ledger: Ledger): Census => {
  const states = { dialling: 0, ok: 0, late: 0, expiring: 0, stuck: 0 };
  const sessions: Session[] = [];
  const attention: Viewer[] = [];
  let full = 0;
  let over = 0;
  for (const [id, viewers] of registry.sessions) {
    let worst: ViewerState = 'dialling';
    for (const viewer of viewers) {
      const { state } = viewer;
      states[state] += 1;
      if (viewerRank(state) < viewerRank(worst)) worst = state;
      if (needsAttention(state)) attention.push(viewer);
    }
    const cap = ledger.capOf(id);
    if (viewers.size === cap) full += 1;
    if (viewers.size > cap) over += 1;
    sessions.push({ id, state: sessionState(worst, viewers.size, cap), cap, viewers });
  }
  return { sessions, states, full, over, attention };
};
