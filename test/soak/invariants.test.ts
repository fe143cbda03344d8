import { describe, expect, it } from 'vitest';
import type { ProxyEvent } from '../../src/events.ts';
import { Invariants } from './invariants.ts';
import type { Figures, Observation } from './observation.ts';

const MIB = 1024 * 1024;

const place = { session: 'one', remote: '10.0.0.1', viewers: 1, cap: 8 };

const event = (parts: object): Observation => ({
  at: 0,
  on: 'event',
  event: { time: '2026-01-01T00:00:00.000Z', ...place, ...parts } as unknown as ProxyEvent,
});

const admitted = (viewer: string, parts: object = {}): Observation =>
  event({ event: 'viewer.admitted', viewer, dialMs: 1, ...parts });

const left = (viewer: string, parts: object = {}): Observation =>
  event({
    event: 'viewer.left',
    viewer,
    cause: 'viewer-closed',
    durationMs: 1,
    bytesToViewer: 0,
    bytesToBackend: 0,
    messagesToViewer: 0,
    messagesToBackend: 0,
    closeSent: true,
    ...parts,
  });

const evicted = (viewer: string, parts: object = {}): Observation =>
  event({ event: 'viewer.evicted', viewer, cause: 'pong-timeout', closeSent: true, ...parts });

const drained: Observation = { at: 9, on: 'drained', left: null };

const backends = (at: number, parts: object): Observation => ({
  at,
  on: 'backends',
  dials: false,
  session: 'one',
  connections: 0,
  slots: 0,
  cap: 8,
  ...parts,
});

const atRest: Figures = {
  descriptors: 20,
  resources: { Timeout: 2, TCPServerWrap: 1 },
  listeners: { 'server upgrade': 1 },
  slots: 0,
  sessions: 0,
  remaining: 0,
  backendConnections: 0,
  viewerConnections: 0,
  heap: 10 * MIB,
  heapKept: 20 * MIB,
  external: 2 * MIB,
  arrayBuffers: MIB,
  resident: 80 * MIB,
};

const figures = (round: number, parts: Partial<Figures> = {}): Observation => ({
  at: 0,
  on: 'figures',
  round,
  figures: { ...atRest, ...parts },
});

const violated = (...observations: readonly Observation[]): readonly string[] => {
  const invariants = new Invariants({ isWarm: true });
  return observations.flatMap((one) => invariants.see(one).map(({ what }) => what));
};

const ONE = { who: 'healthy' };

const says = (sent: number, received: number): Observation => ({
  at: 0,
  on: 'farewell',
  remote: '10.0.0.1',
  sent,
  received,
});

describe('what must hold for every viewer', () => {
  it('is content with who comes and goes, evicted or not', () => {
    const life = [admitted('v1'), left('v1'), admitted('v2'), evicted('v2')];
    expect(violated(...life, left('v2', { cause: 'evicted' }), drained)).toEqual([]);
  });

  it.each([
    ['an admitted viewer that never leaves', [admitted('v1'), drained]],
    ['one that leaves twice', [admitted('v1'), left('v1'), left('v1')]],
    ['one that leaves and never came', [left('v1')]],
    ['one that is admitted twice', [admitted('v1'), admitted('v1')]],
    ['one that leaves another session', [admitted('v1'), left('v1', { session: 'two' })]],
    ['an eviction of nobody', [evicted('v1')]],
    ['two evictions', [admitted('v1'), evicted('v1'), evicted('v1')]],
    ['an eviction that ends otherwise', [admitted('v1'), evicted('v1'), left('v1')]],
    ['an end by eviction without one', [admitted('v1'), left('v1', { cause: 'evicted' })]],
    [
      'an unavailable backend behind an open viewer',
      [admitted('v1'), event({ event: 'backend.unavailable', viewer: 'v1' })],
    ],
    [
      'a refusal while there is room',
      [event({ event: 'viewer.refused', cause: 'cap', viewers: 7 })],
    ],
    ['a lock where there is none', [event({ event: 'viewer.refused', cause: 'locked' })]],
    ['events that were dropped', [event({ event: 'events.dropped', count: 3 })]],
  ])('reports %s', (_name, observations) => {
    expect(violated(...observations)).toHaveLength(1);
  });

  it('tells the events of the same viewer along with a violation', () => {
    const invariants = new Invariants({ isWarm: true });
    for (const one of [admitted('v1'), admitted('v2'), left('v1')]) invariants.see(one);
    const [violation] = invariants.see(left('v1'));
    expect(violation?.events.map((one) => one.event)).toEqual([
      'viewer.admitted',
      'viewer.left',
      'viewer.left',
    ]);
  });
});

describe('what must hold for good viewers', () => {
  it.each([
    ['an eviction', [admitted('v1', ONE), evicted('v1', ONE)]],
    [
      'an end that was not its own',
      [admitted('v1', ONE), left('v1', { ...ONE, cause: 'backend-lost' })],
    ],
    [
      'a refusal at the cap',
      [event({ event: 'viewer.refused', cause: 'cap', viewers: 8, ...ONE })],
    ],
    ['changed bytes', [{ at: 0, on: 'changed', remote: '10.0.0.1', what: 'got others' }]],
    [
      'an eviction for not reading of one that reads',
      [admitted('v1'), evicted('v1', { who: 'steady-reader', cause: 'write-timeout' })],
    ],
  ] as const)('reports %s', (_name, observations) => {
    expect(violated(...observations)).toHaveLength(1);
  });

  it.each([
    ['before', true],
    ['after', false],
  ])('compares its own count of messages with an event that comes %s it', (_when, eventFirst) => {
    const told = left('v1', { ...ONE, messagesToBackend: 5, messagesToViewer: 4 });
    const inOrder = (farewell: Observation): readonly Observation[] =>
      eventFirst ? [told, farewell] : [farewell, told];
    expect(violated(admitted('v1', ONE), ...inOrder(says(5, 4)), drained)).toEqual([]);
    expect(violated(admitted('v1', ONE), ...inOrder(says(5, 5)), drained)).toHaveLength(1);
  });

  it('lets them pay for a machine that gave them no time, but not with their bytes', () => {
    const still = { at: 5_000, on: 'stood-still', forMs: 1_000 } as const;
    const lost = { on: 'lost', remote: '10.0.0.1', what: 'was closed' } as const;
    expect(violated(still, { at: 4_500, ...lost }, { at: 8_000, ...lost })).toEqual([]);
    expect(violated(still, { at: 9_500, ...lost })).toHaveLength(1);
    expect(violated(still, { ...lost, at: 6_000, on: 'changed' })).toHaveLength(1);
  });
});

describe('what must hold for slots and backends', () => {
  it('wants as many slots as viewers dialling and open', () => {
    const slots = { at: 0, on: 'slots', taken: 3, dialling: 1 } as const;
    expect(violated({ ...slots, open: 2 })).toEqual([]);
    expect(violated({ ...slots, open: 1 })).toHaveLength(1);
  });

  it('allows no dial beyond the cap and the slots taken', () => {
    expect(violated(backends(0, { connections: 8, dials: true }))).toEqual([]);
    expect(violated(backends(0, { connections: 9, slots: 9, dials: true }))).toEqual([]);
    expect(violated(backends(0, { connections: 9, slots: 8, dials: true }))).toHaveLength(1);
  });

  it('lets connections end in their time after the cap was lowered', () => {
    const before = backends(0, { connections: 8, slots: 8 });
    const lowered = { connections: 7, slots: 3, cap: 2 };
    expect(violated(before, backends(3_000, lowered))).toEqual([]);
    const longBefore = backends(-60_000, { connections: 8, slots: 8 });
    expect(violated(longBefore, before, backends(3_000, lowered))).toEqual([]);
    expect(violated(before, backends(3_000, lowered), backends(9_500, lowered))).toHaveLength(1);
  });

  it('reports what is left when everybody has gone', () => {
    expect(violated({ at: 0, on: 'drained', left: 'slots 1' })).toHaveLength(1);
  });
});

describe('what must be as it was', () => {
  it('takes the first figures for the measure, and little more memory for none', () => {
    const more = { heap: 20 * MIB, external: MIB, resident: 90 * MIB };
    expect(violated(figures(0), figures(1, more))).toEqual([]);
  });

  it.each([
    ['descriptors', { descriptors: 21 }],
    ['timers', { resources: { Timeout: 3, TCPServerWrap: 1 } }],
    ['listeners', { listeners: { 'server upgrade': 2 } }],
    ['the heap', { heap: 27 * MIB }],
    ['memory outside of it', { external: 19 * MIB }],
    ['resident memory', { resident: 97 * MIB }],
  ])('reports %s', (_name, parts) => {
    expect(violated(figures(0), figures(1, parts))).toHaveLength(1);
  });

  it('leaves resident memory out where there was no time to warm up', () => {
    const cold = new Invariants({ isWarm: false });
    cold.see(figures(0));
    expect(cold.see(figures(1, { resident: 200 * MIB }))).toEqual([]);
    expect(cold.see(figures(2, { heap: 200 * MIB }))).toHaveLength(1);
  });

  it('reports what is there at rest, also where it was before', () => {
    expect(violated(figures(0, { sessions: 1 }))).toHaveLength(1);
  });

  it('reports what the proxy says on stderr, and who waits in vain', () => {
    const overdue = { at: 0, on: 'overdue', actor: 'mute', what: 'still here' } as const;
    expect(violated({ at: 0, on: 'fault', what: 'warns' }, overdue)).toHaveLength(2);
  });
});
