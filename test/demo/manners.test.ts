import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import {
  answering,
  fallingSilentAfter,
  hangingFor,
  type Manner,
  missingEvery,
  saying,
  staying,
  steadily,
  together,
} from '../../src/demo/manners.ts';
import { silentBackend } from '../support/backends.ts';
import { onCleanup } from '../support/cleanup.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** A viewer with that manner, open, the other end of its connection, and its clock. */
const connected = async (manner: Manner) => {
  const backend = await silentBackend();
  const clock = new FakeClock();
  const socket = new WebSocket(backend.url.replace('{session}', 'one'), { autoPong: false });
  onCleanup(() => socket.terminate());
  const leave = manner(socket, clock);
  socket.on('error', () => undefined);
  await once(socket, 'open');
  const { ws } = await backend.connections.next();
  const pinged = async (payload: string): Promise<void> => {
    const heard = once(socket, 'ping');
    ws.ping(payload);
    await heard;
  };
  return { clock, socket, ws, leave, pinged };
};

describe('which pings are answered', () => {
  it('wavers by a quarter of the round trip at most', () => {
    const delays = Array.from({ length: 50 }, (_, at) => steadily(100)(at + 1)!);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(75);
    expect(Math.max(...delays)).toBeLessThanOrEqual(125);
    expect(new Set(delays.map(Math.round)).size).toBeGreaterThan(10);
  });

  it('falls silent after its last answer', () => {
    const answers = fallingSilentAfter(2, () => 7);
    expect([1, 2, 3, 4].map(answers)).toEqual([7, 7, null, null]);
  });

  it('misses every third', () => {
    const answers = missingEvery(3, () => 7);
    expect([1, 2, 3, 4, 5, 6].map(answers)).toEqual([7, 7, null, 7, 7, null]);
  });
});

describe('answering', () => {
  it('sends the pong when the round trip has passed, and not before', async () => {
    const { clock, ws, pinged } = await connected(answering(() => 30));
    const pongs: string[] = [];
    ws.on('pong', (payload) => pongs.push(payload.toString()));
    await pinged('first');
    clock.advance(29);
    await pinged('second');
    expect(pongs).toEqual([]);
    clock.advance(1);
    await once(ws, 'pong');
    expect(pongs).toEqual(['first']);
    expect(clock.pending).toBe(1);
  });

  it('leaves no timer behind when the connection has ended', async () => {
    const { clock, leave, pinged } = await connected(answering(() => 30));
    await pinged('first');
    expect(clock.pending).toBe(1);
    leave();
    expect(clock.pending).toBe(0);
  });
});

describe('saying and staying', () => {
  it('speaks at its pace and leaves politely when its time is up', async () => {
    let said = 0;
    const manner = together(
      saying(10, () => `word ${(said += 1)}`),
      staying(25),
    );
    const { clock, ws, leave } = await connected(manner);
    const words: string[] = [];
    ws.on('message', (data: Buffer) => words.push(data.toString()));
    const closed = once(ws, 'close');
    clock.advance(25);
    const [code, reason] = (await closed) as [number, Buffer];
    expect([code, reason.toString(), words]).toEqual([1000, 'seen enough', ['word 1', 'word 2']]);
    leave();
    expect(clock.pending).toBe(0);
  });
});

describe('hanging', () => {
  it('answers two pings, asks for the highest pace, and reads nothing for a while', async () => {
    const { clock, socket, ws, leave, pinged } = await connected(hangingFor(1000));
    const heard: string[] = [];
    ws.on('pong', (payload) => heard.push(`pong ${payload.toString()}`));
    ws.on('message', (data: Buffer) => heard.push(data.toString()));
    await pinged('1');
    expect(socket.isPaused).toBe(false);
    const asked = once(ws, 'message');
    await pinged('2');
    await asked;
    expect(heard).toEqual(['pong 1', 'pong 2', '4096']);
    expect(socket.isPaused).toBe(true);

    const awake = once(ws, 'message');
    clock.advance(1000);
    await awake;
    expect(heard.at(-1)).toBe('256');
    expect(socket.isPaused).toBe(false);
    await pinged('3');
    expect(socket.isPaused).toBe(false);
    leave();
  });
});
