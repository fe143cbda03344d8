import { readFile } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeEach, describe, expect, test } from 'vitest';
import { routes } from '../../src/api/routes.ts';
import type { ViewerId } from '../../src/contract.ts';
import { echoBackend } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { type TestProxy, withProxy } from '../support/proxy.ts';
import { closeOf, connectViewer } from '../support/viewer.ts';
import { ask, type Asked, listenTo, openOn, type Place, type Reply } from './ask.ts';

type Schema = Record<string, unknown>;
type Operation = {
  readonly responses: Record<
    string,
    { $ref?: string; content?: Record<string, { schema: Schema }> }
  >;
};
type Description = {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: {
    readonly schemas: Record<string, Schema>;
    readonly responses: Operation['responses'];
  };
};

const text = await readFile(new URL('../../docs/openapi.json', import.meta.url), 'utf8');
const described = JSON.parse(text) as Description;

/** What is not described must not be there: readers are told of every field. */
const strict = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(strict);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, strict(each)]));
  return copy['type'] === 'object' && copy['properties'] !== undefined
    ? { additionalProperties: false, ...copy }
    : copy;
};

const ajv = new Ajv2020({ strict: true, allErrors: true });
ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
ajv.addKeyword('components');
ajv.addSchema({ $id: 'doc', components: strict(described.components) });

const matches = (schema: Schema, value: unknown): void => {
  const local = JSON.parse(JSON.stringify(strict(schema)).replaceAll('"#/', '"doc#/'));
  const validate = ajv.compile(local);
  const fine = validate(value);
  expect(fine ? [] : validate.errors).toEqual([]);
};

/** Asks, and holds the answer against the description. */
const asker = (place: Place) => {
  const asked = new Set<string>();
  const told = async (
    method: string,
    pattern: string,
    path = pattern,
    what?: Asked,
  ): Promise<Reply> => {
    const reply = await ask(place, method, path, what);
    asked.add(`${method} ${pattern}`);
    const operation = described.paths[pattern]?.[method.toLowerCase()];
    const entry = operation?.responses[String(reply.status)];
    expect(entry, `${method} ${pattern} answers ${reply.status}: ${reply.text}`).toBeDefined();
    const response =
      entry?.$ref === undefined ? entry : described.components.responses[String(reply.status)];
    const [type, content] = Object.entries<{ schema: Schema }>(response?.content ?? {})[0] ?? [];
    if (type === undefined || content === undefined) expect(reply.text).toBe('');
    else {
      expect(reply.headers['content-type']?.split(';')[0]).toBe(type);
      matches(content.schema, type.includes('json') ? reply.json : reply.text);
    }
    return reply;
  };
  return { told, asked };
};

const pattern = {
  session: '/v1/sessions/{session}',
  cap: '/v1/sessions/{session}/cap',
  lock: '/v1/sessions/{session}/lock',
  viewer: '/v1/viewers/{viewer}',
  keep: '/v1/viewers/{viewer}/keep',
} as const;

let proxy: TestProxy;
let place: { readonly socketPath: string };
let told: ReturnType<typeof asker>['told'];
let asked: ReadonlySet<string>;

beforeEach(async () => {
  const { template } = await echoBackend();
  proxy = await withProxy({ backend: template });
  place = await openOn(
    proxy.control,
    {},
    {
      metrics: () =>
        Promise.resolve({
          contentType: 'application/openmetrics-text; version=1.0.0',
          text: '# EOF\n',
        }),
    },
  );
  ({ told, asked } = asker(place));
});

const join = async (session: string) => {
  const viewer = await connectViewer(proxy.url(session));
  const { viewer: id } = await proxy.events.next(named('viewer.admitted'));
  return { id, viewer, closed: closeOf(viewer) };
};

const wrong = async (
  status: number,
  remedy: RegExp,
  method: string,
  path: string,
  what?: Asked,
  of = path.split('?')[0]!,
) => {
  const reply = await told(method, of, path, what);
  expect(reply.status).toBe(status);
  expect(reply.json.detail).toMatch(remedy);
};

describe('the description', () => {
  test('has every route and no other', () => {
    const all = Object.entries(described.paths).flatMap(([path, operations]) =>
      Object.keys(operations)
        .filter((method) => method !== 'parameters')
        .map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(all.toSorted()).toEqual(
      routes.map(({ method, path }) => `${method} ${path}`).toSorted(),
    );
  });

  test('is what every path and method answers', async () => {
    const { id } = await join('a');
    await join('b');
    const other = await join('b');
    const a = (path: string): string => path.replace('{session}', 'a').replace('{viewer}', id);
    expect((await told('GET', '/healthz')).json).toEqual({ status: 'ok' });
    expect((await told('GET', '/readyz')).json).toEqual({ status: 'ready' });
    expect((await told('GET', '/metrics')).text).toBe('# EOF\n');
    expect((await told('GET', '/v1/openapi.json')).json).toEqual(described);
    expect((await told('GET', '/v1/proxy')).json).toMatchObject({
      address: proxy.address,
      pid: process.pid,
      cap: 8,
      totals: { viewers: 3, sessions: 2 },
    });
    expect((await told('GET', '/v1/sessions', '/v1/sessions?sort=name')).json).toMatchObject({
      sessions: [
        { id: 'a', viewers: 1 },
        { id: 'b', viewers: 2 },
      ],
      total: 2,
      next: null,
    });
    expect((await told('GET', pattern.session, a(pattern.session))).json).toMatchObject({
      session: { id: 'a' },
      gone: [],
    });
    expect((await told('GET', '/v1/viewers')).json.viewers).toMatchObject([{ id }, {}, {}]);
    expect((await told('GET', pattern.viewer, a(pattern.viewer))).json).toMatchObject({
      gone: false,
      row: { id },
    });
    const ada = { 'X-Wsbouncer-Actor': 'ada' };
    await told('PUT', pattern.cap, a(pattern.cap), { body: { cap: 2 }, headers: ada });
    expect(await proxy.events.next(named('cap.changed'))).toMatchObject({
      session: 'a',
      to: 2,
      actor: 'ada',
    });
    await told('DELETE', pattern.cap, a(pattern.cap));
    expect((await told('DELETE', pattern.cap, a(pattern.cap))).status).toBe(409);
    await told('PUT', pattern.lock, a(pattern.lock));
    await told('DELETE', pattern.lock, a(pattern.lock));
    await told('PUT', pattern.keep, a(pattern.keep), { body: { forMs: 60_000 } });
    expect(await proxy.events.next(named('viewer.kept'))).toMatchObject({
      viewer: id,
      forMs: 60_000,
    });
    await told('DELETE', pattern.keep, a(pattern.keep));
    expect((await told('DELETE', pattern.keep, a(pattern.keep))).status).toBe(409);
    const evicted = await told('DELETE', pattern.viewer, a(pattern.viewer), {
      body: { reason: 'too loud' },
      headers: ada,
    });
    expect(evicted.status).toBe(204);
    expect(await proxy.events.next(named('viewer.evicted'))).toMatchObject({
      viewer: id,
      actor: 'ada',
      note: 'too loud',
    });
    await proxy.events.next(named('viewer.left'));
    expect((await told('GET', pattern.viewer, a(pattern.viewer))).json).toMatchObject({
      gone: true,
      tombstone: { id },
    });
    expect((await told('DELETE', pattern.viewer, a(pattern.viewer))).status).toBe(404);
    expect((await told('GET', pattern.session, a(pattern.session))).status).toBe(404);
    await told('PUT', '/v1/cap', '/v1/cap', { body: { cap: 3 } });
    expect(await proxy.events.next(named('cap.changed', { to: 3 }))).toMatchObject({
      actor: 'socket',
    });
    await told('PUT', '/v1/lock');
    await told('DELETE', '/v1/lock');
    expect((await told('GET', '/v1/attach')).status).toBe(426);
    const stream = await listenTo(place);
    expect(stream.answer.headers['content-type']).toBe('text/event-stream');
    await told('DELETE', pattern.viewer, `/v1/viewers/${other.id}?reason=bye`);
    const message = await stream.messages.next(({ event }) => event === 'viewer.evicted');
    expect(message.data).toMatchObject({ viewer: other.id, note: 'bye', actor: 'socket' });
    matches({ $ref: '#/components/schemas/Event' }, message.data);
    expect(
      (await told('POST', '/v1/drain', '/v1/drain', { body: { windowMs: 60_000 } })).status,
    ).toBe(202);
    expect((await told('GET', '/readyz')).status).toBe(503);
    expect((await told('GET', '/healthz')).status).toBe(200);
    expect((await told('GET', '/v1/proxy')).json.totals.draining).toMatchObject({ viewers: 1 });
    const streams = ['GET /v1/events'];
    expect(
      routes.map(({ method, path }) => `${method} ${path}`).filter((each) => !asked.has(each)),
    ).toEqual(streams);
  });

  test('has the answer to every mistake', async () => {
    await wrong(400, /1 to 1000/, 'GET', '/v1/sessions?limit=0');
    await wrong(400, /limit, cursor, sort, filter/, 'GET', '/v1/sessions?page=2');
    await wrong(400, /give it once/, 'GET', '/v1/sessions?limit=1&limit=2');
    await wrong(400, /sort by worst, name/, 'GET', '/v1/sessions?sort=size');
    await wrong(400, /state: is one of stuck/, 'GET', '/v1/viewers?filter=state:sleepy');
    await wrong(400, /`next` of the page before/, 'GET', '/v1/viewers?cursor=xyz');
    await wrong(400, /no session id/, 'GET', '/v1/viewers?session=..');
    await wrong(400, /v1, v2 and so on/, 'GET', '/v1/viewers/12', {}, pattern.viewer);
    await wrong(404, /list \/v1\/viewers/, 'GET', '/v1/viewers/v99', {}, pattern.viewer);
    await wrong(404, /list \/v1\/viewers/, 'DELETE', '/v1/viewers/v99', {}, pattern.viewer);
    await wrong(400, /1 to 100000/, 'PUT', '/v1/cap', { body: { cap: 0 } });
    await wrong(400, /not known: send only cap/, 'PUT', '/v1/cap', {
      body: { cap: 4, sessions: 1 },
    });
    await wrong(400, /1 to 100000/, 'PUT', '/v1/cap');
    await wrong(400, /JSON object/, 'PUT', '/v1/cap', { body: [4] });
    await wrong(400, /JSON object/, 'PUT', '/v1/cap', {
      text: '{',
      headers: { 'Content-Type': 'application/json' },
    });
    await wrong(415, /Content-Type: application\/json/, 'PUT', '/v1/cap', { text: '{"cap":4}' });
    await wrong(413, /4096 bytes/, 'PUT', '/v1/cap', { body: { cap: 4, more: 'x'.repeat(9_000) } });
    await wrong(400, /0 to 86400000/, 'POST', '/v1/drain', { body: { windowMs: -1 } });
    await wrong(
      400,
      /80 characters/,
      'DELETE',
      `/v1/viewers/v1?reason=${'x'.repeat(161)}`,
      {},
      pattern.viewer,
    );
    const unfit = { body: { reason: 'a\u0007b' } };
    await wrong(400, /control characters/, 'DELETE', '/v1/viewers/v1', unfit, pattern.viewer);
    const number = { body: { reason: 7 } };
    await wrong(400, /no text/, 'DELETE', '/v1/viewers/v1', number, pattern.viewer);
    await wrong(403, /web pages/, 'GET', '/v1/proxy', { headers: { Origin: 'http://localhost' } });
    await wrong(403, /web pages/, 'PUT', '/v1/lock', {
      headers: { 'Sec-Fetch-Site': 'same-origin' },
    });
    await wrong(400, /pass the last one/, 'GET', '/v1/events', {
      headers: { 'Last-Event-ID': 'x' },
    });
    expect((await proxy.snapshot()).cap).toBe(8);
  });
});

describe('what is not there', () => {
  test('is a problem with its remedy', async () => {
    const nothing = await ask(place, 'GET', '/v2/proxy');
    expect(nothing.status).toBe(404);
    expect(nothing.headers['content-type']).toBe('application/problem+json');
    expect(nothing.json).toEqual({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      detail: expect.stringMatching(/openapi\.json/),
    });
    const wrong = await ask(place, 'POST', '/v1/viewers/v1');
    expect([wrong.status, wrong.headers['allow']]).toEqual([405, 'GET, HEAD, DELETE']);
    expect((await ask(place, 'OPTIONS', '/v1/proxy')).status).toBe(405);
    expect((await ask(place, 'GET', '/v1/sessions/%E0%A4%A')).status).toBe(404);
  });

  test('has a head where only that is asked for', async () => {
    const reply = await ask(place, 'HEAD', '/v1/proxy');
    expect([reply.status, reply.text]).toEqual([200, '']);
    expect(Number(reply.headers['content-length'])).toBeGreaterThan(100);
  });
});

const ids = (reply: Reply): readonly ViewerId[] =>
  reply.json.viewers.map(({ id }: { id: ViewerId }) => id);

const names = async (cursor: string | null) => {
  const more = cursor === null ? '' : `&cursor=${cursor}`;
  const { json } = await told('GET', '/v1/sessions', `/v1/sessions?limit=2&sort=name${more}`);
  return {
    names: json.sessions.map(({ id }: { id: string }) => id),
    next: json.next as string,
  };
};

describe('pages', () => {
  test.each(['age', '-age', 'who', '-buffer'])(
    'of viewers by %s have everybody once',
    async (sort) => {
      const all: ViewerId[] = [];
      for (const session of ['a', 'b', 'a', 'c', 'b']) all.push((await join(session)).id);
      const seen: ViewerId[] = [];
      let next: string | null = '';
      while (next !== null) {
        const more: string = next === '' ? '' : `&cursor=${next}`;
        const page = await told('GET', '/v1/viewers', `/v1/viewers?limit=2&sort=${sort}${more}`);
        seen.push(...ids(page));
        next = page.json.next;
      }
      expect(seen.toSorted()).toEqual(all.toSorted());
      expect(sort !== '-age' || seen.join() === all.toReversed().join()).toBe(true);
    },
  );

  test('of sessions have each once, and go on where one has gone', async () => {
    const joined = [];
    for (const session of ['a', 'b', 'c', 'd', 'e']) joined.push(await join(session));
    const first = await names(null);
    expect(first.names).toEqual(['a', 'b']);
    const second = await names(first.next);
    expect(second.names).toEqual(['c', 'd']);
    expect(await names(second.next)).toEqual({ names: ['e'], next: null });
    joined[1]!.viewer.close();
    await proxy.events.next(named('viewer.left'));
    expect((await names(first.next)).names).toEqual(['c', 'd']);
  });

  test('of sessions have those without viewers that have a cap or a lock of their own', async () => {
    await join('m');
    await told('PUT', pattern.cap, '/v1/sessions/a/cap', { body: { cap: 3 } });
    await told('PUT', pattern.lock, '/v1/sessions/z/lock');
    await told('PUT', pattern.cap, '/v1/sessions/m/cap', { body: { cap: 2 } });
    const first = await names(null);
    expect(first.names).toEqual(['a', 'm']);
    expect(await names(first.next)).toEqual({ names: ['z'], next: null });
    const { json } = await told('GET', pattern.session, '/v1/sessions/a');
    expect(json.session).toMatchObject({ state: 'empty', viewers: 0, cap: 3, capIsOwn: true });
    expect(json.session).toMatchObject({ locked: false, p95RttMs: null, ageMs: 0 });
    expect((await told('GET', pattern.session, '/v1/sessions/z')).json.session).toMatchObject({
      state: 'empty',
      capIsOwn: false,
      locked: true,
    });
    const { totals } = (await told('GET', '/v1/proxy')).json;
    expect(totals.sessions).toBe(1);
    await told('DELETE', pattern.cap, '/v1/sessions/a/cap');
    expect((await told('GET', pattern.session, '/v1/sessions/a')).status).toBe(404);
  });

  test('have whom the filter names', async () => {
    await join('alpha');
    const { id } = await join('beta');
    expect(ids(await told('GET', '/v1/viewers', '/v1/viewers?filter=session:bet'))).toEqual([id]);
    expect(
      ids(
        await told('GET', '/v1/viewers', '/v1/viewers?filter=session:bet%20state:stuck&sort=rtt'),
      ),
    ).toEqual([]);
    expect(ids(await told('GET', '/v1/viewers', '/v1/viewers?session=beta'))).toEqual([id]);
    expect((await told('GET', '/v1/sessions', '/v1/sessions?filter=!beta')).json.total).toBe(1);
  });
});
