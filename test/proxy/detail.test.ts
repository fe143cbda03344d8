import { describe, expect, it } from 'vitest';
import type { ViewerDetail, ViewerId } from '../../src/contract.ts';
import { privateDirectory } from '../support/backend-server.ts';
import { hangingBackend } from '../support/backends.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type Frame, opcodes } from '../support/frame-reader.ts';
import { frame } from '../support/frames.ts';
import { type TestProxy, withProxy } from '../support/proxy.ts';
import { connectRaw } from '../support/raw-viewer.ts';
import { onlyRow, pair, pass, until } from './pair.ts';

type Live = Extract<ViewerDetail, { gone: false }>;

const v1 = 'v1' as ViewerId;
const silent = { answerPings: false } as const;

const isPing = ({ opcode }: Frame): boolean => opcode === opcodes.ping;

const detailOf = async (proxy: TestProxy): Promise<Live> => {
  const { detail } = await proxy.snapshot({ detail: v1 });
  if (detail === null || detail.gone) throw new Error('the viewer is not here');
  return detail;
};

describe('the detail of a viewer', () => {
  it('has its row, its arrival, and the messages both ways', async () => {
    const ends = await pair();
    ends.clock.advance(7_000);
    for (let nth = 0; nth < 3; nth += 1) {
      ends.peer.sendFrame({ opcode: opcodes.text, payload: 'down' });
    }
    ends.viewer.sendFrame({ opcode: opcodes.text, payload: 'up' });
    await ends.peer.nextData();
    for (let nth = 0; nth < 3; nth += 1) await ends.viewer.nextData();
    const detail = await detailOf(ends.proxy);
    expect(detail).toMatchObject({
      gone: false,
      arrivedAt: Date.parse('2026-01-01T00:00:00Z'),
      messagesToViewer: 3,
      messagesToBackend: 1,
      queueStepMs: 5_000,
    });
    expect(detail.row).toEqual(await onlyRow(ends.proxy));
  });

  it('has the round trips of the last five minutes', async () => {
    const ends = await pair({ viewer: silent });
    const rtts: number[] = [];
    while (rtts.length < 30) {
      while (!ends.viewer.frames.left.some(isPing)) await pass(ends.clock, 250);
      const { payload } = await ends.viewer.nextFrame(isPing);
      rtts.push(rtts.length + 1);
      ends.clock.advance(rtts.length);
      ends.viewer.sendFrame({ opcode: opcodes.pong, payload });
      const last = rtts.length;
      await until('it is heard', async () => (await onlyRow(ends.proxy)).rttMs === last);
      ends.clock.advance(250 - rtts.length);
    }
    const { rttsMs, pingsSent, pingsLost } = await detailOf(ends.proxy);
    expect(rttsMs).toEqual(rtts.slice(-rttsMs.length));
    // One every 15 s, and the last is a moment old.
    expect(rttsMs).toHaveLength(20);
    expect([pingsSent, pingsLost]).toEqual([30, 0]);
  });

  it('counts the Pings that a later Pong has overtaken', async () => {
    const ends = await pair({ viewer: silent });
    await pass(ends.clock, 40_000);
    const pings = ends.viewer.frames.all.filter(isPing);
    expect(await detailOf(ends.proxy)).toMatchObject({ pingsSent: pings.length, pingsLost: 0 });
    ends.viewer.sendFrame({ opcode: opcodes.pong, payload: pings.at(-1)!.payload });
    await until('it is heard', async () => (await onlyRow(ends.proxy)).rttMs !== null);
    expect((await detailOf(ends.proxy)).pingsLost).toBe(pings.length - 1);
  });

  it.each([
    ['over TCP', async () => ({})],
    [
      'over a Unix socket',
      async () => ({ listen: { socketPath: `${await privateDirectory()}/proxy.sock` } }),
    ],
  ])('has the most that waited in each step of 5 s %s', async (_, options) => {
    const ends = await pair({ proxy: await options() });
    await pass(ends.clock, 10_000, { tickMs: 1_000 });
    expect((await detailOf(ends.proxy)).queues).toEqual([0, 0, 0]);
    ends.viewer.pause();
    const block = frame({ opcode: opcodes.binary, payload: Buffer.alloc(64 * 1024) });
    let sent = 0;
    await until('the viewer is full', async () => {
      if (ends.peer.socket.writableLength === 0) {
        ends.peer.send(block);
        sent += 1;
      }
      return (await onlyRow(ends.proxy)).queuedBytes > 0;
    });
    await pass(ends.clock, 6_000, { tickMs: 1_000, asking: true });
    const { queuedBytes } = await onlyRow(ends.proxy);
    ends.viewer.resume();
    for (let nth = 0; nth < sent; nth += 1) await ends.viewer.nextData();
    await pass(ends.clock, 10_000, { tickMs: 1_000, asking: true });
    const { queues, row } = await detailOf(ends.proxy);
    expect(queues).toHaveLength(6);
    expect(queues.slice(0, 2)).toEqual([0, 0]);
    expect(Math.max(...queues)).toBeGreaterThanOrEqual(queuedBytes);
    expect([queues.at(-1), row.queuedBytes]).toEqual([0, 0]);
  });

  it('has nothing measured while the viewer is dialling', async () => {
    const backend = await hangingBackend();
    const proxy = await withProxy({ backend: backend.template }, { clock: new FakeClock() });
    connectRaw(proxy.url('a'));
    await backend.dials.next();
    expect(await detailOf(proxy)).toEqual({
      gone: false,
      row: await onlyRow(proxy),
      arrivedAt: Date.parse('2026-01-01T00:00:00Z'),
      rttsMs: [],
      queues: [],
      queueStepMs: 5_000,
      pingsSent: 0,
      pingsLost: 0,
      messagesToViewer: 0,
      messagesToBackend: 0,
    });
  });

  it('is null for a viewer that never was', async () => {
    const ends = await pair();
    expect((await ends.proxy.snapshot({ detail: 'v2' as ViewerId })).detail).toBe(null);
  });
});
