import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CapPreview, SessionId } from '../../src/contract.ts';
import { Ledger, type Slot } from '../../src/core/ledger.ts';

const SESSIONS = ['a', 'b', 'c'] as SessionId[];

/** The ledger as a list of everything that was ever asked for. */
class Oracle {
  readonly slots: { readonly slot: Slot; held: boolean }[] = [];
  readonly own = new Map<SessionId, number>();
  readonly locked = new Set<SessionId | null>();
  draining = false;
  cap: number;

  constructor(cap: number) {
    this.cap = cap;
  }

  get total(): number {
    return this.slots.filter(({ held }) => held).length;
  }

  viewers(session: SessionId): number {
    return this.slots.filter(({ slot, held }) => held && slot.session === session).length;
  }

  shut(session: SessionId): 'draining' | 'locked' | null {
    if (this.draining) return 'draining';
    return this.locked.has(session) || this.locked.has(null) ? 'locked' : null;
  }

  capOf(session: SessionId): number {
    return this.own.get(session) ?? this.cap;
  }

  /** Both situations are written out, and compared. */
  preview(cap: number, only?: SessionId): CapPreview {
    const live = SESSIONS.filter((session) => this.viewers(session) > 0);
    const then = new Oracle(only === undefined ? cap : this.cap);
    for (const [session, own] of this.own) then.own.set(session, own);
    if (only !== undefined) then.own.set(only, cap);
    const asked = live.filter((id) => only === undefined || id === only);
    const free = (caps: Oracle): number =>
      asked.reduce((sum, id) => sum + Math.max(0, caps.capOf(id) - this.viewers(id)), 0);
    const touched = (id: SessionId): boolean =>
      only === undefined ? !this.own.has(id) : id === only;
    const over = live
      .filter((id) => touched(id) && this.viewers(id) > then.capOf(id))
      .map((session) => ({ session, viewers: this.viewers(session) }))
      .sort((x, y) => y.viewers - x.viewers || x.session.localeCompare(y.session));
    return { cap, over, overCount: over.length, freeNow: free(this), freeThen: free(then) };
  }
}

const session = fc.constantFrom(...SESSIONS);
const cap = fc.integer({ min: 1, max: 5 });
const maybe = fc.option(session, { nil: undefined });

/** Reserving and releasing come most often; a release may be of any slot ever given. */
const operation = fc.oneof(
  { weight: 6, arbitrary: session.map((id) => ({ do: 'reserve', id }) as const) },
  { weight: 4, arbitrary: fc.nat().map((pick) => ({ do: 'release', pick }) as const) },
  { weight: 1, arbitrary: fc.tuple(cap, maybe).map(([n, id]) => ({ do: 'set', n, id }) as const) },
  { weight: 1, arbitrary: session.map((id) => ({ do: 'lift', id }) as const) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('lock' as const, 'unlock' as const),
      id: fc.option(session),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(cap, maybe).map(([n, id]) => ({ do: 'preview', n, id }) as const),
  },
);
type Operation =
  | (typeof operation extends fc.Arbitrary<infer Value> ? Value : never)
  | { readonly do: 'drain' };

/** Seldom: it ends every other life of the ledger. */
const mayDrain = fc.oneof(
  { weight: 40, arbitrary: operation },
  { weight: 1, arbitrary: fc.constant({ do: 'drain' } as const) },
);

const reserve = (ledger: Ledger, oracle: Oracle, id: SessionId, most: number): void => {
  const before = oracle.viewers(id);
  const admission = ledger.reserve(id);
  const full = before >= oracle.capOf(id);
  const cause = oracle.shut(id) ?? (full ? 'cap' : oracle.total >= most ? 'max-viewers' : null);
  expect(admission.cap).toBe(oracle.capOf(id));
  if (admission.ok) {
    expect(cause).toBeNull();
    expect(admission.slot.session).toBe(id);
    oracle.slots.push({ slot: admission.slot, held: true });
    // Never over the cap by an admission, whatever else happened.
    expect(oracle.viewers(id)).toBeLessThanOrEqual(ledger.capOf(id));
  } else {
    expect(admission.cause).toBe(cause);
  }
  expect(admission.viewers).toBe(oracle.viewers(id));
};

const apply = (ledger: Ledger, oracle: Oracle, op: Operation, most: number): void => {
  switch (op.do) {
    case 'reserve':
      reserve(ledger, oracle, op.id, most);
      return;
    case 'release': {
      const entry = oracle.slots[op.pick % Math.max(1, oracle.slots.length)];
      if (entry === undefined) return;
      expect(ledger.release(entry.slot)).toBe(entry.held);
      entry.held = false;
      return;
    }
    case 'set':
      expect(ledger.setCap(op.n, op.id)).toBe(
        op.id === undefined ? oracle.cap : oracle.capOf(op.id),
      );
      if (op.id === undefined) oracle.cap = op.n;
      else oracle.own.set(op.id, op.n);
      return;
    case 'lift':
      expect(ledger.liftCap(op.id)).toBe(oracle.capOf(op.id));
      oracle.own.delete(op.id);
      return;
    case 'preview':
      expect(ledger.preview(op.n, op.id)).toEqual(oracle.preview(op.n, op.id));
      return;
    case 'lock':
      expect(ledger.locks.lock(op.id)).toBe(oracle.locked.has(op.id) ? 'already' : 'locked');
      oracle.locked.add(op.id);
      return;
    case 'unlock': {
      const isAll = op.id !== null && oracle.locked.has(null);
      const isOn = op.id === null ? oracle.locked.size > 0 : oracle.locked.has(op.id);
      expect(ledger.locks.unlock(op.id)).toBe(
        isAll ? 'all-locked' : isOn ? 'unlocked' : 'not-locked',
      );
      if (op.id === null) oracle.locked.clear();
      else if (!isAll) oracle.locked.delete(op.id);
      return;
    }
    case 'drain':
      ledger.drain();
      oracle.draining = true;
      return;
    default:
      op satisfies never;
  }
};

describe('the ledger', () => {
  it('does as a list of all slots says, in any order of operations', () => {
    fc.assert(
      fc.property(
        cap,
        fc.integer({ min: 1, max: 9 }),
        fc.array(mayDrain, { maxLength: 60, size: 'max' }),
        (first, most, operations) => {
          const ledger = new Ledger(first, most);
          const oracle = new Oracle(first);
          for (const op of operations) {
            apply(ledger, oracle, op, most);
            expect(ledger.cap).toBe(oracle.cap);
            expect(ledger.total).toBe(oracle.total);
            expect(ledger.total).toBeLessThanOrEqual(most);
            for (const id of SESSIONS) {
              expect(ledger.viewers(id)).toBe(oracle.viewers(id));
              expect(ledger.capOf(id)).toBe(oracle.capOf(id));
              expect(ledger.hasOwnCap(id)).toBe(oracle.own.has(id));
              expect(ledger.shut(id)).toBe(oracle.shut(id));
            }
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is as new for every session once all slots are back', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 40, size: 'max' }), cap, (operations, n) => {
        const ledger = new Ledger(3, 9);
        const oracle = new Oracle(3);
        for (const op of operations) apply(ledger, oracle, op, 9);
        for (const { slot } of oracle.slots) ledger.release(slot);
        expect(ledger.total).toBe(0);
        ledger.locks.unlock(null);
        expect(ledger.preview(n)).toEqual({
          cap: n,
          over: [],
          overCount: 0,
          freeNow: 0,
          freeThen: 0,
        });
        for (const id of SESSIONS) {
          const slots = Array.from({ length: ledger.capOf(id) }, () => ledger.reserve(id));
          expect(slots.every(({ ok }) => ok)).toBe(true);
          expect(ledger.reserve(id).ok).toBe(false);
          for (const admission of slots) if (admission.ok) ledger.release(admission.slot);
        }
      }),
    );
  });
});
