import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Armings } from '../../src/core/armings.ts';
import { viewerId } from '../support/fake-control.ts';

const ids = (...names: readonly string[]) => names.map(viewerId);

/** What there is, in short. */
const at = (armings: Armings, now: number, first: readonly string[] = [], most = 100) => {
  const { count, first: some } = armings.at(now, ids(...first), most);
  return { count, first: some.map(({ viewer, actor, leftMs }) => `${viewer} ${actor} ${leftMs}`) };
};

describe('what is armed', () => {
  it('runs down, and is forgotten a second after it was due', () => {
    const armings = new Armings();
    armings.arm(ids('v1'), 'ann', 3_000);
    expect(at(armings, 0)).toEqual({ count: 1, first: ['v1 ann 3000'] });
    expect(at(armings, 2_500).first).toEqual(['v1 ann 500']);
    expect(at(armings, 3_999).first).toEqual(['v1 ann 0']);
    expect(at(armings, 4_000)).toEqual({ count: 0, first: [] });
  });

  it('is undone by who has armed it, and by nobody else', () => {
    const armings = new Armings();
    armings.arm(ids('v1', 'v2'), 'ann', 3_000);
    armings.arm(ids('v1'), 'bob', 5_000);
    armings.undo(ids('v1', 'v9'), 'ann');
    expect(at(armings, 0)).toEqual({ count: 2, first: ['v1 bob 5000', 'v2 ann 3000'] });
    armings.undo(ids('v2'), 'bob');
    expect(at(armings, 0).count).toBe(2);
  });

  it('goes with its viewer, whoever has armed it', () => {
    const armings = new Armings();
    armings.arm(ids('v1'), 'ann', 3_000);
    armings.arm(ids('v1', 'v2'), 'bob', 3_000);
    armings.gone(viewerId('v1'));
    expect(at(armings, 0)).toEqual({ count: 1, first: ['v2 bob 3000'] });
  });

  it('has the newest time of each operator', () => {
    const armings = new Armings();
    armings.arm(ids('v1'), 'ann', 3_000);
    armings.arm(ids('v1'), 'ann', 9_000);
    expect(at(armings, 5_000)).toEqual({ count: 1, first: ['v1 ann 4000'] });
  });

  it('names those that are looked at first, and counts all', () => {
    const armings = new Armings();
    armings.arm(ids('v1', 'v2', 'v3', 'v4'), 'ann', 100);
    expect(at(armings, 0, ['v9', 'v4', 'v4'], 3)).toEqual({
      count: 4,
      first: ['v4 ann 100', 'v1 ann 100', 'v2 ann 100'],
    });
  });

  it('is bounded', () => {
    const armings = new Armings();
    const many = Array.from({ length: 10_001 }, (_none, nth) => viewerId(`v${nth}`));
    armings.arm(many, 'ann', 100);
    armings.arm(ids('v3', 'x1'), 'bob', 100);
    expect(at(armings, 0, ['x1'], 1)).toEqual({ count: 10_000, first: ['v0 ann 100'] });
    armings.undo(ids('v3'), 'ann');
    armings.arm(ids('x1'), 'bob', 100);
    expect(at(armings, 0, ['x1'], 1)).toEqual({ count: 10_000, first: ['x1 bob 100'] });
  });

  it('has no long names, and is undone by whoever has one', () => {
    const armings = new Armings();
    armings.arm(ids('v1', 'v2'), 'x'.repeat(1_000), 100);
    expect(at(armings, 0, ['v1'], 1).first).toEqual([`v1 ${'x'.repeat(200)} 100`]);
    armings.undo(ids('v1'), 'x'.repeat(1_000));
    expect(at(armings, 0).count).toBe(1);
  });

  it('is what a plain list of it would be', () => {
    const viewer = fc.constantFrom(...ids('v1', 'v2', 'v3'));
    const actor = fc.constantFrom('ann', 'bob');
    const deed = fc.oneof(
      fc.record({ do: fc.constant('arm' as const), viewer, actor, dueAt: fc.nat(5_000) }),
      fc.record({ do: fc.constant('undo' as const), viewer, actor }),
      fc.record({ do: fc.constant('gone' as const), viewer }),
    );
    fc.assert(
      fc.property(fc.array(deed), fc.nat(6_000), (deeds, now) => {
        const armings = new Armings();
        const plain = new Map<string, number>();
        for (const one of deeds) {
          if (one.do === 'arm') {
            armings.arm([one.viewer], one.actor, one.dueAt);
            plain.set(`${one.viewer} ${one.actor}`, one.dueAt);
          } else if (one.do === 'undo') {
            armings.undo([one.viewer], one.actor);
            plain.delete(`${one.viewer} ${one.actor}`);
          } else {
            armings.gone(one.viewer);
            for (const name of ['ann', 'bob']) plain.delete(`${one.viewer} ${name}`);
          }
        }
        const left = [...plain].filter(([, dueAt]) => now < dueAt + 1_000);
        const { count, first } = at(armings, now);
        expect(count).toBe(left.length);
        expect(first.toSorted()).toEqual(
          left.map(([name, dueAt]) => `${name} ${Math.max(0, dueAt - now)}`).toSorted(),
        );
      }),
    );
  });
});
