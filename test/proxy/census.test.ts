import { describe, expect, it } from 'vitest';
import type { SessionId, ViewerState } from '../../src/contract.ts';
import { Ledger } from '../../src/core/ledger.ts';
import { takeCensus } from '../../src/proxy/census.ts';
import { Registry } from '../../src/proxy/registry.ts';
import type { Viewer } from '../../src/proxy/viewer.ts';

/** A proxy with a cap of 3 and viewers in these states, by session. */
const count = (sessions: Readonly<Record<string, readonly ViewerState[]>>, own = 3) => {
  const registry = new Registry();
  const ledger = new Ledger(3, 100);
  ledger.setCap(own, 'own' as SessionId);
  let number = 0;
  for (const [session, states] of Object.entries(sessions)) {
    for (const state of states) {
      number += 1;
      registry.add({ id: `v${number}`, slot: { session }, state } as unknown as Viewer);
    }
  }
  return takeCensus(registry, ledger);
};

describe('a census', () => {
  it('of nobody counts nobody', () => {
    const states = { dialling: 0, ok: 0, late: 0, expiring: 0, stuck: 0 };
    const { empty, ...nobody } = count({});
    expect(nobody).toEqual({ sessions: [], states, full: 0, over: 0, attention: [] });
    // It has a cap of its own.
    expect(empty).toMatchObject([{ id: 'own', state: 'empty', cap: 3 }]);
    expect(empty.map(({ viewers }) => viewers.size)).toEqual([0]);
  });

  it('counts the viewers in each state and names those who need an eye', () => {
    const { states, attention } = count({
      a: ['ok', 'late', 'dialling'],
      b: ['stuck', 'ok', 'expiring', 'late'],
    });
    expect(states).toEqual({ dialling: 1, ok: 2, late: 2, expiring: 1, stuck: 1 });
    expect(attention.map(({ id }) => id)).toEqual(['v2', 'v4', 'v6', 'v7']);
  });

  it('knows each session by its worst viewer or by how full it is, and counts the full', () => {
    const { sessions, full, over } = count(
      {
        late: ['ok', 'late', 'ok', 'ok'],
        full: ['ok', 'dialling', 'ok'],
        over: ['ok', 'ok', 'ok', 'ok'],
        well: ['ok'],
        dialling: ['dialling'],
        own: ['ok'],
        bad: ['late', 'stuck', 'expiring'],
      },
      1,
    );
    expect(sessions.map(({ id, state, cap }) => [id, state, cap])).toEqual([
      ['late', 'late', 3],
      ['full', 'full', 3],
      ['over', 'over', 3],
      ['well', 'ok', 3],
      ['dialling', 'ok', 3],
      ['own', 'full', 1],
      ['bad', 'stuck', 3],
    ]);
    expect({ full, over }).toEqual({ full: 3, over: 2 });
  });
});
