/** Viewers that are slow, deaf or dumb. */
import { opcodes } from '../support/frame-reader.ts';
import { frame } from '../support/frames.ts';
import type { RawViewer } from '../support/raw-viewer.ts';
import { endOwed, isOpen, raw, readSteadily, type Stage } from './stage.ts';

/** Never answers a Ping, and must be evicted for it. */
export const mute = async (stage: Stage): Promise<void> => {
  const viewer = raw(stage, { answerPings: false });
  if (await isOpen(stage, viewer)) await endOwed(stage, viewer, 'never answered a Ping');
  viewer.destroy();
};

/** Reads nothing at all; it learns of its end only when it gives up. */
export const unread = async (stage: Stage): Promise<void> => {
  const viewer = raw(stage);
  if (await isOpen(stage, viewer)) {
    viewer.pause();
    await stage.curtain.wait(stage.step.forMs);
  }
  viewer.destroy();
};

const reads =
  (how: (viewer: RawViewer, stage: Stage) => Promise<void>) =>
  async (stage: Stage): Promise<void> => {
    const viewer = raw(stage);
    if (await isOpen(stage, viewer)) await how(viewer, stage);
    if (stage.random.chance(0.5)) viewer.reset();
    else viewer.destroy();
  };

/** Reads much less than comes. */
export const slowReader = reads(async (viewer, { curtain, random, step }) => {
  readSteadily(viewer, random.pick([4, 50, 200]) * 1024);
  await curtain.wait(step.forMs, viewer.closed({ ms: step.forMs }));
});

/** Reads less than comes, but so much that it must never count as one that does not read. */
export const steadyReader = reads(async (viewer, { curtain, step }) => {
  readSteadily(viewer, 2 * 1024 * 1024);
  await curtain.wait(step.forMs, viewer.closed({ ms: step.forMs }));
});

/** Reads now and then. */
export const burstyReader = reads(async (viewer, { curtain, random, step }) => {
  const until = performance.now() + step.forMs;
  while (performance.now() < until && !curtain.fallen) {
    viewer.pause();
    await curtain.wait(random.between(200, 1_200));
    readSteadily(viewer, 4 * 1024 * 1024);
    await curtain.wait(random.between(50, 300));
  }
});

/** Sends one large message, little by little; what comes back must be the same. */
export const slowSender = async (stage: Stage): Promise<void> => {
  const { curtain, random, remote, step, tell } = stage;
  const viewer = raw(stage);
  if (await isOpen(stage, viewer)) {
    // An answer in the middle of a frame would be part of it.
    viewer.answerPings = false;
    const payload = random.bytes(random.between(100, 250) * 1024);
    const bytes = frame({ opcode: opcodes.binary, payload, masked: true });
    const pieces = random.between(5, 40);
    const size = Math.ceil(bytes.length / pieces);
    for (let at = 0; at < bytes.length && !curtain.fallen; at += size) {
      viewer.send(bytes.subarray(at, at + size));
      await curtain.wait(random.between(5, 100));
    }
    viewer.answerPings = true;
    const echoed = viewer.nextData().then(
      (back) => {
        if (back.payload.equals(payload)) return;
        const what = `sent ${payload.length} bytes slowly and got ${back.payload.length} others`;
        tell({ on: 'changed', remote, what });
      },
      // Operators evict here, too.
      () => undefined,
    );
    await curtain.wait(step.forMs, echoed);
    viewer.sendFrame({ opcode: opcodes.close });
    await curtain.wait(500, viewer.closed());
  }
  viewer.destroy();
};

/** Sends without end to a backend that takes nothing. */
export const pusher = async (stage: Stage): Promise<void> => {
  const { curtain, step } = stage;
  const viewer = raw(stage);
  if (await isOpen(stage, viewer)) {
    const block = frame({ opcode: opcodes.binary, payload: Buffer.alloc(65_536), masked: true });
    const until = performance.now() + step.forMs;
    while (performance.now() < until && !curtain.fallen && !viewer.socket.destroyed) {
      if (!viewer.socket.writableNeedDrain) viewer.send(block);
      await curtain.wait(10);
    }
  }
  viewer.destroy();
};
