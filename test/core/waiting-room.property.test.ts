import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SessionId } from '../../src/contract.ts';
import { boundsFor, type Stay, WaitingRoom } from '../../src/core/waiting-room.ts';

const BOUNDS = { inAll: 5, perSession: 3, perOrigin: 3 };
const SESSIONS = ['a', 'b', 'c'] as SessionId[];

const session = fc.constantFrom(...SESSIONS);
const until = fc.option(fc.integer({ min: 0, max: 9 }));

const operation = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('enter' as const),
      session,
      origin: fc.constantFrom('x', 'y', 'z'),
      holdUntil: until,
      probeUntil: until,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('leave' as const), pick: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('hold-ends' as const), pick: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('probes-end' as const), session, nextAt: until }),
  },
);

type Operation = typeof operation extends fc.Arbitrary<infer Each> ? Each : never;

const stayOf = (
  { session: id, origin, holdUntil, probeUntil }: Extract<Operation, { do: 'enter' }>,
  since: number,
): Stay => ({ session: id, origin, cause: 'cap', since, holdUntil, probeUntil });

/** What the room answers; `guest` is the number of the operation, and who enters with it. */
const act = (room: WaitingRoom<number>, guest: number, each: Operation): unknown => {
  switch (each.do) {
    case 'enter':
      return [room.hasRoom(each.session, each.origin), room.enter(guest, stayOf(each, guest))];
    case 'leave':
      return room.leave(each.pick % (guest + 1));
    case 'hold-ends':
      return room.holdEnds(each.pick % (guest + 1));
    default:
      return room.probesEnd(each.session, each.nextAt);
  }
};

/** The room as a plain list, the oldest first. */
class Oracle {
  list: { readonly guest: number; readonly stay: Stay }[] = [];

  count(matches: (stay: Stay) => boolean): number {
    return this.list.filter(({ stay }) => matches(stay)).length;
  }

  act(guest: number, each: Operation): unknown {
    switch (each.do) {
      case 'enter': {
        const stay = stayOf(each, guest);
        const hasRoom =
          this.list.length < BOUNDS.inAll &&
          this.count(({ session: id }) => id === stay.session) < BOUNDS.perSession &&
          this.count(({ origin }) => origin === stay.origin) < BOUNDS.perOrigin;
        const enters = hasRoom && (stay.holdUntil !== null || stay.probeUntil !== null);
        if (enters) this.list.push({ guest, stay });
        return [hasRoom, enters];
      }
      case 'leave': {
        const pick = each.pick % (guest + 1);
        const found = this.list.find((one) => one.guest === pick);
        this.list = this.list.filter((one) => one !== found);
        return found?.stay ?? null;
      }
      case 'hold-ends': {
        const pick = each.pick % (guest + 1);
        return this.#end((one) => one.guest === pick, { holdUntil: null }).length === 1;
      }
      default: {
        const { session: id, nextAt } = each;
        const isOver = ({ stay }: { readonly stay: Stay }): boolean =>
          stay.session === id &&
          stay.probeUntil !== null &&
          (nextAt === null || nextAt > stay.probeUntil);
        return this.#end(isOver, { probeUntil: null });
      }
    }
  }

  /** Ends one reason to wait; returns those of them that nothing keeps any more. */
  #end(
    matches: (each: { readonly guest: number; readonly stay: Stay }) => boolean,
    over: Partial<Stay>,
  ): number[] {
    const ended = new Set(this.list.filter(matches).map(({ guest }) => guest));
    this.list = this.list.map(({ guest, stay }) =>
      ended.has(guest) ? { guest, stay: { ...stay, ...over } } : { guest, stay },
    );
    return this.list
      .filter(({ guest }) => ended.has(guest))
      .filter(({ stay }) => stay.holdUntil === null && stay.probeUntil === null)
      .map(({ guest }) => guest);
  }
}

describe('the waiting room', () => {
  it('is as a list of everybody who came, and never fuller than its bounds', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 60, size: 'max' }), (operations) => {
        const room = new WaitingRoom<number>(BOUNDS);
        const oracle = new Oracle();
        for (const [guest, each] of operations.entries()) {
          expect(act(room, guest, each)).toEqual(oracle.act(guest, each));
          expect(room.size).toBe(oracle.list.length);
          expect(room.size).toBeLessThanOrEqual(BOUNDS.inAll);
          for (const id of SESSIONS) {
            expect(room.waitingFor(id)).toBe(oracle.count((stay) => stay.session === id));
            expect(room.waitingFor(id)).toBeLessThanOrEqual(BOUNDS.perSession);
          }
          for (const first of [null, ...SESSIONS]) {
            const rank = (stay: Stay): number => (stay.session === first ? 0 : 1);
            const line = oracle.list.toSorted((p, q) => rank(p.stay) - rank(q.stay));
            expect(room.line(first)).toEqual(line.map((one) => [one.guest, one.stay.session]));
          }
        }
      }),
    );
  });

  it('lets in again who has left, at the end of the line, and nobody twice', () => {
    const room = new WaitingRoom<string>(BOUNDS);
    const [id] = SESSIONS;
    const stay: Stay = {
      session: id!,
      origin: 'x',
      cause: 'cap',
      since: 0,
      holdUntil: 1,
      probeUntil: null,
    };
    expect([room.enter('p', stay), room.enter('q', stay), room.enter('p', stay)]).toEqual([
      true,
      true,
      false,
    ]);
    expect(room.find('p')).toEqual(stay);
    room.leave('p');
    expect(room.find('p')).toBeNull();
    room.enter('p', stay);
    expect(room.line(null).map(([guest]) => guest)).toEqual(['q', 'p']);
  });
});

describe('the bounds of a proxy', () => {
  it('stay within what --max-viewers leaves of the descriptors', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), (maxViewers) => {
        const { inAll, perSession, perOrigin } = boundsFor(maxViewers);
        // What `maxViewersFor` leaves over; half of it is for those who do not wait.
        const leftOver = Math.max(64, (maxViewers * 2) / 7);
        expect(inAll).toBeGreaterThanOrEqual(16);
        expect(inAll).toBeLessThanOrEqual(Math.min(256, leftOver / 2));
        expect(perSession).toBeLessThanOrEqual(inAll);
        expect(perOrigin).toBeGreaterThanOrEqual(4);
        expect(perOrigin).toBeLessThanOrEqual(inAll / 4);
      }),
    );
  });
});
