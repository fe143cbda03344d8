/** The past of a log beside the picture that the real proxy gave at that moment. */
import { describe, expect, it } from 'vitest';
import type { Command, SessionId, Snapshot, ViewerId } from '../../src/contract.ts';
import type { ProxyEvent } from '../../src/events.ts';
import { Past } from '../../src/replay/past.ts';
import { pictureOf } from '../../src/replay/past-picture.ts';
import { echoBackend } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { everything, type TestProxy, withProxy } from '../support/proxy.ts';
import { closeOf, connectViewer } from '../support/viewer.ts';

/** As it is written and read. */
const replayed = (events: readonly ProxyEvent[]): Past => {
  const past = new Past();
  for (const event of events) past.take(JSON.parse(JSON.stringify(event)) as ProxyEvent);
  return past;
};

/** What a log can tell of a picture: all but measurements and what time did since. */
const told = ({ totals, sessions, viewers, gone, events, ...rest }: Snapshot) => ({
  totals,
  address: rest.address,
  cap: rest.cap,
  session: rest.session,
  sessions: sessions.rows.map((row) => [
    row.id,
    row.state,
    row.viewers,
    row.dialling,
    row.cap,
    row.capIsOwn,
    row.locked,
    row.refused,
  ]),
  viewers: viewers.rows.map((row) => [row.id, row.session, row.remote, row.who, row.state]),
  kept: viewers.rows.filter(({ keptMs }) => keptMs !== null).map(({ id }) => id),
  gone: gone.map(({ at: _at, ...tombstone }) => tombstone),
  feed: events.map(({ seq, event, count }) => [seq, event, count]),
  newestEvent: rest.newestEvent,
});

/** The picture of the log, and the real one. */
const both = async (proxy: TestProxy) => {
  const real = told(await proxy.snapshot());
  return { log: told(pictureOf(replayed(proxy.events.all), everything, 1)), real };
};

const a = 'a' as SessionId;

describe('the past of a log', () => {
  it('is what the proxy showed, step by step', async () => {
    const { template } = await echoBackend();
    const proxy = await withProxy({ backend: template, cap: 3, refuseHoldMs: 0 });
    const actor = 'console';
    const does = async (command: Command): Promise<void> => {
      await proxy.control.command(command);
    };
    const moments: Awaited<ReturnType<typeof both>>[] = [];
    const look = async (): Promise<void> => void moments.push(await both(proxy));
    const first = await connectViewer(proxy.url('a'));
    await connectViewer(proxy.url('a'));
    await connectViewer(proxy.url('b'));
    await look();
    await does({ do: 'set-cap', cap: 2, session: a, actor });
    await does({ do: 'set-cap', cap: 2, session: 'quiet' as SessionId, actor });
    await does({ do: 'lock', session: 'shut' as SessionId, actor });
    await closeOf(await connectViewer(proxy.url('a')));
    await closeOf(await connectViewer(proxy.url('a')));
    await look();
    await does({ do: 'keep', viewer: 'v3' as ViewerId, forMs: 60_000, actor });
    await does({ do: 'lock', session: a, actor });
    await does({ do: 'evict', viewer: 'v2' as ViewerId, actor, reason: 'a test' });
    await does({ do: 'evict', viewer: 'v2' as ViewerId, actor });
    await proxy.events.next(named('viewer.left'));
    await look();
    first.close();
    await proxy.events.next(named('viewer.left'));
    await does({ do: 'lift-cap', session: a, actor });
    await does({ do: 'unlock', session: null, actor });
    await does({ do: 'set-cap', cap: 1, actor });
    await connectViewer(proxy.url('a'));
    await look();
    for (const { log, real } of moments) expect(log).toEqual(real);
    expect(moments).toHaveLength(4);
  });

  it('begins in the middle with what each event says of its place', () => {
    const place = { session: a, remote: '192.0.2.1:1', viewers: 3, cap: 4 };
    const past = replayed([
      {
        time: '2026-01-01T00:00:00.000Z',
        event: 'viewer.stuck',
        viewer: 'v9' as ViewerId,
        silentMs: 1,
        queuedBytes: 70,
        ...place,
      },
    ]);
    const { totals, sessions, viewers, worst } = pictureOf(past, everything, 1);
    expect(totals).toMatchObject({ sessions: 1, viewers: 3, stuck: 1 });
    expect(sessions.rows).toMatchObject([{ id: 'a', viewers: 3, dialling: 2, cap: 4 }]);
    expect(viewers.rows).toMatchObject([{ id: 'v9', state: 'stuck', queuedBytes: 70 }]);
    expect(worst).toEqual(viewers.rows);
  });

  it('forgets who was there when another run begins', async () => {
    const proxy = await withProxy({ backend: (await echoBackend()).template });
    await connectViewer(proxy.url('a'));
    await proxy.events.next(named('viewer.admitted'));
    const begins = proxy.events.all[0]!;
    const past = replayed([...proxy.events.all, begins]);
    const { totals, sessions, events } = pictureOf(past, everything, 1);
    expect(totals).toMatchObject({ sessions: 0, viewers: 0 });
    expect(sessions.rows).toEqual([]);
    expect(events).toHaveLength(3);
  });
});
