import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import type { BackendRequest } from '../../src/core/backend-request.ts';
import type { DialOutcome } from '../../src/proxy/backend.ts';
import { Dials } from '../../src/proxy/dials.ts';
import { startServers } from '../support/backend-server.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { Inbox } from '../support/inbox.ts';
import { Tally } from '../support/tally.ts';
import { turns } from './pair.ts';

/** A backend that takes connections and says nothing, one turn, and a clock that timers lag behind, a little more at every look. */
const setUp = async () => {
  const { template } = await startServers('tcp', () => createServer(), new Tally());
  const fake = new FakeClock();
  const lag = { ms: 0 };
  const clock: Clock = {
    now: () => fake.now() + (lag.ms += 0.01),
    date: fake.date,
    after: fake.after,
    every: fake.every,
  };
  const dials = new Dials(
    { maxDials: 1, dialTimeoutMs: 10_000, backend: template },
    clock,
    () => undefined,
  );
  const { address } = template;
  const request: BackendRequest = {
    address,
    head: 'GET / HTTP/1.1\r\n\r\n',
    offers: { key: '', subprotocols: [], deflate: null },
  };
  const begun: string[] = [];
  const outcomes = new Inbox<DialOutcome>('outcomes');
  const dial = (name: string) =>
    dials.dial(request, {
      begins: () => begun.push(name),
      done: (outcome) => outcomes.push(outcome),
    });
  return { fake, lag, dial, begun, outcomes };
};

it('a dial whose turn came at once says nothing of a wait', async () => {
  const { fake, dial, begun, outcomes } = await setUp();
  dial('first');
  expect(begun).toEqual(['first']);
  fake.advance(10_000);
  expect(await outcomes.next()).toMatchObject({ detail: 'no answer within 10000 ms' });
});

it('a dial whose time is over when its turn comes is not begun', async () => {
  const { fake, lag, dial, begun, outcomes } = await setUp();
  const abort = dial('first');
  dial('second');
  // The loop was busy: the timers are still to run.
  lag.ms = 10_001;
  abort();
  expect(await outcomes.next()).toMatchObject({ detail: 'no turn to dial within 10000 ms' });
  await turns();
  expect(begun).toEqual(['first']);
  expect(fake.pending).toBe(0);
});
