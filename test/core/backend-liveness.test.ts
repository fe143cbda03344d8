import { beforeEach, describe, expect, it } from 'vitest';
import { BackendLiveness, type BackendVerdict } from '../../src/core/backend-liveness.ts';

const rules = { pingIntervalMs: 15_000, pongTimeoutMs: 45_000, tickMs: 250 };
/** Of this phase, all Pings are an interval apart. */
const LAST = 1;
const reading = { paused: false, midFrame: false };

const ping = (nth: number): Buffer => Buffer.from(`ping ${nth}`);

let backend: BackendLiveness;
beforeEach(() => {
  backend = new BackendLiveness(rules, 0, LAST);
});

/** Puts Ping number `nth` in, where all bytes before it are `written`. */
const put = (nth: number, now: number, written = 0): void =>
  backend.pinged(ping(nth), now, written, written + 14);

const tick = (now: number): BackendVerdict => backend.tick(now, reading);

describe('a backend that is silent', () => {
  it('is asked after a whole interval, and not before', () => {
    expect(tick(0)).toBe('nothing');
    expect(tick(14_999)).toBe('nothing');
    expect(tick(15_000)).toBe('ping');
  });

  it('is asked the second time after half an interval to a whole one, by its phase', () => {
    const seconds = [0, 0.25, 0.5, 0.999].map((phase) => {
      backend = new BackendLiveness(rules, 0, phase);
      expect([tick(14_999), tick(15_000)]).toEqual(['nothing', 'ping']);
      put(1, 15_000);
      backend.life(15_001);
      const times = Array.from({ length: 15_000 }, (_, ms) => 15_001 + ms);
      const second = times.find((now) => tick(now) === 'ping') ?? 30_001;
      put(2, second);
      backend.life(second);
      expect([tick(second + 14_999), tick(second + 15_000)]).toEqual(['nothing', 'ping']);
      return second - 15_001;
    });
    expect(seconds).toEqual([7_500, 9_375, 11_250, 14_993]);
  });

  it('is asked once an interval', () => {
    put(1, 15_000);
    expect(tick(29_999)).toBe('nothing');
    expect(tick(30_000)).toBe('ping');
  });

  it('is not asked again by the clock of its last Ping once it has shown life', () => {
    put(1, 15_000);
    backend.life(20_000);
    expect(tick(34_999)).toBe('nothing');
    expect(tick(35_000)).toBe('ping');
  });

  it('is lost at the pong timeout, counted from its last byte', () => {
    backend.life(1_000);
    put(1, 16_000);
    expect(tick(45_999)).not.toBe('lost');
    expect(tick(46_000)).toBe('lost');
  });

  it('is not lost while it owes no answer', () => {
    expect(tick(1_000_000)).toBe('ping');
  });

  it('has the rest of the timeout where its Ping went out late', () => {
    put(1, 40_000);
    expect(tick(45_000)).toBe('nothing');
    expect(tick(69_749)).not.toBe('lost');
    expect(tick(69_750)).toBe('lost');
  });

  it('has a third of the timeout where the interval leaves less', () => {
    backend = new BackendLiveness({ ...rules, pingIntervalMs: 60_000 }, 0, LAST);
    expect(tick(59_999)).toBe('nothing');
    expect(tick(60_000)).toBe('ping');
    put(1, 60_000);
    expect(tick(74_999)).toBe('nothing');
    expect(tick(75_000)).toBe('lost');
  });

  it('owes no answer any more once it has shown any life', () => {
    put(1, 15_000);
    backend.life(44_000);
    expect(tick(45_000)).toBe('nothing');
    expect(tick(58_999)).toBe('nothing');
    expect(tick(59_000)).toBe('ping');
    expect(tick(120_000)).toBe('ping');
  });

  it('is neither asked nor lost where Pings are off', () => {
    backend = new BackendLiveness({ ...rules, pingIntervalMs: 0 }, 0, LAST);
    backend.viewerPinged(ping(0), 100, 0);
    expect(tick(10_000_000)).toBe('nothing');
    expect(backend.unreached(10_000_000, 500)).toBeNull();
  });
});

describe('the proxy', () => {
  it('neither asks nor blames a backend that it does not read', () => {
    put(1, 15_000);
    expect(backend.tick(500_000, { paused: true, midFrame: false })).toBe('nothing');
    expect(backend.tick(500_000, { paused: true, midFrame: true })).toBe('nothing');
    backend.life(500_000);
    expect(tick(514_999)).toBe('nothing');
    expect(tick(515_000)).toBe('ping');
  });

  it.for([15_000, 0])(
    'gives a backend up that stops in mid-frame, unasked (Pings every %d ms)',
    (pingIntervalMs) => {
      backend = new BackendLiveness({ ...rules, pingIntervalMs }, 0, LAST);
      const cut = { paused: false, midFrame: true };
      expect(backend.tick(44_999, cut)).toBe('nothing');
      expect(backend.tick(45_000, cut)).toBe('lost');
    },
  );

  it('starts the deadline anew while bytes wait ahead of the Ping', () => {
    put(1, 15_000);
    backend.hold(40_000);
    expect(tick(84_999)).not.toBe('lost');
    expect(tick(85_000)).toBe('lost');
  });
});

describe('a Pong', () => {
  it('of ours is taken out exactly once', () => {
    put(1, 15_000);
    expect(backend.pong(ping(1))).toBe(true);
    expect(backend.pong(ping(1))).toBe(false);
  });

  it('nobody asked for passes', () => {
    put(1, 15_000);
    expect(backend.pong(Buffer.from('never asked for'))).toBe(false);
    expect(backend.pong(Buffer.alloc(0))).toBe(false);
    expect(backend.pong(ping(1))).toBe(true);
  });

  it('of a Ping before the last is known for ours, in whatever order they come', () => {
    put(1, 15_000);
    put(2, 30_000, 14);
    expect(backend.pong(ping(2))).toBe(true);
    expect(backend.pong(ping(1))).toBe(true);
  });

  it('of the last sixteen Pings is known for ours', () => {
    for (let nth = 1; nth <= 17; nth += 1) put(nth, nth, nth * 14);
    expect(backend.pong(ping(1))).toBe(false);
    expect(backend.pong(ping(2))).toBe(true);
  });

  it("for the viewer's own Ping passes", () => {
    backend.viewerPinged(Buffer.from('mine'), 100, 0);
    expect(backend.pong(Buffer.from('mine'))).toBe(false);
  });
});

describe("a Ping of the viewer's own", () => {
  it('serves instead of ours until it is answered', () => {
    backend.viewerPinged(Buffer.from('mine'), 10_000, 0);
    expect(tick(20_000)).toBe('nothing');
    backend.life(20_000);
    expect(tick(54_999)).toBe('nothing');
    backend.pong(Buffer.from('mine'));
    expect(tick(54_999)).toBe('ping');
  });

  it('that is never answered serves for the pong timeout at most', () => {
    backend.viewerPinged(Buffer.from('mine'), 10_000, 0);
    backend.life(11_000);
    expect(tick(54_999)).toBe('nothing');
    expect(tick(55_000)).toBe('ping');
  });

  it('asks like ours', () => {
    backend.viewerPinged(Buffer.from('mine'), 1_000, 0);
    for (let now = 6_000; now < 45_000; now += 5_000) {
      backend.viewerPinged(Buffer.from('mine'), now, now);
      expect(tick(now)).toBe('nothing');
    }
    expect(tick(45_000)).toBe('lost');
  });

  it('is settled by the Pong of a later one of ours', () => {
    backend.viewerPinged(Buffer.from('mine'), 10_000, 0);
    backend.life(11_000);
    put(1, 55_000, 50);
    backend.life(55_010);
    backend.pong(ping(1));
    expect(tick(70_010)).toBe('ping');
  });
});

describe('what has to be looked at', () => {
  it('is nothing while the backend may yet answer in time', () => {
    put(1, 15_000, 100);
    expect(backend.unreached(16_875, 114)).toBeNull();
    expect(backend.unreached(16_876, 114)).toBe(100);
  });

  it('is known before the deadline, however long the interval', () => {
    const pingIntervalMs = 10 * rules.pongTimeoutMs;
    backend = new BackendLiveness({ ...rules, pingIntervalMs }, 0, LAST);
    put(1, pingIntervalMs, 100);
    const looked = pingIntervalMs + rules.pongTimeoutMs / 8 + 1;
    expect(tick(looked)).toBe('nothing');
    expect(backend.unreached(looked, 114)).toBe(100);
  });

  it('is nothing where all before the Ping is proven to be read', () => {
    put(1, 15_000, 0);
    backend.life(15_010);
    backend.pong(ping(1));
    put(2, 30_010, 14);
    expect(backend.unreached(44_000, 28)).toBeNull();
  });

  it('begins behind all bytes where no Ping could be put in', () => {
    expect(backend.unreached(40_000, 0)).toBeNull();
    expect(backend.unreached(40_000, 123)).toBe(123);
  });

  it('is not proven by a Pong of another Ping than ours', () => {
    backend.viewerPinged(Buffer.from('mine'), 1_000, 50);
    backend.life(1_010);
    backend.pong(Buffer.from('mine'));
    put(1, 16_010, 60);
    expect(backend.unreached(40_000, 74)).toBe(60);
  });
});

it('asks about what is ahead of a Ping that is overdue, also before the interval is over', () => {
  const seldom = new BackendLiveness({ ...rules, pingIntervalMs: 300_000 }, 0, LAST);
  seldom.viewerPinged(Buffer.from('mine'), 1_000, 5_000);
  expect(seldom.unreached(6_625, 9_000)).toBeNull();
  expect(seldom.unreached(6_626, 9_000)).toBe(5_000);
});
