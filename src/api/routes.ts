/**
 * Everything that can be asked, in one table: a test holds it against `docs/openapi.json`. Some
 * twenty routes are found by going through them, so there is no router to load or to trust.
 */
import { description, figures, health, readiness, showProxy } from './about.ts';
import { problem, type Answer } from './answer.ts';
import { drain, evict, keep, letGo, liftCap, lock, setCap, unlock } from './deeds.ts';
import { listSessions, listViewers, showSession, showViewer } from './lists.ts';
import type { Handler } from './office.ts';

/** One kind of request. */
export type Route = {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Segments, of which `{name}` is any one. */
  readonly path: string;
  /** Whether a body is read. */
  readonly body: boolean;
  /** `events` streams; `attach` is for an upgrade. */
  readonly does: Handler | 'events' | 'attach';
};

const get = (path: string, does: Route['does']): Route => ({
  method: 'GET',
  path,
  body: false,
  does,
});

const change = (method: 'PUT' | 'POST' | 'DELETE', path: string, does: Handler): Route => ({
  method,
  path,
  body: true,
  does,
});

/** All of them. */
export const routes: readonly Route[] = [
  get('/healthz', health),
  get('/readyz', readiness),
  get('/metrics', figures),
  get('/v1/openapi.json', description),
  get('/v1/proxy', showProxy),
  get('/v1/sessions', listSessions),
  get('/v1/sessions/{session}', showSession),
  change('PUT', '/v1/sessions/{session}/cap', setCap),
  change('DELETE', '/v1/sessions/{session}/cap', liftCap),
  change('PUT', '/v1/sessions/{session}/lock', lock),
  change('DELETE', '/v1/sessions/{session}/lock', unlock),
  get('/v1/viewers', listViewers),
  get('/v1/viewers/{viewer}', showViewer),
  change('DELETE', '/v1/viewers/{viewer}', evict),
  change('PUT', '/v1/viewers/{viewer}/keep', keep),
  change('DELETE', '/v1/viewers/{viewer}/keep', letGo),
  change('PUT', '/v1/cap', setCap),
  change('PUT', '/v1/lock', lock),
  change('DELETE', '/v1/lock', unlock),
  change('POST', '/v1/drain', drain),
  get('/v1/events', 'events'),
  get('/v1/attach', 'attach'),
];

/** The route of a request and what stands in its path, or why there is none. */
export type Found =
  | {
      readonly ok: true;
      readonly route: Route;
      readonly params: Readonly<Record<string, string>>;
    }
  | { readonly ok: false; readonly answer: Answer };

const decoded = (segment: string): string | null => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
};

const paramsOf = (pattern: string, path: string): Readonly<Record<string, string>> | null => {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return null;
  const params: Record<string, string> = {};
  for (const [at, name] of wanted.entries()) {
    const segment = given[at] ?? '';
    const value = name.startsWith('{') ? decoded(segment) : null;
    if (value !== null && value !== '') params[name.slice(1, -1)] = value;
    else if (segment !== name) return null;
  }
  return params;
};

/** Finds the route; a HEAD is a GET of which only the head is wanted. */
export const routeOf = (method: string, path: string): Found => {
  const there = routes.flatMap((route) => {
    const params = paramsOf(route.path, path);
    return params === null ? [] : [{ route, params }];
  });
  if (there.length === 0) {
    return { ok: false, answer: problem(404, 'nothing is here: see /v1/openapi.json') };
  }
  const wanted = method === 'HEAD' ? 'GET' : method;
  const found = there.find(({ route }) => route.method === wanted);
  if (found !== undefined && (method !== 'HEAD' || typeof found.route.does === 'function')) {
    return { ok: true, ...found };
  }
  const allowed = there.flatMap(({ route: { method, does } }) =>
    method === 'GET' && typeof does === 'function' ? ['GET', 'HEAD'] : [method],
  );
  const detail = `the method is wrong: use ${allowed.join(', ')}`;
  return { ok: false, answer: problem(405, detail, { Allow: allowed.join(', ') }) };
};
