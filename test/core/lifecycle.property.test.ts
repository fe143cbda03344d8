import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DIALLING,
  step,
  type Effect,
  type Happening,
  type Lifecycle,
  type Side,
} from '../../src/core/lifecycle.ts';

const SIDES = ['viewer', 'backend'] as const;
const side = fc.constantFrom<Side>(...SIDES);

const after = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ on: fc.constantFrom('close' as const, 'lost' as const), side }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      on: fc.constant('offence' as const),
      side,
      cause: fc.constantFrom('protocol-error' as const, 'message-too-big' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      on: fc.constant('evict' as const),
      cause: fc.constantFrom(
        'pong-timeout' as const,
        'write-timeout' as const,
        'operator' as const,
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ on: fc.constantFrom('shutdown' as const, 'drained' as const) }),
  },
);

const dialOutcome = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ on: 'dialled' } as const) },
  {
    weight: 1,
    arbitrary: fc.record({
      on: fc.constant('dial-failed' as const),
      cause: fc.constantFrom(
        'refused',
        'timeout',
        'bad-answer',
        'aborted',
        'error',
        'unknown-session',
      ),
    }),
  },
);

const anything: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 4, arbitrary: after },
  { weight: 1, arbitrary: dialOutcome },
);

/** Half of all lives get as far as the relay. */
const life: fc.Arbitrary<Happening[]> = fc
  .tuple(
    fc.constantFrom<Happening[]>([], [{ on: 'dialled' }]),
    fc.array(anything, { maxLength: 12, size: 'max' }),
  )
  .map((parts) => parts.flat());

type Lived = { readonly happening: Happening; readonly state: Lifecycle; effects: Effect[] };

const live = (happenings: readonly Happening[]): Lived[] => {
  let state = DIALLING;
  return happenings.map((happening) => {
    const next = step(state, happening);
    state = next.state;
    return { happening, state, effects: [...next.effects] };
  });
};

const count = (effects: readonly Effect[], ...kinds: Effect['do'][]): number =>
  effects.filter((effect) => kinds.includes(effect.do)).length;

/** What was done about one leg, in order. A refusal is said to the viewer. */
const done = (effects: readonly Effect[], leg: Side): string[] =>
  effects.flatMap((effect) => {
    if (effect.do === 'refuse') return leg === 'viewer' ? ['refuse'] : [];
    return 'side' in effect && effect.side === leg ? [effect.do] : [];
  });

/** Holds every moment of a life to `check`: all effects so far, and the state they led to. */
const always = (
  check: (effects: readonly Effect[], state: Lifecycle, happened: readonly Happening[]) => void,
): void => {
  fc.assert(
    fc.property(life, (happenings) => {
      const effects: Effect[] = [];
      const happened: Happening[] = [];
      check(effects, DIALLING, happened);
      for (const lived of live(happenings)) {
        effects.push(...lived.effects);
        happened.push(lived.happening);
        check(effects, lived.state, happened);
      }
    }),
    { numRuns: 1_000 },
  );
};

describe('whatever happens, in any order,', () => {
  it('the slot is released once, with the end and not before', () => {
    expect.hasAssertions();
    always((effects, { phase }) => {
      const over = phase === 'closing' || phase === 'gone';
      expect(count(effects, 'release')).toBe(over ? 1 : 0);
    });
  });

  it('the slot is released before anything else is done about the end', () => {
    expect.hasAssertions();
    always((effects) => {
      const release = effects.findIndex((effect) => effect.do === 'release');
      const before = release < 0 ? effects : effects.slice(0, release);
      expect(count(before, 'accept', 'relay', 'record-admitted')).toBe(before.length);
    });
  });

  it('the viewer is accepted at most once, and never after the release', () => {
    expect.hasAssertions();
    always((effects) => {
      const release = effects.findIndex((effect) => effect.do === 'release');
      const then = release < 0 ? [] : effects.slice(release);
      expect(count(effects, 'accept')).toBeLessThanOrEqual(1);
      expect(count(then, 'accept', 'relay', 'record-admitted')).toBe(0);
      expect(count(effects, 'accept')).toBe(count(effects, 'record-admitted'));
    });
  });

  it('whoever was admitted is recorded to have left, once, and all others as unavailable', () => {
    expect.hasAssertions();
    always((effects, { phase }) => {
      const over = phase === 'closing' || phase === 'gone' ? 1 : 0;
      const admitted = count(effects, 'record-admitted');
      expect(count(effects, 'record-left')).toBe(over * admitted);
      expect(count(effects, 'record-unavailable')).toBe(over * (1 - admitted));
    });
  });

  it('the Close that tells the story is put on the wire, or cut off, with the decision', () => {
    fc.assert(
      fc.property(life, (happenings) => {
        for (const { effects } of live(happenings)) {
          const left = effects.find((effect) => effect.do === 'record-left');
          const puts = left === undefined ? ['cut'] : done(effects, left.put);
          expect(['close', 'pass-close', 'cut']).toContain(puts[0]);
        }
      }),
    );
  });

  it('a dial that was not answered is aborted, and no other', () => {
    expect.hasAssertions();
    always((effects, { phase }, happened) => {
      const [first] = happened;
      const over = phase === 'closing' || phase === 'gone';
      const answered =
        first?.on === 'dialled' || (first?.on === 'dial-failed' && first.cause !== 'aborted');
      expect(count(effects, 'abort-dial')).toBe(over && !answered ? 1 : 0);
    });
  });

  it('a leg gets one Close at most, and nothing after its end', () => {
    expect.hasAssertions();
    always((effects) => {
      for (const leg of SIDES) {
        const words = done(effects, leg);
        const closes = words.filter((word) => !['end', 'cut'].includes(word));
        expect(closes.length).toBeLessThanOrEqual(1);
        const end = words.findIndex((word) => word === 'cut' || word === 'end');
        expect(words.slice(end < 0 ? words.length : end + 1)).toEqual([]);
      }
    });
  });

  it('nothing is left when both sockets are at their end, and not before', () => {
    expect.hasAssertions();
    always((effects, { phase }, happened) => {
      const opened = count(effects, 'accept') === 1;
      const atEnd = (leg: Side): boolean =>
        done(effects, leg).includes('cut') ||
        happened.some((happening) => happening.on === 'lost' && happening.side === leg);
      const gone = opened ? SIDES.every(atEnd) : count(effects, 'release') === 1;
      expect(phase === 'gone').toBe(gone);
    });
  });

  it('a side that stays until the other is done has got a Close before its end', () => {
    expect.hasAssertions();
    always((effects, { phase }, happened) => {
      const over = count(effects, 'accept') === 1 && phase !== 'open';
      for (const leg of SIDES) {
        const words = done(effects, leg);
        const isLost = happened.some((what) => what.on === 'lost' && what.side === leg);
        const stays = over && !words.includes('cut') && !isLost;
        const far = done(effects, leg === 'viewer' ? 'backend' : 'viewer');
        const isDone = [...words, ...far].some((word) => word === 'end' || word === 'cut');
        const told = ['close', 'pass-close', 'answer'].includes(words[0] ?? '');
        expect(stays && isDone && !told).toBe(false);
      }
    });
  });

  it('a step changes nothing that it is given, and gives the same when it is taken again', () => {
    fc.assert(
      fc.property(life, (happenings) => {
        let state = DIALLING;
        for (const happening of happenings) {
          const given = structuredClone(state);
          const taken = structuredClone(step(state, happening));
          expect(state).toEqual(given);
          expect(step(state, happening)).toEqual(taken);
          state = taken.state;
        }
      }),
    );
  });
});
