import { expect, it } from 'vitest';
import { floodBackend } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { forgetPeak, peakMiB, residentMiB } from '../support/process-figures.ts';
import { runProgram } from '../support/program.ts';
import { connectRaw } from '../support/raw-viewer.ts';
import { farNetwork } from './namespace.ts';
import { type Pace, paces, sendSlowly, slowViewer } from './slow-viewers.ts';

const KIB = 1024;

it('slow readers, slow senders and those that never read cost less than 64 MiB, and stay', async () => {
  const [flood, far] = await Promise.all([floodBackend(), farNetwork()]);
  const options = [
    `--listen=${far.near}:0`,
    '--cap=64',
    '--ping-interval=1500ms',
    '--pong-timeout=4500ms',
    '--write-timeout=60s',
  ];
  const program = await runProgram(['--backend', flood.url, ...options]);
  const warm = connectRaw(program.url('warm'));
  while (warm.bytesRead < 64 * KIB * KIB) await warm.nextData();
  warm.destroy();
  await program.events.next(named('viewer.left', { session: 'warm' }));

  forgetPeak(program.pid);
  const quiet = residentMiB(program.pid);
  const join = (session: string, pace: Pace, count: number) =>
    Array.from({ length: count }, () => slowViewer(far, program.address, session, pace));
  const slow = await Promise.all([
    ...join('fifty', paces.fifty, 4),
    ...join('four', paces.four, 4),
    ...join('bursts', paces.bursts, 4),
    ...join('never', { bytes: 0, everyMs: 1_000, sendEveryMs: 200 }, 12),
  ]);
  const senders = Array.from({ length: 4 }, () =>
    connectRaw(program.url('senders'), { answerPings: false }),
  );
  for (const sender of senders) {
    await sender.open();
    sender.readSteadily(50 * KIB);
    sendSlowly(sender, false);
  }
  await Promise.all(slow.slice(0, 4).map((one) => one.hasRead(400 * KIB, { ms: 60_000 })));
  expect(peakMiB(program.pid) - quiet).toBeLessThan(64);
  const gone = program.events.all.filter(({ event }) => event === 'viewer.left');
  expect(gone.slice(1)).toEqual([]);
});
