import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Liveness, type LivenessRules, type LivenessVerdict } from '../../src/core/liveness.ts';

/** A stretch of time, both in milliseconds. */
type Stretch = { readonly from: number; readonly ms: number };

/** What a simulated path does; everything in milliseconds since the viewer opened. */
type Path = {
  readonly rules: LivenessRules;
  readonly phase: number;
  readonly firstTick: number;
  /** Until when the viewer lives; it hears nothing and says nothing after that. */
  readonly diesAt: number;
  /** How long the viewer takes to answer a Ping, by the Ping's number, over and over. */
  readonly delays: readonly number[];
  /** Of the Pings it holds at an answer, it answers the latest alone (RFC 6455 5.5.3). */
  readonly latestOnly: boolean;
  /** When the viewer sends something else. */
  readonly data: readonly number[];
  /** Pings of the backend's own. Backends may send equal ones. */
  readonly backendPings: readonly { readonly at: number; readonly payload: string }[];
  /** The proxy does nothing at all; what is due is done at the end. */
  readonly stalls: readonly Stretch[];
  /** The proxy does not read the viewer; what came is read at the end. */
  readonly pauses: readonly Stretch[];
  /** At every tick something keeps the viewer from being asked. */
  readonly held: boolean;
  readonly until: number;
};

/** How a viewer fared; `silentMs` is its silence as this file counts it, pauses left out. */
type Fate = {
  readonly evictedAt: number | null;
  readonly silentMs: number;
  /** Ticks up to which it was called calm, and those of them at which there was something. */
  readonly calm: number;
  readonly surprises: number;
};

const inside = (stretches: readonly Stretch[], now: number): boolean =>
  stretches.some(({ from, ms }) => from <= now && now < from + ms);

/** Walks a path, millisecond by millisecond. */
class Walk {
  readonly #path: Path;
  readonly #liveness: Liveness;
  /** Answers on their way: the number of the Ping, and when its Pong arrives. */
  #answers: { readonly payload: Buffer; readonly sentAt: number; readonly at: number }[] = [];
  #arrived: (Buffer | null)[] = [];
  #pings = 0;
  #written = 0;
  #lastAnswer = 0;
  #paused = false;
  #silentMs = 0;
  #nextTick: number;
  #backendPing = 0;
  #calmUntil = Number.NEGATIVE_INFINITY;
  #calm = 0;
  #surprises = 0;

  constructor(path: Path) {
    this.#path = path;
    this.#liveness = new Liveness(path.rules, 0, path.phase);
    this.#nextTick = path.firstTick;
  }

  walk(): Fate {
    for (let now = 0; now <= this.#path.until; now += 1) {
      if (now > 0 && !this.#paused) this.#silentMs += 1;
      this.#arrive(now);
      if (inside(this.#path.stalls, now)) continue;
      this.#steer(now);
      this.#read(now);
      this.#passPings(now);
      if (this.#ticks(now)) return this.#fate(now);
    }
    return this.#fate(null);
  }

  #fate(evictedAt: number | null): Fate {
    return {
      evictedAt,
      silentMs: this.#silentMs,
      calm: this.#calm,
      surprises: this.#surprises,
    };
  }

  /** What the viewer's words and Pongs reach the proxy's kernel with. */
  #arrive(now: number): void {
    const { data, diesAt, latestOnly } = this.#path;
    if (now > diesAt) return;
    if (data.includes(now)) this.#arrived.push(null);
    const due = this.#answers.filter(({ at }) => at <= now);
    this.#answers = this.#answers.filter(({ at }) => at > now);
    const latest = due.at(-1);
    if (latest === undefined) return;
    if (!latestOnly) this.#arrived.push(...due.map(({ payload }) => payload));
    else {
      // Whatever was sent before the answer was is with the viewer, and answered with it.
      const heard = this.#answers.filter(({ sentAt }) => sentAt < now);
      this.#answers = this.#answers.filter(({ sentAt }) => sentAt >= now);
      this.#arrived.push((heard.at(-1) ?? latest).payload);
    }
  }

  #steer(now: number): void {
    const paused = inside(this.#path.pauses, now);
    if (paused && !this.#paused) this.#liveness.pause(now);
    if (!paused && this.#paused) this.#liveness.resume(now);
    this.#paused = paused;
  }

  #read(now: number): void {
    if (this.#paused) return;
    for (const pong of this.#arrived) {
      this.#liveness.life(now);
      if (pong !== null) this.#liveness.pong(pong, now);
      this.#silentMs = 0;
    }
    this.#arrived = [];
  }

  #passPings(now: number): void {
    const { backendPings } = this.#path;
    for (; (backendPings[this.#backendPing]?.at ?? Infinity) <= now; this.#backendPing += 1) {
      const payload = Buffer.from(backendPings[this.#backendPing]?.payload ?? '');
      const startsAt = this.#put(payload, now);
      this.#liveness.backendPinged(payload, now, startsAt, this.#written);
    }
  }

  /** True where the viewer is evicted. */
  #ticks(now: number): boolean {
    if (now < this.#nextTick) return false;
    this.#nextTick = now + this.#path.rules.tickMs;
    if (this.#path.held) this.#liveness.hold(now);
    const verdict = this.#liveness.tick(now);
    if (now < this.#calmUntil) this.#doubt(now, verdict);
    if (verdict === 'ping') {
      const payload = Buffer.from(`ours ${this.#pings}`);
      this.#liveness.pinged(payload, now, this.#put(payload, now), this.#written);
    }
    this.#calmUntil = Math.max(this.#calmUntil, this.#liveness.calmUntil(now));
    return verdict === 'expired';
  }

  #doubt(now: number, verdict: LivenessVerdict): void {
    this.#calm += 1;
    const leftMs = this.#liveness.expiresInMs(now) ?? Infinity;
    const isWell = this.#liveness.state(now) === 'ok' && leftMs > this.#path.rules.tickMs;
    if (verdict !== 'nothing' || !isWell) this.#surprises += 1;
  }

  /** Writes a Ping and has the viewer answer it, in order; returns where it starts. */
  #put(payload: Buffer, now: number): number {
    const { delays, rules } = this.#path;
    const delay = delays[this.#pings % delays.length] ?? rules.pongTimeoutMs;
    this.#lastAnswer = Math.max(this.#lastAnswer, now + delay);
    this.#answers.push({ payload, sentAt: now, at: this.#lastAnswer });
    this.#pings += 1;
    const startsAt = this.#written + 10;
    this.#written = startsAt + 2 + payload.length;
    return startsAt;
  }
}

const fateOf = (path: Path): Fate => new Walk(path).walk();

/** Ticks of 1 to 6 ms, four in an interval; timeouts from just over one interval to four. */
const rules: fc.Arbitrary<LivenessRules> = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 3, max: 12 }), fc.nat(5))
  .map(([tickMs, ticks, more]) => ({
    tickMs,
    pingIntervalMs: 4 * tickMs,
    pongTimeoutMs: (4 + ticks) * tickMs + (more % tickMs),
  }));

/** The longest that a punctual viewer takes to answer. */
const punctualMs = ({ pongTimeoutMs, pingIntervalMs, tickMs }: LivenessRules): number =>
  pongTimeoutMs - pingIntervalMs - 2 * tickMs;

const stretches = (until: number, longest: number): fc.Arbitrary<Stretch[]> =>
  fc
    .array(fc.record({ from: fc.nat(until), ms: fc.integer({ min: 1, max: longest }) }), {
      maxLength: 4,
    })
    .map((list) => list.toSorted((a, b) => a.from - b.from));

/** What goes wrong on a path; absent: nothing, and the viewer lives to the end. */
type Troubles = {
  readonly diesAt?: fc.Arbitrary<number>;
  readonly stalls?: fc.Arbitrary<readonly Stretch[]>;
  readonly pauses?: fc.Arbitrary<readonly Stretch[]>;
  readonly held?: fc.Arbitrary<boolean>;
};

/** A path of a viewer whose answers take up to `slowest`, with the troubles that fit to it. */
const paths = (
  slowest: (rules: LivenessRules) => number,
  troubles: (until: number, timeoutMs: number) => Troubles = () => ({}),
): fc.Arbitrary<Path> =>
  rules.chain((rules) => {
    const until = 12 * rules.pongTimeoutMs;
    const moment = fc.nat(until);
    const { diesAt, stalls, pauses, held } = troubles(until, rules.pongTimeoutMs);
    return fc.record({
      rules: fc.constant(rules),
      phase: fc.double({ min: 0, max: 0.999, noNaN: true }),
      firstTick: fc.nat(rules.tickMs - 1),
      diesAt: diesAt ?? fc.constant(Infinity),
      delays: fc.array(fc.nat(slowest(rules)), { minLength: 1, maxLength: 8 }),
      latestOnly: fc.boolean(),
      data: fc.array(moment, { maxLength: 8 }),
      backendPings: fc
        .array(fc.record({ at: moment, payload: fc.constantFrom('', 'a', 'b') }), {
          maxLength: 24,
        })
        .map((list) => list.toSorted((a, b) => a.at - b.at)),
      stalls: stalls ?? fc.constant([]),
      pauses: pauses ?? fc.constant([]),
      held: held ?? fc.constant(false),
      until: fc.constant(until),
    });
  });

/** Answers take three timeouts or less, which is to say that they may as well not come. */
const slowMs = ({ pongTimeoutMs }: LivenessRules): number => 3 * pongTimeoutMs;

const runs = { numRuns: 600 };

describe('a punctual viewer', () => {
  it('is never evicted, whatever data and Pings of the backend come between', () => {
    fc.assert(
      fc.property(paths(punctualMs), (path) => {
        expect(fateOf(path).evictedAt).toBeNull();
      }),
      runs,
    );
  });

  it('is never evicted for a loop that stalls and Pings that go out late', () => {
    const path = paths(punctualMs, (until, timeout) => ({ stalls: stretches(until, 2 * timeout) }));
    fc.assert(
      fc.property(path, (stalling) => {
        expect(fateOf(stalling).evictedAt).toBeNull();
      }),
      runs,
    );
  });

  it('is never evicted for a proxy that pauses, holds and stalls', () => {
    const path = paths(punctualMs, (until, timeout) => ({
      stalls: stretches(until, timeout),
      pauses: stretches(until, 3 * timeout),
      held: fc.boolean(),
    }));
    fc.assert(
      fc.property(path, (troubled) => {
        expect(fateOf(troubled).evictedAt).toBeNull();
      }),
      runs,
    );
  });
});

describe('a viewer that may answer late or not at all', () => {
  it('is evicted at the first tick by which it was silent for the pong timeout', () => {
    const dying = paths(slowMs, (until) => ({ diesAt: fc.nat(until) }));
    fc.assert(
      fc.property(dying, (path) => {
        const { pongTimeoutMs, tickMs } = path.rules;
        const { evictedAt, silentMs } = fateOf({ ...path, until: path.until + 2 * pongTimeoutMs });
        expect(evictedAt).not.toBeNull();
        expect(silentMs).toBeGreaterThanOrEqual(pongTimeoutMs);
        expect(silentMs).toBeLessThan(pongTimeoutMs + tickMs);
      }),
      runs,
    );
  });

  it('gets the whole timeout of time in which the proxy reads, and a tick more for a pause', () => {
    const dying = paths(slowMs, (until, timeout) => ({
      diesAt: fc.nat(until),
      pauses: stretches(until, 3 * timeout),
    }));
    fc.assert(
      fc.property(dying, (path) => {
        const { pongTimeoutMs, tickMs } = path.rules;
        const longer = path.pauses.reduce((sum, { ms }) => sum + ms, 2 * pongTimeoutMs);
        const { evictedAt, silentMs } = fateOf({ ...path, until: path.until + longer });
        expect(evictedAt).not.toBeNull();
        expect(inside(path.pauses, evictedAt!)).toBe(false);
        expect(silentMs).toBeGreaterThanOrEqual(pongTimeoutMs);
        const ticks = 1 + path.pauses.length;
        expect(silentMs).toBeLessThan(pongTimeoutMs + ticks * tickMs);
      }),
      runs,
    );
  });

  it('is never evicted while the proxy has paused reading it', () => {
    const paused = paths(slowMs, (until, timeout) => ({
      diesAt: fc.nat(until),
      pauses: fc.nat(timeout - 1).map((from) => [{ from, ms: until }]),
    }));
    fc.assert(
      fc.property(paused, (path) => {
        expect(fateOf(path).evictedAt ?? Infinity).toBeGreaterThanOrEqual(path.until);
      }),
      runs,
    );
  });

  it('is never evicted while something keeps it from being asked at every tick', () => {
    const held = paths(slowMs, (until) => ({ diesAt: fc.nat(until), held: fc.constant(true) }));
    fc.assert(
      fc.property(held, (path) => {
        expect(fateOf(path).evictedAt).toBeNull();
      }),
      runs,
    );
  });

  it('is evicted in the end, however the loop stalls', () => {
    const stalling = paths(slowMs, (until, timeout) => ({
      diesAt: fc.nat(until),
      stalls: stretches(until, 2 * timeout),
    }));
    fc.assert(
      fc.property(stalling, (path) => {
        const { pongTimeoutMs, pingIntervalMs, tickMs } = path.rules;
        const end = Math.max(path.diesAt, ...path.stalls.map(({ from, ms }) => from + ms));
        const latest = end + pongTimeoutMs + pingIntervalMs + 2 * tickMs;
        const { evictedAt, silentMs } = fateOf({ ...path, until: latest });
        expect(evictedAt).not.toBeNull();
        expect(silentMs).toBeGreaterThanOrEqual(pongTimeoutMs);
      }),
      runs,
    );
  });
});

describe('a viewer that is called calm', () => {
  it('is well and asked nothing until then, whatever comes and whoever stalls, pauses and holds', () => {
    const path = paths(slowMs, (until, timeout) => ({
      diesAt: fc.nat(until),
      stalls: stretches(until, timeout),
      pauses: stretches(until, 3 * timeout),
      held: fc.boolean(),
    }));
    fc.assert(
      fc.property(path, fc.integer({ min: 1, max: 60 }), (troubled, more) => {
        const rules = { ...troubled.rules, pongTimeoutMs: troubled.rules.pingIntervalMs + more };
        expect(fateOf({ ...troubled, rules }).surprises).toBe(0);
      }),
      runs,
    );
  });

  it('is that at two of three ticks where it answers at once', () => {
    const rules = { tickMs: 5, pingIntervalMs: 50, pongTimeoutMs: 120 };
    const path = { rules, phase: 0, firstTick: 0, diesAt: Infinity, delays: [0], data: [] };
    const quiet = { latestOnly: false, backendPings: [], stalls: [], pauses: [], held: false };
    const { calm } = fateOf({ ...path, ...quiet, until: 1000 });
    expect(calm).toBeGreaterThan((2 / 3) * 200);
  });
});
