/** A load process: the backend of all sessions, which sends every message back. */
import { createHash } from 'node:crypto';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { carryOut } from './orders.ts';
import { backendFrame, Frames, Head, opcodes } from './wire.ts';

/** RFC 6455 4.2.2. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

const answerTo = (head: string): string => {
  const key = /^sec-websocket-key: *(\S+)/im.exec(head)?.[1] ?? '';
  const accept = createHash('sha1').update(`${key}${GUID}`).digest('base64');
  return [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${accept}`,
    '\r\n',
  ].join('\r\n');
};

const serve = (socket: Socket): void => {
  const request = new Head();
  const frames = new Frames();
  let open = false;
  const onFrame = (opcode: number, payload: Buffer): void => {
    if (opcode === opcodes.text) socket.write(backendFrame(opcodes.text, payload));
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

const server = createServer(serve);

/** The one order is to listen; the answer is the port. */
carryOut(
  () =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () =>
        resolve((server.address() as AddressInfo).port),
      );
    }),
);
