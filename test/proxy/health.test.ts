import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Health } from '../../src/proxy/health.ts';
import { kernelKey } from '../../src/proxy/kernel-queues.ts';
import type { Direction } from '../../src/proxy/relay.ts';

const RULES = {
  pingIntervalMs: 15_000,
  pongTimeoutMs: 45_000,
  writeTimeoutMs: 20_000,
  backend: { pingIntervalMs: 0, pongTimeoutMs: 45_000, writeTimeoutMs: 20_000, tickMs: 250 },
  tickMs: 250,
};

/** A socket that is only looked at. */
const socket = (remotePort: number) =>
  Object.assign(new EventEmitter(), {
    localAddress: '127.0.0.1',
    localPort: 8080,
    remoteAddress: '127.0.0.1',
    remotePort,
    writableLength: 0,
    bytesWritten: 0,
  });

/**
 * A direction to a socket that takes every frame at once, unless it stands in the middle of one,
 * and in which bytes come when a test says so.
 */
const direction = (to: ReturnType<typeof socket>) => {
  let heardAt: number | null = null;
  const fake = {
    atBoundary: true,
    isPaused: false,
    written: 0,
    pings: 0,
    weigh: () => to.writableLength,
    onHeard: null as (() => void) | null,
    hear: (now: number): void => {
      heardAt = now;
      const tell = fake.onHeard;
      fake.onHeard = null;
      tell?.();
    },
    takeHeard: (): number | null => {
      const at = heardAt;
      heardAt = null;
      return at;
    },
    insert: (frame: Buffer, put: () => void): void => {
      if (!fake.atBoundary) return;
      put();
      fake.written += frame.length;
      fake.pings += 1;
    },
  };
  return fake;
};

/** A viewer that has been late for a moment at `now`; how it got there is for the test. */
const viewer = (rules = RULES) => {
  let now = 0;
  const ends = { viewer: socket(50_000), backend: socket(50_001) };
  const toViewer = direction(ends.viewer);
  const toBackend = direction(ends.backend);
  const health = new Health(
    {
      viewer: ends.viewer as unknown as Socket,
      backend: ends.backend as unknown as Socket,
      toViewer: toViewer as unknown as Direction,
      toBackend: toBackend as unknown as Direction,
    },
    rules,
    () => now,
    0,
  );
  const at = (ms: number): number => {
    now = ms;
    return now;
  };
  const key = kernelKey(ends.viewer as unknown as Socket)!;
  const queued = (bytes: number, retransmits = 0) => new Map([[key, { bytes, retransmits }]]);
  return { health, toViewer, hear: toBackend.hear, socket: ends.viewer, at, queued };
};

const ignore = (): void => undefined;

/** A viewer that has not answered the Ping of the beginning, of which 100 bytes went ahead. */
const lateViewer = () => {
  const late = viewer();
  late.toViewer.written = 100;
  late.health.judge(late.at(0), false);
  const waiting = (ahead: number) => late.queued(late.toViewer.written - 100 + ahead);
  const suspects = (ms: number) => late.health.look(late.at(ms)).length;
  return { ...late, waiting, suspects };
};

describe('a viewer that is late', () => {
  it('is asked the kernel about until all ahead of its Ping has arrived, and no more then', () => {
    const { health, waiting, suspects } = lateViewer();
    expect(suspects(17_000)).toBe(1);
    health.confirm(17_000, waiting(50));
    expect(health.liveness.deadline(17_000)).toMatchObject({ leftMs: 45_000, held: true });
    expect(suspects(17_250)).toBe(1);
    health.confirm(17_250, waiting(0));
    expect([17_500, 32_000, 62_000].map((ms) => suspects(ms))).toEqual([0, 0, 0]);
    expect(health.dueInMs(61_900)).toBe(100);
    expect(health.judge(61_999, false)).toBe('fine');
    expect(health.judge(62_000, false)).toBe('pong-timeout');
  });

  it('is asked about again where data waits behind its Ping, which may then lie unread', () => {
    const { health, socket: bare, waiting, suspects } = lateViewer();
    expect(suspects(17_000)).toBe(1);
    health.confirm(17_000, waiting(0));
    expect(suspects(17_250)).toBe(0);
    bare.writableLength = 10;
    expect(suspects(17_500)).toBe(1);
    health.confirm(17_500, waiting(0));
    expect(health.liveness.deadline(17_500)).toMatchObject({ held: true });
  });

  it('is asked about again where the kernel could not be asked', () => {
    const { health, suspects } = lateViewer();
    expect(suspects(17_000)).toBe(1);
    health.confirm(17_000, new Map());
    expect(suspects(17_250)).toBe(1);
  });
});

describe('a viewer that pings its backend', () => {
  it('is calm for as long as a punctual answer takes, and not until our next Ping', () => {
    const backend = { ...RULES.backend, pingIntervalMs: 16_000 };
    const { health, at } = viewer({ ...RULES, backend });
    health.judge(at(0), false);
    expect(health.calmMs(0)).toBe(7_500);
    health.viewerPinged(Buffer.from('own'), at(1_000), 9);
    expect(health.calmMs(1_000)).toBe(2_000);
  });
});

describe('a viewer that was asked out of turn', () => {
  it('fails where it owes an answer and nothing waits ahead of that', () => {
    const { health, toViewer, at, queued } = viewer();
    expect(health.probe(at(17_000), ignore)).toBe(17_000);
    expect(toViewer.pings).toBe(1);
    // The question itself is not acknowledged: that is what a ghost looks like.
    expect(health.failsProbe(at(19_000), queued(toViewer.written))).toBe(true);
  });

  it.each([
    ['in the kernel', 0, 5_000],
    ['in Node', 5_000, 0],
  ])('is spared while bytes ahead of the question wait %s', (_, inNode, inKernel) => {
    const { health, toViewer, socket: bare, at, queued } = viewer();
    toViewer.written = 10_000;
    health.probe(at(17_000), ignore);
    expect(health.probeKey).not.toBeNull();
    const question = toViewer.written - 10_000;
    bare.writableLength = inNode === 0 ? 0 : inNode + question;
    const kernel = inKernel === 0 ? 0 : inKernel + question;
    expect(health.failsProbe(at(19_000), queued(kernel))).toBe(false);
    // And is not asked again for a while.
    expect(health.probe(at(19_000), ignore)).toBeNull();
  });

  it('is spared where the question could not be put', () => {
    const { health, toViewer, at, queued } = viewer();
    toViewer.atBoundary = false;
    expect(health.probe(at(17_000), ignore)).toBe(17_000);
    toViewer.atBoundary = true;
    expect(health.failsProbe(at(19_000), queued(0))).toBe(false);
  });

  it('is spared where an older Ping still waits in Node', () => {
    const { health, toViewer, socket: bare, at, queued } = viewer();
    health.judge(at(0), false);
    expect(toViewer.pings).toBe(1);
    bare.writableLength = toViewer.written;
    health.probe(at(17_000), ignore);
    expect(toViewer.pings).toBe(1);
    bare.writableLength = 0;
    expect(health.failsProbe(at(19_000), queued(0))).toBe(false);
  });

  it('is spared while the proxy does not read it, and is not asked', () => {
    const { health, toViewer, at, queued } = viewer();
    health.probe(at(17_000), ignore);
    health.liveness.pause(at(18_000));
    expect(health.failsProbe(at(19_000), queued(0))).toBe(false);
    expect(health.probe(at(40_000), ignore)).toBeNull();
    expect(toViewer.pings).toBe(1);
  });

  it('is spared while it is stuck, which the write deadline judges', () => {
    const { health, socket: bare, at, queued } = viewer();
    bare.writableLength = 1;
    for (let ms = 0; ms <= 17_000; ms += 250) health.look(at(ms));
    expect(health.state(17_000)).toBe('stuck');
    expect(health.probe(17_000, ignore)).toBe(17_000);
    expect(health.failsProbe(at(19_000), queued(5_000))).toBe(false);
  });

  it('fails, whatever waits ahead of the question, where nothing sent to it is answered at all', () => {
    const { health, toViewer, socket: bare, at, queued } = viewer();
    toViewer.written = 10_000;
    bare.writableLength = 4_000;
    for (let ms = 0; ms <= 17_000; ms += 250) health.look(at(ms));
    expect(health.state(17_000)).toBe('stuck');
    health.probe(at(17_000), ignore);
    expect(health.failsProbe(at(19_000), queued(5_000, 3))).toBe(true);
  });

  it('is spared where a few retransmissions may still be answered, and where it has shown life', () => {
    const { health, toViewer, at, queued } = viewer();
    toViewer.written = 10_000;
    health.probe(at(17_000), ignore);
    expect(health.failsProbe(at(19_000), queued(5_000, 2))).toBe(false);
    const other = viewer();
    other.health.probe(other.at(17_000), ignore);
    other.hear(other.at(18_000));
    expect(other.health.failsProbe(other.at(19_000), other.queued(5_000, 9))).toBe(false);
  });

  it("owes the answer to its backend's Ping instead of ours, while that is open", () => {
    const { health, toViewer, at, queued } = viewer();
    health.liveness.backendPinged(Buffer.from('theirs'), at(1_000), 0, 8);
    toViewer.written = 8;
    expect(health.probe(at(17_000), ignore)).toBe(17_000);
    expect(toViewer.pings).toBe(0);
    expect(health.failsProbe(at(19_000), queued(0))).toBe(true);
  });

  it('is heard of once, at its next byte, and then does not fail', () => {
    const { health, hear, at, queued } = viewer();
    let heard = 0;
    health.probe(at(17_000), () => {
      heard += 1;
    });
    hear(at(18_000));
    hear(at(18_001));
    expect(heard).toBe(1);
    expect(health.failsProbe(at(60_000), queued(0))).toBe(false);
  });
});
