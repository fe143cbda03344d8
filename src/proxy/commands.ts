/** What operators may ask of a running proxy. A command that cannot be done says why. */
import type { Clock } from '../clock.ts';
import type { Command, CommandResult, SessionId, ViewerId } from '../contract.ts';
import type { Armings } from '../core/armings.ts';
import { wrongNote } from '../core/eviction.ts';
import { type Ledger, MOST_OWN_CAPS, type Shut } from '../core/ledger.ts';
import { sessionIdOf } from '../core/route.ts';
import type { Board } from './board.ts';
import { drain, intend, lock, unlock } from './doors.ts';
import type { Draining } from './draining.ts';
import type { Graveyard } from './graveyard.ts';
import { listViewers } from './listing.ts';
import { recordRefusal, refused } from './refused-commands.ts';
import type { Registry } from './registry.ts';

/** What commands work on. */
export type Desk = {
  readonly ledger: Ledger;
  readonly board: Board;
  readonly registry: Registry;
  readonly graveyard: Graveyard;
  readonly armings: Armings;
  readonly clock: Clock;
  /** Slots may be free, in one session or in any: whoever waits may have them. */
  readonly freed: (session: SessionId | null) => void;
  /** Whoever waits for a slot of a session, or of any (null), is refused. */
  readonly shut: (session: SessionId | null, cause: Shut) => void;
  readonly draining: Draining;
  readonly stop: (now: boolean, actor: string | null) => Promise<void>;
  readonly isStopping: () => boolean;
  readonly hasStopped: () => boolean;
};

/** Highest cap, as on the command line. */
const MOST = 100_000;

/** Longest time for which a viewer is kept: an hour. */
const MOST_KEPT_MS = 3_600_000;

const DONE: CommandResult = { ok: true };

const hadGone = (viewer: ViewerId): CommandResult => refused(`${viewer} had already gone`);

const wrongCap = (cap: number, session: SessionId | undefined): CommandResult | null => {
  if (!Number.isInteger(cap) || cap < 1 || cap > MOST) {
    return refused(`a cap is a whole number from 1 to ${MOST}`);
  }
  if (session !== undefined && sessionIdOf(session) === null) return refused('no such session id');
  return null;
};

const evict = (
  { registry }: Desk,
  { viewer: id, actor, reason }: Extract<Command, { do: 'evict' }>,
): CommandResult => {
  const wrong = wrongNote(reason ?? '');
  if (wrong !== null) return refused(wrong);
  const viewer = registry.find(id);
  if (viewer === undefined) return hadGone(id);
  const note = reason?.trim() ?? '';
  viewer.evict(actor, note === '' ? null : note);
  return DONE;
};

const keep = (
  { registry, clock }: Desk,
  { viewer: id, forMs, actor }: Extract<Command, { do: 'keep' }>,
): CommandResult => {
  if (!Number.isInteger(forMs) || forMs < 0 || forMs > MOST_KEPT_MS) {
    return refused('a viewer is kept for 1 ms to 1 h, or 0 to end that');
  }
  const viewer = registry.find(id);
  if (viewer === undefined) return hadGone(id);
  if (forMs === 0 && viewer.keptMs(clock.now()) === null) return refused(`${id} is not kept`);
  viewer.keep(forMs, actor);
  return DONE;
};

const executor = (desk: Desk) => {
  const { ledger, board, registry, graveyard, clock, freed, stop } = desk;
  return async (command: Command): Promise<CommandResult> => {
    switch (command.do) {
      case 'evict':
        return evict(desk, command);
      case 'keep':
        return keep(desk, command);
      case 'list':
        return listViewers({ registry, ledger, graveyard, clock }, command);
      case 'set-cap': {
        const { cap, session, actor } = command;
        const wrong = wrongCap(cap, session);
        if (wrong !== null) return wrong;
        if (session !== undefined && !ledger.hasRoomForCap(session)) {
          return refused(`${MOST_OWN_CAPS} sessions have a cap of their own: lift one first`);
        }
        const from = ledger.setCap(cap, session);
        const which = session === undefined ? {} : { session };
        board.record({ event: 'cap.changed', from, to: cap, actor, ...which });
        freed(session ?? null);
        return DONE;
      }
      case 'lift-cap': {
        const { session, actor } = command;
        if (!ledger.hasOwnCap(session)) return refused(`${session} has no cap of its own`);
        const from = ledger.liftCap(session);
        const lifted = { session, lifted: true } as const;
        board.record({ event: 'cap.changed', from, to: ledger.cap, actor, ...lifted });
        freed(session);
        return DONE;
      }
      case 'preview-cap': {
        const { cap, session } = command;
        return wrongCap(cap, session) ?? { ok: true, preview: ledger.preview(cap, session) };
      }
      case 'lock':
        return lock(desk, command);
      case 'unlock':
        return unlock(desk, command);
      case 'drain':
        return drain(desk, command);
      case 'intend':
        return intend(desk, command);
      case 'stop':
        await stop(command.now, command.actor ?? null);
        return DONE;
      default:
        return command satisfies never;
    }
  };
};

/** Carries commands out, and records those that are refused; never rejects. */
export const commandRunner = (desk: Desk) => {
  const execute = executor(desk);
  return async (command: Command): Promise<CommandResult> => {
    if (desk.hasStopped() && command.do !== 'stop') return refused('the proxy has stopped');
    const result = await execute(command);
    if (!result.ok) recordRefusal(desk.board, command, result.reason);
    return result;
  };
};
