/** What operators may ask of a running proxy. A command that cannot be done says why. */
import type { Command, CommandResult, SessionId } from '../contract.ts';
import type { Ledger } from '../core/ledger.ts';
import { sessionIdOf } from '../core/route.ts';
import type { Board } from './board.ts';
import type { Registry } from './registry.ts';

/** What commands work on. */
export type Desk = {
  readonly ledger: Ledger;
  readonly board: Board;
  readonly registry: Registry;
  readonly stop: (now: boolean) => Promise<void>;
  readonly hasStopped: () => boolean;
};

/** Highest cap, as on the command line. */
const MOST = 100_000;

const DONE: CommandResult = { ok: true };

const refused = (reason: string): CommandResult => ({ ok: false, reason });

const wrongCap = (cap: number, session: SessionId | undefined): CommandResult | null => {
  if (!Number.isInteger(cap) || cap < 1 || cap > MOST) {
    return refused(`a cap is a whole number from 1 to ${MOST}`);
  }
  if (session !== undefined && sessionIdOf(session) === null) return refused('no such session id');
  return null;
};

/** Carries commands out; never rejects. */
export const commandRunner =
  ({ ledger, board, registry, stop, hasStopped }: Desk) =>
  async (command: Command): Promise<CommandResult> => {
    if (hasStopped() && command.do !== 'stop') return refused('the proxy has stopped');
    switch (command.do) {
      case 'evict': {
        const viewer = registry.find(command.viewer);
        if (viewer === undefined) return refused(`${command.viewer} had already gone`);
        viewer.evict(command.actor);
        return DONE;
      }
      case 'set-cap': {
        const { cap, session, actor } = command;
        const wrong = wrongCap(cap, session);
        if (wrong !== null) return wrong;
        const from = ledger.setCap(cap, session);
        const which = session === undefined ? {} : { session };
        board.record({ event: 'cap.changed', from, to: cap, actor, ...which });
        return DONE;
      }
      case 'lift-cap': {
        const { session, actor } = command;
        if (!ledger.hasOwnCap(session)) return refused(`${session} has no cap of its own`);
        const from = ledger.liftCap(session);
        board.record({ event: 'cap.changed', from, to: ledger.cap, actor, session });
        return DONE;
      }
      case 'preview-cap': {
        const { cap, session } = command;
        return wrongCap(cap, session) ?? { ok: true, preview: ledger.preview(cap, session) };
      }
      case 'stop':
        await stop(command.now);
        return DONE;
      default:
        return command satisfies never;
    }
  };
