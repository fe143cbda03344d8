import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Command, SessionId } from '../../src/contract.ts';
import { KeptCaps } from '../../src/control/kept-caps.ts';
import { Ledger } from '../../src/core/ledger.ts';

const session = fc.constantFrom('a', 'b', 'c').map((id) => id as SessionId);
const cap = fc.integer({ min: 1, max: 20 });
const actor = fc.constant('test');
const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ do: fc.constant('set-cap' as const), cap, actor }),
  fc.record({ do: fc.constant('set-cap' as const), cap, session, actor }),
  fc.record({ do: fc.constant('lift-cap' as const), session, actor }),
  fc.record({ do: fc.constant('preview-cap' as const), cap }),
);

/** Does to the ledger what the proxy does. */
const carryOut = (ledger: Ledger, wanted: Command): void => {
  if (wanted.do === 'set-cap') ledger.setCap(wanted.cap, wanted.session);
  if (wanted.do === 'lift-cap') ledger.liftCap(wanted.session);
};

describe('caps that are kept', () => {
  it('make a new ledger equal to the one that all commands went to', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(command, fc.boolean())), (commands) => {
        const kept = new KeptCaps(8);
        const before = new Ledger(8, 100);
        for (const [wanted, ok] of commands) {
          if (ok) carryOut(before, wanted);
          kept.note(wanted, ok ? { ok } : { ok, reason: 'refused' });
        }
        const after = new Ledger(kept.cap, 100);
        for (const wanted of kept.commands) carryOut(after, wanted);
        expect(after.cap).toBe(before.cap);
        for (const id of ['a', 'b', 'c'] as SessionId[]) {
          expect(after.capOf(id)).toBe(before.capOf(id));
          expect(after.hasOwnCap(id)).toBe(before.hasOwnCap(id));
        }
      }),
    );
  });
});
