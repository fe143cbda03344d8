import { describe, expect, it } from 'vitest';
import type { SessionId } from '../../src/contract.ts';
import { Ledger, type Slot } from '../../src/core/ledger.ts';

const session = (name: string): SessionId => name as SessionId;
const a = session('a');
const b = session('b');

const taken = (ledger: Ledger, id: SessionId): Slot => {
  const admission = ledger.reserve(id);
  if (!admission.ok) throw new Error(`no slot in ${id}: ${admission.cause}`);
  return admission.slot;
};

const fill = (ledger: Ledger, id: SessionId, count: number): Slot[] =>
  Array.from({ length: count }, () => taken(ledger, id));

describe('reserve', () => {
  it('refuses the ninth viewer when the cap is eight', () => {
    const ledger = new Ledger(8, 100);
    fill(ledger, a, 8);
    expect(ledger.reserve(a)).toEqual({ ok: false, cause: 'cap', viewers: 8, cap: 8 });
    expect(ledger.viewers(a)).toBe(8);
    expect(ledger.total).toBe(8);
  });

  it('counts the viewers with the new one', () => {
    const ledger = new Ledger(2, 100);
    expect(ledger.reserve(a)).toEqual({ ok: true, slot: { session: a }, viewers: 1, cap: 2 });
    expect(ledger.reserve(a)).toMatchObject({ ok: true, viewers: 2, cap: 2 });
  });

  it('leaves other sessions alone when one is full', () => {
    const ledger = new Ledger(1, 100);
    fill(ledger, a, 1);
    expect(ledger.reserve(a).ok).toBe(false);
    expect(ledger.reserve(b).ok).toBe(true);
  });

  it('refuses whoever is beyond the viewers that all sessions may have together', () => {
    const ledger = new Ledger(8, 3);
    fill(ledger, a, 2);
    const [slot] = fill(ledger, b, 1);
    const refusal = { ok: false, cause: 'max-viewers', viewers: 0, cap: 8 };
    expect(ledger.reserve(session('c'))).toEqual(refusal);
    expect(ledger.viewers(session('c'))).toBe(0);
    ledger.release(slot!);
    expect(ledger.reserve(session('c')).ok).toBe(true);
  });

  it('names the cap where the session and the proxy are both full', () => {
    const ledger = new Ledger(2, 2);
    fill(ledger, a, 2);
    expect(ledger.reserve(a)).toMatchObject({ ok: false, cause: 'cap' });
  });
});

describe('release', () => {
  it('makes the slot usable at once', () => {
    const ledger = new Ledger(1, 1);
    const slot = taken(ledger, a);
    expect(ledger.release(slot)).toBe(true);
    expect(ledger.reserve(a).ok).toBe(true);
  });

  it('gives a slot back once, however often it is called', () => {
    const ledger = new Ledger(3, 10);
    const [first] = fill(ledger, a, 3);
    expect(ledger.release(first!)).toBe(true);
    expect(ledger.release(first!)).toBe(false);
    expect(ledger.release(first!)).toBe(false);
    expect(ledger.viewers(a)).toBe(2);
    expect(ledger.total).toBe(2);
  });

  it('does not give back the slot of whoever came after', () => {
    const ledger = new Ledger(1, 10);
    const slot = taken(ledger, a);
    ledger.release(slot);
    taken(ledger, a);
    expect(ledger.release(slot)).toBe(false);
    expect(ledger.reserve(a).ok).toBe(false);
  });

  it('takes back no slot of another ledger', () => {
    const ledger = new Ledger(2, 10);
    taken(ledger, a);
    expect(ledger.release(taken(new Ledger(2, 10), a))).toBe(false);
    expect(ledger.viewers(a)).toBe(1);
  });
});

describe('caps that change', () => {
  it('frees slots at once when the cap is raised', () => {
    const ledger = new Ledger(1, 10);
    fill(ledger, a, 1);
    expect(ledger.setCap(2)).toBe(1);
    expect(ledger.reserve(a)).toMatchObject({ ok: true, viewers: 2, cap: 2 });
  });

  it('evicts nobody when the cap is lowered, and admits nobody until there is room', () => {
    const ledger = new Ledger(4, 10);
    const slots = fill(ledger, a, 4);
    expect(ledger.setCap(2)).toBe(4);
    expect(ledger.viewers(a)).toBe(4);
    for (const slot of slots.slice(0, 2)) {
      expect(ledger.reserve(a)).toMatchObject({ ok: false, cause: 'cap', cap: 2 });
      ledger.release(slot);
    }
    expect(ledger.reserve(a)).toMatchObject({ ok: false, viewers: 2 });
    ledger.release(slots[2]!);
    expect(ledger.reserve(a)).toMatchObject({ ok: true, viewers: 2 });
  });

  it('holds one session to its own cap, whatever the default becomes', () => {
    const ledger = new Ledger(8, 100);
    expect(ledger.setCap(1, a)).toBe(8);
    ledger.setCap(5);
    expect([ledger.capOf(a), ledger.capOf(b), ledger.cap]).toEqual([1, 5, 5]);
    expect([ledger.hasOwnCap(a), ledger.hasOwnCap(b)]).toEqual([true, false]);
    fill(ledger, a, 1);
    expect(ledger.reserve(a).ok).toBe(false);
  });

  it('keeps the cap of a session that everybody left', () => {
    const ledger = new Ledger(8, 100);
    ledger.setCap(1, a);
    ledger.release(taken(ledger, a));
    expect(ledger.capOf(a)).toBe(1);
  });

  it('goes by the default again once the cap of its own is lifted', () => {
    const ledger = new Ledger(2, 100);
    ledger.setCap(7, a);
    expect(ledger.liftCap(a)).toBe(7);
    expect([ledger.capOf(a), ledger.hasOwnCap(a)]).toEqual([2, false]);
    expect(ledger.liftCap(a)).toBe(2);
  });
});

describe('preview', () => {
  it('says who would be over a lower cap, fullest first, and changes nothing', () => {
    const ledger = new Ledger(8, 100);
    fill(ledger, a, 3);
    fill(ledger, b, 5);
    fill(ledger, session('c'), 2);
    expect(ledger.preview(2)).toEqual({
      cap: 2,
      over: [
        { session: b, viewers: 5 },
        { session: a, viewers: 3 },
      ],
      overCount: 2,
      freeNow: 5 + 3 + 6,
      freeThen: 0,
    });
    expect(ledger.cap).toBe(8);
  });

  it('passes over sessions with a cap of their own', () => {
    const ledger = new Ledger(8, 100);
    fill(ledger, a, 3);
    ledger.setCap(4, a);
    expect(ledger.preview(1)).toEqual({
      cap: 1,
      over: [],
      overCount: 0,
      freeNow: 1,
      freeThen: 1,
    });
  });

  it('is of the one session that it is asked about', () => {
    const ledger = new Ledger(4, 100);
    fill(ledger, a, 3);
    fill(ledger, b, 3);
    const over = [{ session: a, viewers: 3 }];
    expect(ledger.preview(2, a)).toEqual({ cap: 2, over, overCount: 1, freeNow: 1, freeThen: 0 });
  });

  it('names ten sessions and counts the others', () => {
    const ledger = new Ledger(8, 1_000);
    for (let i = 0; i < 12; i += 1) fill(ledger, session(`s${String(i).padStart(2, '0')}`), 2);
    const { over, overCount } = ledger.preview(1);
    expect(over.map((row) => row.session)).toEqual(
      Array.from({ length: 10 }, (_, i) => `s${String(i).padStart(2, '0')}`),
    );
    expect(overCount).toBe(12);
  });

  it('knows nothing of sessions that everybody left', () => {
    const ledger = new Ledger(8, 100);
    for (const slot of fill(ledger, a, 3)) ledger.release(slot);
    expect(ledger.preview(1)).toEqual({
      cap: 1,
      over: [],
      overCount: 0,
      freeNow: 0,
      freeThen: 0,
    });
  });
});
