/**
 * Sockets that are all read into the same memory. By itself Node allots 64 KiB for each read and
 * gives back what was not filled: for a small message that is dearer than to copy it, and for a
 * large one hardly cheaper. Of what Node documents only `net.connect` can be told so, hence only
 * backends are read in this way.
 */
import type { OnReadOpts, Socket } from 'node:net';

/** As much as Node reads at once. */
const SIZE = 64 * 1024;

/** Between two reads nothing in it is needed any more. One in each thread. */
const memory = Buffer.allocUnsafeSlow(SIZE);

/**
 * Small chunks are cut from one piece, as Node does with pieces of 64 KiB. A chunk that waits for
 * a stuck viewer keeps its whole piece, so ours are small.
 */
const PIECE = 8 * 1024;
const SMALL = 1024;

let piece = Buffer.allocUnsafeSlow(PIECE);
let used = 0;

const room = (size: number): Buffer => {
  if (size > SMALL) return Buffer.allocUnsafeSlow(size);
  if (used + size > PIECE) {
    piece = Buffer.allocUnsafeSlow(PIECE);
    used = 0;
  }
  used += size;
  return piece.subarray(used - size, used);
};

const copyOf = (size: number): Buffer => {
  const copy = room(size);
  memory.copy(copy, 0, 0, size);
  return copy;
};

/**
 * The socket that `open` makes with these options for `net.connect`. It is like any other: each
 * chunk of its `data` is the listener's own, and `pause` holds the sender back. Only `data`
 * tells what came: nothing waits in the socket for `read`, so whoever wants the first bytes
 * listens at once.
 */
export const sharingMemory = (open: (onread: OnReadOpts) => Socket): Socket => {
  const socket = open({
    buffer: memory,
    callback: (size) => {
      socket.emit('data', copyOf(size));
      return true;
    },
  });
  return socket;
};
