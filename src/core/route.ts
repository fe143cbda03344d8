/**
 * Which session a request is for, or the answer that it gets instead. Node hands over as an
 * upgrade whatever has `Upgrade` and `Connection: upgrade`, other methods, versions and doubled
 * headers included, so everything is checked here. The target is split by hand: `URL` would
 * resolve `..`, decode and rewrite, and then check something else than what was sent.
 *
 * Checks go from where to how, and the first failure answers: how many headers (431), target
 * (400), path (404), method (405), session id (400), then the upgrade's own details (400, 426).
 */
import type { SessionId } from '../contract.ts';
import { hasToken, type RawHeaders, valuesOf } from './headers.ts';
import { parseHost } from './host.ts';

/** A request as Node gives it. */
export type RequestLine = {
  readonly method: string;
  /** `1.1` */
  readonly httpVersion: string;
  /** The request target as sent (`req.url`). */
  readonly target: string;
  readonly rawHeaders: RawHeaders;
};

/** What is proxied. */
export type RouteOptions = {
  /**
   * A path in which `{session}` may stand once, inside one segment; compared byte by byte.
   * Without it all viewers belong to the one session `default`.
   */
  readonly path: string;
  /** Newcomers are turned away, so it is not ready. */
  readonly draining?: boolean;
  /** The session id of an upgrade, whatever its path; null: that is not proxied. */
  readonly session?: string | null;
};

/**
 * An answer that ends a request. `body` is one sentence that says what is wrong and what would
 * be right; whoever answers a HEAD leaves it out.
 */
export type Answer = {
  readonly kind: 'answer';
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
};

/** What is served at `/`. */
export type Page = {
  readonly html: string;
  /** Its Content-Security-Policy. */
  readonly policy: string;
};

/** A valid upgrade; `query` is the viewer's, without the `?`, and '' where there is none. */
export type SessionRoute = {
  readonly kind: 'session';
  readonly session: SessionId;
  readonly query: string;
};

const DEFAULT_SESSION = 'default' as SessionId;

const PLACEHOLDER = '{session}';
const SESSION_ID = /^[A-Za-z0-9][A-Za-z0-9._~-]{0,127}$/;
/** Visible ASCII without `#`: a fragment has no place in a request target (RFC 9112 3.2). */
const ORIGIN_FORM = /^\/[\x21\x22\x24-\x7e]*$/;
/** 16 bytes in base64. */
const KEY = /^[A-Za-z0-9+/]{22}==$/;
/**
 * Header lines of one upgrade: several times what browsers and proxies send, and far below the
 * thousand from which on backends drop lines unheard, those that this proxy adds among them.
 */
const MAX_FIELDS = 200;
const UPGRADE_WANTED = { Upgrade: 'websocket', Connection: 'Upgrade' };

const answer = (
  status: number,
  sentence: string,
  headers: Readonly<Record<string, string>> = {},
): Answer => ({
  kind: 'answer',
  status,
  body: `${sentence}\n`,
  headers: { 'Content-Type': 'text/plain; charset=utf-8', ...headers },
});

/** The id that `text` is, or null where it is outside the alphabet or longer than 128. */
export const sessionIdOf = (text: string): SessionId | null =>
  SESSION_ID.test(text) ? (text as SessionId) : null;

/** Decodes `%XX` exactly once. A bad escape stays, and like every `%` is outside the alphabet. */
const decodedOnce = (text: string): string =>
  text.includes('%')
    ? text.replace(/%([0-9A-Fa-f]{2})/g, (_escape, hex: string) =>
        String.fromCharCode(parseInt(hex, 16)),
      )
    : text;

/**
 * What stands where the pattern has `{session}`, still encoded: '' for an empty or a missing
 * one (`/ws/` and `/ws` for `/ws/{session}`), null where the path does not match.
 */
const idText = (path: string, pattern: string): string | null => {
  const at = pattern.indexOf(PLACEHOLDER);
  if (at === -1) return path === pattern ? DEFAULT_SESSION : null;
  const before = pattern.slice(0, at);
  const after = pattern.slice(at + PLACEHOLDER.length);
  const isWholeSegment = before.endsWith('/') && (after === '' || after.startsWith('/'));
  if (isWholeSegment && path === before.slice(0, -1) + after) return '';
  if (path.length < before.length + after.length) return null;
  if (!path.startsWith(before) || !path.endsWith(after)) return null;
  const text = path.slice(before.length, path.length - after.length);
  return text.includes('/') ? null : text;
};

/** The id of an upgrade, decoded; null where it is none that is proxied. */
const idOf = (path: string, { path: pattern, session }: RouteOptions): string | null => {
  if (session !== undefined) return session;
  const id = idText(path, pattern);
  return id === null ? null : decodedOnce(id);
};

type Split = { readonly path: string; readonly query: string };

const splitTarget = (target: string): Split | null => {
  if (!ORIGIN_FORM.test(target)) return null;
  const mark = target.indexOf('?');
  return mark === -1
    ? { path: target, query: '' }
    : { path: target.slice(0, mark), query: target.slice(mark + 1) };
};

/** The session of a path, decoded, or the answer to a wrong method or a wrong id. */
const sessionAt = (method: string, text: string): SessionId | Answer => {
  if (method !== 'GET') {
    return answer(405, 'The method is wrong: a WebSocket opens with GET', { Allow: 'GET' });
  }
  if (text === '') return answer(400, 'The session id is missing: put one into the path');
  return (
    sessionIdOf(text) ??
    answer(
      400,
      'The session id is malformed: use 1 to 128 letters, digits and . _ ~ -, a letter or digit first',
    )
  );
};

/** The answer to an upgrade that is not a whole RFC 6455 4.2.1 handshake; null where it is. */
const wrongUpgrade = ({ httpVersion, rawHeaders }: RequestLine): Answer | null => {
  if (httpVersion !== '1.1') {
    return answer(400, 'The HTTP version is wrong: a WebSocket opens with HTTP/1.1');
  }
  const [host, ...otherHosts] = valuesOf(rawHeaders, 'host');
  if (host === undefined || otherHosts.length > 0 || parseHost(host) === null) {
    return answer(400, 'The Host header is missing, doubled or malformed: send one host');
  }
  for (const name of ['Content-Length', 'Transfer-Encoding']) {
    if (valuesOf(rawHeaders, name.toLowerCase()).length > 0) {
      return answer(400, `An upgrade has no body: send it without ${name}`);
    }
  }
  if (!hasToken(rawHeaders, 'upgrade', 'websocket')) {
    return answer(400, 'The Upgrade header is wrong: send Upgrade: websocket');
  }
  if (!hasToken(rawHeaders, 'connection', 'upgrade')) {
    return answer(400, 'The Connection header is wrong: send Connection: Upgrade');
  }
  const [version, ...otherVersions] = valuesOf(rawHeaders, 'sec-websocket-version');
  if (version !== '13' || otherVersions.length > 0) {
    return answer(426, 'The WebSocket version is wrong: send one Sec-WebSocket-Version: 13', {
      ...UPGRADE_WANTED,
      'Sec-WebSocket-Version': '13',
    });
  }
  const [key, ...otherKeys] = valuesOf(rawHeaders, 'sec-websocket-key');
  if (key === undefined || otherKeys.length > 0 || !KEY.test(key)) {
    return answer(
      400,
      'The Sec-WebSocket-Key header is missing, doubled or malformed: send one of 16 bytes in base64',
    );
  }
  return null;
};

/** The page is never kept, put into a frame or taken for something else. */
const pageAnswer = (method: string, { html, policy }: Page): Answer =>
  method === 'GET' || method === 'HEAD'
    ? {
        kind: 'answer',
        status: 200,
        body: html,
        headers: {
          'Content-Type': 'text/html; charset=utf-8',
          'Content-Security-Policy': policy,
          'Cache-Control': 'no-store',
          'Referrer-Policy': 'no-referrer',
          'X-Content-Type-Options': 'nosniff',
        },
      }
    : answer(405, 'The method is wrong: ask with GET', { Allow: 'GET, HEAD' });

/** The connection ends with the answer: after an upgrade nobody reads a second request from it. */
const closing = (last: Answer): Answer => ({
  ...last,
  headers: {
    ...last.headers,
    Connection: last.headers['Connection'] === undefined ? 'close' : 'Upgrade, close',
  },
});

/**
 * The answer to a request that asks for no upgrade; never throws. `/healthz`, `/readyz` and the
 * page, where there is one, come before the proxied path, should that match them too.
 */
export const routePlain = (
  { method, target }: Pick<RequestLine, 'method' | 'target'>,
  { path: pattern, draining = false }: RouteOptions,
  page: Page | null = null,
): Answer => {
  const split = splitTarget(target);
  if (split === null) {
    return answer(
      400,
      'The request target is malformed: send a path that starts with / and has no #',
    );
  }
  if (split.path === '/healthz' || split.path === '/readyz') {
    if (method !== 'GET' && method !== 'HEAD') {
      return answer(405, 'The method is wrong: ask with GET', { Allow: 'GET, HEAD' });
    }
    if (split.path === '/healthz') return answer(200, 'ok');
    return draining ? answer(503, 'draining') : answer(200, 'ready');
  }
  if (page !== null && split.path === '/') return pageAnswer(method, page);
  const id = idText(split.path, pattern);
  if (id === null) return answer(404, `Nothing is here: viewers connect to ${pattern}`);
  const session = sessionAt(method, decodedOnce(id));
  return typeof session === 'string'
    ? answer(426, 'Only WebSockets are served here: send Upgrade: websocket', UPGRADE_WANTED)
    : session;
};

/**
 * The session of an upgrade, or the answer it gets; never throws. Every answer closes the
 * connection. A path that is not proxied is answered as if no upgrade had been asked for
 * (RFC 9110 7.8), so `/healthz` works for clients that try HTTP/2 by upgrade; but the page is
 * for browsers only, and a client that is lost at `/` is told where viewers connect.
 */
export const routeUpgrade = (
  request: RequestLine,
  options: RouteOptions,
): SessionRoute | Answer => {
  if (request.rawHeaders.length > 2 * MAX_FIELDS) {
    return closing(answer(431, `The headers are too many: send at most ${MAX_FIELDS}`));
  }
  const split = splitTarget(request.target);
  const id = split === null ? null : idOf(split.path, options);
  if (split === null || id === null) return closing(routePlain(request, options));
  const session = sessionAt(request.method, id);
  if (typeof session !== 'string') return closing(session);
  const wrong = wrongUpgrade(request);
  return wrong === null ? { kind: 'session', session, query: split.query } : closing(wrong);
};
