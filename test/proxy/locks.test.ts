import { describe, expect, it } from 'vitest';
import type { SessionId } from '../../src/contract.ts';
import { MOST_LOCKS } from '../../src/core/locks.ts';
import { echoBackend } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { type TestProxy, withProxy } from '../support/proxy.ts';
import { connectRaw } from '../support/raw-viewer.ts';
import { closeOf, connectViewer, echo, refusedHandshake } from '../support/viewer.ts';
import { evict, held, heldAre, refusedAtOnce, seated, started } from './full-house.ts';
import { askAlong, pass, turns, until } from './pair.ts';

const done = { ok: true };
const words = { code: 1013, reason: 'session locked' };

const order =
  (what: 'lock' | 'unlock') =>
  (proxy: TestProxy, session: string | null, actor = 'console') =>
    proxy.control.command({ do: what, session: session as SessionId | null, actor });
const lock = order('lock');
const unlock = order('unlock');

const rowsOf = async (proxy: TestProxy) =>
  (await proxy.snapshot()).sessions.rows.map(({ id, locked, viewers }) => [id, locked, viewers]);

/** What was said of locks, oldest first. */
const told = (proxy: TestProxy) =>
  proxy.events.all.filter(({ event }) => /^session\.(un)?locked$/.test(event));

describe('a locked session', () => {
  it('refuses newcomers with 1013 session locked, and evicts nobody', async () => {
    const proxy = await withProxy({ backend: (await echoBackend()).template });
    const here = await connectViewer(proxy.url('a'));
    expect(await lock(proxy, 'a')).toEqual(done);
    expect(await closeOf(await connectViewer(proxy.url('a')))).toEqual(words);
    await echo(here, 'still here');
    const other = await connectViewer(proxy.url('b'));
    await echo(other, 'another session');
    expect(await proxy.events.next(named('session.locked'))).toEqual({
      time: expect.any(String),
      event: 'session.locked',
      session: 'a',
      actor: 'console',
    });
    expect(await proxy.events.next(named('viewer.refused'))).toMatchObject({
      cause: 'locked',
      session: 'a',
      viewers: 1,
      cap: 8,
      ...words,
      closeSent: true,
    });
    expect(await rowsOf(proxy)).toEqual([
      ['a', true, 1],
      ['b', false, 1],
    ]);
    expect((await proxy.snapshot()).totals).toMatchObject({ locked: false, locks: 1 });
  });

  it('refuses with 503 where refusals are HTTP', async () => {
    const { template } = await echoBackend();
    const proxy = await withProxy({ backend: template, refuseWith: 'http' });
    await lock(proxy, 'a');
    const { status, body, headers } = await refusedHandshake(proxy.url('a'));
    expect({ status, body }).toEqual({ status: 503, body: 'session locked\n' });
    expect(headers['retry-after']).toBe('5');
  });

  it('stays locked without a viewer, leaves no trace but that, and opens again', async () => {
    const { template, tally } = await echoBackend();
    const proxy = await withProxy({ backend: template });
    expect(await lock(proxy, 'a')).toEqual(done);
    const viewer = await connectViewer(proxy.url('a'));
    expect(await closeOf(viewer)).toEqual(words);
    expect(await proxy.snapshot()).toMatchObject({
      sessions: { total: 1, rows: [{ id: 'a', state: 'empty', locked: true }] },
      totals: { sessions: 0, viewers: 0, locks: 1, held: 0 },
      viewers: { total: 0 },
    });
    expect(tally.most('a')).toBe(0);
    expect(await unlock(proxy, 'a')).toEqual(done);
    const again = await connectViewer(proxy.url('a'));
    await echo(again, 'in');
    expect(await rowsOf(proxy)).toEqual([['a', false, 1]]);
  });

  it('is said to be locked once, and not to be one where it is none', async () => {
    const proxy = await withProxy({ backend: (await echoBackend()).template });
    expect(await unlock(proxy, 'a')).toEqual(done);
    expect(await unlock(proxy, null)).toEqual(done);
    expect(await lock(proxy, 'no such/id')).toEqual({ ok: false, reason: 'no such session id' });
    expect([await lock(proxy, 'a'), await lock(proxy, 'a', 'somebody else')]).toEqual([done, done]);
    expect(await unlock(proxy, 'a')).toEqual(done);
    expect(told(proxy).map(({ event }) => event)).toEqual(['session.locked', 'session.unlocked']);
  });

  it('is one of a bounded number', async () => {
    const proxy = await withProxy({ backend: (await echoBackend()).template });
    for (let nth = 0; nth < MOST_LOCKS; nth += 1) await lock(proxy, `s${nth}`);
    expect(await lock(proxy, 'a')).toEqual({
      ok: false,
      reason: '1000 sessions are locked already: unlock one, or lock all',
    });
    await echo(await connectViewer(proxy.url('a')), 'in');
    expect((await proxy.snapshot()).totals.locks).toBe(MOST_LOCKS);
  });
});

describe('all sessions locked', () => {
  it('refuse newcomers wherever they go, until all are unlocked', async () => {
    const proxy = await withProxy({ backend: (await echoBackend()).template });
    const here = await connectViewer(proxy.url('a'));
    await lock(proxy, 'b');
    expect(await lock(proxy, null)).toEqual(done);
    for (const session of ['a', 'b', 'c']) {
      expect(await closeOf(await connectViewer(proxy.url(session)))).toEqual(words);
    }
    await echo(here, 'still here');
    expect((await proxy.snapshot()).totals).toMatchObject({ locked: true, locks: 1 });
    expect(await rowsOf(proxy)).toEqual([
      ['a', true, 1],
      ['b', true, 0],
    ]);
    expect(await unlock(proxy, 'b')).toEqual({
      ok: false,
      reason: 'all sessions are locked: unlock all',
    });
    expect(await unlock(proxy, null)).toEqual(done);
    for (const session of ['a', 'b']) await echo(await connectViewer(proxy.url(session)), 'in');
    expect((await proxy.snapshot()).totals).toMatchObject({ locked: false, locks: 0 });
    expect(told(proxy)).toMatchObject([
      { event: 'session.locked', session: 'b' },
      { event: 'session.locked' },
      { event: 'session.unlocked' },
    ]);
  });
});

describe('newcomers that wait when a session is locked', () => {
  it('are refused there, and in the other sessions go on waiting', async () => {
    const { proxy } = await started();
    for (const session of ['a', 'b']) {
      await seated(proxy, session);
      await refusedAtOnce(proxy, session);
    }
    const [here, there] = [await held(proxy, 1, 'a'), await held(proxy, 2, 'b')];
    await lock(proxy, 'a');
    expect((await here.closed()).close).toEqual(words);
    const refusal = await proxy.events.next(named('viewer.refused', { cause: 'locked' }));
    expect(refusal).toMatchObject({ session: 'a', heldMs: 0 });
    await heldAre(proxy, 1);
    await evict(proxy, 'v2');
    expect((await there.open()).upgraded).toBe(true);
  });

  it('are refused everywhere where all are', async () => {
    const { proxy } = await started();
    for (const session of ['a', 'b']) {
      await seated(proxy, session);
      await refusedAtOnce(proxy, session);
    }
    const waiting = [await held(proxy, 1, 'a'), await held(proxy, 2, 'b')];
    await lock(proxy, null);
    for (const each of waiting) expect((await each.closed()).close).toEqual(words);
    await heldAre(proxy, 0);
  });

  it('and one that comes back too soon waits for its refusal, or for the session to open', async () => {
    const { clock, proxy } = await started();
    await lock(proxy, 'a');
    await refusedAtOnce(proxy);
    const [first, second] = [await held(proxy, 1), await held(proxy, 2)];
    clock.advance(100);
    expect((await first.closed()).close).toEqual(words);
    await unlock(proxy, 'a');
    expect((await second.open()).upgraded).toBe(true);
    await proxy.events.next(named('viewer.admitted', { heldMs: 100 }));
  });

  it('have nobody evicted for their sake any more, though viewers were asked', async () => {
    const { clock, proxy } = await started({ probeOnFullMs: 2_000, refuseHoldMs: 16_000 });
    const silent = connectRaw(proxy.url('a'), { answerPings: false });
    await silent.open();
    await proxy.events.next(named('viewer.admitted'));
    await pass(clock, 17_250);
    await until('it is late', async () => (await proxy.snapshot()).totals.late === 1);
    const newcomer = await held(proxy, 1);
    await lock(proxy, 'a');
    expect((await newcomer.closed()).close).toEqual(words);
    await proxy.events.next(named('viewer.refused', { cause: 'locked' }));
    // This one waits too, for its refusal, at the moment at which the viewer is judged.
    await refusedAtOnce(proxy);
    await pass(clock, 1_500);
    const again = await held(proxy, 1);
    await pass(clock, 500, { asking: true });
    await askAlong();
    await turns();
    await pass(clock, 750);
    expect((await again.closed()).close).toEqual(words);
    expect(proxy.events.all.filter(named('viewer.evicted'))).toEqual([]);
    expect((await proxy.snapshot()).totals.viewers).toBe(1);
  });
});
