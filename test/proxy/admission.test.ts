import { describe, expect, it } from 'vitest';
import type { ProxyEvent } from '../../src/events.ts';
import { echoBackend, refusingBackend, hangingBackend } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { opcodes } from '../support/frame-reader.ts';
import { frame } from '../support/frames.ts';
import { everything, withProxy } from '../support/proxy.ts';
import { connectRaw } from '../support/raw-viewer.ts';
import { closeOf, connectViewer, echo, refusedHandshake } from '../support/viewer.ts';

const full = { code: 1013, reason: 'too many connections for this session' };

/** The slots that an event shows as taken in `session`; 0 for one about something else. */
const takenIn = (session: string, event: ProxyEvent): number =>
  'session' in event && 'viewers' in event && event.session === session ? event.viewers : 0;

describe('200 viewers at the same moment, to a session with cap 8', () => {
  it('admits exactly 8 and closes 192 with 1013, with and without subprotocols', async () => {
    const backend = await echoBackend();
    const proxy = await withProxy({ backend: backend.template, cap: 8 });
    const neighbour = await connectViewer(proxy.url('other'));
    let mostShown = 0;
    const watch = proxy.control.watch(everything, ({ sessions }) => {
      for (const { viewers } of sessions.rows) mostShown = Math.max(mostShown, viewers);
    });

    const viewers = await Promise.all(
      Array.from({ length: 200 }, (_, at) =>
        connectViewer(proxy.url('busy'), { protocols: at % 2 === 0 ? [] : ['chat', 'talk'] }),
      ),
    );
    // A viewer that was closed cannot echo; what it says then is its Close.
    const outcomes = await Promise.all(
      viewers.map((viewer, at) =>
        echo(viewer, `viewer ${at}`).then(
          () => 'echo' as const,
          () => closeOf(viewer),
        ),
      ),
    );

    const closes = outcomes.filter((outcome) => outcome !== 'echo');
    expect(outcomes.length - closes.length).toBe(8);
    expect(closes).toEqual(Array.from({ length: 192 }, () => full));
    const snapshot = await proxy.snapshot();
    expect(snapshot.sessions.rows.find(({ id }) => id === 'busy')).toMatchObject({
      viewers: 8,
      cap: 8,
      state: 'full',
      refused: 192,
    });
    expect(snapshot.totals).toMatchObject({ viewers: 9, full: 1, over: 0, refused: 192 });
    watch.close();
    expect(mostShown).toBeLessThanOrEqual(8);
    expect(Math.max(...proxy.events.all.map((event) => takenIn('busy', event)))).toBe(8);
    expect(proxy.events.all.filter(named('viewer.refused'))).toHaveLength(192);
    expect(backend.tally.most('busy')).toBe(8);
    expect(backend.tally.total('busy')).toBe(8);

    await echo(neighbour, 'the other session goes on');
    await echo(await connectViewer(proxy.url('other')), 'and takes newcomers');
  });
});

describe('a viewer over the cap', () => {
  it('is told so in a handshake with its first subprotocol and no extension', async () => {
    const proxy = await withProxy({ backend: (await echoBackend()).template, cap: 1 });
    await connectViewer(proxy.url('a'));

    const refused = connectRaw(proxy.url('a'), {
      subprotocols: ['one', 'two'],
      extensions: 'permessage-deflate',
    });

    const answer = await refused.open();
    expect(answer.upgraded).toBe(true);
    expect(answer.headers['sec-websocket-protocol']).toBe('one');
    expect(answer.headers).not.toHaveProperty('sec-websocket-extensions');
    expect(await refused.closed()).toEqual({ close: full, how: 'fin' });
  });

  it('stores no slot, and the event says what it was told', async () => {
    const proxy = await withProxy({ backend: (await echoBackend()).template, cap: 1 });
    const first = await connectViewer(proxy.url('a'));
    const refused = connectRaw(proxy.url('a'));
    await refused.closed();

    const event = await proxy.events.next(named('viewer.refused'));
    expect(event).toEqual({
      event: 'viewer.refused',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      session: 'a',
      remote: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      viewers: 1,
      cap: 1,
      cause: 'cap',
      ...full,
      closeSent: true,
    });
    first.close();
    await closeOf(first);
    await echo(await connectViewer(proxy.url('a')), 'the only slot is free again');
  });

  it('never takes the place of one that is in', async () => {
    const proxy = await withProxy({ backend: (await echoBackend()).template, cap: 2 });
    const inside = [await connectViewer(proxy.url('a')), await connectViewer(proxy.url('a'))];
    for (let round = 0; round < 20; round += 1) {
      expect(await closeOf(await connectViewer(proxy.url('a')))).toEqual(full);
    }
    for (const viewer of inside) await echo(viewer, 'still here');
  });

  it('is told so whatever it sends meanwhile', async () => {
    const proxy = await withProxy({ backend: (await echoBackend()).template, cap: 1 });
    await connectViewer(proxy.url('a'));
    const early = frame({ opcode: opcodes.text, payload: 'x'.repeat(50_000), masked: true });
    const refused = connectRaw(proxy.url('a'), { early });
    expect((await refused.closed()).close).toEqual(full);
    const illegal = connectRaw(proxy.url('a'), { early: frame({ opcode: 3, payload: 'x' }) });
    expect((await illegal.closed()).close).toEqual(full);
  });

  it('is cut two seconds later if it ignores its Close', async () => {
    const proxy = await withProxy({ backend: (await echoBackend()).template, cap: 1 });
    await connectViewer(proxy.url('a'));
    const refused = connectRaw(proxy.url('a'), { answerClose: false });
    await refused.frames.next(({ opcode }) => opcode === opcodes.close);
    const toldAt = performance.now();
    expect(await refused.closed({ ms: 5_000 })).toMatchObject({ close: full });
    expect(performance.now() - toldAt).toBeGreaterThan(1_900);
  });

  it('is not reported as told a code where its handshake could not be completed', async () => {
    const proxy = await withProxy({ backend: (await echoBackend()).template, cap: 1 });
    await connectViewer(proxy.url('a'));
    const refused = connectRaw(proxy.url('a'), { subprotocols: ['same', 'same'] });
    expect((await refused.open()).status).toBe(400);
    const event = await proxy.events.next(named('viewer.refused'));
    expect(event).toMatchObject({ cause: 'cap', closeSent: false });
    expect(event).not.toHaveProperty('code');
  });
});

describe('slots are taken before the backend is dialled', () => {
  it('refuses the third viewer of two slots while both dials hang', async () => {
    const backend = await hangingBackend();
    const proxy = await withProxy({ backend: backend.template, cap: 2 });
    connectRaw(proxy.url('a'));
    connectRaw(proxy.url('a'));
    await proxy.events.next(named('session.full', { viewers: 2 }));
    expect(await closeOf(await connectViewer(proxy.url('a')))).toEqual(full);
    const { sessions } = await proxy.snapshot();
    expect(sessions.rows[0]).toMatchObject({ viewers: 2, dialling: 2, state: 'full' });
    expect(backend.dials.all.length).toBeLessThanOrEqual(2);
  });
});

describe('session.full', () => {
  it('is recorded when the last slot is taken, every time', async () => {
    const proxy = await withProxy({ backend: (await echoBackend()).template, cap: 2 });
    await connectViewer(proxy.url('a'));
    expect(proxy.events.all.filter(named('session.full'))).toEqual([]);
    const second = await connectViewer(proxy.url('a'));
    second.close();
    await closeOf(second);
    await connectViewer(proxy.url('a'));
    const expected = { event: 'session.full', session: 'a', viewers: 2, cap: 2 };
    expect(proxy.events.all.filter(named('session.full'))).toMatchObject([expected, expected]);
  });
});

describe('--max-viewers', () => {
  it('refuses whoever is over it in all sessions together, and no longer', async () => {
    const proxy = await withProxy({ backend: (await echoBackend()).template, maxViewers: 2 });
    const first = await connectViewer(proxy.url('a'));
    await connectViewer(proxy.url('b'));
    const third = await connectViewer(proxy.url('c'));
    expect(await closeOf(third)).toEqual({ code: 1013, reason: 'too many connections' });
    expect(await proxy.events.next(named('viewer.refused'))).toMatchObject({
      session: 'c',
      viewers: 0,
      cap: 8,
      cause: 'max-viewers',
      code: 1013,
      closeSent: true,
    });
    first.close();
    await closeOf(first);
    await echo(await connectViewer(proxy.url('c')), 'in at last');
  });
});

describe('--refuse-with http', () => {
  it('answers 503 with Retry-After over the cap', async () => {
    const backend = (await echoBackend()).template;
    const proxy = await withProxy({ backend, cap: 1, refuseWith: 'http' });
    await connectViewer(proxy.url('a'));
    const { status, headers, body } = await refusedHandshake(proxy.url('a'));
    expect({ status, body }).toEqual({ status: 503, body: `${full.reason}\n` });
    expect(headers['retry-after']).toMatch(/^[1-9]\d*$/);
    const event = await proxy.events.next(named('viewer.refused'));
    expect(event).toMatchObject({ cause: 'cap', status: 503, closeSent: false });
    expect(event).not.toHaveProperty('code');
  });

  it('answers 503 over --max-viewers', async () => {
    const backend = (await echoBackend()).template;
    const proxy = await withProxy({ backend, maxViewers: 1, refuseWith: 'http' });
    await connectViewer(proxy.url('a'));
    const { status, headers, body } = await refusedHandshake(proxy.url('b'));
    expect({ status, body }).toEqual({ status: 503, body: 'too many connections\n' });
    expect(headers).toHaveProperty('retry-after');
  });

  it('answers 502 where the backend refuses', async () => {
    const backend = (await refusingBackend()).template;
    const proxy = await withProxy({ backend, refuseWith: 'http' });
    const { status, headers, body } = await refusedHandshake(proxy.url('a'));
    expect({ status, body }).toEqual({ status: 502, body: 'backend unavailable\n' });
    expect(headers).not.toHaveProperty('retry-after');
    expect(await proxy.events.next(named('backend.unavailable'))).toMatchObject({
      cause: 'refused',
      status: 502,
      closeSent: false,
      viewers: 0,
    });
  });

  it('answers 504 where the backend does not answer in time', async () => {
    const backend = (await hangingBackend()).template;
    const proxy = await withProxy({ backend, refuseWith: 'http', dialTimeoutMs: 50 });
    const { status, body } = await refusedHandshake(proxy.url('a'));
    expect({ status, body }).toEqual({ status: 504, body: 'backend unavailable\n' });
    expect(await proxy.events.next(named('backend.unavailable'))).toMatchObject({
      cause: 'timeout',
      status: 504,
    });
  });
});
