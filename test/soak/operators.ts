/** What operators do meanwhile, as commands; the good viewers and their sessions are not theirs. */
import type { Command, SessionId, ViewerRow } from '../../src/contract.ts';
import { RESERVED, RESERVED_CAP, type OperatorKind } from './plan.ts';
import type { Random } from '../support/random.ts';
import type { Target } from './target.ts';

const GOOD = new Set(['healthy', 'resident']);

const actor = 'soak';

const viewers = async ({ command }: Target): Promise<readonly ViewerRow[]> => {
  const all: Command = { do: 'list', session: null, filter: [], after: null, most: 1_000 };
  const result = await command(all);
  const rows = result.ok ? (result.viewers ?? []) : [];
  return rows.filter(({ who }) => who === null || !GOOD.has(who));
};

const someSession = async (target: Target, random: Random): Promise<SessionId | null> => {
  const sessions = (await viewers(target)).map(({ session }) => session);
  const free = sessions.filter((session) => !RESERVED.includes(session));
  return free.length === 0 ? null : random.pick(free);
};

/** Sets the caps that hold whatever the operators do later. */
export const reserve = async ({ command }: Target): Promise<void> => {
  for (const session of RESERVED as readonly SessionId[]) {
    await command({ do: 'set-cap', cap: RESERVED_CAP, session, actor });
  }
};

/** Operators who remember what they set. */
export const operators = (target: Target, defaultCap: number) => {
  const { command } = target;
  const own = new Set<SessionId>();
  const locked = new Set<SessionId>();
  return {
    /** One deed; a command that comes too late is no fault. */
    act: async (as: OperatorKind, random: Random): Promise<void> => {
      switch (as) {
        case 'evict':
        case 'keep': {
          const rows = await viewers(target);
          if (rows.length === 0) return;
          const { id: viewer } = random.pick(rows);
          const forMs = random.between(0, 3_000);
          if (as === 'keep') await command({ do: 'keep', viewer, forMs, actor });
          else await command({ do: 'evict', viewer, actor, reason: 'the soak wants it' });
          return;
        }
        case 'cap':
          await command({ do: 'set-cap', cap: random.between(1, 12), actor });
          return;
        case 'own-cap': {
          const session = await someSession(target, random);
          if (session === null) return;
          own.add(session);
          await command({ do: 'set-cap', cap: random.between(1, 12), session, actor });
          return;
        }
        case 'lift-cap': {
          const [session] = own;
          if (session === undefined) return;
          own.delete(session);
          await command({ do: 'lift-cap', session, actor });
          return;
        }
        case 'lock': {
          const session = await someSession(target, random);
          if (session === null) return;
          locked.add(session);
          await command({ do: 'lock', session, actor });
          return;
        }
        case 'unlock': {
          const [session] = locked;
          if (session === undefined) return;
          locked.delete(session);
          await command({ do: 'unlock', session, actor });
          return;
        }
        case 'watch':
          await target.watch(random.between(0, 3));
          return;
        case 'look':
          await viewers(target);
          await command({ do: 'preview-cap', cap: random.between(1, 12) });
          return;
        default:
          as satisfies never;
      }
    },
    /** Takes everything back, but for the reserved sessions. */
    calm: async (): Promise<void> => {
      await target.watch(0);
      for (const session of own) await command({ do: 'lift-cap', session, actor });
      own.clear();
      locked.clear();
      await command({ do: 'unlock', session: null, actor });
      await command({ do: 'set-cap', cap: defaultCap, actor });
    },
  };
};
