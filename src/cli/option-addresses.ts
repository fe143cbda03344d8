/**
 * Addresses as people type them: where to listen, where the backends are, whom to believe.
 * They are taken apart by hand, because `URL` repairs what should be an error: it drops tabs,
 * folds `..` and percent-encodes the braces of `{session}`.
 */
import type { Address, BackendTemplate } from '../contract.ts';
import { bad, good, type Checked } from './option-values.ts';

const SESSION = '{session}';

/** Bytes of a socket path that Linux takes, without the closing NUL (unix(7), `sun_path`). */
const MAX_SOCKET_PATH = 107;

const HOST_NAME = /^[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,252}[A-Za-z0-9_.])?$/;
const PRINTABLE = /^[\x21-\x7e]*$/;

const isAddressV4 = (text: string): boolean =>
  /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/.test(text);

const isAddressV6 = (text: string): boolean =>
  /^[0-9A-Fa-f:.]+$/.test(text) && URL.canParse(`http://[${text}]/`);

/** Digits and dots that are not an address would be looked up as a name and never found. */
const isHost = (text: string): boolean =>
  /^[\d.]+$/.test(text) ? isAddressV4(text) : HOST_NAME.test(text);

type HostPort = { readonly host: string; readonly port: string | null };

/** `host`, `host:port`, `[v6]` or `[v6]:port`; `host` comes without brackets. */
const splitHostPort = (text: string): Checked<HostPort> => {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text);
  if (bracketed) {
    const [, host = '', port = null] = bracketed;
    return isAddressV6(host)
      ? good({ host, port })
      : bad('has no IPv6 address between its brackets', 'write it like [::1]:8080');
  }
  if (isAddressV6(text)) return bad('is an IPv6 address without brackets', `write [${text}]:8080`);
  const colon = text.indexOf(':');
  const host = colon === -1 ? text : text.slice(0, colon);
  if (host !== '' && !isHost(host)) {
    return bad(
      'has a host that is neither a name nor an address',
      'check the part before the port',
    );
  }
  return good({ host, port: colon === -1 ? null : text.slice(colon + 1) });
};

const parsePort = (text: string, min: 0 | 1): Checked<number> =>
  /^\d{1,5}$/.test(text) && Number(text) >= min && Number(text) <= 65_535
    ? good(Number(text))
    : bad('has no valid port', `use a port from ${min} to 65535`);

/** An absolute path that fits a Unix socket. */
export const parseSocketPath = (path: string): Checked<string> => {
  if (!path.startsWith('/')) {
    return bad('has a socket path that is not absolute', 'start the path with /');
  }
  if (path.endsWith('/')) return bad('names a directory', 'add the name of the socket');
  if (path.includes('\0')) return bad('has a NUL in its path', 'leave it out');
  return new TextEncoder().encode(path.replaceAll(SESSION, 's')).length > MAX_SOCKET_PATH
    ? bad('has a socket path that is too long', `keep it within ${MAX_SOCKET_PATH} bytes`)
    : good(path);
};

/** Where to listen: `host:port`, `[v6]:port` or `unix:/path`; port 0 takes a free one. */
export const parseListen = (text: string): Checked<Address> => {
  if (text.startsWith('unix:')) {
    const path = parseSocketPath(text.slice('unix:'.length));
    return path.ok ? good({ socketPath: path.value }) : path;
  }
  if (/^\d+$/.test(text)) return bad('has no host', `write 127.0.0.1:${text}`);
  const parts = splitHostPort(text);
  if (!parts.ok) return parts;
  const { host, port } = parts.value;
  if (host === '') return bad('has no host', 'write 0.0.0.0 before the colon for all interfaces');
  if (port === null) return bad('has no port', `write ${text}:8080`);
  const number = parsePort(port, 0);
  return number.ok ? good({ host, port: number.value }) : number;
};

const BRACES = /[{}]/;

const noStrayBraces = (text: string): Checked<string> =>
  BRACES.test(text.replaceAll(SESSION, ''))
    ? bad('has braces that are not {session}', 'write {session}, or %7B and %7D for braces')
    : good(text);

/** What holds for a path and for a target: printable ASCII, and no braces but `{session}`. */
const checkTarget = (target: string): Checked<string> => {
  if (target.includes('#')) return bad('has a fragment', 'leave out what follows #');
  return PRINTABLE.test(target)
    ? noStrayBraces(target)
    : bad('has a space or a character beyond ASCII', 'percent-encode it');
};

const parseUnixBackend = (rest: string): Checked<BackendTemplate> => {
  const plain = rest.replace(/^\/\/(?=\/)/, '');
  const end = plain.indexOf(':/');
  const path = parseSocketPath(end === -1 ? plain : plain.slice(0, end));
  if (!path.ok) return path;
  const braces = noStrayBraces(path.value);
  if (!braces.ok) return braces;
  const target = checkTarget(end === -1 ? '/' : plain.slice(end + 1));
  return target.ok
    ? good({ address: { socketPath: path.value }, tls: false, target: target.value })
    : target;
};

const parseTcpBackend = (rest: string, tls: boolean): Checked<BackendTemplate> => {
  const end = rest.search(/[/?#]/);
  const authority = end === -1 ? rest : rest.slice(0, end);
  const suffix = end === -1 ? '' : rest.slice(end);
  if (authority.includes('@')) {
    return bad('has a user name', "leave it out: the viewer's Authorization header is passed on");
  }
  if (BRACES.test(authority)) {
    return bad('has braces in its host or port', 'put {session} into the path or the query');
  }
  const parts = splitHostPort(authority);
  if (!parts.ok) return parts;
  if (parts.value.host === '') return bad('has no host', 'write it like ws://127.0.0.1:7681/ws');
  const port = parts.value.port === null ? good(tls ? 443 : 80) : parsePort(parts.value.port, 1);
  if (!port.ok) return port;
  const target = checkTarget(suffix.startsWith('/') ? suffix : `/${suffix}`);
  return target.ok
    ? good({ address: { host: parts.value.host, port: port.value }, tls, target: target.value })
    : target;
};

/** `ws://host:port/path`, `wss://…` (ports 80 and 443 by default), `ws+unix:/dir/x.sock:/path`. */
export const parseBackend = (text: string): Checked<BackendTemplate> => {
  const [, scheme = '', rest = ''] = /^([^:/?#]*):(.*)$/s.exec(text) ?? [];
  switch (scheme.toLowerCase()) {
    case 'ws+unix':
      return parseUnixBackend(rest);
    case 'ws':
    case 'wss':
      return rest.startsWith('//')
        ? parseTcpBackend(rest.slice(2), scheme.toLowerCase() === 'wss')
        : bad('has no // after its scheme', `write ${scheme}://host:port/path`);
    case 'http':
    case 'https':
      return bad('is not a WebSocket URL', `start it with ws${scheme.slice(4)}:// instead`);
    default:
      return scheme.includes(SESSION)
        ? bad('has {session} in its scheme', 'put {session} into the path or the query')
        : bad('is not a WebSocket URL', 'start it with ws://, wss:// or ws+unix:/');
  }
};

/** The path of the upgrades: `/ws/{session}`, or one without `{session}` for a single session. */
export const parsePath = (text: string): Checked<string> => {
  if (!text.startsWith('/')) return bad('does not start with /', 'write it like /ws/{session}');
  if (text.includes('?'))
    return bad('has a query', "leave it out: the viewer's query is passed on");
  if (text.split(SESSION).length > 2) return bad('has {session} twice', 'keep one of them');
  return checkTarget(text);
};

/** A `Host` header: a name or an address, with or without a port (RFC 9112 3.2). */
export const parseHostHeader = (text: string): Checked<string> => {
  const parts = splitHostPort(text);
  if (!parts.ok) return parts;
  if (parts.value.host === '') return bad('has no host', 'write a name like app.internal:8080');
  const port = parts.value.port === null ? good(0) : parsePort(parts.value.port, 1);
  return port.ok ? good(text) : port;
};

const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443' };

/** `scheme://host[:port]` as browsers send it (RFC 6454 6.2: small letters, no default port), or `*`. */
export const parseOrigin = (text: string): Checked<string> => {
  if (text === '*') return good('*');
  const [, scheme, authority = '', rest = ''] =
    /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?#]*)(.*)$/s.exec(text) ?? [];
  if (scheme === undefined) return bad('is not an origin', 'write it like https://app.example');
  if (rest !== '') return bad('has a path', `write ${scheme}://${authority}`);
  if (authority.includes('*')) return bad('has a wildcard', 'name each origin, or pass * for all');
  const parts = splitHostPort(authority);
  if (!parts.ok) return parts;
  const { host, port } = parts.value;
  if (host === '') return bad('has no host', 'write it like https://app.example');
  const number = port === null ? good(0) : parsePort(port, 1);
  if (!number.ok) return number;
  const name = scheme.toLowerCase();
  const shown = host.includes(':') ? new URL(`http://[${host}]/`).hostname : host;
  const suffix = number.value === 0 || port === DEFAULT_PORTS[name] ? '' : `:${number.value}`;
  return good(`${name}://${shown.toLowerCase()}${suffix}`);
};

/** An address or a range of them (RFC 4632); an address alone becomes the range of itself. */
export const parseCidr = (text: string): Checked<string> => {
  const [, address = '', prefix = null] = /^([^/]*)(?:\/(.*))?$/s.exec(text) ?? [];
  const version = isAddressV4(address) ? 4 : isAddressV6(address) ? 6 : null;
  if (version === null) {
    return bad('is not an address', 'write a range like 10.0.0.0/8 or fd00::/8');
  }
  const longest = version === 4 ? 32 : 128;
  if (prefix === null) return good(`${address}/${longest}`);
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= longest
    ? good(`${address}/${Number(prefix)}`)
    : bad('has no valid prefix length', `write one from 0 to ${longest} after the /`);
};
