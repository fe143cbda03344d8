import { expect, test, vi } from 'vitest';
import type { SocketQueue } from '../../src/core/socket-queues.ts';
import { Rounds } from '../../src/proxy/rounds.ts';
import type { Viewer } from '../../src/proxy/viewer.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { Inbox } from '../support/inbox.ts';

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
    isCalm: () => false,
    look: () => ['key'],
    confirm: (now: number) => at('confirmed', now),
    judge: (now: number, isSuspect: boolean) => {
      at(isSuspect ? 'looked at' : 'judged', now);
      return 'fine';
    },
    expiresInMs: () => null,
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
      isCalm: () => calm,
      look: () => {
        seen.push(name);
        return [];
      },
      judge: () => 'fine',
      expiresInMs: () => null,
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
