import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Filter, FilterTerm, SessionId, ViewerId } from '../../src/contract.ts';
import { matcherOf, type Filterable } from '../../src/core/filtering.ts';

const small = fc.integer({ min: 0, max: 3 });
const text = fc.string({ unit: fc.constantFrom('a', 'B', 'ß', '7'), maxLength: 3 });
const viewerStates = ['dialling', 'ok', 'late', 'expiring', 'stuck'] as const;
const sessionStates = ['ok', 'full', 'over', 'late', 'expiring', 'stuck'] as const;

const viewer: fc.Arbitrary<Filterable> = fc.record({
  id: fc.nat(20).map((n) => `v${n}` as ViewerId),
  session: text as fc.Arbitrary<SessionId>,
  who: fc.option(text),
  remote: text,
  state: fc.constantFrom(...viewerStates),
  sessionState: fc.constantFrom(...sessionStates),
  rttMs: fc.option(small),
  ageMs: small,
  leftMs: fc.option(small),
  queuedBytes: small,
  rate: small,
});

const term: fc.Arbitrary<FilterTerm> = fc.oneof(
  fc.record({
    on: fc.constantFrom(...(['text', 'session', 'who'] as const)),
    has: text,
    not: fc.boolean(),
  }),
  fc.record({
    on: fc.constant('state' as const),
    is: fc.constantFrom(...viewerStates, ...sessionStates),
    not: fc.boolean(),
  }),
  fc.record({
    on: fc.constantFrom(...(['rtt', 'age', 'left', 'buffer', 'rate'] as const)),
    than: fc.constantFrom(...(['more', 'less'] as const)),
    bound: small,
    not: fc.boolean(),
  }),
);

const filter = fc.array(term, { maxLength: 4 });
const meets = (terms: Filter, of: Filterable): boolean => matcherOf(terms)?.(of) ?? true;

describe('a filter', () => {
  it('is met where each of its terms alone is, in whatever order', () => {
    fc.assert(
      fc.property(filter, viewer, (terms, of) => {
        const each = terms.every((one) => meets([one], of));
        expect(meets(terms, of)).toBe(each);
        expect(meets(terms.toReversed(), of)).toBe(each);
      }),
    );
  });

  it('divides everybody in two with each term and its opposite', () => {
    fc.assert(
      fc.property(term, viewer, (one, of) => {
        expect(meets([{ ...one, not: !one.not }], of)).toBe(!meets([one], of));
      }),
    );
  });

  it('does not mind the case', () => {
    fc.assert(
      fc.property(term, viewer, (one, of) => {
        fc.pre('has' in one);
        // Not upper case: of the sharp s that makes two letters.
        const other = { ...one, has: one.has.toLowerCase() };
        const lower = { ...of, who: of.who?.toLowerCase() ?? null };
        expect(meets([other], lower)).toBe(meets([one], of));
      }),
    );
  });
});
