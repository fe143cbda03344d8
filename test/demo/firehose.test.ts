import { describe, expect, it } from 'vitest';
import { blocksAskedFor, pour } from '../../src/demo/firehose.ts';
import { silentBackend } from '../support/backends.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { connectRaw } from '../support/raw-viewer.ts';

describe('the firehose', () => {
  it.for([
    { words: '256', blocks: 1 },
    { words: ' 1024\n', blocks: 4 },
    { words: '0', blocks: 1 },
    { words: '4096', blocks: 16 },
    { words: '999999999', blocks: 16 },
    { words: '9999999999', blocks: null },
    { words: 'more!', blocks: null },
    { words: '-5', blocks: null },
    { words: '', blocks: null },
  ])('hears $words as $blocks blocks a tick', ({ words, blocks }) => {
    expect(blocksAskedFor(words)).toBe(blocks);
  });

  it('keeps its pace, also one that was asked for', async () => {
    const backend = await silentBackend();
    const clock = new FakeClock();
    const viewer = connectRaw(backend.url.replace('{session}', 'one'));
    const { ws } = await backend.connections.next();
    pour(clock, ws);
    clock.advance(250);
    const { payload, opcode } = await viewer.nextData();
    expect([payload.length, opcode]).toEqual([64 * 1024, 1]);
    expect(payload.toString('utf8', 0, 10)).toBe('0000 the q');

    const heard = new Promise((resolve) => {
      ws.once('message', resolve);
    });
    viewer.sendFrame({ opcode: 1, payload: '512' });
    await heard;
    clock.advance(250);
    await viewer.nextData();
    await viewer.nextData();
    expect(viewer.frames.left).toEqual([]);
  });

  it('holds no more than a tick’s blocks for a viewer that does not read', async () => {
    const backend = await silentBackend();
    const clock = new FakeClock();
    const viewer = connectRaw(backend.url.replace('{session}', 'one'));
    const { ws } = await backend.connections.next();
    await viewer.open();
    viewer.pause();
    const stop = pour(clock, ws);
    for (let ticks = 0; ticks < 400; ticks += 1) {
      clock.advance(250);
      await new Promise(setImmediate);
    }
    expect(ws.bufferedAmount).toBeGreaterThan(0);
    expect(ws.bufferedAmount).toBeLessThan(128 * 1024);
    stop();
    expect(clock.pending).toBe(0);
  });
});
