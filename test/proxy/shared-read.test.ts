import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { sharingMemory } from '../../src/proxy/shared-read.ts';
import { privateDirectory } from '../support/backend-server.ts';
import { onCleanup } from '../support/cleanup.ts';
import { untilTrue } from '../support/turns.ts';

const MIB = 1024 * 1024;

/** A socket that reads into the shared memory, what came of it, and its other end. */
const pairOf = async () => {
  const path = `${await privateDirectory()}/shared.sock`;
  const server = createServer().listen(path);
  await once(server, 'listening');
  const socket = sharingMemory((onread) => connect({ path, onread }));
  const [sender] = (await once(server, 'connection')) as [Socket];
  server.close();
  onCleanup(() => {
    socket.destroy();
    sender.destroy();
  });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  return { socket, sender, chunks, ended: once(socket, 'end') };
};

const lengthOf = (chunks: readonly Buffer[]): number =>
  chunks.reduce((sum, { length }) => sum + length, 0);

describe('sockets that read into the same memory', () => {
  it('get what each was sent, and it stays theirs, whoever reads after them', async () => {
    const pairs = await Promise.all(Array.from({ length: 5 }, pairOf));
    const sent = pairs.map((): Buffer[] => []);
    for (const size of [1, 70, 1_024, 1_025, 1_000, 5_000, 65_535, 65_536, 65_537, MIB]) {
      for (const [nth, { sender }] of pairs.entries()) {
        const bytes = randomBytes(size);
        sent[nth]?.push(bytes);
        sender.write(bytes);
      }
      const isThere = ({ chunks }: (typeof pairs)[number], nth: number): boolean =>
        lengthOf(chunks) === lengthOf(sent[nth] ?? []);
      await untilTrue(`${size} bytes`, () => pairs.every(isThere));
    }
    for (const { sender } of pairs) sender.end();
    await Promise.all(pairs.map(({ ended }) => ended));
    for (const [nth, { chunks }] of pairs.entries()) {
      expect(Buffer.concat(chunks).equals(Buffer.concat(sent[nth] ?? []))).toBe(true);
    }
  });

  it('hold their sender back while they are paused, and lose nothing of it', async () => {
    const { socket, sender, chunks, ended } = await pairOf();
    const bytes = randomBytes(8 * MIB);
    socket.once('data', () => socket.pause());
    sender.end(bytes);
    await untilTrue('the first chunk', () => chunks.length > 0);
    // Another one is read to its end meanwhile: there were turns enough for more chunks.
    const other = await pairOf();
    other.sender.end(bytes);
    await other.ended;
    expect(chunks).toHaveLength(1);
    expect(sender.writableFinished).toBe(false);
    socket.resume();
    await ended;
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
  });

  it('hand large chunks over with memory of their own, which may be given back', async () => {
    const { sender, chunks, ended } = await pairOf();
    sender.end(randomBytes(MIB));
    await ended;
    const large = chunks.filter(({ length }) => length >= 16_384);
    expect(large).not.toEqual([]);
    for (const { buffer, length } of large) expect(buffer.byteLength).toBe(length);
  });

  it('keep little besides a small chunk that somebody keeps', async () => {
    const { sender, chunks } = await pairOf();
    sender.write(randomBytes(70));
    await untilTrue('a chunk', () => chunks.length === 1);
    expect(chunks[0]?.buffer.byteLength).toBeLessThanOrEqual(8_192);
  });
});
