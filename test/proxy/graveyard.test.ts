import { describe, expect, it } from 'vitest';
import type { SessionId, Tombstone, ViewerId } from '../../src/contract.ts';
import { Graveyard } from '../../src/proxy/graveyard.ts';
import { echoBackend, hangingBackend, rawBackend } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { opcodes } from '../support/frame-reader.ts';
import { withProxy } from '../support/proxy.ts';
import { connectRaw } from '../support/raw-viewer.ts';
import { closeOf, connectViewer } from '../support/viewer.ts';
import { pair, pass, passUntil } from './pair.ts';

const a = 'a' as SessionId;
const id = (nth: number): ViewerId => `v${nth}` as ViewerId;

const stone = (nth: number, where: Partial<Tombstone> = {}): Tombstone => ({
  id: id(nth),
  session: a,
  remote: `192.0.2.1:${nth}`,
  who: null,
  at: 0,
  cause: 'operator',
  actor: 'console',
  code: 1008,
  reason: 'evicted by operator',
  durationMs: 1,
  bytesToViewer: 0,
  bytesToBackend: 0,
  ...where,
});

const opened = () => {
  const clock = new FakeClock();
  return { clock, graveyard: new Graveyard(clock) };
};

describe('a graveyard', () => {
  it('shows the newest of a session first, and finds each', () => {
    const { graveyard } = opened();
    for (const nth of [1, 2, 3]) graveyard.bury(stone(nth));
    graveyard.bury(stone(4, { session: 'b' as SessionId }));
    const ids = (rows: number) => graveyard.newest(a, rows).map((each) => each.id);
    expect(ids(10)).toEqual(['v3', 'v2', 'v1']);
    expect(ids(2)).toEqual(['v3', 'v2']);
    expect(ids(0)).toEqual([]);
    expect(graveyard.newest('c' as SessionId, 10)).toEqual([]);
    expect(graveyard.find(id(2))).toEqual(stone(2));
    expect(graveyard.find(id(5))).toBe(null);
  });

  it('forgets after ten minutes', () => {
    const { clock, graveyard } = opened();
    graveyard.bury(stone(1));
    clock.advance(1_000);
    graveyard.bury(stone(2));
    clock.advance(598_999);
    expect(graveyard.size).toBe(2);
    expect(graveyard.rejoined(a, null, '192.0.2.1')).toBe(2);
    clock.advance(1);
    expect(graveyard.find(id(1))).toBe(null);
    expect(graveyard.newest(a, 10)).toEqual([stone(2)]);
    expect(graveyard.rejoined(a, null, '192.0.2.1')).toBe(1);
    clock.advance(1_000);
    expect(graveyard.size).toBe(0);
    expect(graveyard.rejoined(a, null, '192.0.2.1')).toBe(0);
  });

  it('holds 2,000 in all, and drops the oldest', () => {
    const { graveyard } = opened();
    for (let nth = 1; nth <= 2_500; nth += 1) {
      graveyard.bury(stone(nth, { session: `s${nth % 7}` as SessionId }));
    }
    expect(graveyard.size).toBe(2_000);
    expect(graveyard.find(id(500))).toBe(null);
    expect(graveyard.find(id(501))).not.toBe(null);
    const left = Array.from({ length: 7 }, (_, nth) => `s${nth}` as SessionId);
    const counts = left.map((session) => graveyard.newest(session, 3_000).length);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(2_000);
    const rejoined = left.map((session) => graveyard.rejoined(session, null, '192.0.2.1:1'));
    expect(rejoined).toEqual(counts);
  });

  it('counts the evicted of one session and origin, and no others', () => {
    const { graveyard } = opened();
    graveyard.bury(stone(1));
    graveyard.bury(stone(2, { cause: 'pong-timeout' }));
    graveyard.bury(stone(3, { cause: 'write-timeout', remote: '[2001:db8::1]:3' }));
    graveyard.bury(stone(4, { cause: 'viewer-closed' }));
    graveyard.bury(stone(5, { cause: 'shutdown' }));
    graveyard.bury(stone(6, { session: 'b' as SessionId }));
    graveyard.bury(stone(7, { who: 'mira' }));
    graveyard.bury(stone(8, { who: 'mira', remote: '192.0.2.8:8' }));
    expect(graveyard.rejoined(a, null, '192.0.2.1:999')).toBe(2);
    expect(graveyard.rejoined(a, null, '[2001:db8::1]:9')).toBe(1);
    expect(graveyard.rejoined(a, 'mira', '192.0.2.1:999')).toBe(2);
    expect(graveyard.rejoined(a, 'jon', '192.0.2.1:999')).toBe(0);
    expect(graveyard.rejoined('b' as SessionId, null, '192.0.2.1')).toBe(1);
  });
});

describe('a viewer that was admitted', () => {
  const words = { code: 1008, reason: 'evicted by operator' };

  it('leaves a tombstone that says what the events said, when an operator evicts it', async () => {
    const clock = new FakeClock(new Date('2026-02-03T04:05:06Z'));
    const proxy = await withProxy({ backend: (await echoBackend()).template }, { clock });
    const viewer = await connectViewer(proxy.url('a'));
    const { viewer: evicted, remote } = await proxy.events.next(named('viewer.admitted'));
    clock.advance(1_500);
    await proxy.control.command({
      do: 'evict',
      viewer: evicted,
      actor: 'console',
      reason: 'stale',
    });
    const told = { code: 1008, reason: 'evicted by operator: stale' };
    expect(await closeOf(viewer)).toEqual(told);
    await proxy.events.next(named('viewer.left'));
    const { detail } = await proxy.snapshot({ detail: evicted });
    expect(detail).toEqual({
      gone: true,
      tombstone: {
        id: 'v1',
        session: 'a',
        remote,
        who: null,
        at: Date.parse('2026-02-03T04:05:07.500Z'),
        cause: 'operator',
        actor: 'console',
        ...told,
        durationMs: 1_500,
        bytesToViewer: 0,
        bytesToBackend: 0,
      },
    });
    clock.advance(600_000);
    expect((await proxy.snapshot({ detail: evicted })).detail).toBe(null);
  });

  it('leaves one with the cause of whatever ended it', async () => {
    const backend = await rawBackend();
    const proxy = await withProxy({ backend: backend.template });
    await connectViewer(proxy.url('a'));
    const ends = [
      async () => (await connectViewer(proxy.url('a'))).close(1000, 'bye'),
      async () => (await connectViewer(proxy.url('a'))).terminate(),
      async () => {
        const viewer = connectRaw(proxy.url('a'));
        await viewer.open();
        viewer.sendFrame({ opcode: opcodes.text, payload: 'x', masked: false });
      },
    ];
    for (const end of ends) {
      await end();
      await proxy.events.next(named('viewer.left'));
    }
    const { gone } = await proxy.snapshot();
    const figures = gone.map(({ id: each, cause, code, reason }) => [each, cause, code, reason]);
    expect(figures).toEqual([
      ['v4', 'protocol-error', 1002, 'protocol error'],
      ['v3', 'viewer-lost', null, null],
      ['v2', 'viewer-closed', 1000, null],
    ]);
  });

  it.each([
    ['pong-timeout', 1001, 0],
    ['write-timeout', null, 256],
  ] as const)('leaves one that says %s', async (cause, code, blocks) => {
    const ends = await pair({ viewer: { answerPings: false } });
    ends.viewer.pause();
    const payload = Buffer.alloc(64 * 1024);
    for (let nth = 0; nth < blocks; nth += 1) {
      ends.peer.sendFrame({ opcode: opcodes.binary, payload });
    }
    await passUntil(ends, 'viewer.evicted', { tickMs: 1_000, asking: true });
    const { detail } = await ends.proxy.snapshot({ detail: ends.admitted.viewer });
    expect(detail).toMatchObject({ gone: true, tombstone: { cause, code, actor: null } });
  });

  it('counts as having come back when it joins from the same host after an eviction', async () => {
    const ends = await pair();
    const rejoined = async () => (await ends.proxy.snapshot()).viewers.rows[0]?.rejoined;
    expect(await rejoined()).toBe(0);
    const neighbour = connectRaw(ends.proxy.url('a'));
    await neighbour.open();
    await ends.proxy.events.next(named('viewer.admitted'));
    await pass(ends.clock, 1_000, { tickMs: 1_000 });
    await ends.evict();
    expect((await ends.viewer.closed()).close).toEqual(words);
    const again = connectRaw(ends.proxy.url('a'));
    await again.open();
    await ends.proxy.events.next(named('viewer.admitted'));
    const [there, came] = (await ends.proxy.snapshot()).viewers.rows;
    expect([there?.rejoined, came?.rejoined]).toEqual([0, 1]);
    await pass(ends.clock, 600_000, { tickMs: 10_000 });
    expect(await rejoined()).toBe(0);
  });
});

it('a viewer that was never admitted leaves none', async () => {
  const backend = await hangingBackend();
  const proxy = await withProxy({ backend: backend.template });
  connectRaw(proxy.url('a'));
  await backend.dials.next();
  await proxy.control.command({ do: 'evict', viewer: id(1), actor: 'console' });
  await proxy.events.next(named('backend.unavailable'));
  connectRaw(proxy.url('a'));
  await backend.dials.next();
  const { gone, detail } = await proxy.snapshot({ detail: id(1) });
  expect([gone, detail]).toEqual([[], null]);
});
