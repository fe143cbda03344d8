import { describe, expect, it } from 'vitest';
import { Liveness } from '../../src/core/liveness.ts';

const RULES = { pingIntervalMs: 15_000, pongTimeoutMs: 45_000, tickMs: 250 };

/** A viewer whose Pings are put in one behind the other; what it returns is each one's payload. */
const opened = () => {
  const liveness = new Liveness(RULES, 0, 0);
  let written = 0;
  const ping = (now: number): Buffer => {
    const payload = Buffer.from(`ping ${written}`);
    liveness.pinged(payload, now, written, written + 2 + payload.length);
    written += 2 + payload.length;
    return payload;
  };
  return { liveness, ping };
};

describe('round trips', () => {
  it('are kept for five minutes, oldest first', () => {
    const { liveness, ping } = opened();
    for (let now = 0; now < 360_000; now += 15_000) liveness.pong(ping(now), now + now / 15_000);
    expect(liveness.rttsMs(345_023)).toEqual(Array.from({ length: 20 }, (_, at) => at + 4));
    expect(liveness.rttsMs(645_024)).toEqual([]);
  });
});

describe('Pings', () => {
  it('are counted as sent when they go in', () => {
    const { liveness, ping } = opened();
    expect(liveness.pingsSent).toBe(0);
    for (let nth = 0; nth < 40; nth += 1) liveness.pong(ping(nth * 15_000), nth * 15_000 + 10);
    expect([liveness.pingsSent, liveness.pingsLost(600_000)]).toEqual([40, 0]);
  });

  it('are lost once the Pong of a later one came, unless theirs follows', () => {
    const { liveness, ping } = opened();
    const [first, second] = [ping(0), ping(15_000)];
    expect(liveness.pingsLost(15_010)).toBe(0);
    liveness.pong(second, 15_010);
    expect(liveness.pingsLost(15_010)).toBe(1);
    liveness.pong(first, 15_020);
    expect(liveness.pingsLost(15_020)).toBe(0);
  });

  it('are lost where the viewer lives on without answering for the pong timeout', () => {
    const { liveness, ping } = opened();
    ping(0);
    expect(liveness.pingsLost(60_000)).toBe(0);
    liveness.life(60_000);
    expect(liveness.pingsLost(60_000)).toBe(1);
    ping(61_000);
    liveness.life(61_010);
    expect(liveness.pingsLost(105_999)).toBe(1);
    expect(liveness.pingsLost(106_000)).toBe(2);
  });

  it('are lost when too many others went unanswered to remember them', () => {
    const { liveness, ping } = opened();
    for (let nth = 0; nth < 20; nth += 1) ping(nth);
    expect([liveness.pingsSent, liveness.pingsLost(20)]).toEqual([20, 4]);
  });
});

describe('a viewer that is kept', () => {
  it('is not given up, and is given up at once when it is not any more', () => {
    const { liveness, ping } = opened();
    ping(0);
    expect(liveness.tick(45_000, true)).not.toBe('expired');
    expect(liveness.deadline(60_000).leftMs).toBe(0);
    expect(liveness.state(60_000)).toBe('expiring');
    expect(liveness.tick(60_000, true)).not.toBe('expired');
    expect(liveness.tick(60_000)).toBe('expired');
  });

  it('is asked on, as long as each answer would be recognized', () => {
    const { liveness, ping } = opened();
    const sent: Buffer[] = [];
    for (let now = 0; now < 3_600_000; now += 250) {
      if (liveness.tick(now, true) === 'ping') sent.push(ping(now));
    }
    expect(sent).toHaveLength(16);
    for (const payload of sent) expect(liveness.pong(payload, 3_600_000)).toBe(true);
    expect(liveness.tick(3_600_000, true)).toBe('ping');
  });
});

describe('the time to an eviction', () => {
  it('is what is left of the deadline, once a Ping is unanswered', () => {
    const { liveness, ping } = opened();
    expect(liveness.expiresInMs(0)).toBeNull();
    ping(0);
    expect(liveness.expiresInMs(44_900)).toBe(100);
    expect(liveness.tick(44_999)).not.toBe('expired');
    expect(liveness.expiresInMs(45_000)).toBe(0);
    expect(liveness.tick(45_000)).toBe('expired');
    liveness.life(45_000);
    expect(liveness.expiresInMs(45_000)).toBeNull();
  });

  it('is not known while the proxy does not read the viewer', () => {
    const { liveness, ping } = opened();
    ping(0);
    liveness.pause(1_000);
    expect(liveness.expiresInMs(60_000)).toBeNull();
    liveness.resume(60_000);
    expect(liveness.expiresInMs(60_000)).toBe(44_000);
  });
});
