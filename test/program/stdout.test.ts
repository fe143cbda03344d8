import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import type { ProxyEvent } from '../../src/events.ts';
import { keepEchoing } from '../support/audience.ts';
import { echoBackend } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { Inbox } from '../support/inbox.ts';
import { exitOf, runOnto } from '../support/run-onto.ts';
import { startStorm } from '../support/storm.ts';
import { closeOf, connectViewer } from '../support/viewer.ts';

test('a stdout that nobody reads holds nobody up, and counts what it lost when somebody reads', async () => {
  const { url } = await echoBackend();
  // Ids as long as they may be fill the reader's bound sooner.
  const session = 'x'.repeat(128);
  const args = ['--backend', url, '--cap', '1', '--refuse-hold', '0'];
  const child = runOnto('pipe', [...args, '--listen', '127.0.0.1:0']);
  const stdout = child.stdout!;
  const events = new Inbox<ProxyEvent>('events');
  const lines = createInterface({ input: stdout });
  lines.on('line', (line) => events.push(JSON.parse(line) as ProxyEvent));
  const { address } = await events.next(named('proxy.listening'));
  const viewer = await connectViewer(`ws://${address}/ws/${session}`);
  await events.next(named('viewer.admitted'));
  stdout.pause();
  const storm = startStorm(address, {
    session,
    patienceMs: 5_000,
    phases: [{ forMs: 20_000, connectsPerSecond: 2_500, enough: 4_000 }],
  });
  const audience = keepEchoing([viewer]);
  const { outcomes } = await storm.over;
  const { count: roundTrips, p99 } = audience.roundTrips();
  expect(roundTrips).toBeGreaterThan(20);
  expect(p99).toBeLessThan(1_000);
  stdout.resume();
  const { count } = await events.next(named('events.dropped'));
  const told = events.all.filter(named('viewer.refused')).length;
  expect(count).toBeGreaterThan(0);
  expect(told + count).toBeGreaterThanOrEqual(outcomes['1013'] ?? Infinity);

  const ended = exitOf(child);
  child.kill('SIGTERM');
  expect(await closeOf(viewer)).toEqual({ code: 1001, reason: 'proxy is shutting down' });
  expect(await ended).toEqual([0, null]);
  expect(events.all.slice(-2)).toMatchObject([
    { event: 'viewer.left', cause: 'shutdown' },
    { event: 'proxy.stopped' },
  ]);
});
