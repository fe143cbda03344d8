/** The commands about who may come in, and the word of what an operator is about to do. */
import type { Command, CommandResult } from '../contract.ts';
import { MOST_DRAIN_MS } from '../core/drain.ts';
import { MOST_LOCKS } from '../core/locks.ts';
import { sessionIdOf } from '../core/route.ts';
import type { Desk } from './commands.ts';
import { refused } from './refused-commands.ts';

const DONE: CommandResult = { ok: true };

/** Viewers that an event names. */
const MOST_NAMED = 10;

/** Nobody arms an eviction for longer than this; in milliseconds. */
const MOST_DUE_MS = 3_600_000;

/** Refuses newcomers, in one session or in all. */
export const lock = (
  { ledger, board, shut }: Desk,
  { session, actor }: Extract<Command, { do: 'lock' }>,
): CommandResult => {
  if (session !== null && sessionIdOf(session) === null) return refused('no such session id');
  const outcome = ledger.locks.lock(session);
  if (outcome === 'too-many') {
    return refused(`${MOST_LOCKS} sessions are locked already: unlock one, or lock all`);
  }
  // Saying it twice is no error, and no event.
  if (outcome === 'already') return DONE;
  board.record({ event: 'session.locked', actor, ...(session === null ? {} : { session }) });
  shut(session, 'locked');
  return DONE;
};

/** Lets newcomers in again; those who wait are the first. */
export const unlock = (
  { ledger, board, freed }: Desk,
  { session, actor }: Extract<Command, { do: 'unlock' }>,
): CommandResult => {
  const outcome = ledger.locks.unlock(session);
  if (outcome === 'all-locked') return refused('all sessions are locked: unlock all');
  // As with a lock: what is so already is done, and no event.
  if (outcome === 'not-locked') return DONE;
  board.record({ event: 'session.unlocked', actor, ...(session === null ? {} : { session }) });
  freed(session);
  return DONE;
};

/** Begins to end the proxy, or changes how much time that may take. */
export const drain = (
  { ledger, board, draining, shut, isStopping }: Desk,
  { windowMs, actor }: Extract<Command, { do: 'drain' }>,
): CommandResult => {
  if (!Number.isInteger(windowMs) || windowMs < 0 || windowMs > MOST_DRAIN_MS) {
    return refused('a drain takes 0 to 24 h');
  }
  if (isStopping()) return refused('the proxy is stopping');
  const beforeMs = draining.leftMs;
  const before = beforeMs === null ? {} : { beforeMs: Math.round(beforeMs) };
  board.record({ event: 'proxy.draining', windowMs, ...before, viewers: ledger.total, actor });
  ledger.drain();
  shut(null, 'draining');
  draining.begin(windowMs, actor);
  return DONE;
};

/**
 * Says whom an operator is about to evict, or thinks better of. Of those that are not known
 * nothing is said; who has gone may still be one that is not evicted after all.
 */
export const intend = (
  { board, registry, graveyard, armings, clock }: Desk,
  { what, viewers: named, dueMs, actor }: Extract<Command, { do: 'intend' }>,
): CommandResult => {
  const isArmed = what === 'armed';
  if (isArmed && !(dueMs >= 0 && dueMs <= MOST_DUE_MS)) {
    return refused('an eviction is armed for 0 to 1 h');
  }
  const known = [...new Set(named)].filter(
    (id) => registry.find(id) !== undefined || (!isArmed && graveyard.find(id) !== null),
  );
  if (isArmed) armings.arm(known, actor, clock.now() + dueMs);
  else armings.undo(named, actor);
  if (known.length === 0) return DONE;
  const who = { viewers: known.slice(0, MOST_NAMED), count: known.length, actor };
  board.record(
    isArmed
      ? { event: 'eviction.armed', ...who, dueMs: Math.round(dueMs) }
      : { event: 'eviction.undone', ...who },
  );
  return DONE;
};
