import { describe, expect, it } from 'vitest';
import { Liveness } from '../../src/core/liveness.ts';

/** The defaults: 15 s, 45 s, and the tick that goes with them. */
const RULES = { pingIntervalMs: 15_000, pongTimeoutMs: 45_000, tickMs: 250 };

const opened = (phase = 0): Liveness => new Liveness(RULES, 0, phase);

const ping = (liveness: Liveness, now: number, payload = `${now}`, startsAt = 0): Buffer => {
  const bytes = Buffer.from(payload);
  liveness.pinged(bytes, now, startsAt, startsAt + 2 + bytes.length);
  return bytes;
};

const backendPing = (liveness: Liveness, now: number, payload: string, startsAt = 0): Buffer => {
  const bytes = Buffer.from(payload);
  liveness.backendPinged(bytes, now, startsAt, startsAt + 2 + bytes.length);
  return bytes;
};

describe('states', () => {
  it.each([
    [0, 'ok'],
    [15_000, 'ok'],
    [16_875, 'ok'],
    [16_876, 'late'],
    [17_000, 'late'],
    [31_875, 'late'],
    [31_876, 'expiring'],
    [32_000, 'expiring'],
    [45_000, 'expiring'],
  ])('after %i ms of silence: %s', (now, state) => {
    expect(opened().state(now)).toBe(state);
  });

  it('is ok again with the first byte', () => {
    const liveness = opened();
    liveness.life(40_000);
    expect(liveness.state(40_000)).toBe('ok');
    expect(liveness.silentMs(41_000)).toBe(1_000);
  });

  it('counts no silence while the proxy does not read', () => {
    const liveness = opened();
    liveness.pause(10_000);
    expect(liveness.silentMs(60_000)).toBe(10_000);
    liveness.resume(60_000);
    expect(liveness.state(66_875)).toBe('ok');
    expect(liveness.state(66_876)).toBe('late');
  });
});

describe('when a Ping is asked for', () => {
  it('is at once after the opening, then after part of an interval, then at every interval', () => {
    const asked: number[] = [];
    const liveness = opened(0.5);
    for (let now = 0; now < 60_000; now += 250) {
      if (liveness.tick(now) !== 'ping') continue;
      asked.push(now);
      liveness.pong(ping(liveness, now), now);
      liveness.life(now);
    }
    expect(asked).toEqual([0, 11_250, 26_250, 41_250, 56_250]);
  });

  it('is a whole interval apart where looks come a little late', () => {
    const rules = { pingIntervalMs: 1_000, pongTimeoutMs: 3_000, tickMs: 250 };
    const liveness = new Liveness(rules, 0, 0.999_999);
    const asked: number[] = [];
    for (let look = 0; look < 400; look += 1) {
      const now = look * 25.2 + (look % 3);
      if (liveness.tick(now) !== 'ping') continue;
      asked.push(now);
      ping(liveness, now);
      liveness.life(now);
    }
    const gaps = asked.slice(1).map((now, i) => now - (asked[i] ?? 0));
    expect(gaps.length).toBeGreaterThan(8);
    expect(Math.min(...gaps)).toBeGreaterThan(995);
    expect(Math.max(...gaps)).toBeLessThan(1_062);
  });

  it('is at every tick until it could be put in', () => {
    const liveness = opened();
    expect([0, 250, 500].map((now) => liveness.tick(now))).toEqual(['ping', 'ping', 'ping']);
    ping(liveness, 500);
    expect(liveness.tick(750)).toBe('nothing');
  });

  it('is never while the proxy does not read', () => {
    const liveness = opened();
    liveness.pause(0);
    expect(liveness.tick(30_000)).toBe('nothing');
    liveness.resume(30_000);
    expect(liveness.tick(30_250)).toBe('ping');
  });

  it('is not while a Ping of the backend is unanswered, for a pong timeout at most', () => {
    const liveness = opened();
    liveness.pong(ping(liveness, 0), 0);
    const theirs = backendPing(liveness, 5_000, 'b', 100);
    liveness.life(6_000);
    expect(liveness.tick(20_000)).toBe('nothing');
    expect(liveness.tick(49_750)).toBe('nothing');
    expect(liveness.tick(50_000)).toBe('ping');
    liveness.pong(theirs, 50_000);
    expect(liveness.tick(50_250)).toBe('ping');
  });

  it('is again as soon as the Ping of the backend is answered', () => {
    const liveness = opened();
    liveness.pong(ping(liveness, 0), 0);
    const theirs = backendPing(liveness, 5_000, 'b', 100);
    expect(liveness.tick(15_000)).toBe('nothing');
    liveness.life(15_100);
    liveness.pong(theirs, 15_100);
    expect(liveness.tick(15_250)).toBe('ping');
  });
});

describe('the deadline', () => {
  it('is the last life plus the pong timeout', () => {
    const liveness = opened();
    ping(liveness, 0);
    liveness.life(1_000);
    ping(liveness, 15_000);
    expect(liveness.deadline(15_000)).toEqual({ leftMs: 31_000, held: false });
    expect(liveness.tick(45_999)).not.toBe('expired');
    expect(liveness.tick(46_000)).toBe('expired');
    expect(liveness.deadline(50_000).leftMs).toBe(0);
  });

  it('is reset by any byte of a frame, not only by a Pong', () => {
    const liveness = opened();
    for (let now = 0; now <= 200_000; now += 15_000) {
      ping(liveness, now);
      liveness.life(now + 1_000);
      expect(liveness.tick(now + 14_000)).not.toBe('expired');
    }
  });

  it('is not reset by a Ping that is written', () => {
    const liveness = opened();
    for (let now = 0; now < 45_000; now += 15_000) ping(liveness, now);
    expect(liveness.tick(45_000)).toBe('expired');
  });

  it('passes over a viewer that was never asked', () => {
    const liveness = opened();
    expect(liveness.tick(1_000_000)).toBe('ping');
    expect(liveness.isAsked).toBe(false);
  });

  it('passes over a viewer that has not been asked since its last life', () => {
    const liveness = opened();
    ping(liveness, 0);
    liveness.life(1_000);
    expect(liveness.isAsked).toBe(false);
    expect(liveness.tick(100_000)).toBe('ping');
  });

  it('moves with a Ping that goes out late, which leaves the time that a punctual one leaves', () => {
    const liveness = opened();
    liveness.life(1_000);
    ping(liveness, 100_000);
    expect(liveness.tick(100_000 + 29_749)).not.toBe('expired');
    expect(liveness.tick(100_000 + 29_750)).toBe('expired');
  });

  it('goes on by a Ping of the backend when ours follows it late', () => {
    const liveness = opened();
    liveness.pong(ping(liveness, 0), 0);
    backendPing(liveness, 900, 'b', 100);
    // Something that was on its way; then the viewer dies.
    liveness.life(1_000);
    expect(liveness.isAsked).toBe(true);
    expect(liveness.tick(45_900)).toBe('ping');
    ping(liveness, 45_900, 'ours', 200);
    expect(liveness.tick(45_999)).toBe('nothing');
    expect(liveness.tick(46_000)).toBe('expired');
  });
});

describe('the deadline stands still', () => {
  it('while the proxy has paused reading', () => {
    const liveness = opened();
    ping(liveness, 0);
    liveness.pause(40_000);
    expect(liveness.tick(500_000)).toBe('nothing');
    expect(liveness.deadline(500_000)).toEqual({ leftMs: 5_000, held: true });
    liveness.resume(500_000);
    expect(liveness.deadline(500_000)).toEqual({ leftMs: 5_000, held: false });
    expect(liveness.tick(504_999)).not.toBe('expired');
    expect(liveness.tick(505_000)).toBe('expired');
  });

  it('for the sum of several pauses; pausing twice is pausing once', () => {
    const liveness = opened();
    ping(liveness, 0);
    liveness.pause(10_000);
    liveness.pause(15_000);
    liveness.resume(20_000);
    liveness.resume(25_000);
    liveness.pause(30_000);
    liveness.resume(31_000);
    expect(liveness.tick(55_999)).not.toBe('expired');
    expect(liveness.tick(56_000)).toBe('expired');
  });

  it('no longer than the pause, where the first Ping goes out after it', () => {
    const liveness = opened();
    liveness.life(1_000);
    liveness.pause(2_000);
    liveness.resume(102_000);
    ping(liveness, 102_000);
    expect(liveness.tick(145_999)).not.toBe('expired');
    expect(liveness.tick(146_000)).toBe('expired');
  });

  it('through a pause even where it was held before', () => {
    const liveness = opened();
    ping(liveness, 0);
    liveness.hold(40_000);
    liveness.pause(41_000);
    liveness.resume(241_000);
    expect(liveness.deadline(241_000).leftMs).toBe(44_000);
  });

  it('while it is held, and leaves a whole timeout after that', () => {
    const liveness = opened();
    ping(liveness, 0);
    for (let now = 250; now <= 300_000; now += 250) {
      liveness.hold(now);
      expect(liveness.tick(now)).not.toBe('expired');
    }
    expect(liveness.deadline(300_500)).toEqual({ leftMs: 44_500, held: true });
    expect(liveness.deadline(300_501).held).toBe(false);
    expect(liveness.tick(344_999)).not.toBe('expired');
    expect(liveness.tick(345_000)).toBe('expired');
  });
});

describe('a Pong', () => {
  it('that answers one of ours is taken out, once', () => {
    const liveness = opened();
    const sent = ping(liveness, 0);
    expect(liveness.pong(sent, 40)).toBe(true);
    expect(liveness.pong(sent, 50)).toBe(false);
  });

  it('that answers none of ours is passed on', () => {
    const liveness = opened();
    ping(liveness, 0);
    expect(liveness.pong(Buffer.from('else'), 10)).toBe(false);
    expect(liveness.pong(Buffer.alloc(0), 10)).toBe(false);
    expect(liveness.rttMs).toBeNull();
  });

  it('that comes late is still known for ours', () => {
    const liveness = opened();
    const sent = [0, 15_000, 30_000].map((now) => ping(liveness, now));
    expect(sent.map((payload) => liveness.pong(payload, 31_000))).toEqual([true, true, true]);
    expect(liveness.recentRttsMs).toEqual([31_000, 16_000, 1_000]);
  });

  it('for the latest of ours leaves the older ones known', () => {
    const liveness = opened();
    const [older, latest] = [ping(liveness, 0), ping(liveness, 15_000)];
    expect(liveness.pong(latest, 15_100)).toBe(true);
    expect(liveness.pong(older, 15_200)).toBe(true);
  });

  it('is forgotten for ours after sixteen more', () => {
    const liveness = opened();
    const sent = Array.from({ length: 17 }, (_, i) => ping(liveness, i));
    expect(liveness.pong(sent[0]!, 100)).toBe(false);
    expect(liveness.pong(sent[1]!, 100)).toBe(true);
  });

  it('to the backend is passed on, gives a round trip, and settles the older ones', () => {
    const liveness = opened();
    liveness.pong(ping(liveness, 0), 0);
    const [a, b, c] = ['a', 'b', 'c'].map((text, i) => backendPing(liveness, 100 + i, text, i));
    expect(liveness.pong(b!, 150)).toBe(false);
    expect(liveness.rttMs).toBe(49);
    liveness.pong(a!, 500);
    expect(liveness.rttMs).toBe(49);
    liveness.pong(c!, 160);
    expect(liveness.rttMs).toBe(58);
  });

  it('to one of several equal Pings of a backend settles all and tells no round trip', () => {
    const liveness = opened();
    liveness.pong(ping(liveness, 0), 20);
    backendPing(liveness, 5_000, '', 10);
    backendPing(liveness, 9_000, '', 20);
    expect(liveness.pong(Buffer.alloc(0), 9_100)).toBe(false);
    expect(liveness.rttMs).toBe(20);
    liveness.life(9_100);
    expect(liveness.isAsked).toBe(false);
    expect(liveness.tick(15_000)).toBe('ping');
  });

  it('to ours settles what the backend asked before it', () => {
    const liveness = opened();
    backendPing(liveness, 0, 'b', 10);
    const sent = ping(liveness, 46_000, 'ours', 20);
    liveness.life(46_100);
    expect(liveness.isAsked).toBe(true);
    liveness.pong(sent, 46_100);
    expect(liveness.isAsked).toBe(false);
  });

  it('keeps what the backend sent even when its buffer is used again', () => {
    const liveness = opened();
    const reused = backendPing(liveness, 0, 'first');
    reused.write('other');
    liveness.pong(Buffer.from('first'), 30);
    expect(liveness.rttMs).toBe(30);
  });
});

describe('round trips', () => {
  it('are null before the first', () => {
    const { rttMs, smoothedRttMs, recentRttsMs } = opened();
    expect([rttMs, smoothedRttMs, recentRttsMs]).toEqual([null, null, []]);
  });

  it('are smoothed with the weights of RFC 6298, and the last eight are kept', () => {
    const liveness = opened();
    const rtts = [80, 160, 16, 24, 32, 40, 48, 56, 64];
    let smoothed: number | null = null;
    for (const [i, rtt] of rtts.entries()) {
      const now = i * 15_000;
      liveness.pong(ping(liveness, now), now + rtt);
      smoothed = smoothed === null ? rtt : (7 * smoothed + rtt) / 8;
      expect(liveness.rttMs).toBe(rtt);
      expect(liveness.smoothedRttMs).toBeCloseTo(smoothed, 9);
    }
    expect(liveness.recentRttsMs).toEqual(rtts.slice(1));
  });

  it('are smoothed from 80 over 160 to 90', () => {
    const liveness = opened();
    liveness.pong(ping(liveness, 0), 80);
    liveness.pong(ping(liveness, 1_000), 1_160);
    expect(liveness.smoothedRttMs).toBe(90);
  });
});

describe('a Ping that is not proven to have got through', () => {
  it('is none before the first, and none where nothing went ahead of it', () => {
    const liveness = opened();
    expect(liveness.unprovenPing).toBeNull();
    ping(liveness, 0, 'a', 0);
    expect(liveness.unprovenPing).toBeNull();
  });

  it('is the oldest since the last life, where bytes went ahead of it', () => {
    const liveness = opened();
    ping(liveness, 0, 'a', 500);
    ping(liveness, 15_000, 'b', 900);
    expect(liveness.unprovenPing).toMatchObject({ startsAt: 500 });
    liveness.life(16_000);
    expect(liveness.unprovenPing).toBeNull();
    ping(liveness, 30_000, 'c', 1_200);
    expect(liveness.unprovenPing).toMatchObject({ startsAt: 1_200 });
  });

  it('is none right behind a Ping that was answered: that one proves all before it', () => {
    const liveness = opened();
    const sent = ping(liveness, 0, 'a', 500);
    liveness.life(100);
    liveness.pong(sent, 100);
    ping(liveness, 15_000, 'b', 500 + 3);
    expect(liveness.unprovenPing).toBeNull();
    liveness.life(15_100);
    ping(liveness, 30_000, 'c', 507);
    expect(liveness.unprovenPing).toMatchObject({ startsAt: 507 });
  });

  it('is proven by equal Pings only as far as the first of them', () => {
    const liveness = opened();
    backendPing(liveness, 0, '', 10);
    backendPing(liveness, 100, '', 900);
    liveness.life(200);
    liveness.pong(Buffer.alloc(0), 200);
    ping(liveness, 15_000, 'a', 902);
    expect(liveness.unprovenPing).toMatchObject({ startsAt: 902 });
  });
});
