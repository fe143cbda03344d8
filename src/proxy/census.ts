/**
 * Goes round everybody once: how each session is, how many are in which state, and who needs
 * an operator's eye. It runs 4 times a second for all who look at the same, on the relay's thread.
 */
import type { SessionId, SessionState, ViewerState } from '../contract.ts';
import type { ReadonlyCrowd } from '../core/crowd.ts';
import type { Ledger } from '../core/ledger.ts';
import { needsAttention, sessionState, viewerRank } from '../core/ranking.ts';
import type { Registry } from './registry.ts';
import type { Viewer } from './viewer.ts';

/** A session as it is at this moment. */
export type Session = {
  readonly id: SessionId;
  readonly state: SessionState;
  readonly cap: number;
  /** Oldest first. */
  readonly viewers: ReadonlyCrowd<Viewer>;
};

/** Who is there, and how. */
export type Census = {
  /** Those with viewers. */
  readonly sessions: readonly Session[];
  /** Those without that have a cap or a lock of their own. */
  readonly empty: readonly Session[];
  /** Viewers in each state. */
  readonly states: Readonly<Record<ViewerState, number>>;
  /** Sessions with as many viewers as their cap. */
  readonly full: number;
  /** Sessions with more. */
  readonly over: number;
  /** Viewers who are late, expiring or stuck, in no particular order. */
  readonly attention: readonly Viewer[];
};

const emptySessions = (registry: Registry, ledger: Ledger): readonly Session[] => {
  const sessions: Session[] = [];
  const add = (id: SessionId): void => {
    const viewers = registry.inSession(id);
    if (viewers.size > 0) return;
    sessions.push({ id, state: 'empty', cap: ledger.capOf(id), viewers });
  };
  for (const id of ledger.ownCaps) add(id);
  for (const id of ledger.locks.own) if (!ledger.hasOwnCap(id)) add(id);
  return sessions;
};

/** Counts everybody. */
export const takeCensus = (registry: Registry, ledger: Ledger): Census => {
  const states = { dialling: 0, ok: 0, late: 0, expiring: 0, stuck: 0 };
  const sessions: Session[] = [];
  const attention: Viewer[] = [];
  let full = 0;
  let over = 0;
  for (const [id, viewers] of registry.sessions()) {
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
  const empty = emptySessions(registry, ledger);
  return { sessions, empty, states, full, over, attention };
};
