import { describe, expect, it } from 'vitest';
import type { Command, SessionId } from '../../src/contract.ts';
import { MOST_OWN_CAPS } from '../../src/core/ledger.ts';
import { echoBackend, rawBackend } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { opcodes } from '../support/frame-reader.ts';
import { closing } from '../support/frames.ts';
import { type TestProxy, withProxy } from '../support/proxy.ts';
import { connectRaw } from '../support/raw-viewer.ts';
import { closeOf, connectViewer, echo } from '../support/viewer.ts';

const id = (text: string): SessionId => text as SessionId;

const setCap = (cap: number, session?: string): Command => ({
  do: 'set-cap',
  cap,
  actor: 'console',
  ...(session === undefined ? {} : { session: id(session) }),
});

const done = { ok: true };

/** Connects that many viewers to a session; resolves when all are in. */
const fill = async (proxy: TestProxy, session: string, count: number) => {
  const viewers = [];
  for (let at = 0; at < count; at += 1) {
    const viewer = await connectViewer(proxy.url(session));
    await echo(viewer, `${session} ${at}`);
    viewers.push(viewer);
  }
  return viewers;
};

const codeAt = async (proxy: TestProxy, session: string): Promise<number | 'in'> => {
  const viewer = await connectViewer(proxy.url(session));
  return echo(viewer, 'in').then(
    () => 'in' as const,
    async () => (await closeOf(viewer)).code,
  );
};

const rowsOf = async (proxy: TestProxy) =>
  (await proxy.snapshot()).sessions.rows
    .map((row) => [row.id, row.viewers, row.cap, row.capIsOwn, row.state] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));

describe('set-cap', () => {
  it('lowered, evicts nobody, and takes nobody in until there is room again', async () => {
    const proxy = await withProxy({ backend: (await echoBackend()).template, cap: 3 });
    const [first, second, third] = await fill(proxy, 'a', 3);
    expect(await proxy.control.command(setCap(2))).toEqual(done);
    await echo(first!, 'still here');
    expect(await rowsOf(proxy)).toEqual([['a', 3, 2, false, 'over']]);
    expect((await proxy.snapshot()).totals).toMatchObject({ over: 1, full: 0 });
    expect(await codeAt(proxy, 'a')).toBe(1013);
    third!.close();
    await closeOf(third!);
    expect(await codeAt(proxy, 'a')).toBe(1013);
    second!.close();
    await closeOf(second!);
    expect(await codeAt(proxy, 'a')).toBe('in');
    expect(await codeAt(proxy, 'a')).toBe(1013);
  });

  it('raised, frees slots at once', async () => {
    const proxy = await withProxy({ backend: (await echoBackend()).template, cap: 1 });
    await fill(proxy, 'a', 1);
    expect(await codeAt(proxy, 'a')).toBe(1013);
    expect(await proxy.control.command(setCap(2))).toEqual(done);
    expect(await codeAt(proxy, 'a')).toBe('in');
    expect(await codeAt(proxy, 'a')).toBe(1013);
    const events = proxy.events.all.filter(named('cap.changed'));
    expect(events).toEqual([
      { event: 'cap.changed', time: expect.any(String), from: 1, to: 2, actor: 'console' },
    ]);
    expect((await proxy.snapshot()).cap).toBe(2);
  });

  it('for one session leaves the others alone, and outlives a change of the default', async () => {
    const proxy = await withProxy({ backend: (await echoBackend()).template, cap: 2 });
    await fill(proxy, 'a', 2);
    await fill(proxy, 'b', 2);
    expect(await proxy.control.command(setCap(3, 'a'))).toEqual(done);
    expect([await codeAt(proxy, 'a'), await codeAt(proxy, 'b')]).toEqual(['in', 1013]);
    expect(await proxy.control.command(setCap(1))).toEqual(done);
    expect(await rowsOf(proxy)).toEqual([
      ['a', 3, 3, true, 'full'],
      ['b', 2, 1, false, 'over'],
    ]);
    expect(proxy.events.all.filter(named('cap.changed'))).toMatchObject([
      { from: 2, to: 3, session: 'a' },
      { from: 2, to: 1 },
    ]);
  });

  it('holds for a session that nobody is in yet', async () => {
    const proxy = await withProxy({ backend: (await echoBackend()).template, cap: 2 });
    expect(await proxy.control.command(setCap(1, 'later'))).toEqual(done);
    await fill(proxy, 'later', 1);
    expect(await codeAt(proxy, 'later')).toBe(1013);
  });

  it('is lifted by lift-cap', async () => {
    const proxy = await withProxy({ backend: (await echoBackend()).template, cap: 2 });
    await proxy.control.command(setCap(1, 'a'));
    await fill(proxy, 'a', 1);
    const lift: Command = { do: 'lift-cap', session: id('a'), actor: 'console' };
    expect(await proxy.control.command(lift)).toEqual(done);
    expect(await codeAt(proxy, 'a')).toBe('in');
    expect(proxy.events.all.findLast(named('cap.changed'))).toMatchObject({
      from: 1,
      to: 2,
      session: 'a',
      actor: 'console',
    });
    const again = await proxy.control.command(lift);
    expect(again).toEqual({ ok: false, reason: 'a has no cap of its own' });
  });

  it.each([[0], [-1], [1.5], [100_001], [Number.NaN], [Number.POSITIVE_INFINITY]])(
    'of %s is refused and changes nothing',
    async (cap) => {
      const proxy = await withProxy({ backend: (await echoBackend()).template });
      const reason = 'a cap is a whole number from 1 to 100000';
      expect(await proxy.control.command(setCap(cap))).toEqual({ ok: false, reason });
      expect(await proxy.control.command(setCap(cap, 'a'))).toEqual({ ok: false, reason });
      expect(await proxy.control.command({ do: 'preview-cap', cap })).toEqual({
        ok: false,
        reason,
      });
      expect((await proxy.snapshot()).cap).toBe(8);
      const refused = { event: 'command.refused', do: 'set-cap', actor: 'console', reason };
      expect(proxy.events.all.slice(1)).toMatchObject([refused, { ...refused, target: 'a' }]);
    },
  );

  it('of a session that cannot be is refused', async () => {
    const proxy = await withProxy({ backend: (await echoBackend()).template });
    const result = await proxy.control.command(setCap(1, '../etc'));
    expect(result).toEqual({ ok: false, reason: 'no such session id' });
  });
});

describe('caps of their own', () => {
  it('are bounded in number: whoever sets one more is told to lift one', async () => {
    const proxy = await withProxy({ backend: (await echoBackend()).template });
    const set = (session: string) => proxy.control.command(setCap(1, session));
    for (let nth = 0; nth < MOST_OWN_CAPS; nth += 1) expect(await set(`s${nth}`)).toEqual(done);
    const reason = '10000 sessions have a cap of their own: lift one first';
    expect(await set('more')).toEqual({ ok: false, reason });
    expect(await proxy.control.command(setCap(2, 's0'))).toEqual(done);
    expect(await proxy.control.command(setCap(2))).toEqual(done);
    await proxy.control.command({ do: 'lift-cap', session: id('s1'), actor: 'console' });
    expect(await set('more')).toEqual(done);
  });
});

describe('preview-cap', () => {
  it.each([
    ['for all', 2, undefined],
    ['for one', 1, 'a'],
    ['for all, raised', 5, undefined],
    ['for one, raised', 9, 'own'],
  ])('%s tells what then holds, and changes nothing itself', async (_what, cap, session) => {
    const proxy = await withProxy({ backend: (await echoBackend()).template, cap: 4 });
    await proxy.control.command(setCap(3, 'own'));
    await fill(proxy, 'a', 3);
    await fill(proxy, 'b', 1);
    await fill(proxy, 'own', 3);
    const before = await rowsOf(proxy);
    const of = session === undefined ? {} : { session: id(session) };
    const result = await proxy.control.command({ do: 'preview-cap', cap, ...of });
    expect(await rowsOf(proxy)).toEqual(before);
    await proxy.control.command(setCap(cap, session));
    const after = await rowsOf(proxy);

    const free = (rows: typeof before): number =>
      rows
        .filter(([each]) => session === undefined || each === session)
        .reduce((sum, [, viewers, most]) => sum + Math.max(0, most - viewers), 0);
    const over = after
      .filter(([, viewers, most]) => viewers > most)
      .map(([each, viewers]) => ({ session: each, viewers }));
    expect(result).toEqual({
      ok: true,
      preview: {
        cap,
        over,
        overCount: over.length,
        freeNow: free(before),
        freeThen: free(after),
      },
    });
    // What was shown as free is what is then taken, and not one more.
    await fill(proxy, 'b', Math.max(0, (after[1]?.[2] ?? 0) - 1));
    expect(await codeAt(proxy, 'b')).toBe(1013);
  });
});

describe('a session with more viewers than its cap', () => {
  it('keeps as many backend connections as it has slots taken, lingering ones included', async () => {
    const backend = await rawBackend({ answerClose: false });
    const proxy = await withProxy({ backend: backend.template, cap: 3 });
    const enter = async () => {
      const viewer = connectRaw(proxy.url('a'));
      await viewer.open();
      return { viewer, peer: (await backend.connections.next()).peer };
    };
    const first = await enter();
    await enter();
    await enter();
    await proxy.control.command(setCap(1));
    first.viewer.sendFrame({ opcode: opcodes.close, payload: closing(1000) });
    await first.peer.nextFrame(({ opcode }) => opcode === opcodes.close);
    // Two slots are taken, one connection lingers; a third slot needs its place.
    await proxy.control.command(setCap(3));
    await enter();
    expect((await first.peer.closed()).how).toBe('reset');
    expect(backend.tally.most('a')).toBe(3);
  });
});
