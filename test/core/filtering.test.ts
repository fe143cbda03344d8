import { describe, expect, it } from 'vitest';
import type { FilterTerm, SessionId, ViewerId } from '../../src/contract.ts';
import { matcherOf, type Filterable } from '../../src/core/filtering.ts';

const viewer: Filterable = {
  id: 'v1042' as ViewerId,
  session: 'deploy-77f1' as SessionId,
  who: 'Mira',
  remote: '10.4.9.17:52210',
  state: 'late',
  sessionState: 'stuck',
  rttMs: 190,
  ageMs: 60_000,
  leftMs: 24_000,
  queuedBytes: 3_000_000,
  rate: 0,
};

const has = (on: 'text' | 'session' | 'who', text: string): FilterTerm => ({
  on,
  has: text,
  not: false,
});
const state = (is: Extract<FilterTerm, { readonly on: 'state' }>['is']): FilterTerm => ({
  on: 'state',
  is,
  not: false,
});
const than = (
  on: 'rtt' | 'age' | 'left' | 'buffer' | 'rate',
  bound: number,
  how: 'more' | 'less' = 'more',
): FilterTerm => ({ on, than: how, bound, not: false });

const meets = (terms: readonly FilterTerm[], of: Partial<Filterable> = {}): boolean =>
  matcherOf(terms)?.({ ...viewer, ...of }) ?? true;

describe('a filter', () => {
  const well = { state: 'ok', sessionState: 'ok' } as const;
  const rows: [string, FilterTerm, Partial<Filterable>, boolean][] = [
    ['a text finds part of an id', has('text', '104'), {}, true],
    ['a text finds part of a session', has('text', 'loy-7'), {}, true],
    ['a text finds who it is, whatever the case', has('text', 'mIRA'), {}, true],
    ['a text finds part of an address', has('text', '9.17:'), {}, true],
    ['a text does not find what goes over two values', has('text', 'v1042deploy'), {}, false],
    ['a text does not find what is nowhere', has('text', 'jon'), {}, false],
    ['an empty text finds everybody', has('text', ''), { who: null }, true],
    ['a session finds part of its name', has('session', 'DEPLOY'), {}, true],
    ['a session does not look at the id', has('session', 'v1042'), {}, false],
    ['who finds part of it', has('who', 'mir'), {}, true],
    ['who finds nobody of whom it is not known', has('who', ''), { who: null }, false],
    ['a state is that of the viewer', state('late'), {}, true],
    ['a bad state of the session alone does not count', state('stuck'), {}, false],
    ['full is that of the session', state('full'), { state: 'ok', sessionState: 'full' }, true],
    ['over is that of the session', state('over'), { state: 'ok', sessionState: 'over' }, true],
    ['ok is that of the viewer', state('ok'), { state: 'ok' }, true],
    ['ok is that of the session too', state('ok'), { ...well, state: 'dialling' }, true],
    ['ok is not of a bad viewer in a bad session', state('ok'), {}, false],
    ['dialling is that of the viewer', state('dialling'), { state: 'dialling' }, true],
    ['a round trip above', than('rtt', 189.9), {}, true],
    ['a round trip that is just so is not above', than('rtt', 190), {}, false],
    ['a round trip that is just so is not below', than('rtt', 190, 'less'), {}, false],
    ['a round trip below', than('rtt', 191, 'less'), {}, true],
    ['a round trip that is not known is above none', than('rtt', -1), { rttMs: null }, false],
    ['and below none', than('rtt', 1e9, 'less'), { rttMs: null }, false],
    ['an age', than('age', 59_999), {}, true],
    ['what is left', than('left', 24_001, 'less'), {}, true],
    ['what is left while dialling', than('left', 1e9, 'less'), { leftMs: null }, false],
    ['what waits', than('buffer', 2_999_999), {}, true],
    ['what goes out', than('rate', 1, 'less'), {}, true],
  ];
  it.each(rows)('%s', (_name, term, of, expected) => {
    expect(meets([term], of)).toBe(expected);
    expect(meets([{ ...term, not: true }], of)).toBe(!expected);
  });

  it('wants all of its terms', () => {
    expect(meets([has('text', 'deploy'), than('rtt', 100), state('late')])).toBe(true);
    expect(meets([has('text', 'deploy'), than('rtt', 200), state('late')])).toBe(false);
  });

  it('that is empty is none: nobody has to be looked at', () => {
    expect(matcherOf([])).toBeNull();
  });

  it('reads only what its terms ask about', () => {
    const onlyAge = { ageMs: 5 } as Filterable;
    const matches = matcherOf([than('age', 4)])!;
    const asked: PropertyKey[] = [];
    const spy = new Proxy(onlyAge, {
      get: (of, key) => {
        asked.push(key);
        return Reflect.get(of, key);
      },
    });
    expect(matches(spy)).toBe(true);
    expect(asked).toEqual(['ageMs']);
  });
});
