import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Command, SessionId } from '../../src/contract.ts';
import { KeptOrders } from '../../src/control/kept-orders.ts';
import { Ledger } from '../../src/core/ledger.ts';
import type { EventBody } from '../../src/events.ts';

const session = fc.constantFrom('a', 'b', 'c').map((id) => id as SessionId);
const anySession = fc.option(session);
const cap = fc.integer({ min: 1, max: 20 });
const actor = fc.constant('test');
const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ do: fc.constant('set-cap' as const), cap, actor }),
  fc.record({ do: fc.constant('set-cap' as const), cap, session, actor }),
  fc.record({ do: fc.constant('lift-cap' as const), session, actor }),
  fc.record({ do: fc.constant('preview-cap' as const), cap }),
  fc.record({ do: fc.constant('lock' as const), session: anySession, actor }),
  fc.record({ do: fc.constant('unlock' as const), session: anySession, actor }),
  fc.record({ do: fc.constant('drain' as const), windowMs: fc.nat(), actor }),
);

/** Does to the ledger what the proxy does, and says what the proxy says. */
const carryOut = (ledger: Ledger, wanted: Command): EventBody | null => {
  switch (wanted.do) {
    case 'set-cap': {
      const { cap: to, actor: by, session: of } = wanted;
      const from = ledger.setCap(to, of);
      return {
        event: 'cap.changed',
        from,
        to,
        actor: by,
        ...(of === undefined ? {} : { session: of }),
      };
    }
    case 'lift-cap': {
      const from = ledger.liftCap(wanted.session);
      const of = { session: wanted.session, lifted: true } as const;
      return { event: 'cap.changed', from, to: ledger.cap, actor: wanted.actor, ...of };
    }
    case 'lock':
    case 'unlock': {
      const outcome = ledger.locks[wanted.do](wanted.session);
      if (outcome !== 'locked' && outcome !== 'unlocked') return null;
      const of = wanted.session === null ? {} : { session: wanted.session };
      return { event: `session.${outcome}`, actor: wanted.actor, ...of };
    }
    case 'drain':
      ledger.drain();
      return { event: 'proxy.draining', windowMs: wanted.windowMs, viewers: 0, actor: 'test' };
    default:
      return null;
  }
};

const ids = ['a', 'b', 'c'] as SessionId[];

/** All that orders have changed. */
const seen = (ledger: Ledger) => ({
  cap: ledger.cap,
  caps: ids.map((id) => [ledger.capOf(id), ledger.hasOwnCap(id)]),
  allLocked: ledger.locks.all,
  locked: [...ledger.locks.own].toSorted(),
  shut: ids.map((id) => ledger.shut(id)),
});

describe('orders that are kept', () => {
  it('make a new ledger equal to the one that all of them went to', () => {
    fc.assert(
      fc.property(fc.array(command), (commands) => {
        const kept = new KeptOrders(8);
        const before = new Ledger(8, 100);
        for (const wanted of commands) {
          const body = carryOut(before, wanted);
          if (body !== null) kept.note({ time: '2026-11-21T12:05:10.000Z', ...body });
        }
        const after = new Ledger(kept.cap, 100);
        for (const wanted of kept.commands) carryOut(after, wanted);
        expect(seen(after)).toEqual(seen(before));
      }),
    );
  });

  it('end with the drain, which is the end of a proxy that nobody is at', () => {
    const kept = new KeptOrders(8);
    const time = '2026-11-21T12:05:10.000Z';
    kept.note({ time, event: 'proxy.draining', windowMs: 30_000, viewers: 2, actor: 'test' });
    kept.note({ time, event: 'session.locked', actor: 'test' });
    expect(kept.commands.map((each) => each.do)).toEqual(['lock', 'drain']);
  });
});
