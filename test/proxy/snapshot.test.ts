import { describe, expect, it } from 'vitest';
import type { SessionId, Snapshot, ViewerId, Window } from '../../src/contract.ts';
import { echoBackend, hangingBackend } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { opcodes } from '../support/frame-reader.ts';
import { Inbox } from '../support/inbox.ts';
import { everything, type TestProxy, withProxy } from '../support/proxy.ts';
import { connectRaw } from '../support/raw-viewer.ts';
import { turn, untilTrue } from '../support/turns.ts';
import { closeOf, connectViewer } from '../support/viewer.ts';

/** Intervals so long that time can be moved without anybody being pinged or missed. */
const calm = { pingIntervalMs: 100_000_000, pongTimeoutMs: 300_000_000 };

const start = async (options: { cap?: number; maxViewers?: number } = {}) => {
  const clock = new FakeClock(new Date('2026-02-03T04:05:06Z'));
  const backend = await echoBackend();
  const proxy = await withProxy({ backend: backend.template, ...calm, ...options }, { clock });
  return { clock, backend, proxy };
};

const first = <Id>(rows: number): Window<Id> => ({
  anchor: null,
  edge: 'first',
  before: 0,
  after: rows - 1,
});

const pictures = (proxy: TestProxy, taken: () => void | Promise<void> = () => undefined) => {
  const inbox = new Inbox<Snapshot>('pictures', ({ seq }) => `picture ${seq}`);
  const watch = proxy.control.watch(everything, (snapshot) => {
    inbox.push(snapshot);
    return taken();
  });
  return { inbox, watch };
};

describe('a snapshot', () => {
  it('shows an empty proxy', async () => {
    const { proxy, clock } = await start({ maxViewers: 500 });
    clock.advance(1_500);
    const at = Date.parse('2026-02-03T04:05:06Z');
    expect(await proxy.snapshot()).toEqual({
      seq: 1,
      at: at + 1_500,
      startedAt: at,
      address: proxy.address,
      cap: 8,
      maxViewers: 500,
      ...calm,
      writeTimeoutMs: 20_000,
      loopP99Ms: null,
      totals: {
        sessions: 0,
        viewers: 0,
        late: 0,
        expiring: 0,
        stuck: 0,
        full: 0,
        over: 0,
        locked: false,
        locks: 0,
        draining: null,
        logFails: false,
        held: 0,
        refused: 0,
        evicted: 0,
      },
      sessions: { from: 0, total: 0, rows: [] },
      session: null,
      viewers: { from: 0, total: 0, rows: [] },
      worst: [],
      followed: [],
      detail: null,
      gone: [],
      events: [{ seq: 1, event: proxy.events.all[0], count: 1, spanMs: 0, holders: [] }],
      newestEvent: 1,
    });
  });

  it('shows sessions and viewers as they are', async () => {
    const { proxy, clock } = await start({ cap: 2 });
    // Without a Pong there are no round trips to show.
    const mute = { answerPings: false };
    const viewer = connectRaw(proxy.url('a'), mute);
    viewer.sendFrame({ opcode: opcodes.text, payload: 'hello' });
    await viewer.nextData();
    clock.advance(3_000);
    await connectRaw(proxy.url('a'), mute).open();
    await connectRaw(proxy.url('a')).closed();
    await connectRaw(proxy.url('b'), mute).open();

    const snapshot = await proxy.snapshot();
    expect(snapshot.totals).toMatchObject({ sessions: 2, viewers: 3, full: 1, refused: 1 });
    expect(snapshot.sessions.rows).toEqual([
      {
        id: 'a',
        state: 'full',
        viewers: 2,
        dialling: 0,
        cap: 2,
        capIsOwn: false,
        locked: false,
        p95RttMs: null,
        queuedBytes: 0,
        // 7 bytes in the 3 s since, faded in.
        bytesPerSecond: 2,
        refused: 1,
        ageMs: 3_000,
      },
      expect.objectContaining({ id: 'b', state: 'ok', viewers: 1, refused: 0, ageMs: 0 }),
    ]);
    expect(snapshot.session).toBe('a');
    const [oldest, newest] = snapshot.viewers.rows;
    expect(oldest).toEqual({
      id: 'v1',
      session: 'a',
      remote: proxy.events.all.find(named('viewer.admitted'))?.remote,
      who: null,
      state: 'ok',
      rttMs: null,
      smoothedRttMs: null,
      recentRttsMs: [],
      deadlineMs: calm.pongTimeoutMs - 3_000,
      deadlineHeld: false,
      keptMs: null,
      queuedBytes: 0,
      stuckMs: 0,
      ageMs: 3_000,
      bytesToViewer: 7,
      bytesToBackend: 11,
      bytesPerSecond: 2,
      rejoined: 0,
    });
    expect(newest).toMatchObject({ id: 'v2', ageMs: 0, deadlineMs: calm.pongTimeoutMs });
  });

  it('counts who is dialling as having a slot', async () => {
    const backend = await hangingBackend();
    const proxy = await withProxy({ backend: backend.template });
    connectRaw(proxy.url('a'));
    await backend.dials.next();
    const { sessions, viewers, totals } = await proxy.snapshot();
    expect(sessions.rows).toMatchObject([{ id: 'a', viewers: 1, dialling: 1, state: 'ok' }]);
    expect(viewers.rows).toMatchObject([{ id: 'v1', state: 'dialling', deadlineMs: null }]);
    expect(totals.viewers).toBe(1);
  });

  it('forgets refusals and evictions after five minutes', async () => {
    const { proxy, clock } = await start({ cap: 1 });
    await connectViewer(proxy.url('b'));
    await connectViewer(proxy.url('a'));
    await closeOf(await connectViewer(proxy.url('a')));
    await proxy.control.command({ do: 'evict', viewer: 'v1' as ViewerId, actor: 'test' });
    await proxy.events.next(named('viewer.evicted'));
    clock.advance(4 * 60_000);
    expect((await proxy.snapshot()).totals).toMatchObject({ refused: 1, evicted: 1 });
    clock.advance(2 * 60_000);
    const { totals, sessions } = await proxy.snapshot();
    expect(totals).toMatchObject({ refused: 0, evicted: 0, viewers: 1 });
    expect(sessions.rows).toMatchObject([{ id: 'a', refused: 0 }]);
  });

  it('knows no refusals of a session that was empty since', async () => {
    const { proxy } = await start({ cap: 1 });
    const refused = async () => (await proxy.snapshot()).sessions.rows.map((row) => row.refused);
    const first = await connectViewer(proxy.url('a'));
    await closeOf(await connectViewer(proxy.url('a')));
    expect(await refused()).toEqual([1]);
    first.close();
    await proxy.events.next(named('viewer.left'));
    await connectViewer(proxy.url('a'));
    expect(await refused()).toEqual([0]);
    expect((await proxy.snapshot()).totals.refused).toBe(1);
  });

  it('shows no more than what is looked at', async () => {
    const { proxy } = await start();
    for (const session of ['a', 'b', 'c', 'd', 'e']) {
      await connectViewer(proxy.url(session));
      await connectViewer(proxy.url(session));
    }
    const snapshot = await proxy.snapshot({
      sessions: { anchor: 'd' as SessionId, edge: 'first', before: 1, after: 0 },
      session: 'b' as SessionId,
      viewers: first(1),
      worst: 0,
      events: { rows: 2, upTo: 3, kind: null },
    });
    expect(snapshot.totals).toMatchObject({ sessions: 5, viewers: 10 });
    expect(snapshot.sessions).toMatchObject({
      from: 2,
      total: 5,
      rows: [{ id: 'c' }, { id: 'd' }],
    });
    expect(snapshot.session).toBe('b');
    expect(snapshot.viewers).toMatchObject({ from: 0, total: 2, rows: [{ id: 'v3' }] });
    expect(snapshot.events.map(({ seq }) => seq)).toEqual([2, 3]);
    expect(snapshot.newestEvent).toBe(11);
  });

  it('lists the viewers of the first session where the chosen one is gone', async () => {
    const { proxy } = await start();
    await connectViewer(proxy.url('a'));
    const snapshot = await proxy.snapshot({ session: 'gone' as SessionId });
    expect(snapshot.session).toBe('a');
    expect(snapshot.viewers.rows).toMatchObject([{ id: 'v1' }]);
  });
});

const evict = async (proxy: TestProxy, viewer: string): Promise<void> => {
  await proxy.control.command({ do: 'evict', viewer: viewer as ViewerId, actor: 'test' });
  await proxy.events.next(named('viewer.left', { viewer }));
};

describe('what is asked about single viewers', () => {
  it('says how often whoever comes from there was evicted from that session', async () => {
    const { proxy } = await start();
    for (const session of ['a', 'b']) await connectViewer(proxy.url(session));
    await evict(proxy, 'v1');
    await connectViewer(proxy.url('a'));
    const { followed } = await proxy.snapshot({ followed: ['v3', 'v2'] as ViewerId[] });
    expect(followed).toMatchObject([
      { id: 'v3', rejoined: 1 },
      { id: 'v2', rejoined: 0 },
    ]);
  });

  it('is their rows where they are followed, in that order, wherever they are', async () => {
    const { proxy } = await start();
    for (const session of ['a', 'b', 'a']) await connectViewer(proxy.url(session));
    await evict(proxy, 'v2');
    const ids = ['v3', 'v2', 'v1', 'v77'] as ViewerId[];
    const { followed } = await proxy.snapshot({
      followed: ids,
      viewers: first(1),
      filter: [{ on: 'text', has: 'nobody', not: false }],
    });
    expect(followed).toMatchObject([
      { id: 'v3', session: 'a', state: 'ok' },
      { id: 'v1', session: 'a', state: 'ok' },
    ]);
  });

  it('is no more than a thousand rows', async () => {
    const { proxy } = await start();
    await connectViewer(proxy.url('a'));
    const many = Array.from({ length: 1_001 }, () => 'v1' as ViewerId);
    expect((await proxy.snapshot({ followed: many })).followed).toHaveLength(1_000);
  });

  it('is all that is known of one, here or gone, and null of one that never was', async () => {
    const { proxy, clock } = await start();
    await connectViewer(proxy.url('a'));
    clock.advance(1_000);
    const look = async (viewer: string) =>
      (await proxy.snapshot({ detail: viewer as ViewerId })).detail;
    const arrivedAt = Date.parse('2026-02-03T04:05:06Z');
    const row = { id: 'v1', ageMs: 1_000 };
    expect(await look('v1')).toMatchObject({ gone: false, arrivedAt, row });
    await evict(proxy, 'v1');
    const tombstone = { id: 'v1', cause: 'operator', actor: 'test', code: 1008 };
    expect(await look('v1')).toMatchObject({ gone: true, tombstone });
    expect(await look('v2')).toBeNull();
  });

  it('is who has gone from the session that is shown, the newest first', async () => {
    const { proxy } = await start();
    for (const session of ['a', 'b', 'a', 'a', 'a']) await connectViewer(proxy.url(session));
    for (const viewer of ['v1', 'v2', 'v4', 'v3']) await evict(proxy, viewer);
    const { session, gone } = await proxy.snapshot({ gone: 2 });
    expect(session).toBe('a');
    expect(gone).toMatchObject([{ id: 'v3' }, { id: 'v4' }]);
    expect((await proxy.snapshot({ gone: 0 })).gone).toEqual([]);
    await evict(proxy, 'v5');
    expect(await proxy.snapshot()).toMatchObject({ session: null, gone: [] });
  });
});

describe('the feed of a picture', () => {
  it('is that of the kind that is asked for, with the number of its newest line', async () => {
    const { proxy } = await start();
    await connectViewer(proxy.url('a'));
    await proxy.control.command({ do: 'set-cap', cap: 3, actor: 'test' });
    await connectViewer(proxy.url('a'));
    await proxy.control.command({ do: 'set-cap', cap: 4, actor: 'test' });
    const events = { rows: 9, upTo: null, kind: 'visits' } as const;
    const seen = await proxy.snapshot({ events });
    expect(seen.events.map(({ seq }) => seq)).toEqual([2, 4]);
    expect(seen.newestEvent).toBe(4);
    const older = await proxy.snapshot({ events: { ...events, upTo: 3 } });
    expect(older.events.map(({ seq }) => seq)).toEqual([2]);
  });
});

describe('the bytes per second', () => {
  it('are those to each viewer, and to all of a session', async () => {
    const { proxy, clock } = await start();
    // What was measured long ago does not count.
    for (let tick = 0; tick < 20; tick += 1) {
      clock.advance(250);
      await turn();
    }
    const viewers = [connectRaw(proxy.url('a')), connectRaw(proxy.url('a'))];
    for (const [index, viewer] of viewers.entries()) {
      await viewer.open();
      viewer.sendFrame({ opcode: opcodes.text, payload: 'x'.repeat(100 * (index + 1)) });
      await viewer.nextData();
    }
    clock.advance(250);
    // The round comes after this turn of the event loop.
    const rates = async () => {
      const { viewers: shown, sessions } = await proxy.snapshot();
      return [...shown.rows, ...sessions.rows].map((row) => row.bytesPerSecond);
    };
    await untilTrue('a round', async () => (await rates())[0] !== 0);
    const [one = 0, two = 0, both = 0] = await rates();
    expect(one).toBeGreaterThan(40);
    expect(two).toBeGreaterThan(1.9 * one);
    expect(Math.abs(both - one - two)).toBeLessThanOrEqual(1);
    for (let second = 0; second < 30; second += 1) {
      clock.advance(1_000);
      await turn();
    }
    expect(await rates()).toEqual([0, 0, 0]);
  });
});

describe('a watcher', () => {
  it('gets a first picture at once, and then four a second', async () => {
    const { proxy, clock } = await start();
    const { inbox, watch } = pictures(proxy);
    await inbox.next();
    for (let second = 0; second < 2; second += 1) clock.advance(1_000);
    expect(inbox.all).toHaveLength(9);
    watch.close();
    clock.advance(1_000);
    expect(inbox.all).toHaveLength(9);
  });

  it('that is slow gets one picture at a time, and no backlog', async () => {
    const { proxy, clock } = await start();
    const drawn = Promise.withResolvers<void>();
    const { inbox } = pictures(proxy, () => drawn.promise);
    await inbox.next();
    clock.advance(10_000);
    expect(inbox.all).toHaveLength(1);
    await connectViewer(proxy.url('a'));
    drawn.resolve();
    // Settled promises are heard before any I/O is.
    await connectViewer(proxy.url('a'));
    clock.advance(250);
    const { totals } = await inbox.next();
    expect(totals.viewers).toBe(2);
    expect(inbox.all).toHaveLength(2);
  });

  it('gets a picture at once where it looks elsewhere', async () => {
    const { proxy } = await start();
    await connectViewer(proxy.url('a'));
    await connectViewer(proxy.url('b'));
    const { inbox, watch } = pictures(proxy);
    expect((await inbox.next()).session).toBe('a');
    watch.look({ ...everything, session: 'b' as SessionId });
    expect((await inbox.next()).session).toBe('b');
    watch.close();
    watch.look(everything);
    expect(inbox.all).toHaveLength(2);
  });

  it('gets it in its turn where nobody waits for it', async () => {
    const { proxy, clock } = await start();
    await connectViewer(proxy.url('a'));
    await connectViewer(proxy.url('b'));
    const { inbox, watch } = pictures(proxy);
    expect((await inbox.next()).session).toBe('a');
    watch.look({ ...everything, session: 'b' as SessionId }, true);
    // Settled promises are heard before any I/O is.
    await connectViewer(proxy.url('a'));
    expect(inbox.all).toHaveLength(1);
    clock.advance(250);
    expect((await inbox.next()).session).toBe('b');
  });

  it('costs nothing once it has gone: no timer is left', async () => {
    const { proxy, clock } = await start();
    const before = clock.pending;
    const one = pictures(proxy);
    const two = pictures(proxy);
    await two.inbox.next();
    expect(clock.pending).toBe(before + 1);
    one.watch.close();
    expect(clock.pending).toBe(before + 1);
    two.watch.close();
    expect(clock.pending).toBe(before);
  });
});
