/** Worlds that several tests of the console look at. */
import type { Tombstone } from '../../src/contract.ts';
import { sessionId, viewerId, viewerRow, type World } from '../support/fake-control.ts';

/** Three sessions: one with a stuck viewer and full, one with a late viewer, one that is well. */
export const smallWorld: World = {
  cap: 3,
  sessions: {
    'deploy-77f1': [
      viewerRow('v1042', 'deploy-77f1', {
        state: 'stuck',
        rttMs: 190,
        deadlineMs: 37_000,
        queuedBytes: 3_145_728,
        stuckMs: 11_000,
      }),
      viewerRow('v1043', 'deploy-77f1', { remote: '10.4.9.18:52211' }),
      viewerRow('v1050', 'deploy-77f1', { remote: '10.4.9.19:52212' }),
    ],
    'oncall-9ac0': [
      viewerRow('v1101', 'oncall-9ac0', { state: 'late', rttMs: 240, deadlineMs: 24_000 }),
      viewerRow('v1102', 'oncall-9ac0'),
    ],
    'tty-bastion': [viewerRow('v1001', 'tty-bastion')],
  },
  events: [
    { time: '2026-11-21T12:04:00.000Z', event: 'proxy.listening', address: '127.0.0.1:8080' },
  ],
};

const tombstone = (id: string, time: string, parts: Partial<Tombstone>): Tombstone => ({
  id: viewerId(id),
  session: sessionId('deploy-77f1'),
  remote: '10.4.9.90:40000',
  who: null,
  at: Date.parse(time),
  cause: 'viewer-lost',
  actor: null,
  code: null,
  reason: null,
  durationMs: 240_000,
  bytesToViewer: 41_000_000,
  bytesToBackend: 3000,
  ...parts,
});

/** The small one with three viewers gone: silent, evicted by hand, cut for not reading. */
export const goneWorld: World & { readonly gone: readonly [Tombstone, Tombstone, Tombstone] } = {
  ...smallWorld,
  sessions: {
    ...smallWorld.sessions,
    'deploy-77f1': (smallWorld.sessions['deploy-77f1'] ?? []).map((row, index) =>
      viewerRow(row.id, row.session, { ...row, who: index === 0 ? 'mira' : null }),
    ),
  },
  gone: [
    tombstone('v0988', '2026-11-21T12:03:01Z', {
      who: 'Жанна\u202E',
      cause: 'pong-timeout',
      code: 1001,
      reason: 'pong timeout',
    }),
    tombstone('v0987', '2026-11-21T12:02:01Z', {
      cause: 'operator',
      actor: 'console',
      code: 1008,
      reason: 'evicted by operator',
    }),
    tombstone('v0986', '2026-11-21T12:01:01Z', { cause: 'write-timeout' }),
  ],
};

/** `count` sessions of `each` well viewers. */
export const wideWorld = (count: number, each: number, cap = 8): World => ({
  cap,
  sessions: Object.fromEntries(
    Array.from({ length: count }, (_, session) => {
      const id = `session-${String(session + 1).padStart(3, '0')}`;
      const viewers = Array.from({ length: each }, (_, index) =>
        viewerRow(`v${session * each + index + 1}`, id),
      );
      return [id, viewers];
    }),
  ),
});

/** The world without one viewer; a session without viewers is gone. */
export const without = (world: World, viewer: string): World => ({
  ...world,
  sessions: Object.fromEntries(
    Object.entries(world.sessions)
      .map(([id, viewers]) => [id, viewers.filter((row) => row.id !== viewer)] as const)
      .filter(([, viewers]) => viewers.length > 0),
  ),
});

/** 30 sessions and, in the last one, 40 viewers, with names of many lengths. */
export const variedWorld: World = {
  cap: 40,
  sessions: Object.fromEntries(
    Array.from({ length: 30 }, (_, session) => {
      const id = `s${session}${'x'.repeat((session * 7) % 40)}`;
      const viewers = Array.from({ length: session === 29 ? 40 : 1 }, (_, index) =>
        viewerRow(`v${1000 + session * 40 + index}`, id, {
          who: `w${'y'.repeat((index * 5) % 30)}`,
          remote: `10.4.9.${index}:52210`,
        }),
      );
      return [id, viewers];
    }),
  ),
};
