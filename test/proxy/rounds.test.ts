import * as fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import type { SocketQueue } from '../../src/core/socket-queues.ts';
import { Rounds } from '../../src/proxy/rounds.ts';
import type { Viewer } from '../../src/proxy/viewer.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { Inbox } from '../support/inbox.ts';
import { turns } from './pair.ts';

const clock = new FakeClock();
const BUSY_MS = 60;

vi.mock(import('../../src/proxy/kernel-queues.ts'), () => ({
  readKernelQueues: async (): Promise<ReadonlyMap<string, SocketQueue>> => {
    // The loop is busy while the kernel is asked.
    clock.advance(BUSY_MS);
    return new Map();
  },
}));

test('a suspect is confirmed by the time of the answer, and judged by that of the tick', async () => {
  const seen = new Inbox<string>('what is done to a suspect');
  const since = clock.now();
  const at = (what: string, now: number): void => seen.push(`${what} at ${now - since}`);
  const health = {
    calmMs: () => 0,
    look: () => ['key'],
    confirm: (now: number) => at('confirmed', now),
    judge: (now: number, isSuspect: boolean) => {
      at(isSuspect ? 'looked at' : 'judged', now);
      return 'fine';
    },
    dueInMs: () => Number.POSITIVE_INFINITY,
  };
  const connection = { health, rate: { count: () => {} }, toViewer: { relayed: 0 } };
  const viewer = { connection, phase: 'open', observe: () => {} } as unknown as Viewer;
  const rounds = new Rounds(
    clock,
    100,
    () => [viewer],
    () => {},
  );
  clock.advance(100);
  await seen.next((what) => what.startsWith('judged'));
  rounds.stop();
  expect(seen.all).toEqual(['looked at at 100', 'confirmed at 160', 'judged at 100']);
});

test('at a round nobody who is calm is looked at', async () => {
  const seen = new Inbox<string>('who is looked at');
  const viewer = (name: string, calm: boolean): Viewer => {
    const health = {
      calmMs: () => (calm ? 1000 : 0),
      look: () => {
        seen.push(name);
        return [];
      },
      judge: () => 'fine',
      dueInMs: () => Number.POSITIVE_INFINITY,
    };
    const connection = { health, rate: { count: () => {} }, toViewer: { relayed: 0 } };
    return { connection, phase: 'open', observe: () => {} } as unknown as Viewer;
  };
  const rounds = new Rounds(
    clock,
    100,
    () => [viewer('calm', true), viewer('not calm', false)],
    () => seen.push('round'),
  );
  clock.advance(100);
  await seen.next((what) => what === 'round');
  rounds.stop();
  expect(seen.all).toEqual(['not calm', 'round']);
});

type Due = { at: number; readonly judgedAt: number[] };

/** A viewer that is calm until it is due, or late and never; due again an hour after it was judged. */
const dueViewer = (due: Due, isLate: boolean): Viewer => {
  const leftMs = (now: number): number => due.at - now;
  const health = {
    calmMs: (now: number) => (isLate ? 0 : leftMs(now)),
    look: () => [],
    judge: (now: number) => {
      due.judgedAt.push(now);
      if (now >= due.at) due.at += 3_600_000;
      return 'fine';
    },
    dueInMs: leftMs,
  };
  const connection = { health, rate: { count: () => {} }, toViewer: { relayed: 0 } };
  return { connection, phase: 'open', observe: () => {} } as unknown as Viewer;
};

const TICK_MS = 100;
const STEP_MS = 10;

/** When each of the viewers, due at these milliseconds, is judged. */
const judgedAt = async (
  dues: readonly number[],
  advances: readonly number[],
  isLate = false,
): Promise<readonly (readonly number[])[]> => {
  const now = new FakeClock();
  const viewers = dues.map((at): Due => ({ at, judgedAt: [] }));
  const all = viewers.map((viewer) => dueViewer(viewer, isLate));
  const rounds = new Rounds(
    now,
    TICK_MS,
    () => all,
    () => {},
  );
  for (const ms of advances) {
    now.advance(ms);
    await turns(1);
  }
  rounds.stop();
  expect(now.pending).toBe(0);
  return viewers.map((viewer) => viewer.judgedAt);
};

const everyMs = Array.from({ length: 3 * TICK_MS }, () => 1);
const dues = fc.array(fc.integer({ min: TICK_MS, max: 2 * TICK_MS }), { maxLength: 20 });

test('who is due between two rounds is judged once, in the step in which that is', async () => {
  await fc.assert(
    fc.asyncProperty(dues, async (ats) => {
      const judged = await judgedAt(ats, everyMs);
      for (const [i, at] of ats.entries()) {
        expect(judged[i]).toHaveLength(1);
        expect(judged[i]?.[0]).toBeGreaterThanOrEqual(at);
        expect(judged[i]?.[0]).toBeLessThanOrEqual(at + STEP_MS);
      }
    }),
    { numRuns: 40 },
  );
});

test('who is late is judged at every round, and when it is due', async () => {
  await fc.assert(
    fc.asyncProperty(dues, async (ats) => {
      const judged = await judgedAt(ats, everyMs, true);
      for (const [i, at] of ats.entries()) {
        expect(judged[i]).toEqual(expect.arrayContaining([TICK_MS, 2 * TICK_MS, 3 * TICK_MS]));
        const first = judged[i]?.find((now) => now >= at);
        expect(first).toBeLessThanOrEqual(at + STEP_MS);
      }
    }),
    { numRuns: 40 },
  );
});

test('nobody who is due is forgotten, however late the steps come', async () => {
  const late = fc.array(fc.integer({ min: 1, max: 250 }), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(dues, late, async (ats, advances) => {
      const judged = await judgedAt(ats, [...advances, 3 * TICK_MS, TICK_MS]);
      for (const [i, at] of ats.entries()) {
        expect(judged[i]?.filter((now) => now >= at)).toHaveLength(1);
      }
    }),
    { numRuns: 60 },
  );
});
