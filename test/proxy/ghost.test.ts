import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { rawBackend } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { opcodes } from '../support/frame-reader.ts';
import { withProxy } from '../support/proxy.ts';
import { connectRaw } from '../support/raw-viewer.ts';
import { full as refused, heldAre } from './full-house.ts';
import { evicted, evictions, fullSession, LATE_MS, pingsOf } from './ghosts.ts';
import { pass, turns, until } from './pair.ts';

describe('a newcomer at a session that is full', () => {
  it('takes the slot of a ghost as soon as that has not answered in time', async () => {
    const { clock, proxy, viewers, ids, come } = await fullSession(1);
    await pass(clock, LATE_MS);
    const before = pingsOf(viewers[0]!);
    const newcomer = come();
    await heldAre(proxy, 1);
    await until('it is asked', () => pingsOf(viewers[0]!) === before + 1);
    clock.advance(1_999);
    await turns();
    expect((await proxy.snapshot()).totals).toMatchObject({ viewers: 1, held: 1 });
    clock.advance(1);
    expect((await newcomer.open()).upgraded).toBe(true);
    const admitted = await proxy.events.next(named('viewer.admitted'));
    expect(admitted).toMatchObject({ viewer: 'v2', viewers: 1, heldMs: 2_000, dialMs: 0 });
    await proxy.events.next(named('viewer.evicted', { viewer: ids[0]!, ...evicted }));
    expect((await viewers[0]!.closed()).close).toEqual(evicted);
    expect((await proxy.snapshot()).totals).toMatchObject({ viewers: 1, held: 0, refused: 0 });
  });

  it('does so in real time, whatever the deadline of the ghost', async () => {
    const backend = await rawBackend();
    const proxy = await withProxy(
      {
        backend: backend.template,
        cap: 1,
        pingIntervalMs: 80,
        pongTimeoutMs: 600_000,
        probeOnFullMs: 200,
      },
      { clock: systemClock },
    );
    const ghost = connectRaw(proxy.url('a'), { answerPings: false });
    await ghost.open();
    await proxy.events.next(named('viewer.expiring'));
    const began = performance.now();
    const newcomer = connectRaw(proxy.url('a'));
    expect((await newcomer.open()).upgraded).toBe(true);
    const admitted = await proxy.events.next(named('viewer.admitted', { viewer: 'v2' }));
    expect(admitted.heldMs).toBeGreaterThanOrEqual(199);
    expect(performance.now() - began).toBeLessThan(60_000);
    await proxy.events.next(named('viewer.evicted', evicted));
  });

  it('is refused at once when the late viewer answers, which stays', async () => {
    const { clock, proxy, viewers, come } = await fullSession(1);
    await pass(clock, LATE_MS);
    viewers[0]!.answerPings = true;
    const newcomer = come();
    expect((await newcomer.closed()).close).toEqual(refused);
    const event = await proxy.events.next(named('viewer.refused', { cause: 'cap', ...refused }));
    expect(event.heldMs).toBe(0);
    await pass(clock, 10_000);
    expect(evictions(proxy)).toEqual([]);
    expect((await proxy.snapshot()).totals).toMatchObject({ viewers: 1, held: 0 });
  });

  it('is refused at once, and nobody is asked, where nobody is late', async () => {
    const { clock, proxy, viewers, come } = await fullSession(2);
    await pass(clock, LATE_MS - 250);
    const before = viewers.map(pingsOf);
    expect((await come().closed()).close).toEqual(refused);
    const event = await proxy.events.next(named('viewer.refused'));
    expect(event.heldMs).toBeUndefined();
    await turns();
    expect(viewers.map(pingsOf)).toEqual(before);
  });

  it('is refused at once where that is switched off', async () => {
    const { clock, proxy, viewers, come } = await fullSession(1, { probeOnFullMs: 0 });
    await pass(clock, LATE_MS);
    const before = viewers.map(pingsOf);
    expect((await come().closed()).close).toEqual(refused);
    await turns();
    expect(viewers.map(pingsOf)).toEqual(before);
    expect(evictions(proxy)).toEqual([]);
  });

  it('is told by HTTP where refusals are HTTP', async () => {
    const { clock, proxy, viewers, come } = await fullSession(1, { refuseWith: 'http' });
    await pass(clock, LATE_MS);
    const newcomer = come();
    await heldAre(proxy, 1);
    viewers[0]!.sendFrame({ opcode: opcodes.text, payload: 'here' });
    expect((await newcomer.open()).status).toBe(503);
    const event = await proxy.events.next(named('viewer.refused', { status: 503, heldMs: 0 }));
    expect(event.closeSent).toBe(false);
  });

  it('says early what its backend then hears', async () => {
    const { clock, backend, proxy, come } = await fullSession(1);
    await backend.connections.next();
    await pass(clock, LATE_MS);
    const newcomer = come();
    await heldAre(proxy, 1);
    newcomer.sendFrame({ opcode: opcodes.text, payload: 'impatient' });
    await newcomer.flushed();
    await turns();
    clock.advance(2_000);
    const { peer } = await backend.connections.next();
    expect((await peer.nextData()).payload.toString()).toBe('impatient');
  });
});

describe('several ghosts', () => {
  it('make way for as many newcomers, which share one question', async () => {
    const { clock, proxy, viewers, ids, come } = await fullSession(2);
    await pass(clock, LATE_MS);
    const before = viewers.map(pingsOf);
    const first = come();
    await heldAre(proxy, 1);
    clock.advance(1_500);
    const second = come();
    await heldAre(proxy, 2);
    clock.advance(500);
    expect([(await first.open()).upgraded, (await second.open()).upgraded]).toEqual([true, true]);
    await proxy.events.next(named('viewer.admitted', { viewer: 'v3', heldMs: 2_000 }));
    await proxy.events.next(named('viewer.admitted', { viewer: 'v4', heldMs: 500 }));
    for (const viewer of ids) await proxy.events.next(named('viewer.evicted', { viewer }));
    expect(viewers.map(pingsOf)).toEqual(before.map((count) => count + 1));
  });

  it('are not evicted beyond the number of newcomers, the longest silent first', async () => {
    const { clock, proxy, viewers, ids, come } = await fullSession(3);
    await pass(clock, 1_000);
    for (const at of [0, 2]) {
      viewers[at]!.sendFrame({ opcode: opcodes.text, payload: 'here' });
    }
    await pass(clock, LATE_MS + 1_000);
    const newcomer = come();
    await heldAre(proxy, 1);
    clock.advance(2_000);
    expect((await newcomer.open()).upgraded).toBe(true);
    await proxy.events.next(named('viewer.evicted', { viewer: ids[1]! }));
    expect(evictions(proxy)).toHaveLength(1);
    expect((await proxy.snapshot()).totals.viewers).toBe(3);
  });

  it('are told from those who live', async () => {
    const { clock, proxy, viewers, ids, come } = await fullSession(2);
    await pass(clock, LATE_MS);
    viewers[0]!.answerPings = true;
    const [first, second] = [come(), come()];
    await heldAre(proxy, 2);
    clock.advance(2_000);
    const answers = [await first.open(), await second.open()];
    expect(answers.every(({ upgraded }) => upgraded)).toBe(true);
    await proxy.events.next(named('viewer.evicted', { viewer: ids[1]! }));
    await proxy.events.next(named('viewer.admitted', { heldMs: 2_000 }));
    await proxy.events.next(named('viewer.refused', { heldMs: 2_000, ...refused }));
    expect(evictions(proxy)).toHaveLength(1);
  });

  it('stay where the cap is lowered before they are judged', async () => {
    const { clock, proxy, come } = await fullSession(2);
    await pass(clock, LATE_MS);
    const newcomer = come();
    await heldAre(proxy, 1);
    await proxy.control.command({ do: 'set-cap', cap: 1, actor: 'console' });
    clock.advance(2_000);
    expect((await newcomer.closed()).close).toEqual(refused);
    expect(evictions(proxy)).toEqual([]);
  });

  it('stay in a session over its cap, where their slots would help nobody', async () => {
    const { clock, proxy, viewers, come } = await fullSession(3);
    await proxy.control.command({ do: 'set-cap', cap: 2, actor: 'console' });
    await pass(clock, LATE_MS);
    const before = viewers.map(pingsOf);
    expect((await come().closed()).close).toEqual(refused);
    await turns();
    expect(viewers.map(pingsOf)).toEqual(before);
  });
});

describe('beside a viewer that is late', () => {
  it('16 newcomers of one origin wait, and the next is refused at once', async () => {
    const { clock, proxy, come } = await fullSession(1);
    await pass(clock, LATE_MS);
    for (let nth = 0; nth < 16; nth += 1) come();
    await heldAre(proxy, 16);
    expect((await come().closed()).close).toEqual(refused);
    const event = await proxy.events.next(named('viewer.refused'));
    expect(event.heldMs).toBeUndefined();
    expect((await proxy.snapshot()).totals).toMatchObject({ viewers: 1, held: 16, refused: 1 });
    clock.advance(2_000);
    await proxy.events.next(named('viewer.admitted', { heldMs: 2_000 }));
    await until('the others are refused', async () => {
      const { held, refused: count } = (await proxy.snapshot()).totals;
      return held === 0 && count === 16;
    });
  });
});

describe('who waits for two reasons', () => {
  it('is not refused while viewers are still asked, nor after that once its time is over', async () => {
    const { clock, proxy, come } = await fullSession(1, { refuseHoldMs: 1_600 });
    await pass(clock, LATE_MS);
    const first = come();
    await heldAre(proxy, 1);
    // The second from that origin, and so held for 100 ms too.
    const second = come();
    await heldAre(proxy, 2);
    clock.advance(1_000);
    await turns();
    expect((await proxy.snapshot()).totals.held).toBe(2);
    clock.advance(1_000);
    expect((await first.open()).upgraded).toBe(true);
    expect((await second.closed()).close).toEqual(refused);
    await proxy.events.next(named('viewer.refused', { heldMs: 2_000 }));
  });

  it('waits on for its refusal when all have answered', async () => {
    const { clock, proxy, viewers, come } = await fullSession(1, { refuseHoldMs: 60_000 });
    await pass(clock, LATE_MS);
    const first = come();
    await heldAre(proxy, 1);
    const second = come();
    await heldAre(proxy, 2);
    viewers[0]!.sendFrame({ opcode: opcodes.text, payload: 'here' });
    expect((await first.closed()).close).toEqual(refused);
    clock.advance(3_749);
    await turns();
    expect((await proxy.snapshot()).totals.held).toBe(1);
    clock.advance(1);
    expect((await second.closed()).close).toEqual(refused);
    await proxy.events.next(named('viewer.refused', { heldMs: 3_750 }));
  });
});

describe('who waits beside a ghost', () => {
  it('has its slot when any viewer leaves, and the ghost stays', async () => {
    const { clock, proxy, viewers, ids, come } = await fullSession(2);
    await pass(clock, LATE_MS);
    viewers[0]!.answerPings = true;
    const newcomer = come();
    await heldAre(proxy, 1);
    await until('one has answered', () => viewers[0]!.frames.left.length > 0);
    await viewers[0]!.leave();
    expect((await newcomer.open()).upgraded).toBe(true);
    await proxy.events.next(named('viewer.admitted', { viewer: 'v3', heldMs: 0 }));
    clock.advance(2_000);
    await turns();
    expect(evictions(proxy)).toEqual([]);
    expect((await proxy.snapshot()).viewers.rows.map(({ id }) => id)).toContain(ids[1]!);
  });

  it('is refused at once when the ghost goes by itself and another takes its slot', async () => {
    const { clock, proxy, viewers, come } = await fullSession(1);
    await pass(clock, LATE_MS);
    const [first, second] = [come(), come()];
    await heldAre(proxy, 2);
    viewers[0]!.reset();
    const ends = await Promise.race([first.closed(), second.closed()]);
    expect(ends.close).toEqual(refused);
    await proxy.events.next(named('viewer.admitted', { heldMs: 0 }));
    expect((await proxy.snapshot()).totals).toMatchObject({ viewers: 1, held: 0 });
  });

  it('is let go when the ghost itself leaves, and nothing is left of it', async () => {
    const { clock, proxy, viewers, come } = await fullSession(1);
    const timers = clock.pending;
    await pass(clock, LATE_MS);
    const newcomer = come();
    await heldAre(proxy, 1);
    viewers[0]!.reset();
    expect((await newcomer.open()).upgraded).toBe(true);
    await proxy.events.next(named('viewer.left', { cause: 'viewer-lost' }));
    expect((await newcomer.leave()).close).not.toBeNull();
    await until('nobody is here', async () => (await proxy.snapshot()).totals.viewers === 0);
    await clock.whenPending(timers);
  });

  it('hears that the proxy stops', async () => {
    const { clock, proxy, come } = await fullSession(1);
    await pass(clock, LATE_MS);
    const newcomer = come();
    await heldAre(proxy, 1);
    const stopping = proxy.control.command({ do: 'stop', now: false });
    const close = { code: 1001, reason: 'proxy is shutting down' };
    expect((await newcomer.closed()).close).toEqual(close);
    await proxy.events.next(named('viewer.refused', { heldMs: 0, ...close }));
    await clock.advanceUntil(stopping, 250);
    expect(clock.pending).toBe(0);
  });
});
