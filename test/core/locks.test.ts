import { describe, expect, it } from 'vitest';
import type { SessionId } from '../../src/contract.ts';
import { Locks, MOST_LOCKS } from '../../src/core/locks.ts';

const id = (n: number): SessionId => `s${n}` as SessionId;

describe('locks', () => {
  it('hold for the session that is locked and no other, until it is unlocked', () => {
    const locks = new Locks();
    expect(locks.lock(id(1))).toBe('locked');
    expect([locks.holds(id(1)), locks.holds(id(2)), locks.all]).toEqual([true, false, false]);
    expect(locks.lock(id(1))).toBe('already');
    expect(locks.size).toBe(1);
    expect(locks.unlock(id(1))).toBe('unlocked');
    expect(locks.unlock(id(1))).toBe('not-locked');
    expect(locks.holds(id(1))).toBe(false);
  });

  it('hold for every session where all are locked, and let none of them out alone', () => {
    const locks = new Locks();
    locks.lock(id(1));
    expect(locks.lock(null)).toBe('locked');
    expect(locks.lock(null)).toBe('already');
    expect(locks.holds(id(2))).toBe(true);
    expect(locks.unlock(id(1))).toBe('all-locked');
    expect(locks.unlock(id(2))).toBe('all-locked');
    expect([...locks.own]).toEqual([id(1)]);
  });

  it('all go when all are unlocked, whether all were locked or each alone', () => {
    const locks = new Locks();
    locks.lock(id(1));
    expect(locks.unlock(null)).toBe('unlocked');
    expect(locks.holds(id(1))).toBe(false);
    locks.lock(null);
    locks.lock(id(2));
    expect(locks.unlock(null)).toBe('unlocked');
    expect([locks.all, locks.size]).toEqual([false, 0]);
    expect(locks.unlock(null)).toBe('not-locked');
  });

  it('are bounded in number, while all together are one lock that always fits', () => {
    const locks = new Locks();
    for (let n = 0; n < MOST_LOCKS; n += 1) expect(locks.lock(id(n))).toBe('locked');
    expect(locks.lock(id(MOST_LOCKS))).toBe('too-many');
    expect(locks.holds(id(MOST_LOCKS))).toBe(false);
    expect(locks.lock(id(3))).toBe('already');
    expect(locks.lock(null)).toBe('locked');
    expect(locks.size).toBe(MOST_LOCKS);
  });
});
