/** What a flood costs the program as a whole: its memory, and the other viewers' patience. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { deafBackend, echoBackend } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { opcodes } from '../support/frame-reader.ts';
import { frame } from '../support/frames.ts';
import { runProgram } from '../support/program.ts';
import { connectRaw } from '../support/raw-viewer.ts';
import { connectViewer, echo } from '../support/viewer.ts';

const MIB = 1024 * 1024;

/** The sources themselves, which Node runs as they are. */
const script = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** Resident memory now and at its peak, in bytes. */
const memoryOf = async (pid: number): Promise<{ readonly now: number; readonly peak: number }> => {
  const status = await readFile(`/proc/${pid}/status`, 'latin1');
  const kib = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]);
  return { now: kib('VmRSS') * 1024, peak: kib('VmHWM') * 1024 };
};

/** The 99th percentile of round trips, one after the other, at least so many and while `goesOn`. */
const p99Of = async (ws: WebSocket, least: number, goesOn = () => false): Promise<number> => {
  const trips: number[] = [];
  while (trips.length < least || goesOn()) trips.push(await echo(ws, `trip ${trips.length}`));
  trips.sort((a, b) => a - b);
  return trips[Math.ceil(trips.length * 0.99) - 1]!;
};

describe('the program under a flood', () => {
  it('holds no more for a viewer that reads nothing, and the others do not feel it', async () => {
    const backend = await echoBackend();
    const program = await runProgram(['--backend', backend.url, '--write-timeout', '2s'], {
      script,
    });
    const other = await connectViewer(program.url('a'));
    const quiet = await p99Of(other, 500);

    const stuck = connectRaw(program.url('a'));
    await stuck.open();
    stuck.pause();
    await backend.connections.next();
    const { ws } = await backend.connections.next();
    const before = await memoryOf(program.pid);
    const block = Buffer.alloc(MIB, 'flood ');
    const pour = (error?: Error | null): void => {
      if (!error && ws.readyState === ws.OPEN) ws.send(block, pour);
    };
    pour();
    pour();
    const isOver = () => program.events.all.some(({ event }) => event === 'viewer.evicted');
    const flooded = await p99Of(other, 500, () => !isOver());
    const after = await memoryOf(program.pid);

    const evicted = await program.events.next(named('viewer.evicted'));
    expect(evicted).toMatchObject({ cause: 'write-timeout', closeSent: false, viewers: 1 });
    const shown = program.events.all.map(({ event }) => event);
    expect(shown.indexOf('viewer.stuck')).toBeGreaterThan(0);
    expect(shown.indexOf('viewer.stuck')).toBeLessThan(shown.indexOf('viewer.evicted'));
    expect(after.peak - before.now).toBeLessThan(64 * MIB);
    expect(flooded).toBeLessThan(Math.max(100, 10 * quiet));
    stuck.resume();
    expect(await stuck.closed()).toEqual({ close: null, how: 'reset' });
  });

  it('holds no more for a backend that reads nothing, and gives it up', async () => {
    const backend = await deafBackend();
    const program = await runProgram(['--backend', backend.url, '--write-timeout', '1s'], {
      script,
    });
    const viewer = connectRaw(program.url('a'));
    await viewer.open();
    await program.events.next(named('viewer.admitted'));
    const before = await memoryOf(program.pid);
    const block = frame({
      opcode: opcodes.binary,
      payload: Buffer.alloc(256 * 1024),
      masked: true,
    });
    let sent = 0;
    const pour = (): void => {
      while (viewer.socket.writable && sent < 512 * MIB) {
        sent += block.length;
        if (!viewer.send(block)) return;
      }
    };
    viewer.socket.on('drain', pour);
    pour();
    const left = await program.events.next(named('viewer.left'));
    const close = { code: 1011, reason: 'backend lost' };
    expect(left).toMatchObject({ cause: 'backend-lost', ...close, closeSent: true });
    expect(left.bytesToBackend).toBeLessThan(64 * MIB);
    const after = await memoryOf(program.pid);
    expect(after.peak - before.now).toBeLessThan(64 * MIB);
    expect((await viewer.closed()).close).toEqual(close);
  });
});
