import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Audience, sendBack } from '../../src/demo/audience.ts';
import { startBackends } from '../../src/demo/backends.ts';
import { coreBar } from '../../src/demo/machine.ts';
import { demoSessions } from '../../src/demo/sessions.ts';
import { silentBackend } from '../support/backends.ts';
import { onCleanup } from '../support/cleanup.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { connectRaw } from '../support/raw-viewer.ts';
import { connectViewer, echo, received } from '../support/viewer.ts';

/** The sample sessions, reached without a proxy. */
const started = async () => {
  const clock = new FakeClock(new Date('2026-03-04T05:06:07Z'));
  const sessions = demoSessions(clock);
  const backends = await startBackends(sessions.all);
  onCleanup(backends.stop);
  const { address } = backends.template;
  const socketPath = 'socketPath' in address ? address.socketPath : '';
  const join = (session: string) =>
    connectViewer(`ws+unix:${socketPath.replace('{session}', session)}:/`);
  return { clock, sessions, backends, join, directory: dirname(socketPath) };
};

const next = async (viewer: Awaited<ReturnType<typeof connectViewer>>): Promise<string> =>
  (await received(viewer).next()).data.toString();

describe('the sample sessions', () => {
  it('shows the machine’s load and memory, and again every second', async () => {
    const { clock, join } = await started();
    const viewer = await join('load');
    const line =
      /^load [\d.]+ [\d.]+ [\d.]+ on \d+ cores, memory [\d.]+ of [\d.]+ GiB, up [\d.]+ h$/;
    expect(await next(viewer)).toMatch(line);
    clock.advance(1000);
    expect(await next(viewer)).toMatch(line);
  });

  it('shows how busy each core is, twice a second', async () => {
    const { clock, join } = await started();
    const viewer = await join('cores');
    expect(await next(viewer)).toMatch(/^cpu0 [#.]{10} +\d+%/);
    clock.advance(500);
    expect(await next(viewer)).toMatch(/^cpu0 [#.]{10} +\d+%/);
    expect([coreBar(0), coreBar(0.42), coreBar(1)]).toEqual([
      '..........   0%',
      '####......  42%',
      '########## 100%',
    ]);
  });

  it('shows a clock that ticks four times a second', async () => {
    const { clock, join } = await started();
    const viewer = await join('clock');
    const times = [await next(viewer)];
    clock.advance(500);
    times.push(await next(viewer), await next(viewer));
    expect(times).toEqual([
      '2026-03-04T05:06:07.000Z',
      '2026-03-04T05:06:07.250Z',
      '2026-03-04T05:06:07.500Z',
    ]);
  });

  it('tells the proxy’s events, the last twenty to a newcomer', async () => {
    const { sessions, join } = await started();
    for (let address = 1; address <= 25; address += 1) {
      sessions.record({ time: 'now', event: 'proxy.listening', address: String(address) });
    }
    const viewer = await join('events');
    sessions.record({ time: 'now', event: 'proxy.stopped' });
    const lines = [];
    for (let line = 0; line < 21; line += 1) lines.push(await next(viewer));
    expect(lines[0]).toBe('{"time":"now","event":"proxy.listening","address":"6"}');
    expect(lines.at(-1)).toBe('{"time":"now","event":"proxy.stopped"}');
  });

  it('echoes, text and binary', async () => {
    const { join } = await started();
    const viewer = await join('echo');
    expect(await next(viewer)).toMatch(/^echo:/);
    await echo(viewer, 'hello');
    await echo(viewer, Buffer.from([0, 1, 2]));
  });

  it('lets all in the lobby hear what one says, and how many are there', async () => {
    const { clock, join } = await started();
    const first = await join('lobby');
    expect(await next(first)).toBe('2026-03-04T05:06:07.000Z 1 here');
    const second = await join('lobby');
    expect(await next(second)).toBe('2026-03-04T05:06:07.000Z 2 here');
    first.send('hello');
    expect([await next(first), await next(second)]).toEqual(['hello', 'hello']);
    clock.advance(2000);
    expect(await next(second)).toBe('2026-03-04T05:06:09.000Z 2 here');
  });

  it('keeps its sockets from other users, and removes them at the end', async () => {
    const { backends, directory, join } = await started();
    const viewer = await join('clock');
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    await backends.stop();
    expect(existsSync(directory)).toBe(false);
    await expect(received(viewer).next((message) => message.binary)).rejects.toThrow('closed with');
  });

  it('leaves no timer behind', async () => {
    const { clock, backends, join } = await started();
    await join('firehose');
    await backends.stop();
    expect(clock.pending).toBe(0);
  });
});

describe('an audience', () => {
  it('leaves out whoever does not keep up, and holds little for him', async () => {
    const backend = await silentBackend();
    const audience = new Audience();
    const slow = connectRaw(backend.url.replace('{session}', 'slow'));
    const quick = connectRaw(backend.url.replace('{session}', 'quick'));
    for (let joined = 0; joined < 2; joined += 1)
      audience.add((await backend.connections.next()).ws);
    await slow.open();
    slow.pause();
    const words = 'x'.repeat(64 * 1024);
    for (let told = 0; told < 400; told += 1) {
      audience.tell(words);
      expect((await quick.nextData()).payload.length).toBe(words.length);
    }
    const held = backend.connections.all.map(({ ws }) => ws.bufferedAmount);
    expect(Math.max(...held)).toBeGreaterThan(0);
    expect(Math.max(...held)).toBeLessThan(512 * 1024);
    expect(audience.size).toBe(2);
  });
});

describe('the echo', () => {
  it('reads no faster than what it sends back is taken, and loses nothing', async () => {
    const backend = await silentBackend();
    const viewer = connectRaw(backend.url.replace('{session}', 'one'));
    const { ws } = await backend.connections.next();
    await viewer.open();
    let most = 0;
    ws.on('message', () => {
      most = Math.max(most, ws.bufferedAmount);
    });
    sendBack(ws);
    viewer.pause();
    const payload = Buffer.alloc(64 * 1024, 'words ');
    const count = 400;
    for (let sent = 0; sent < count; sent += 1) viewer.sendFrame({ opcode: 2, payload });
    await expect(viewer.flushed({ ms: 300 })).rejects.toThrow('the kernel to take');
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThan(1024 * 1024);
    viewer.resume();
    for (let back = 0; back < count; back += 1) {
      expect((await viewer.nextData()).payload.equals(payload)).toBe(true);
    }
  });
});
