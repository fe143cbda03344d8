/** Sessions without viewers that an operator has given a cap or a lock of their own. */
import { beforeEach, expect, test } from 'vitest';
import type { Filter, SessionId, SessionSort } from '../../src/contract.ts';
import { echoBackend } from '../support/backends.ts';
import { everything, type TestProxy, withProxy } from '../support/proxy.ts';
import { connectViewer } from '../support/viewer.ts';

let proxy: TestProxy;
const actor = 'test';
const at = (id: string): SessionId => id as SessionId;

beforeEach(async () => {
  proxy = await withProxy({ backend: (await echoBackend()).template });
  await proxy.control.command({ do: 'set-cap', cap: 3, session: at('quiet'), actor });
  await proxy.control.command({ do: 'lock', session: at('shut'), actor });
  await proxy.control.command({ do: 'lock', session: at('quiet'), actor });
});

const look = (by: SessionSort, filter: Filter = [], reversed = false) =>
  proxy.snapshot({ ...everything, sessionSort: { by, reversed }, filter });

const ids = async (by: SessionSort, filter: Filter = [], reversed = false) =>
  (await look(by, filter, reversed)).sessions.rows.map(({ id }) => id);

test('are listed once each, last by how bad they are, and count as nothing', async () => {
  await connectViewer(proxy.url('busy'));
  expect(await ids('worst')).toEqual(['busy', 'quiet', 'shut']);
  expect(await ids('age')).toEqual(['busy', 'quiet', 'shut']);
  expect(await ids('age', [], true)).toEqual(['busy', 'quiet', 'shut']);
  const { totals, sessions } = await look('name');
  expect(totals).toMatchObject({ sessions: 1, empty: 2, viewers: 1, full: 0, over: 0, locks: 2 });
  expect(sessions.rows.slice(1)).toMatchObject([
    { id: 'quiet', state: 'empty', viewers: 0, cap: 3, capIsOwn: true, locked: true, ageMs: 0 },
    { id: 'shut', state: 'empty', viewers: 0, cap: 8, capIsOwn: false, locked: true },
  ]);
});

test('can be looked at, and have nobody', async () => {
  await connectViewer(proxy.url('busy'));
  const picture = await proxy.snapshot({ ...everything, session: at('quiet') });
  expect(picture.session).toBe('quiet');
  expect(picture.viewers).toEqual({ from: 0, total: 0, rows: [] });
});

test('are found by name and state, and by nothing else', async () => {
  const text = { on: 'text', has: 'QUI', not: false } as const;
  expect(await ids('name', [text])).toEqual(['quiet']);
  expect(await ids('name', [{ ...text, not: true }])).toEqual(['shut']);
  expect(await ids('name', [{ on: 'session', has: 'shut', not: false }])).toEqual(['shut']);
  const empty = { on: 'state', is: 'empty', not: false } as const;
  expect(await ids('name', [empty])).toEqual(['quiet', 'shut']);
  expect(await ids('name', [{ ...empty, not: true }])).toEqual([]);
  expect(await ids('name', [{ on: 'state', is: 'ok', not: false }])).toEqual([]);
  expect(await ids('name', [{ on: 'age', than: 'less', bound: 1e9, not: false }])).toEqual([]);
});

test('are no longer empty with a viewer, and gone without cap and lock', async () => {
  await proxy.control.command({ do: 'unlock', session: null, actor });
  expect(await ids('name')).toEqual(['quiet']);
  const viewer = await connectViewer(proxy.url('quiet'));
  expect((await look('name')).sessions.rows).toMatchObject([{ id: 'quiet', state: 'ok' }]);
  viewer.close();
  await proxy.control.command({ do: 'lift-cap', session: at('quiet'), actor });
  await proxy.events.next(({ event }) => event === 'viewer.left');
  expect(await ids('name')).toEqual([]);
});
