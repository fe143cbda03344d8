/** Viewers that get in and then misbehave: in their frames, in leaving, or in staying. */
import { opcodes } from '../support/frame-reader.ts';
import { closing, frame } from '../support/frames.ts';
import type { RawViewer } from '../support/raw-viewer.ts';
import type { Random } from '../support/random.ts';
import { endOwed, isOpen, raw, readSteadily, type Stage } from './stage.ts';

const text = (parts: Partial<Parameters<typeof frame>[0]> = {}): Buffer =>
  frame({ opcode: opcodes.text, payload: 'hello', masked: true, ...parts });

/** What ends a connection by itself. */
const OFFENCES: readonly ((random: Random) => Buffer)[] = [
  () => text({ masked: false }),
  () => text({ rsv1: true }),
  () => text({ rsv2: true }),
  () => text({ rsv3: true }),
  (random) => text({ opcode: random.pick([3, 4, 5, 6, 7, 11, 12, 13, 14, 15]) }),
  () => text({ opcode: opcodes.continuation }),
  () => Buffer.concat([text({ fin: false }), text()]),
  () => text({ opcode: opcodes.ping, fin: false }),
  () => text({ opcode: opcodes.ping, payload: Buffer.alloc(126) }),
  () => text({ lengthBits: 16 }),
  () => text({ lengthBits: 64 }),
  () => text({ claims: 2n ** 63n }),
  () => text({ claims: 2n ** 53n }),
  () => text({ claims: 300_000 }),
  () =>
    Buffer.concat([
      text({ fin: false, payload: Buffer.alloc(200_000) }),
      text({ opcode: 0, payload: Buffer.alloc(100_000) }),
    ]),
  (random) =>
    text({
      opcode: opcodes.close,
      payload: closing(random.pick([0, 999, 1004, 1005, 1006, 1015, 2999, 5000])),
    }),
  () => text({ opcode: opcodes.close, payload: Buffer.from([3]) }),
  () => text({ opcode: opcodes.close, payload: closing(1000, Buffer.from([0xff, 0xfe])) }),
];

const visit =
  (during: (viewer: RawViewer, stage: Stage) => Promise<void>) =>
  async (stage: Stage): Promise<void> => {
    const viewer = raw(stage);
    if (await isOpen(stage, viewer)) await during(viewer, stage);
    viewer.destroy();
  };

/** Breaks the rules, in one write or byte by byte, and must be ended for it. */
export const hostile = visit(async (viewer, stage) => {
  const { curtain, random } = stage;
  const offence = random.between(0, OFFENCES.length - 1);
  const bytes = OFFENCES[offence]!(random);
  if (random.chance(0.3)) viewer.sendFrame({ opcode: opcodes.text, payload: 'good so far' });
  // An answer in the middle of it would make it something else.
  viewer.answerPings = false;
  if (random.chance(0.2)) {
    for (const byte of bytes.subarray(0, 20)) {
      viewer.send(Buffer.from([byte]));
      await curtain.wait(1);
    }
    viewer.send(bytes.subarray(20));
  } else viewer.send(bytes);
  await endOwed(stage, viewer, `committed offence ${offence}`);
});

/** Is there for a while, and then gone without a word; sometimes before it is let in. */
export const resetter = async (stage: Stage): Promise<void> => {
  const { curtain, random, step } = stage;
  const viewer = raw(stage);
  if (random.chance(0.7) && (await isOpen(stage, viewer))) {
    viewer.sendFrame({ opcode: opcodes.text, payload: random.bytes(random.between(0, 500)) });
  }
  await curtain.wait(step.forMs);
  // Sometimes in the middle of a frame.
  if (random.chance(0.3)) viewer.send(text({ payload: Buffer.alloc(1_000) }).subarray(0, 500));
  if (random.chance(0.7)) viewer.reset();
  else viewer.destroy();
};

/** Closes, with every code that may be sent and with none. */
export const closer = visit(async (viewer, stage) => {
  const { curtain, random, step } = stage;
  await curtain.wait(step.forMs);
  const legal = random.pick([1000, 1001, 1003, 1007, 1011, 1014, random.between(3_000, 4_999)]);
  const payload = random.pick([closing(legal, 'over'), Buffer.alloc(0)]);
  viewer.sendFrame({ opcode: opcodes.close, payload });
  // Nothing of this may reach anybody.
  if (random.chance(0.2)) viewer.sendFrame({ opcode: opcodes.text, payload: 'after the end' });
  await curtain.wait(5_000, viewer.closed());
});

/** Answers no Close and ends nothing, and must be cut off. */
export const clinger = async (stage: Stage): Promise<void> => {
  const viewer = raw(stage, { answerClose: false });
  if (await isOpen(stage, viewer)) await endOwed(stage, viewer, 'answered no Close');
  viewer.destroy();
};

/** Floods with Pings, and with Pongs that nobody asked for. */
export const pinger = visit(async (viewer, { curtain, random }) => {
  const opcode = random.pick([opcodes.ping, opcodes.pong]);
  const batch = Buffer.concat(
    Array.from({ length: 200 }, () =>
      frame({ opcode, payload: random.bytes(random.between(0, 125)), masked: true }),
    ),
  );
  for (let times = 0; times < 10 && !curtain.fallen; times += 1) {
    viewer.send(batch);
    await curtain.wait(50);
  }
});

/** One message in very many fragments, empty ones among them. */
export const fragmenter = visit(async (viewer, { curtain, random, step }) => {
  const count = random.between(1_000, 10_000);
  const piece = frame({ opcode: 0, payload: 'x', fin: false, masked: true });
  const none = frame({ opcode: 0, fin: false, masked: true });
  viewer.send(text({ fin: false, payload: '' }));
  for (let sent = 0; sent < count && !curtain.fallen; sent += 500) {
    viewer.send(Buffer.concat(Array.from({ length: 500 }, () => (sent % 1_000 ? piece : none))));
    await curtain.wait(10);
  }
  if (random.chance(0.8)) viewer.send(frame({ opcode: 0, masked: true }));
  await curtain.wait(step.forMs, viewer.nextData());
});

/** Behaves well, wherever it goes. */
export const visitor = visit(async (viewer, { curtain, random, step }) => {
  if (step.session.startsWith('flood')) readSteadily(viewer, 1024 * 1024);
  const until = performance.now() + step.forMs;
  while (performance.now() < until && !curtain.fallen && !viewer.socket.destroyed) {
    viewer.sendFrame({ opcode: opcodes.text, payload: `message ${random.between(0, 1_000)}` });
    await curtain.wait(random.between(50, 500));
  }
  viewer.sendFrame({ opcode: opcodes.close, payload: closing(1000) });
  await curtain.wait(1_000, viewer.closed());
});

/** Comes and goes where the backend lets nobody go: what lingers must make room. */
export const churner = async (stage: Stage): Promise<void> => {
  const { curtain, step } = stage;
  const until = performance.now() + step.forMs;
  while (performance.now() < until && !curtain.fallen) {
    const viewer = raw(stage);
    if (await isOpen(stage, viewer)) {
      viewer.sendFrame({ opcode: opcodes.close, payload: closing(1000) });
      await curtain.wait(10, viewer.closed());
    }
    viewer.destroy();
    await curtain.wait(20);
  }
};
