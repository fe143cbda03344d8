import { describe, expect, it } from 'vitest';
import type { Command, SessionId, ViewerId } from '../../src/contract.ts';
import { echoBackend, hangingBackend, rawBackend } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { withProxy } from '../support/proxy.ts';
import { connectRaw } from '../support/raw-viewer.ts';
import { closeOf, connectViewer, echo, refusedHandshake } from '../support/viewer.ts';

const evict = (viewer: string, reason?: string): Command => ({
  do: 'evict',
  viewer: viewer as ViewerId,
  actor: 'console',
  ...(reason === undefined ? {} : { reason }),
});

const done = { ok: true };

describe('evict', () => {
  it('closes the viewer with 1008 and its backend with 1001, and records both', async () => {
    const backend = await rawBackend();
    const proxy = await withProxy({ backend: backend.template });
    const viewer = connectRaw(proxy.url('a'));
    await viewer.open();
    const { peer } = await backend.connections.next();

    expect(await proxy.control.command(evict('v1'))).toEqual(done);

    const words = { code: 1008, reason: 'evicted by operator' };
    expect(await viewer.closed()).toEqual({ close: words, how: 'fin' });
    expect((await peer.closed()).close).toEqual({ code: 1001, reason: 'viewer evicted' });
    const left = await proxy.events.next(named('viewer.left'));
    const { remote } = left;
    const place = { session: 'a', viewer: 'v1', remote, viewers: 0, cap: 8, ...words };
    expect(proxy.events.all.slice(2)).toEqual([
      {
        event: 'viewer.evicted',
        time: expect.any(String),
        ...place,
        cause: 'operator',
        actor: 'console',
        closeSent: true,
      },
      {
        event: 'viewer.left',
        time: expect.any(String),
        ...place,
        cause: 'evicted',
        closeSent: true,
        durationMs: expect.any(Number),
        bytesToViewer: 0,
        bytesToBackend: 0,
        messagesToViewer: 0,
        messagesToBackend: 0,
      },
    ]);
    expect((await proxy.snapshot()).totals).toMatchObject({ viewers: 0, evicted: 1 });
  });

  it('evicts that viewer and no other', async () => {
    const proxy = await withProxy({ backend: (await echoBackend()).template });
    const first = await connectViewer(proxy.url('a'));
    const second = await connectViewer(proxy.url('a'));
    const third = await connectViewer(proxy.url('b'));
    expect(await proxy.control.command(evict('v2'))).toEqual(done);
    expect((await closeOf(second)).code).toBe(1008);
    await echo(first, 'still here');
    await echo(third, 'here too');
    expect((await proxy.snapshot()).viewers.rows.map(({ id: each }) => each)).toEqual(['v1']);
  });

  it('says so where the viewer had already gone, and evicts nobody twice', async () => {
    const proxy = await withProxy({ backend: (await echoBackend()).template });
    const viewer = connectRaw(proxy.url('a'), { answerClose: false });
    await viewer.open();
    expect(await proxy.control.command(evict('v1'))).toEqual(done);
    for (const gone of ['v1', 'v2', 'nonsense']) {
      const reason = `${gone} had already gone`;
      expect(await proxy.control.command(evict(gone))).toEqual({ ok: false, reason });
    }
    viewer.destroy();
    await proxy.events.next(named('viewer.left'));
    const names = proxy.events.all.map(({ event }) => event);
    const refused = Array<string>(3).fill('command.refused');
    const visit = ['viewer.admitted', ...refused, 'viewer.evicted', 'viewer.left'];
    expect(names.slice(1)).toEqual(visit);
  });

  it('names no newcomer like one that had gone', async () => {
    const proxy = await withProxy({ backend: (await echoBackend()).template });
    const first = await connectViewer(proxy.url('a'));
    first.close();
    await closeOf(first);
    await connectViewer(proxy.url('a'));
    expect((await proxy.snapshot()).viewers.rows.map(({ id: each }) => each)).toEqual(['v2']);
    expect(await proxy.control.command(evict('v1'))).toMatchObject({ ok: false });
  });

  it('ends a viewer that is dialling, without calling it admitted', async () => {
    const backend = await hangingBackend();
    const proxy = await withProxy({ backend: backend.template });
    const viewer = connectRaw(proxy.url('a'));
    await backend.dials.next();
    expect(await proxy.control.command(evict('v1'))).toEqual(done);
    const words = { code: 1008, reason: 'evicted by operator' };
    expect((await viewer.closed()).close).toEqual(words);
    await backend.tally.until((tally) => tally.open('any') === 0, 'the dial to end');
    const event = await proxy.events.next(named('backend.unavailable'));
    const by = { actor: 'console', closeSent: true };
    expect(event).toMatchObject({ cause: 'aborted', viewers: 0, ...words, ...by });
    expect(proxy.events.all).toHaveLength(2);
  });

  it('ends a dialling viewer with 503 where refusals are HTTP', async () => {
    const backend = await hangingBackend();
    const proxy = await withProxy({ backend: backend.template, refuseWith: 'http' });
    const refused = refusedHandshake(proxy.url('a'));
    await backend.dials.next();
    await proxy.control.command(evict('v1'));
    expect((await refused).status).toBe(503);
  });
});

describe('evict with a reason', () => {
  it('tells the viewer why, and records it', async () => {
    const proxy = await withProxy({ backend: (await echoBackend()).template });
    const viewer = await connectViewer(proxy.url('a'));
    expect(await proxy.control.command(evict('v1', ' runaway script '))).toEqual(done);
    const words = { code: 1008, reason: 'evicted by operator: runaway script' };
    expect(await closeOf(viewer)).toEqual(words);
    const evicted = await proxy.events.next(named('viewer.evicted'));
    expect(evicted).toMatchObject({ actor: 'console', note: 'runaway script', ...words });
    expect(await proxy.events.next(named('viewer.left'))).toMatchObject(words);
  });

  it('cuts what does not fit into a Close between two characters, and records it whole', async () => {
    const proxy = await withProxy({ backend: (await echoBackend()).template });
    const viewer = await connectViewer(proxy.url('a'));
    const note = '\u{1f600}'.repeat(80);
    expect(await proxy.control.command(evict('v1', note))).toEqual(done);
    const reason = `evicted by operator: ${'\u{1f600}'.repeat(25)}`;
    expect(await closeOf(viewer)).toEqual({ code: 1008, reason });
    const evicted = await proxy.events.next(named('viewer.evicted'));
    expect(evicted).toMatchObject({ note, reason, closeSent: true });
  });

  it.each(['', '  '])('says the usual words where it is %j', async (blank) => {
    const proxy = await withProxy({ backend: (await echoBackend()).template });
    const viewer = await connectViewer(proxy.url('a'));
    expect(await proxy.control.command(evict('v1', blank))).toEqual(done);
    expect(await closeOf(viewer)).toEqual({ code: 1008, reason: 'evicted by operator' });
    expect(await proxy.events.next(named('viewer.evicted'))).not.toHaveProperty('note');
  });

  it('tells a viewer that is dialling too', async () => {
    const backend = await hangingBackend();
    const proxy = await withProxy({ backend: backend.template });
    const viewer = connectRaw(proxy.url('a'));
    await backend.dials.next();
    expect(await proxy.control.command(evict('v1', 'maintenance'))).toEqual(done);
    const words = { code: 1008, reason: 'evicted by operator: maintenance' };
    expect((await viewer.closed()).close).toEqual(words);
    expect(await proxy.events.next(named('backend.unavailable'))).toMatchObject(words);
  });

  it.each([
    ['x'.repeat(81), 'a reason has at most 80 characters: shorten it'],
    ['a line\n', 'a reason has no control characters: leave them out'],
    ['\u{1b}[2J', 'a reason has no control characters: leave them out'],
  ])('refuses %j, and evicts nobody', async (note, reason) => {
    const proxy = await withProxy({ backend: (await echoBackend()).template });
    const viewer = await connectViewer(proxy.url('a'));
    expect(await proxy.control.command(evict('v1', note))).toEqual({ ok: false, reason });
    await echo(viewer, 'still here');
    expect(proxy.events.all.some(named('viewer.evicted'))).toBe(false);
  });
});

describe('a command that is refused', () => {
  it.each<[string, Command, object]>([
    ['a viewer that has gone', evict('v7'), { target: 'v7', reason: 'v7 had already gone' }],
    [
      'a cap that is none',
      { do: 'set-cap', cap: 0, session: 'a' as SessionId, actor: 'ann' },
      { target: 'a', reason: 'a cap is a whole number from 1 to 100000' },
    ],
    [
      'a cap for all that is none',
      { do: 'set-cap', cap: 1e9, actor: 'ann' },
      { reason: 'a cap is a whole number from 1 to 100000' },
    ],
    [
      'a session without a cap of its own',
      { do: 'lift-cap', session: 'b' as SessionId, actor: 'ann' },
      { target: 'b', reason: 'b has no cap of its own' },
    ],
    [
      'a viewer that is kept for ever',
      { do: 'keep', viewer: 'v1' as ViewerId, forMs: Infinity, actor: 'ann' },
      { target: 'v1', reason: 'a viewer is kept for 1 ms to 1 h, or 0 to end that' },
    ],
  ])('leaves an event: %s', async (_what, command, told) => {
    const proxy = await withProxy({ backend: (await echoBackend()).template });
    const { reason } = (await proxy.control.command(command)) as { reason?: string };
    const actor = 'actor' in command ? command.actor : '';
    const event = await proxy.events.next(named('command.refused'));
    const time = expect.any(String);
    expect(event).toEqual({ event: 'command.refused', time, do: command.do, actor, ...told });
    expect(reason).toBe(event.reason);
  });

  it('leaves none where it changes nothing and stands for nobody', async () => {
    const proxy = await withProxy({ backend: (await echoBackend()).template });
    expect(await proxy.control.command({ do: 'preview-cap', cap: 0 })).toMatchObject({ ok: false });
    expect(proxy.events.all).toHaveLength(1);
  });

  it('keeps of what was typed a bounded part', async () => {
    const proxy = await withProxy({ backend: (await echoBackend()).template });
    const long = 'x'.repeat(1_000_000);
    await proxy.control.command({ do: 'evict', viewer: long as ViewerId, actor: long });
    const { target, actor, reason } = await proxy.events.next(named('command.refused'));
    expect([target?.length, actor.length, reason.length]).toEqual([128, 200, 200]);
  });
});

describe('what the keeper of the event log reports', () => {
  it('is an event and a warning in every picture until it works again', async () => {
    const proxy = await withProxy({ backend: (await echoBackend()).template });
    expect((await proxy.snapshot()).totals.logFails).toBe(false);
    proxy.control.report({ event: 'log.failed', path: '/x', detail: 'the disk is full' });
    expect(await proxy.events.next(named('log.failed'))).toMatchObject({ path: '/x' });
    expect((await proxy.snapshot()).totals.logFails).toBe(true);
    proxy.control.report({ event: 'log.recovered', lost: 3 });
    const { totals, events } = await proxy.snapshot();
    expect(totals.logFails).toBe(false);
    expect(events.at(-1)?.event).toMatchObject({ event: 'log.recovered', lost: 3 });
  });
});
