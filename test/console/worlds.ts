/** Worlds that several tests of the console look at. */
import { viewerRow, type World } from '../support/fake-control.ts';

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
