import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { echoBackend, rawBackend } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { type Frame, opcodes } from '../support/frame-reader.ts';
import { eventually } from '../support/process-figures.ts';
import { runProgram } from '../support/program.ts';
import { withProxy } from '../support/proxy.ts';
import { connectRaw } from '../support/raw-viewer.ts';
import { askKernel } from './kill-tcp.ts';
import { openPage } from './pages.ts';

const isPing = ({ opcode }: Frame): boolean => opcode === opcodes.ping;

const pongTimeout = { code: 1001, reason: 'pong timeout' };

/** A page that has answered a Ping, and then stands still. */
const stoppedPage = async (pongTimeoutMs: number) => {
  const backend = await echoBackend();
  const timing = { pingIntervalMs: 400, pongTimeoutMs };
  const proxy = await withProxy({ backend: backend.template, cap: 1, ...timing });
  const page = await openPage(proxy.url('a'));
  const { remote } = await proxy.events.next(named('viewer.admitted'));
  await page.next('ping');
  page.stop();
  return { proxy, page, end: { local: proxy.address, remote } };
};

describe('a page whose process is stopped', () => {
  it('and continued before the deadline stays, and recovers', async () => {
    const { proxy, page } = await stoppedPage(20_000);
    await proxy.events.next(named('viewer.expiring'));
    page.send('while it slept');
    page.goOn();
    await proxy.events.next(named('viewer.recovered'));
    expect((await page.next('message')).text).toBe('while it slept');
    expect((await proxy.snapshot()).viewers.rows).toMatchObject([{ state: 'ok' }]);
    expect(proxy.events.all.map(({ event }) => event)).not.toContain('viewer.left');
  });

  it('and continued after the deadline reads why it was evicted', async () => {
    const { proxy, page } = await stoppedPage(1_200);
    await proxy.events.next(named('viewer.evicted', { cause: 'pong-timeout', ...pongTimeout }));
    page.goOn();
    expect(await page.next('close')).toMatchObject(pongTimeout);
    const again = await openPage(proxy.url('a'));
    again.send('back');
    expect((await again.next('message')).text).toBe('back');
  });

  it('and continued when the proxy has long let go of it reads it too', async () => {
    const { proxy, page, end } = await stoppedPage(1_200);
    await proxy.events.next(named('viewer.left', { cause: 'evicted', closeSent: true }));
    await eventually('its descriptor is given back', async () => {
      const kernel = await askKernel(end);
      return kernel?.held !== true;
    });
    page.goOn();
    expect(await page.next('close')).toMatchObject(pongTimeout);
  });
});

it('a proxy that stood still evicts nobody who has answered meanwhile, and who has not', async () => {
  const backend = await rawBackend();
  const timing = ['--ping-interval=400ms', '--pong-timeout=1200ms'];
  const program = await runProgram(['--backend', backend.url, ...timing]);
  const silent = { answerPings: false } as const;
  const [prompt, mute] = [program.url('prompt'), program.url('mute')].map((url) =>
    connectRaw(url, silent),
  );
  const admitted = async (session: string) =>
    (await program.events.next(named('viewer.admitted', { session }))).viewer;
  const ids = { prompt: await admitted('prompt'), mute: await admitted('mute') };
  const [{ payload }] = await Promise.all([prompt!.nextFrame(isPing), mute!.nextFrame(isPing)]);

  program.signal('SIGSTOP');
  prompt!.sendFrame({ opcode: opcodes.pong, payload });
  await prompt!.flushed();
  // The fault itself takes time: twice the pong timeout.
  await promisify(execFile)('sleep', ['2.4']);
  program.signal('SIGCONT');
  prompt!.answerPings = true;

  const evicted = await program.events.next(named('viewer.evicted'));
  expect(evicted).toMatchObject({ viewer: ids.mute, cause: 'pong-timeout', ...pongTimeout });
  expect((await mute!.closed()).close).toEqual(pongTimeout);
  for (let nth = 0; nth < 4; nth += 1) await prompt!.nextFrame(isPing);
  const { peer } = await backend.connections.next(({ session }) => session === 'prompt');
  peer.sendFrame({ opcode: opcodes.text, payload: 'still here' });
  expect((await prompt!.nextData()).payload.toString()).toBe('still here');
  expect(program.events.all.filter(({ event }) => event === 'viewer.left')).toHaveLength(1);
});

it('a loop that was busy evicts nobody who has answered meanwhile, and who has not', async () => {
  const { proxy, page } = await stoppedPage(1_200);
  const mute = connectRaw(proxy.url('mute'), { answerPings: false });
  const { viewer } = await proxy.events.next(named('viewer.admitted', { session: 'mute' }));
  await mute.nextFrame(isPing);
  // A Ping waits in the page's kernel.
  await proxy.events.next(named('viewer.late', { session: 'a' }));
  // Twice the pong timeout in one turn of the timers, right before those of the proxy.
  const { promise, resolve } = Promise.withResolvers<void>();
  systemClock.after(0, () => {
    page.goOn();
    execFileSync('sleep', ['2.4']);
    resolve();
  });
  await promise;

  await proxy.events.next(named('viewer.evicted', { viewer, cause: 'pong-timeout' }));
  page.send('still here');
  expect((await page.next('message')).text).toBe('still here');
  for (let nth = 0; nth < 4; nth += 1) await page.next('ping');
  expect(proxy.events.all.filter(({ event }) => event === 'viewer.left')).toHaveLength(1);
});
