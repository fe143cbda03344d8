/** A sender that is as slow as can be: one byte at a time. */
import type { Socket } from 'node:net';

/** Writes a byte every `everyMs` until all are sent or the socket is gone. */
export const trickle = (socket: Socket, bytes: Uint8Array, everyMs: number): void => {
  let at = 0;
  const pace = setInterval(() => {
    if (at === bytes.length) clearInterval(pace);
    else socket.write(bytes.subarray(at, (at += 1)));
  }, everyMs);
  socket.on('close', () => clearInterval(pace));
};
