import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { BackendHealth } from '../../src/proxy/backend-health.ts';
import type { Direction } from '../../src/proxy/relay.ts';

const RULES = {
  pingIntervalMs: 15_000,
  pongTimeoutMs: 45_000,
  writeTimeoutMs: 20_000,
  tickMs: 250,
};
const IN_NODE = 65_536;
const IN_KERNEL = 200_000;

/**
 * A backend that says nothing while its viewer sends without a pause, and that takes so many
 * bytes a second; returns when it was given up, in milliseconds, or null: not in ten minutes.
 */
const givenUpAt = (bytesPerSecond: number): number | null => {
  let now = 0;
  const backend = Object.assign(new EventEmitter(), {
    localAddress: '127.0.0.1',
    localPort: 8080,
    remoteAddress: '127.0.0.1',
    remotePort: 50_001,
    writableLength: IN_NODE,
    bytesWritten: 0,
  });
  const toBackend = {
    atBoundary: true,
    written: 0,
    weigh: () => IN_NODE,
    insert: (frame: Buffer, put: () => void): void => {
      put();
      toBackend.written += frame.length;
    },
  };
  const health = new BackendHealth(
    {
      backend: backend as unknown as Socket,
      toViewer: {
        atBoundary: true,
        isPaused: false,
        takeHeard: () => null,
      } as unknown as Direction,
      toBackend: toBackend as unknown as Direction,
    },
    RULES,
    () => now,
    0,
  );
  // Its kernel takes the first megabytes at once, as it has room for them.
  let taken = 6_000_000;
  for (; now < 600_000; now += RULES.tickMs) {
    taken += (bytesPerSecond * RULES.tickMs) / 1_000;
    toBackend.written = Math.max(toBackend.written, taken + IN_KERNEL + IN_NODE);
    backend.bytesWritten = toBackend.written;
    const asked = health.look(now);
    if (health.judge(now, asked !== null) !== 'fine') return now;
    if (asked === null) continue;
    const kernel = toBackend.written - taken - IN_NODE;
    health.confirm(now, new Map([[asked, { bytes: kernel, retransmits: 0 }]]));
    if (health.judge(now, false) !== 'fine') return now;
  }
  return null;
};

it('a backend is not given up while a Ping may lie unread in its own kernel and it takes what waits', () => {
  expect(givenUpAt(20_000)).toBeNull();
});

it('a backend that has taken more than a kernel keeps, and answers no Ping, is given up', () => {
  expect(givenUpAt(1_000_000)).toBeGreaterThan(45_000);
});

it('a backend that takes nothing is given up by the write deadline', () => {
  const at = givenUpAt(0);
  expect(at).toBeGreaterThanOrEqual(20_000);
  expect(at).toBeLessThan(45_000);
});
