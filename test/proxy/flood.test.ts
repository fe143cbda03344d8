/** What a flood costs the program as a whole: its memory, and the other viewers' patience. */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { deafBackend, echoBackend } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { opcodes } from '../support/frame-reader.ts';
import { frame } from '../support/frames.ts';
import { peakMiB, residentMiB } from '../support/process-figures.ts';
import { runProgram } from '../support/program.ts';
import { connectRaw } from '../support/raw-viewer.ts';
import { p99Of } from '../support/round-trips.ts';
import { connectViewer } from '../support/viewer.ts';

const MIB = 1024 * 1024;

/** The sources themselves, which Node runs as they are. */
const script = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

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
    const before = residentMiB(program.pid);
    const block = Buffer.alloc(MIB, 'flood ');
    const pour = (error?: Error | null): void => {
      if (!error && ws.readyState === ws.OPEN) ws.send(block, pour);
    };
    pour();
    pour();
    const isOver = () => program.events.all.some(({ event }) => event === 'viewer.evicted');
    const flooded = await p99Of(other, 500, () => !isOver());
    const peak = peakMiB(program.pid);

    const evicted = await program.events.next(named('viewer.evicted'));
    expect(evicted).toMatchObject({ cause: 'write-timeout', closeSent: false, viewers: 1 });
    const shown = program.events.all.map(({ event }) => event);
    expect(shown.indexOf('viewer.stuck')).toBeGreaterThan(0);
    expect(shown.indexOf('viewer.stuck')).toBeLessThan(shown.indexOf('viewer.evicted'));
    expect(peak - before).toBeLessThan(64);
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
    const before = residentMiB(program.pid);
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
    const peak = peakMiB(program.pid);
    expect(peak - before).toBeLessThan(64);
    expect((await viewer.closed()).close).toEqual(close);
  });
});
