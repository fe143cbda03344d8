/** A load process: the backend of all sessions, which sends every message back. */
import type { Socket } from 'node:net';
import { answerTo, Head } from '../handshake.ts';
import { serveOnOrder } from '../sockets.ts';
import { backendFrame, Frames, opcodes } from './wire.ts';

const serve = (socket: Socket): void => {
  const request = new Head();
  const frames = new Frames();
  let open = false;
  const onFrame = (opcode: number, payload: Buffer): void => {
    if (opcode === opcodes.text) socket.write(backendFrame(opcodes.text, payload));
    else if (opcode === opcodes.ping) socket.write(backendFrame(opcodes.pong, payload));
    else if (opcode === opcodes.close) socket.end(backendFrame(opcodes.close, payload));
  };
  socket.setNoDelay(true);
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    if (open) {
      frames.feed(chunk, onFrame);
      return;
    }
    const whole = request.feed(chunk);
    if (whole === null) return;
    open = true;
    socket.write(answerTo(whole.head));
    frames.feed(whole.rest, onFrame);
  });
};

serveOnOrder(serve);
