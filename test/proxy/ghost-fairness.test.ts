import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { named } from '../support/events.ts';
import { opcodes } from '../support/frame-reader.ts';
import { frameHeader } from '../support/frames.ts';
import { full as refused, heldAre } from './full-house.ts';
import { evicted, evictions, fullSession, LATE_MS, pingsOf } from './ghosts.ts';
import { pass, turns } from './pair.ts';

describe('a viewer that is late', () => {
  it('is not evicted for a newcomer that went', async () => {
    const { clock, proxy, viewers, come } = await fullSession(1);
    await pass(clock, LATE_MS);
    const newcomer = come();
    await heldAre(proxy, 1);
    newcomer.destroy();
    await heldAre(proxy, 0);
    const event = await proxy.events.next(named('viewer.refused', { heldMs: 0, cause: 'cap' }));
    expect(event).toMatchObject({ closeSent: false });
    expect(event.code).toBeUndefined();
    clock.advance(2_000);
    await turns();
    expect(evictions(proxy)).toEqual([]);
    // It still owes that answer: the next newcomer need not wait for another one.
    const asked = pingsOf(viewers[0]!);
    expect((await come().open()).upgraded).toBe(true);
    await proxy.events.next(named('viewer.evicted', evicted));
    expect(pingsOf(viewers[0]!)).toBe(asked);
  });

  it('is asked again only after a ping interval', async () => {
    const { clock, proxy, viewers, come } = await fullSession(1, { pongTimeoutMs: 600_000 });
    await pass(clock, LATE_MS);
    const before = pingsOf(viewers[0]!);
    const first = come();
    await heldAre(proxy, 1);
    viewers[0]!.sendFrame({ opcode: opcodes.text, payload: 'here' });
    expect((await first.closed()).close).toEqual(refused);
    await pass(clock, 1_000);
    expect((await come().closed()).close).toEqual(refused);
    expect(pingsOf(viewers[0]!)).toBe(before + 1);
  });

  it('is not blamed where the question could not reach it', async () => {
    const { clock, backend, proxy, viewers, come } = await fullSession(1);
    const { peer } = await backend.connections.next();
    await pass(clock, LATE_MS - 1_000);
    peer.send(frameHeader({ opcode: opcodes.binary, claims: 1_000 }));
    await pass(clock, 1_000);
    const before = pingsOf(viewers[0]!);
    const newcomer = come();
    await heldAre(proxy, 1);
    clock.advance(2_000);
    expect((await newcomer.closed()).close).toEqual(refused);
    await proxy.events.next(named('viewer.refused', { heldMs: 2_000 }));
    expect(pingsOf(viewers[0]!)).toBe(before);
    expect(evictions(proxy)).toEqual([]);
    // Nor does the next newcomer begin anew.
    expect((await come().closed()).close).toEqual(refused);
    const again = await proxy.events.next(named('viewer.refused'));
    expect(again.heldMs).toBeUndefined();
  });

  it('is left alone while an operator keeps it', async () => {
    const { clock, proxy, viewers, ids, come } = await fullSession(1);
    await pass(clock, LATE_MS);
    const keep = { do: 'keep', viewer: ids[0]!, forMs: 60_000, actor: 'console' } as const;
    await proxy.control.command(keep);
    const before = pingsOf(viewers[0]!);
    expect((await come().closed()).close).toEqual(refused);
    expect(pingsOf(viewers[0]!)).toBe(before);
    await proxy.control.command({ ...keep, forMs: 0 });
    clock.advance(250);
    const newcomer = come();
    await heldAre(proxy, 1);
    // Kept again in the nick of time.
    await proxy.control.command(keep);
    clock.advance(2_000);
    expect((await newcomer.closed()).close).toEqual(refused);
    expect(evictions(proxy)).toEqual([]);
  });

  it('stays if its answer came while the proxy was busy', async () => {
    const { clock, proxy, viewers, come } = await fullSession(1);
    await pass(clock, LATE_MS);
    const newcomer = come();
    await heldAre(proxy, 1);
    // In one turn, as after a pause of the whole process: the time is over, the answer is here.
    await new Promise<void>((resolve) => {
      systemClock.after(0, () => {
        viewers[0]!.sendFrame({ opcode: opcodes.text, payload: 'here' });
        clock.advance(30_000);
        resolve();
      });
    });
    expect((await newcomer.closed()).close).toEqual(refused);
    expect(evictions(proxy)).toEqual([]);
    expect((await proxy.snapshot()).totals.viewers).toBe(1);
  });
});
