import { describe, expect, it } from 'vitest';
import type {
  CommandResult,
  Filter,
  FilterTerm,
  SessionId,
  SessionSort,
  Snapshot,
  View,
  ViewerId,
  ViewerSort,
  ViewerState,
} from '../../src/contract.ts';
import type { Board } from '../../src/proxy/board.ts';
import type { Session } from '../../src/proxy/census.ts';
import { listSessions, sessionViewers, worstOf } from '../../src/proxy/listing.ts';
import { wantedBy } from '../../src/proxy/matching.ts';
import type { Viewer } from '../../src/proxy/viewer.ts';
import { echoBackend } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { everything, type TestProxy, withProxy } from '../support/proxy.ts';
import { connectViewer } from '../support/viewer.ts';

/** What is made up of a viewer; null and 0 where nothing is said. */
type Made = {
  readonly who?: string;
  readonly state?: ViewerState;
  readonly rtt?: number;
  readonly left?: number;
  readonly queued?: number;
  readonly rate?: number;
};

/** As much of a viewer as lists look at. */
const viewer = (number: number, made: Made = {}): Viewer => {
  const { who = null, state = 'ok', rtt = null, left = 45_000, queued = 0, rate = 0 } = made;
  const deadline = () => ({ leftMs: left, held: false });
  const health = { liveness: { rttMs: rtt, deadline }, queuedBytes: queued };
  const connection = state === 'dialling' ? null : { health, rate: { perSecond: rate } };
  const id = `v${number}`;
  const parts = { id, number, who, remote: `r${number}`, state, connection };
  return { ...parts, phase: 'open', arrivedAt: number * 10 } as unknown as Viewer;
};

const session = (id: string, viewers: readonly Viewer[], state: Session['state'] = 'ok') => ({
  id: id as SessionId,
  state,
  cap: 8,
  viewers: new Set(
    viewers.map((one) => Object.assign(one, { slot: { session: id } }) as unknown as Viewer),
  ),
});

const board = { refusedIn: (id: string) => (id === 'busy' ? 3 : 0) } as unknown as Board;

const term = (has: string, not = false): FilterTerm => ({ on: 'text', has, not });

const numbers = (viewers: readonly Viewer[], change: Partial<View>): number[] => {
  const view = { ...everything, ...change };
  const wanted = wantedBy(view.filter, 1_000);
  return sessionViewers(session('s', viewers), wanted, view, 1_000).rows.map((one) => one.number);
};

describe('the viewers of a session', () => {
  const viewers = [
    viewer(2, { rtt: 30, queued: 5, left: 9_000 }),
    viewer(3, { state: 'late', who: 'zoe', rtt: 200, rate: 10 }),
    viewer(10, { state: 'stuck', who: 'ann', queued: 500 }),
    viewer(11, { state: 'late', rtt: 30, rate: 99, left: 3_000 }),
    viewer(12, { state: 'dialling', who: 'bob' }),
  ];
  const sorts: [ViewerSort, number[], number[]][] = [
    ['worst', [10, 3, 11, 2, 12], [12, 2, 3, 11, 10]],
    ['id', [2, 3, 10, 11, 12], [12, 11, 10, 3, 2]],
    ['who', [10, 12, 3, 2, 11], [3, 12, 10, 2, 11]],
    ['rtt', [3, 2, 11, 10, 12], [2, 11, 3, 10, 12]],
    ['deadline', [11, 2, 3, 10, 12], [3, 10, 2, 11, 12]],
    ['buffer', [10, 2, 3, 11, 12], [3, 11, 12, 2, 10]],
    ['rate', [11, 3, 2, 10, 12], [2, 10, 12, 3, 11]],
    ['age', [2, 3, 10, 11, 12], [12, 11, 10, 3, 2]],
  ];
  it.each(sorts)('are sorted by %s, and turned round', (by, natural, turned) => {
    expect(numbers(viewers, { viewerSort: { by, reversed: false } })).toEqual(natural);
    expect(numbers(viewers, { viewerSort: { by, reversed: true } })).toEqual(turned);
  });

  it('are only those that meet the filter', () => {
    const slow: FilterTerm = { on: 'rtt', than: 'more', bound: 29, not: false };
    const late: FilterTerm = { on: 'state', is: 'late', not: true };
    expect(numbers(viewers, { filter: [slow] })).toEqual([3, 11, 2]);
    expect(numbers(viewers, { filter: [slow, late] })).toEqual([2]);
    expect(numbers(viewers, { filter: [term('r1')] })).toEqual([10, 11, 12]);
  });

  it('are looked at through the window, of the filtered list', () => {
    const view: View = {
      ...everything,
      filter: [term('r1')],
      viewers: { anchor: 'v12' as ViewerId, edge: 'first', before: 1, after: 0 },
    };
    const slice = sessionViewers(session('s', viewers), wantedBy(view.filter, 0), view, 0);
    expect(slice).toMatchObject({ from: 1, total: 3, rows: [{ id: 'v11' }, { id: 'v12' }] });
  });
});

describe('the sessions', () => {
  const sessions: Session[] = [
    session('quiet', [viewer(9)]),
    session('busy', [viewer(1, { rtt: 10, rate: 5 }), viewer(8, { rtt: 20, queued: 7 })], 'full'),
    session('bad', [viewer(2, { state: 'late', rtt: 90, rate: 1 })], 'late'),
    session('again', [viewer(3), viewer(4), viewer(5, { rtt: 20 })]),
  ];
  const names = (change: Partial<View>): string[] => {
    const view = { ...everything, ...change };
    return listSessions(sessions, wantedBy(view.filter, 1_000), view, board).rows.map(
      ({ id }) => id,
    );
  };
  const sorts: [SessionSort, string, string][] = [
    ['worst', 'bad busy again quiet', 'again quiet busy bad'],
    ['name', 'again bad busy quiet', 'quiet busy bad again'],
    ['viewers', 'again busy bad quiet', 'bad quiet busy again'],
    ['rtt', 'bad again busy quiet', 'again busy bad quiet'],
    ['buffer', 'busy again bad quiet', 'again bad quiet busy'],
    ['refused', 'busy again bad quiet', 'again bad quiet busy'],
    ['rate', 'busy bad again quiet', 'again quiet bad busy'],
    ['age', 'busy bad again quiet', 'quiet again bad busy'],
  ];
  it.each(sorts)('are sorted by %s, and turned round', (by, natural, turned) => {
    expect(names({ sessionSort: { by, reversed: false } }).join(' ')).toBe(natural);
    expect(names({ sessionSort: { by, reversed: true } }).join(' ')).toBe(turned);
  });

  it('are those in which somebody meets the filter', () => {
    const full: FilterTerm = { on: 'state', is: 'full', not: false };
    expect(names({ filter: [term('v1')] })).toEqual(['busy']);
    expect(names({ filter: [term('v8'), term('busy')] })).toEqual(['busy']);
    // One viewer is to meet all of it, and not one each.
    expect(names({ filter: [term('v1'), term('v8')] })).toEqual([]);
    expect(names({ filter: [{ ...term('v2'), not: true }] })).toEqual(['busy', 'again', 'quiet']);
    expect(names({ filter: [full] })).toEqual(['busy']);
  });
});

describe('the worst viewers', () => {
  it('are as many as asked for, worst first, of equals those who came first', () => {
    const late = [7, 5, 9].map((number) => viewer(number, { state: 'late' }));
    const all = [...late, viewer(11, { state: 'stuck' }), viewer(1, { state: 'expiring' })];
    expect(worstOf(all, 4).map((one) => one.number)).toEqual([11, 1, 5, 7]);
    expect(worstOf(all, 0)).toEqual([]);
  });
});

const start = async (sessions: string): Promise<TestProxy> => {
  const proxy = await withProxy({ backend: (await echoBackend()).template });
  for (const name of sessions.split(' ')) await connectViewer(proxy.url(name));
  return proxy;
};

type Asked = {
  readonly session?: string;
  readonly filter?: Filter;
  readonly after?: string;
  readonly most?: number;
};

const list = (proxy: TestProxy, asked: Asked = {}): Promise<CommandResult> =>
  proxy.control.command({
    do: 'list',
    session: (asked.session ?? null) as SessionId | null,
    filter: asked.filter ?? [],
    after: (asked.after ?? null) as ViewerId | null,
    most: asked.most ?? 100,
  });

const listed = async (proxy: TestProxy, asked: Asked = {}): Promise<string> => {
  const result = await list(proxy, asked);
  if (!result.ok) return result.reason;
  const ids = (result.viewers ?? []).map(({ id }) => id).join(' ');
  return result.more === true ? `${ids} …` : ids;
};

describe('list', () => {
  it('gives viewers of all sessions or of one, the oldest first, as their rows', async () => {
    const proxy = await start('b a b a');
    expect(await listed(proxy)).toBe('v1 v2 v3 v4');
    expect(await listed(proxy, { session: 'a' })).toBe('v2 v4');
    expect(await listed(proxy, { session: 'nobody' })).toBe('');
    const { viewers } = await proxy.snapshot({ session: 'a' as SessionId });
    expect(await list(proxy, { session: 'a' })).toMatchObject({
      viewers: viewers.rows.map(({ id, session, remote }) => ({ id, session, remote })),
    });
  });

  it('goes on after the last one, though that has gone, and says whether more follow', async () => {
    const proxy = await start('a a a a a');
    expect(await listed(proxy, { most: 2 })).toBe('v1 v2 …');
    await proxy.control.command({ do: 'evict', viewer: 'v2' as ViewerId, actor: 'test' });
    await proxy.events.next(named('viewer.left'));
    expect(await listed(proxy, { most: 2, after: 'v2' })).toBe('v3 v4 …');
    expect(await listed(proxy, { most: 2, after: 'v4' })).toBe('v5');
    expect(await listed(proxy, { most: 3, after: 'v2' })).toBe('v3 v4 v5');
    expect(await listed(proxy, { after: 'v5' })).toBe('');
  });

  it('gives only those that meet the filter', async () => {
    const proxy = await start('a b a');
    await proxy.control.command({
      do: 'set-cap',
      cap: 2,
      session: 'a' as SessionId,
      actor: 'test',
    });
    const full: FilterTerm = { on: 'state', is: 'full', not: false };
    expect(await listed(proxy, { filter: [full] })).toBe('v1 v3');
    expect(await listed(proxy, { filter: [full], session: 'b' })).toBe('');
    expect(await listed(proxy, { filter: [term('v1')], most: 1 })).toBe('v1');
    expect(await listed(proxy, { filter: [term('v1', true)], most: 1 })).toBe('v2 …');
  });

  it.each([
    [{ most: 0 }, 'most is a whole number from 1 to 1000'],
    [{ most: 1_001 }, 'most is a whole number from 1 to 1000'],
    [{ most: 1.5 }, 'most is a whole number from 1 to 1000'],
    [{ after: 'w1' }, 'after is no viewer id: take the last one that was listed'],
    [{ after: 'v' }, 'after is no viewer id: take the last one that was listed'],
  ])('refuses %j', async (asked, reason) => {
    const proxy = await start('a');
    expect(await list(proxy, asked)).toEqual({ ok: false, reason });
  });
});

const ids = ({ sessions, viewers }: Snapshot) => ({
  sessions: sessions.rows.map(({ id }) => id),
  viewers: viewers.rows.map(({ id }) => id),
});

describe('a picture that is filtered', () => {
  it('lists what meets the filter, and counts everybody all the same', async () => {
    const proxy = await start('a b a c');
    const seen = await proxy.snapshot({ filter: [term('v3')] });
    expect(ids(seen)).toEqual({ sessions: ['a'], viewers: ['v3'] });
    expect(seen.sessions).toMatchObject({ from: 0, total: 1, rows: [{ viewers: 2 }] });
    expect(seen.viewers).toMatchObject({ from: 0, total: 1 });
    expect(seen.totals).toMatchObject({ sessions: 3, viewers: 4 });
  });

  it('shows the first session that is listed where the chosen one is filtered away', async () => {
    const proxy = await start('a b a c');
    const seen = await proxy.snapshot({ session: 'a' as SessionId, filter: [term('a', true)] });
    expect(seen.session).toBe('b');
    expect(ids(seen)).toEqual({ sessions: ['b', 'c'], viewers: ['v2'] });
    const c = await proxy.snapshot({ session: 'c' as SessionId, filter: [term('a', true)] });
    expect(c.session).toBe('c');
  });

  it('shows no session where none is listed', async () => {
    const proxy = await start('a b');
    const seen = await proxy.snapshot({ session: 'a' as SessionId, filter: [term('nobody')] });
    expect(seen.session).toBeNull();
    expect(ids(seen)).toEqual({ sessions: [], viewers: [] });
    expect(seen.totals.viewers).toBe(2);
  });
});
