/**
 * Who may connect. A browser lets any page open a WebSocket to any server, with that server's
 * cookies, and says in `Origin` which page it is: a page that has no business here must not get
 * keystrokes into a session. `X-Forwarded-*` play no part, since whoever sends them is unproven.
 */
import { type RawHeaders, valuesOf } from './headers.ts';
import { type Host, needsNoResolver, parseHost } from './host.ts';

/** What decides whether a request may become a viewer. */
export type OriginQuestion = {
  readonly rawHeaders: RawHeaders;
  /**
   * The proxy listens on loopback: a page whose name was made to resolve to 127.0.0.1 then has
   * an `Origin` equal to its `Host`, so `Host` must be local too.
   */
  readonly loopback: boolean;
  /** As in `--allow-origin`; `*` is all. */
  readonly allowOrigins: readonly string[];
};

/** May it? `body` is the text of the 403, in printable ASCII, at most 800 characters. */
export type OriginVerdict = { readonly ok: true } | { readonly ok: false; readonly body: string };

const DEFAULT_PORTS: ReadonlyMap<string, number> = new Map([
  ['http', 80],
  ['https', 443],
]);

type Origin = { readonly scheme: string; readonly host: Host };

/** Null for what names no site: `null`, `file://`, a list, a path. */
const parseOrigin = (text: string): Origin | null => {
  const [, scheme, rest] = /^([a-z][a-z0-9+.-]{0,31}):\/\/(.*)$/i.exec(text) ?? [];
  if (scheme === undefined || rest === undefined) return null;
  const host = parseHost(rest);
  return host === null ? null : { scheme: scheme.toLowerCase(), host };
};

/** The one spelling of an origin, of letters, digits and `+-._:/[]`: safe in a shell, too. */
const spelled = ({ scheme, host }: Origin): string => {
  const port = host.port === DEFAULT_PORTS.get(scheme) ? null : host.port;
  return `${scheme}://${host.name}${port === null ? '' : `:${port}`}`;
};

const isAmong = (shown: string, allowOrigins: readonly string[]): boolean =>
  allowOrigins.some((allowed) => {
    const origin = parseOrigin(allowed);
    return origin !== null && spelled(origin) === shown;
  });

/**
 * The page and the server are one. A `Host` without a port means the default of the scheme that
 * the page was loaded with: TLS may end in front of this proxy, which itself sees only `http`.
 */
const isSame = ({ scheme, host: page }: Origin, host: Host): boolean => {
  const usual = DEFAULT_PORTS.get(scheme);
  if (usual === undefined) return false;
  return page.name === host.name && (page.port ?? usual) === (host.port ?? usual);
};

const refused = (sentence: string): OriginVerdict => ({ ok: false, body: `${sentence}\n` });

/**
 * Decides by `Origin`, `Host` and the allowed origins; never throws. Without `Origin` (scripts,
 * native clients) it passes, and with `*` whatever it says. Otherwise it must name one site: an
 * allowed one, whatever `Host` says, or by `http` or `https` the request's own host and port.
 * IPv6 addresses are compared as text: browsers write them in one way only.
 */
export const mayConnect = ({
  rawHeaders,
  loopback,
  allowOrigins,
}: OriginQuestion): OriginVerdict => {
  const [text, ...others] = valuesOf(rawHeaders, 'origin');
  if (text === undefined || allowOrigins.includes('*')) return { ok: true };
  const origin = others.length > 0 ? null : parseOrigin(text);
  if (origin === null) {
    return refused(
      'The Origin header does not name one site: send one like https://page.example, or none from a script; only --allow-origin "*", which lets every page in, takes others',
    );
  }
  const shown = spelled(origin);
  if (isAmong(shown, allowOrigins)) return { ok: true };
  const remedy = `to let it in, start the proxy with --allow-origin ${shown}`;
  const [hostText, ...otherHosts] = valuesOf(rawHeaders, 'host');
  const host = hostText === undefined || otherHosts.length > 0 ? null : parseHost(hostText);
  if (host === null || !isSame(origin, host)) {
    return refused(
      `A page of ${shown} may not connect, since its origin is not this host; ${remedy}`,
    );
  }
  if (loopback && !needsNoResolver(host)) {
    return refused(
      `A page of ${shown} may not connect, since the proxy listens on loopback and that name is not localhost or an address; ${remedy}`,
    );
  }
  return { ok: true };
};
