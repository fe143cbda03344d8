import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reachOf, WriteWatch } from '../../src/core/write-watch.ts';

/**
 * A socket as it behaves on Linux: the kernel takes more only once a third of its buffer is
 * free, and Node counts a chunk as taken only when the kernel has the whole of it.
 */
class Pipe {
  readonly #capacity: number;
  readonly #chunks: { readonly size: number; left: number }[] = [];
  queued = 0;
  taken = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** `writableLength`. */
  get inNode(): number {
    return this.#chunks.reduce((sum, { size }) => sum + size, 0);
  }

  write(size: number): void {
    const waits = this.#chunks.length > 0;
    this.#chunks.push({ size, left: size });
    if (!waits) this.#handOver();
  }

  /** The far side acknowledges up to `bytes`; returns how many it were. */
  take(bytes: number): number {
    const acknowledged = Math.min(bytes, this.queued);
    this.queued -= acknowledged;
    if (this.queued <= (this.#capacity * 2) / 3) this.#handOver();
    return acknowledged;
  }

  #handOver(): void {
    for (;;) {
      const [chunk] = this.#chunks;
      if (chunk === undefined) return;
      const bytes = Math.min(chunk.left, this.#capacity - this.queued);
      chunk.left -= bytes;
      this.queued += bytes;
      if (chunk.left > 0) return;
      this.#chunks.shift();
      this.taken += chunk.size;
    }
  }
}

type Scene = {
  readonly lookMs: number;
  readonly firstLook: number;
  readonly timeoutMs: number;
  /** Bytes of the kernel's buffer, much more than of a chunk. */
  readonly capacity: number;
  /** What is written, and after how long the next. */
  readonly writes: readonly { readonly size: number; readonly after: number }[];
  /** What is taken, and after how long the next; the reader stops at `stopsAt`. */
  readonly takes: readonly { readonly size: number; readonly after: number }[];
  readonly stopsAt: number;
  /** Only Node's counters are there to be seen. */
  readonly blind: boolean;
};

const scene: fc.Arbitrary<Scene> = fc
  .record({ lookMs: fc.integer({ min: 1, max: 5 }), looks: fc.integer({ min: 4, max: 12 }) })
  .chain(({ lookMs, looks }) => {
    const timeoutMs = lookMs * looks;
    return fc.record({
      lookMs: fc.constant(lookMs),
      firstLook: fc.nat(lookMs - 1),
      timeoutMs: fc.constant(timeoutMs),
      capacity: fc.integer({ min: 30, max: 90 }),
      writes: fc.array(
        fc.record({
          size: fc.integer({ min: 1, max: 10 }),
          after: fc.integer({ min: 1, max: 5 }),
        }),
        { minLength: 1, maxLength: 6 },
      ),
      takes: fc.array(
        fc.record({
          size: fc.integer({ min: 1, max: 40 }),
          after: fc.integer({ min: 1, max: timeoutMs - 1 }),
        }),
        { minLength: 1, maxLength: 6 },
      ),
      stopsAt: fc.nat(10 * timeoutMs),
      blind: fc.constant(false),
    });
  });

/** What was seen at a look. */
type Seen = {
  readonly now: number;
  readonly waitedMs: number;
  /** When bytes last moved as far as can be seen, or began to wait, or to wait in Node. */
  readonly movedAt: number;
  readonly waiting: number;
};

/**
 * Runs a scene with `waits` bytes waiting at every look, until the wait is over the timeout
 * or `until`. `movedAt` goes by every acknowledgement, or by Node's counters where it is blind.
 */
const run = (scene: Scene, until: number, waits: (pipe: Pipe) => number): readonly Seen[] => {
  const pipe = new Pipe(scene.capacity);
  const watch = new WriteWatch();
  const seen: Seen[] = [];
  let movedAt = 0;
  let waited = false;
  let waitedInNode = false;
  let nextWrite = 0;
  let nextTake = 0;
  let written = 0;
  let taken = 0;
  for (let now = 0; now <= until; now += 1) {
    const before = pipe.taken;
    if (now >= nextTake && now < scene.stopsAt) {
      const { size, after } = scene.takes[taken % scene.takes.length]!;
      taken += 1;
      nextTake = now + after;
      if (pipe.take(size) > 0 && !scene.blind) movedAt = now;
    }
    if (now >= nextWrite && pipe.inNode < 20) {
      const { size, after } = scene.writes[written % scene.writes.length]!;
      written += 1;
      nextWrite = now + after;
      pipe.write(size);
    }
    if (scene.blind && pipe.taken !== before) movedAt = now;
    const waiting = waits(pipe);
    if ((waiting > 0 && !waited) || (pipe.inNode > 0 && !waitedInNode)) movedAt = now;
    waited = waiting > 0;
    waitedInNode = pipe.inNode > 0;
    if (now % scene.lookMs !== scene.firstLook) continue;
    watch.look(now, waiting, pipe.taken, pipe.inNode);
    if (!scene.blind) watch.confirm(now, pipe.queued);
    seen.push({ now, waitedMs: watch.waitedMs(now), movedAt, waiting });
    if (watch.waitedMs(now) >= scene.timeoutMs) break;
  }
  return seen;
};

const inNode = (pipe: Pipe): number => pipe.inNode;
/** Everything that was not acknowledged, as where a Ping waits behind it. */
const unread = (pipe: Pipe): number => pipe.inNode + pipe.queued;

const runs = { numRuns: 400 };

describe.each([
  ['what waits in Node', inNode],
  ['what waits in Node or in the kernel', unread],
])('%s', (_name, waits) => {
  it('never reaches the timeout with a reader that takes something within each', () => {
    fc.assert(
      fc.property(scene, (scene) => {
        const alive = { ...scene, stopsAt: Infinity };
        for (const { waitedMs } of run(alive, 12 * scene.timeoutMs, waits)) {
          expect(waitedMs).toBeLessThan(scene.timeoutMs);
        }
      }),
      runs,
    );
  });

  it('reaches the timeout within two looks of it once the reader takes nothing', () => {
    fc.assert(
      fc.property(scene, (scene) => {
        const end = scene.stopsAt + scene.capacity * 5 + 10 + 2 * scene.timeoutMs;
        const last = run(scene, end, waits).at(-1)!;
        expect(last.waitedMs).toBeGreaterThanOrEqual(scene.timeoutMs);
        expect(last.now - last.movedAt).toBeGreaterThanOrEqual(scene.timeoutMs);
        expect(last.now - last.movedAt).toBeLessThan(scene.timeoutMs + 2 * scene.lookMs);
      }),
      runs,
    );
  });

  it('has waited for nothing where nothing waits, and never longer than since bytes moved', () => {
    fc.assert(
      fc.property(scene, (scene) => {
        for (const { now, waitedMs, movedAt, waiting } of run(scene, 400, waits)) {
          expect(waitedMs).toBeLessThanOrEqual(waiting === 0 ? 0 : now - movedAt);
        }
      }),
      runs,
    );
  });
});

describe('without the word of the kernel', () => {
  it('goes by the counters of Node, to within a look', () => {
    fc.assert(
      fc.property(scene, (scene) => {
        const end = scene.stopsAt + scene.capacity * 5 + 10 + 2 * scene.timeoutMs;
        const last = run({ ...scene, blind: true }, end, inNode).at(-1)!;
        expect(last.waitedMs).toBeGreaterThanOrEqual(scene.timeoutMs);
        expect(last.now - last.movedAt).toBeGreaterThanOrEqual(scene.timeoutMs);
        expect(last.now - last.movedAt).toBeLessThan(scene.timeoutMs + 2 * scene.lookMs);
      }),
      runs,
    );
  });
});

describe('how far a Ping has come', () => {
  const most = 40 * 1024 * 1024;

  it('counts what is ahead of it, whatever waits behind', () => {
    fc.assert(
      fc.property(fc.nat(most), fc.nat(most), fc.nat(most), (taken, ahead, behind) => {
        const startsAt = taken + ahead;
        const written = startsAt + behind;
        const reach = reachOf({ written, startsAt, inNode: 0, inKernel: ahead + behind });
        expect(reach).toEqual({ aheadBytes: ahead, mayLieUnread: false });
      }),
    );
  });

  it('calls it unread at most until more was taken since than a kernel keeps', () => {
    fc.assert(
      fc.property(fc.nat(most), fc.nat(most), fc.nat(most), (takenSince, inNode, inKernel) => {
        const written = takenSince + inNode + inKernel;
        const { aheadBytes, mayLieUnread } = reachOf({ written, startsAt: 0, inNode, inKernel });
        expect(aheadBytes).toBe(0);
        expect(mayLieUnread).toBe(inNode > 0 && takenSince < 16 * 1024 * 1024);
      }),
    );
  });
});
