import { stat } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { named } from '../support/events.ts';
import { opcodes } from '../support/frame-reader.ts';
import { pair, pass, turns, until } from './pair.ts';

/** The tick is 250 ms then, and a deadline is looked at ten times as often. */
const proxy = { pingIntervalMs: 1_000, pongTimeoutMs: 3_130 };
const STEP_MS = 25;

it('evicts a viewer when its deadline comes, without waiting for the next tick', async () => {
  const ends = await pair({ proxy, viewer: { answerPings: false } });
  await pass(ends.clock, 3_000);
  await pass(ends.clock, 125, { tickMs: STEP_MS });
  expect(ends.proxy.events.left.some(({ event }) => event === 'viewer.evicted')).toBe(false);
  await pass(ends.clock, STEP_MS, { tickMs: STEP_MS });
  await ends.proxy.events.next(named('viewer.evicted', { cause: 'pong-timeout' }));
  expect(ends.clock.now()).toBe(3_150);
});

it('spares a viewer that is heard of between its last tick and its deadline', async () => {
  const ends = await pair({ proxy, viewer: { answerPings: false } });
  await pass(ends.clock, 3_100, { tickMs: STEP_MS });
  ends.viewer.sendFrame({ opcode: opcodes.text, payload: 'here' });
  await until('it is heard', () => ends.peer.socket.bytesRead > 0);
  expect((await ends.peer.nextData()).payload.toString()).toBe('here');
  await pass(ends.clock, 1_000, { tickMs: STEP_MS });
  await turns();
  expect((await ends.proxy.snapshot()).totals.viewers).toBe(1);
});

/** The loop is amid its sockets: what comes now, it reads only after what was queued meanwhile. */
const amidSockets = async (): Promise<void> => {
  await stat('/');
};

it('spares a viewer that was heard of while the loop was busy, after its deadline was looked at', async () => {
  const ends = await pair({ proxy, viewer: { answerPings: false } });
  await pass(ends.clock, 3_100, { tickMs: STEP_MS });
  await amidSockets();
  ends.clock.advance(STEP_MS);
  ends.viewer.sendFrame({ opcode: opcodes.text, payload: 'here' });
  ends.clock.advance(50);
  expect((await ends.peer.nextData()).payload.toString()).toBe('here');
  expect((await ends.proxy.snapshot()).totals.viewers).toBe(1);
});

it('spares it at a tick, too', async () => {
  const ends = await pair({ proxy, viewer: { answerPings: false } });
  await pass(ends.clock, 2_990, { tickMs: 10 });
  await amidSockets();
  ends.clock.advance(10);
  ends.viewer.sendFrame({ opcode: opcodes.text, payload: 'here' });
  ends.clock.advance(200);
  expect((await ends.peer.nextData()).payload.toString()).toBe('here');
  expect((await ends.proxy.snapshot()).totals.viewers).toBe(1);
});
