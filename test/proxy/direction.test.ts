import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Direction } from '../../src/proxy/relay.ts';
import { privateDirectory } from '../support/backend-server.ts';
import { onCleanup } from '../support/cleanup.ts';
import { opcodes } from '../support/frame-reader.ts';
import { closing, frame } from '../support/frames.ts';
import { until } from './pair.ts';

/** Two ends of a socket whose kernel has room for a chunk of 64 KiB. */
const ends = async (): Promise<readonly [Socket, Socket]> => {
  const path = `${await privateDirectory()}/ends.sock`;
  const server = createServer().listen(path);
  await once(server, 'listening');
  const near = connect({ path });
  const [far] = (await once(server, 'connection')) as [Socket];
  server.close();
  onCleanup(() => {
    near.destroy();
    far.destroy();
  });
  return [near, far];
};

/** A direction between two sockets, the chunks that it reads, and what it reports. */
const direction = async () => {
  const [sender, from] = await ends();
  const [to, receiver] = await ends();
  const chunks: Buffer[] = [];
  const pauses: boolean[] = [];
  const closes: Buffer[] = [];
  let now = 0;
  // Not by listening: then the chunks would be somebody else's, too.
  const emit = from.emit.bind(from) as (name: string, ...given: unknown[]) => boolean;
  Object.assign(from, {
    emit: (name: string, ...given: unknown[]) => {
      if (name === 'data') chunks.push(given[0] as Buffer);
      return emit(name, ...given);
    },
  });
  const subject = new Direction(
    from,
    to,
    { masked: false, maxMessage: 1_000_000, deflate: false },
    () => now,
    {
      ping: () => undefined,
      pong: () => false,
      close: (close) => closes.push(close.frame),
      fail: () => undefined,
      paused: (paused) => pauses.push(paused),
    },
  );
  subject.start(Buffer.alloc(0));
  const received = async (length: number): Promise<Buffer> => {
    const parts: Buffer[] = [];
    let left = length;
    for await (const part of receiver.iterator({ destroyOnReturn: false })) {
      parts.push(part as Buffer);
      left -= (part as Buffer).length;
      if (left <= 0) break;
    }
    return Buffer.concat(parts);
  };
  const at = (ms: number): void => {
    now = ms;
  };
  return { subject, at, sender, from, chunks, pauses, closes, received };
};

const SMALL = frame({ opcode: opcodes.binary, payload: Buffer.alloc(8, 7) });

/** Together with its header as long as what a socket reads at once. */
const LARGE = frame({ opcode: opcodes.binary, payload: Buffer.alloc(65_532, 7) });

describe('a direction', () => {
  it('tells once when bytes last came, and calls back once with the next ones', async () => {
    const { subject, at, sender, received } = await direction();
    expect(subject.takeHeard()).toBeNull();
    let heard = 0;
    subject.onHeard = () => {
      heard += 1;
    };
    for (const ms of [1_000, 2_000]) {
      at(ms);
      sender.write(SMALL);
      await received(SMALL.length);
    }
    expect([subject.takeHeard(), subject.takeHeard(), heard]).toEqual([2_000, null, 1]);
    subject.onHeard = () => {
      heard += 1;
    };
    subject.onHeard = null;
    sender.write(SMALL);
    await received(SMALL.length);
    expect([subject.takeHeard(), heard]).toEqual([2_000, 1]);
  });

  it('gives a large chunk back when the kernel has it', async () => {
    const { sender, chunks, received } = await direction();
    sender.write(LARGE);
    expect(await received(LARGE.length)).toEqual(LARGE);
    expect(chunks.map(({ length }) => length)).toEqual([0]);
  });

  it('leaves it whole where somebody else is given it, too', async () => {
    const { sender, from, chunks, received } = await direction();
    from.on('data', () => undefined);
    sender.write(LARGE);
    expect(await received(LARGE.length)).toEqual(LARGE);
    expect(Buffer.concat(chunks)).toEqual(LARGE);
  });

  it('keeps a large chunk while a Close in it may be passed on', async () => {
    const { sender, closes, chunks, received } = await direction();
    const data = frame({ opcode: opcodes.binary, payload: Buffer.alloc(40_000, 7) });
    const close = frame({ opcode: opcodes.close, payload: closing(1000, 'bye') });
    sender.write(Buffer.concat([data, close]));
    expect(await received(data.length)).toEqual(data);
    expect(closes).toEqual([close]);
    expect(chunks.map(({ length }) => length)).toEqual([data.length + close.length]);
  });

  it('knows without a look whether bytes may wait for the receiver', async () => {
    const { subject, sender, received } = await direction();
    expect([subject.mayWait, subject.weigh(), subject.mayWait]).toEqual([true, 0, false]);
    sender.write(SMALL);
    await received(SMALL.length);
    expect(subject.mayWait).toBe(false);
    subject.insert(SMALL, () => undefined);
    expect([subject.mayWait, subject.weigh(), subject.mayWait]).toEqual([true, 0, false]);
    const sent = Buffer.concat(Array.from({ length: 64 }, () => LARGE));
    sender.write(sent);
    await until('bytes wait', () => subject.mayWait);
    expect([subject.weigh() > 0, subject.mayWait]).toEqual([true, true]);
    await received(SMALL.length + sent.length);
    expect([subject.mayWait, subject.weigh(), subject.mayWait]).toEqual([true, 0, false]);
  });

  it('reads on past a large chunk that the kernel took', async () => {
    const { sender, pauses, received } = await direction();
    sender.write(LARGE);
    await received(LARGE.length);
    expect(pauses).toEqual([]);
  });

  it('stops reading when the receiver takes nothing, and goes on when it does', async () => {
    const { sender, pauses, received } = await direction();
    const sent = Buffer.concat(Array.from({ length: 64 }, () => LARGE));
    sender.write(sent);
    await until('the reading has stopped', () => pauses.length > 0);
    expect((await received(sent.length)).equals(sent)).toBe(true);
    expect(pauses.slice(0, 2)).toEqual([true, false]);
  });
});
