/**
 * A load process: the backend of all candidates. What a connection wants is in its session:
 * `echo-…` has every message sent back, `stream-<size>-…` is sent frames of that size as fast as
 * it takes them, and `idle-…` hears nothing.
 */
import type { Socket } from 'node:net';
import { answerTo, Head } from '../handshake.ts';
import { serveOnOrder } from '../sockets.ts';
import { backendFrame, FrameWalk, MESSAGE, opcodes, viewerFrame } from './frames.ts';

/** Small frames are handed to the kernel so many bytes at a time. */
const BATCH = 256 * 1024;

const ECHO = backendFrame(opcodes.binary, MESSAGE);
const ASKED = viewerFrame(opcodes.binary, MESSAGE);

const batches = new Map<number, Buffer>();

const batchOf = (size: number): Buffer => {
  const known = batches.get(size);
  if (known !== undefined) return known;
  const frame = backendFrame(opcodes.binary, Buffer.alloc(size, 'x'));
  const batch = Buffer.concat(Array.from({ length: Math.max(1, BATCH / size) }, () => frame));
  batches.set(size, batch);
  return batch;
};

const stream = (socket: Socket, size: number): void => {
  const batch = batchOf(size);
  const send = (): void => {
    while (!socket.destroyed && socket.write(batch));
  };
  socket.on('drain', send);
  send();
};

const onFrame =
  (socket: Socket) =>
  (opcode: number, length: number, payload: Buffer): void => {
    if (opcode === opcodes.binary) {
      if (length === MESSAGE.length && payload.equals(MESSAGE)) socket.write(ECHO);
      else socket.destroy();
    } else if (opcode === opcodes.close) {
      socket.end(backendFrame(opcodes.close, payload));
    } else if (opcode === opcodes.ping) {
      socket.write(backendFrame(opcodes.pong, payload));
    }
  };

/** After the first message of a connection, which is read whole, the first bytes say enough. */
const isNextMessage = (chunk: Buffer): boolean =>
  chunk.length === ASKED.length && chunk[0] === ASKED[0] && chunk[1] === ASKED[1];

const serve = (socket: Socket): void => {
  const request = new Head();
  const walk = new FrameWalk(onFrame(socket));
  let isOpen = false;
  let isKnown = false;
  socket.setNoDelay(true);
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    if (isKnown && isNextMessage(chunk) && walk.isBetweenFrames) {
      socket.write(ECHO);
    } else if (isOpen) {
      walk.feed(chunk);
      isKnown = true;
    } else {
      const whole = request.feed(chunk);
      if (whole === null) return;
      isOpen = true;
      socket.write(answerTo(whole.head));
      const size = /^GET \S*stream-(\d+)/.exec(whole.head)?.[1];
      if (size !== undefined) stream(socket, Number(size));
      walk.feed(whole.rest);
    }
  });
};

serveOnOrder(serve);
