/** How backends misbehave, in the handshake and after it. */
import type { Socket } from 'node:net';
import { systemClock } from '../../src/clock.ts';
import { FrameReader, opcodes } from '../support/frame-reader.ts';
import { closing, frame, frameHeader } from '../support/frames.ts';
import { RawPeer } from '../support/raw-peer.ts';
import type { Random } from '../support/random.ts';

/** A socket whose 101 is sent. */
type Behaviour = (socket: Socket, random: Random) => void;

/** A socket whose request is read; `valid` would be the right answer. */
type Answer = (socket: Socket, random: Random, valid: string) => void;

/** Does something every so often, while the connection lasts. */
const every = (socket: Socket, ms: number, run: () => void): void => {
  const cancel = systemClock.every(ms, () => {
    if (!socket.destroyed && socket.writable) run();
  });
  socket.on('close', cancel);
};

const after = (socket: Socket, ms: number, run: () => void): void => {
  const cancel = systemClock.after(ms, run);
  socket.on('close', cancel);
};

const BAD_ANSWERS: readonly ((valid: string) => string)[] = [
  (valid) => valid.replace(/Accept: .{4}/, 'Accept: AAAA'),
  (valid) => valid.replace('101', '200'),
  (valid) => valid.replace('Upgrade: websocket', 'Upgrade: h2c'),
  (valid) => valid.replace('\r\n\r\n', `\r\nX-Long: ${'x'.repeat(40_000)}\r\n\r\n`),
  (valid) => valid.replace('\r\n\r\n', '\r\nSec-WebSocket-Protocol: unasked\r\n\r\n'),
  (valid) => valid.replace('\r\n\r\n', '\r\nSec-WebSocket-Extensions: x-unknown\r\n\r\n'),
  () => 'SSH-2.0-OpenSSH_9.9\r\n',
  () => '\u0000\u0001\u0002'.repeat(6_000),
];

/** Those that go wrong before their 101, by kind. */
export const answers: Readonly<Record<string, Answer>> = {
  // It does not even look whether anybody is still there.
  hang: (socket) => void socket.on('data', () => undefined),
  reset: (socket) => void socket.resetAndDestroy(),
  status: (socket, random) => {
    socket.end(
      `HTTP/1.1 ${random.pick([302, 403, 404, 500, 503])} No\r\nContent-Length: 0\r\n\r\n`,
    );
  },
  bad: (socket, random, valid) => {
    const text = random.pick(BAD_ANSWERS)(valid);
    socket.on('data', () => undefined);
    // In pieces, or at once and gone.
    if (random.chance(0.5)) socket.end(text, 'latin1');
    else {
      const half = random.between(1, text.length - 1);
      socket.write(text.slice(0, half), 'latin1');
      after(socket, 50, () => socket.write(text.slice(half), 'latin1'));
    }
  },
};

/** More than a viewer reads, and no more than the machine can bear. */
const flood: Behaviour = (socket) => {
  const block = frame({ opcode: opcodes.binary, payload: Buffer.alloc(64 * 1024, 'flood ') });
  const peer = new RawPeer('backend', socket);
  every(socket, 25, () => {
    for (let count = 0; count < 4 && !socket.writableNeedDrain; count += 1) peer.send(block);
  });
};

/** Closes with every code there is, legal or not, and with none. */
const close = (socket: Socket, random: Random): void => {
  const code = random.between(1_000, 4_999);
  const near = random.between(999, 1_016);
  const payload = random.pick([closing(code, 'over'), closing(near), Buffer.alloc(0)]);
  socket.write(frame({ opcode: opcodes.close, payload }));
};

const halfFrame = (random: Random): Buffer => {
  const length = random.between(1_000, 100_000);
  const header = frameHeader({ opcode: opcodes.binary, claims: length });
  return Buffer.concat([header, Buffer.alloc(Math.floor(length / 2), 'half')]);
};

/** Those that go wrong after it, by kind; what has no kind is a good echo. */
export const behaviours: Readonly<Record<string, Behaviour>> = {
  flood,
  // Reads again at last, so that this process learns of the end.
  deaf: (socket) => {
    socket.pause();
    after(socket, 12_000, () => socket.resume());
  },
  garbage: (socket, random) => {
    const peer = new RawPeer('backend', socket);
    after(socket, random.between(0, 300), () => peer.send(random.bytes(random.between(1, 4_000))));
  },
  dies: (socket, random) => {
    const peer = new RawPeer('backend', socket);
    peer.sendFrame({ opcode: opcodes.text, payload: 'soon' });
    after(socket, random.between(0, 800), () => {
      peer.send(halfFrame(random));
      if (random.chance(0.5)) peer.reset();
      else peer.destroy();
    });
  },
  stalls: (socket, random) => {
    new RawPeer('backend', socket).send(halfFrame(random));
  },
  ignores: (socket, random) => {
    const peer = new RawPeer('backend', socket, { answerClose: false });
    every(socket, random.between(20, 200), () => {
      peer.sendFrame({ opcode: opcodes.text, payload: 'still here' });
    });
  },
  closes: (socket, random) => {
    const peer = new RawPeer('backend', socket, { answerClose: random.chance(0.5) });
    after(socket, random.between(0, 2_000), () => {
      close(peer.socket, random);
      if (random.chance(0.2)) peer.sendFrame({ opcode: opcodes.text, payload: 'after the end' });
    });
  },
  silent: (socket) => void new RawPeer('backend', socket, { answerPings: false }),
  drips: (socket, random) => {
    const peer = new RawPeer('backend', socket);
    const bytes = frame({ opcode: opcodes.binary, payload: random.bytes(2_000) });
    let at = 0;
    every(socket, 40, () => {
      peer.send(bytes.subarray(at, at + 50));
      at = at + 50 >= bytes.length ? 0 : at + 50;
    });
  },
  pings: (socket, random) => {
    const reader = new FrameReader();
    socket.on('data', (chunk: Buffer) => {
      for (const { opcode, payload } of reader.feed(chunk)) {
        if (opcode === opcodes.close) socket.end(frame({ opcode, payload }));
      }
    });
    every(socket, random.between(5, 50), () => {
      socket.write(frame({ opcode: opcodes.ping, payload: random.bytes(random.between(0, 125)) }));
    });
  },
};
