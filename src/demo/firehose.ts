/**
 * The session that sends without end. It goes at a measured pace, so that the demo costs next
 * to nothing while it is read, and a viewer may ask for another one by saying a number of KiB
 * a second: at the highest, whoever stops reading has its kernel buffers full within seconds.
 */
import type { WebSocket } from 'ws';
import type { Cancel, Clock } from '../clock.ts';
import { textOf } from './audience.ts';

const BLOCK_KIB = 64;
const TICK_MS = 250;
const KIB_PER_BLOCK_A_TICK = (BLOCK_KIB * 1000) / TICK_MS;

/** The pace of a viewer that asks for none: what a lively terminal sends. */
export const USUAL_KIB_PER_S = 256;

/** The pace that nobody can exceed. */
export const MOST_KIB_PER_S = 4096;

const LINE = 64;

/** 64 KiB of lines that say where in the block they stand. */
const block = Buffer.from(
  Array.from({ length: (BLOCK_KIB * 1024) / LINE }, (_, at) =>
    `${String(at).padStart(4, '0')} the quick brown fox jumps over the lazy dog`
      .padEnd(LINE - 1, '.')
      .concat('\n'),
  ).join(''),
);

/** Blocks for each tick at the pace that a viewer's words ask for; null for other words. */
export const blocksAskedFor = (words: string): number | null => {
  if (!/^\s*\d{1,9}\s*$/.test(words)) return null;
  const kib = Math.min(Number(words), MOST_KIB_PER_S);
  return Math.max(1, Math.round(kib / KIB_PER_BLOCK_A_TICK));
};

/** Pours blocks into one connection; while some still wait there, no more are added. */
export const pour = (clock: Clock, socket: WebSocket): Cancel => {
  let blocks = Math.round(USUAL_KIB_PER_S / KIB_PER_BLOCK_A_TICK);
  socket.on('message', (data, isBinary) => {
    if (!isBinary) blocks = blocksAskedFor(textOf(data)) ?? blocks;
  });
  const stop = clock.every(TICK_MS, () => {
    if (socket.bufferedAmount > 0) return;
    for (let sent = 0; sent < blocks; sent += 1) socket.send(block, { binary: false });
  });
  socket.on('close', stop);
  return stop;
};
