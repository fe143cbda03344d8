import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BackendLiveness } from '../../src/core/backend-liveness.ts';

/** What a simulated backend and its viewer do; milliseconds since it opened. */
type Path = {
  readonly intervalMs: number;
  /** Of the interval, the timeout. */
  readonly factor: number;
  readonly tickMs: number;
  readonly phase: number;
  /** From then on the backend hears nothing and says nothing. */
  readonly diesAt: number;
  /** How long it takes to answer a Ping, by the Ping's number, over and over. */
  readonly delays: readonly number[];
  /** Of the Pings it holds when it answers, it answers the latest alone (RFC 6455 5.5.3). */
  readonly latestOnly: boolean;
  /** When it says something else. */
  readonly data: readonly number[];
  /** When the viewer sends Pings of its own; all have the same payload. */
  readonly viewerPings: readonly number[];
  /** The proxy does nothing at all; what has come by then is read at the end. */
  readonly stalls: readonly { readonly from: number; readonly ms: number }[];
  readonly until: number;
};

type Fate = {
  readonly lostAt: number | null;
  readonly lastLifeAt: number;
  /** Pongs that reached the viewer, and how many of them were to Pings of the proxy. */
  readonly passed: number;
  readonly foreign: number;
  /** Ticks up to which it was called calm, and those of them at which there was something. */
  readonly calm: number;
  readonly surprises: number;
};

const VIEWERS = 'the viewer asks';

const timeoutOf = ({ factor, intervalMs }: Path): number => factor * intervalMs;

/** Walks a path, millisecond by millisecond. */
const walk = (path: Path): Fate => {
  const rules = { pingIntervalMs: path.intervalMs, pongTimeoutMs: timeoutOf(path) };
  const backend = new BackendLiveness({ ...rules, tickMs: path.tickMs }, 0, path.phase);
  let answers: { readonly payload: string; readonly at: number }[] = [];
  let arrived: (string | null)[] = [];
  let [nextTick, asked, written, lastLifeAt, passed, foreign] = [0, 0, 0, 0, 0, 0];
  let [calmUntil, calm, surprises] = [0, 0, 0];
  const hear = (payload: string, now: number): void => {
    const delay = path.delays[asked % path.delays.length] ?? 0;
    asked += 1;
    if (now < path.diesAt) answers.push({ payload, at: now + delay });
  };
  for (let now = 0; now <= path.until; now += 1) {
    if (now < path.diesAt) {
      if (path.data.includes(now)) arrived.push(null);
      const due = answers.filter(({ at }) => at <= now).map(({ payload }) => payload);
      const latest = answers.at(-1)?.payload;
      if (path.latestOnly && due.length > 0 && latest !== undefined) {
        arrived.push(latest);
        answers = [];
      } else if (due.length > 0) {
        arrived.push(...due);
        answers = answers.filter(({ at }) => at > now);
      }
    }
    if (path.stalls.some(({ from, ms }) => from <= now && now < from + ms)) continue;
    for (const payload of arrived) {
      backend.life(now);
      lastLifeAt = now;
      if (payload === null || backend.pong(Buffer.from(payload))) continue;
      passed += 1;
      if (payload !== VIEWERS) foreign += 1;
    }
    arrived = [];
    if (path.viewerPings.includes(now)) {
      backend.viewerPinged(Buffer.from(VIEWERS), now, written);
      calmUntil = Math.min(calmUntil, backend.calmUntil);
      written += VIEWERS.length;
      hear(VIEWERS, now);
    }
    if (now < nextTick) continue;
    nextTick = now + path.tickMs;
    const verdict = backend.tick(now, { paused: false, midFrame: false });
    if (now < calmUntil) {
      calm += 1;
      const inFrame = backend.tick(now, { paused: false, midFrame: true });
      const isWell = verdict === 'nothing' && inFrame === 'nothing';
      if (!isWell || backend.unreached(now, written) !== null) surprises += 1;
    }
    calmUntil = Math.max(calmUntil, backend.calmUntil);
    if (verdict === 'lost') return { lostAt: now, lastLifeAt, passed, foreign, calm, surprises };
    if (verdict !== 'ping') continue;
    const payload = `ping ${written}`;
    backend.pinged(Buffer.from(payload), now, written, written + 14);
    written += 14;
    hear(payload, now);
  }
  return { lostAt: null, lastLifeAt, passed, foreign, calm, surprises };
};

const UNTIL = 2_000;
const moments = fc.uniqueArray(fc.nat(UNTIL), { maxLength: 12 });

const paths: fc.Arbitrary<Path> = fc.record({
  intervalMs: fc.integer({ min: 40, max: 200 }),
  factor: fc.integer({ min: 2, max: 5 }),
  tickMs: fc.integer({ min: 1, max: 20 }),
  phase: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  diesAt: fc.nat(UNTIL),
  delays: fc.array(fc.nat(19), { minLength: 1, maxLength: 5 }),
  latestOnly: fc.boolean(),
  data: moments,
  viewerPings: moments,
  stalls: fc.array(fc.record({ from: fc.nat(UNTIL), ms: fc.nat(600) }), { maxLength: 2 }),
  until: fc.constant(UNTIL),
});

describe('a backend', () => {
  it('that answers is never lost, however the proxy stalls and whatever else is said', () => {
    fc.assert(
      fc.property(paths, (path) => {
        // Answers take less than 20 ms; what stays of the timeout is 40 - 20 at the least.
        expect(walk({ ...path, diesAt: Number.POSITIVE_INFINITY }).lostAt).toBeNull();
      }),
      { numRuns: 150 },
    );
  });

  it('that is dead is lost, not before the pong timeout and a while after it at most', () => {
    fc.assert(
      fc.property(paths, (path) => {
        const { intervalMs, tickMs, diesAt } = path;
        const timeoutMs = timeoutOf(path);
        const whole = { ...path, stalls: [], until: diesAt + 3 * timeoutMs + 2 * UNTIL };
        const { lostAt, lastLifeAt } = walk(whole);
        expect(lostAt).not.toBeNull();
        expect(lostAt! - lastLifeAt).toBeGreaterThanOrEqual(timeoutMs);
        // A Ping of the viewer's that was left unanswered keeps ours away for a timeout.
        const latest = Math.max(lastLifeAt, ...path.viewerPings.filter((at) => at <= lastLifeAt));
        const most = 2 * timeoutMs + intervalMs + 4 * tickMs;
        expect(lostAt! - latest).toBeLessThanOrEqual(most);
      }),
      { numRuns: 150 },
    );
  });

  it('whose viewer sends no Pings is lost within a tick of the pong timeout', () => {
    fc.assert(
      fc.property(paths, (path) => {
        const until = path.diesAt + 3 * timeoutOf(path) + UNTIL;
        const { lostAt, lastLifeAt } = walk({ ...path, viewerPings: [], stalls: [], until });
        expect(lostAt! - lastLifeAt).toBeGreaterThanOrEqual(timeoutOf(path));
        expect(lostAt! - lastLifeAt).toBeLessThanOrEqual(timeoutOf(path) + 2 * path.tickMs);
      }),
      { numRuns: 150 },
    );
  });

  it("passes no Pong on but those to the viewer's Pings, and all of these that it answers", () => {
    fc.assert(
      fc.property(paths, (path) => {
        const { passed, foreign } = walk({ ...path, stalls: [], diesAt: Infinity });
        expect(foreign).toBe(0);
        const heard = path.viewerPings.filter((at) => at <= UNTIL - 40).length;
        const least = path.latestOnly ? Math.min(1, heard) : heard;
        expect(passed).toBeGreaterThanOrEqual(least);
      }),
      { numRuns: 150 },
    );
  });

  it('that is called calm is asked and blamed for nothing until then, in mid-frame too', () => {
    fc.assert(
      fc.property(paths, fc.constantFrom(0.25, 0.5, 1, 2, 5), (path, factor) => {
        expect(walk({ ...path, factor }).surprises).toBe(0);
      }),
      { numRuns: 600 },
    );
  });

  it('that talks is calm at nearly every tick', () => {
    const data = Array.from({ length: 500 }, (_, at) => 4 * at);
    const talks = {
      intervalMs: 200,
      factor: 2,
      tickMs: 10,
      phase: 0.5,
      delays: [0],
      data,
      viewerPings: [],
    };
    const quiet = { diesAt: Infinity, latestOnly: false, stalls: [], until: 2_000 };
    expect(walk({ ...talks, ...quiet }).calm).toBeGreaterThan(190);
  });
});
