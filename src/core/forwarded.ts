/**
 * Where a viewer really comes from, and what the backend is told about that. Anyone can write
 * `X-Forwarded-*`; they are believed only as far as trusted proxies wrote them, and replaced
 * where the connection comes from anyone else.
 */
import { elementsOf, type RawHeaders, valuesOf } from './headers.ts';
import { hostAndPort, isIpv4, isIpv6, parseHost } from './host.ts';

/** One connection of a viewer, as the socket and the request tell it. */
export type Arrival = {
  /** Of the socket; `address` is absent for a Unix socket. Read it while the socket is open. */
  readonly peer: { readonly address?: string | undefined; readonly port?: number | undefined };
  readonly rawHeaders: RawHeaders;
  /** The connection itself is TLS. */
  readonly secure?: boolean;
  /** Whether an address is in `--trust-proxy`; asked with plain IPv4 and IPv6 addresses only. */
  readonly trusted: (address: string) => boolean;
};

/** Who the viewer is, and the values of `X-Forwarded-For`, `-Proto` and `-Host`. */
export type Forwarded = {
  /** `192.0.2.1:5000`, `[2001:db8::1]:5000`, without the port where it is unknown, or `unix`. */
  readonly remote: string;
  readonly forwardedFor: string;
  /** What the viewer used towards the first proxy. */
  readonly proto: 'http' | 'https';
  /** '' where the request has no valid `Host`. */
  readonly host: string;
};

type Hop = { readonly address: string; readonly port: number | null };

/** Some proxies name the protocol of the upgraded connection instead. */
const PROTOS: ReadonlyMap<string, 'http' | 'https'> = new Map([
  ['http', 'http'],
  ['https', 'https'],
  ['ws', 'http'],
  ['wss', 'https'],
]);

/** An address; an IPv4 one that came over an IPv6 socket is shown as IPv4. */
const plainAddress = (text: string): string | null => {
  if (isIpv4(text)) return text;
  const address = text.replace(/^::ffff:(?=[0-9.]+$)/i, '');
  return isIpv4(address) || isIpv6(address) ? address.toLowerCase() : null;
};

/** A link-local address comes with the zone of this machine, which says nothing elsewhere. */
const peerAddress = ({ peer }: Pick<Arrival, 'peer'>): string | null =>
  plainAddress((peer.address ?? '').replace(/%.*$/s, ''));

/** Whether the peer itself is a trusted proxy; a Unix peer has no address and never is. */
export const isTrustedPeer = (arrival: Pick<Arrival, 'peer' | 'trusted'>): boolean => {
  const address = peerAddress(arrival);
  return address !== null && arrival.trusted(address);
};

/** One entry of `X-Forwarded-For`: `ip`, `ip:port`, `[v6]` or `[v6]:port`. */
const parseHop = (text: string): Hop | null => {
  const bare = plainAddress(text);
  if (bare !== null) return { address: bare, port: null };
  const host = parseHost(text);
  if (host === null) return null;
  const address = plainAddress(host.name.replace(/^\[|\]$/g, ''));
  return address === null ? null : { address, port: host.port };
};

const hopText = ({ address, port }: Hop): string =>
  port === null ? address : hostAndPort(address, port);

/** From the right, over trusted hops, to the first that is not; garbage ends the walk. */
const walk = (peer: Hop, entries: readonly string[], trusted: Arrival['trusted']): Hop => {
  let viewer = peer;
  for (const entry of entries.toReversed()) {
    const hop = trusted(viewer.address) ? parseHop(entry) : null;
    if (hop === null) break;
    viewer = hop;
  }
  return viewer;
};

/** The first of several: the proxy nearest to the viewer comes first in these lists. */
const firstOf = (rawHeaders: RawHeaders, name: string): string =>
  elementsOf(rawHeaders, name)[0] ?? '';

/** A host that may be written into a head, or ''. */
const hostOr = (text: string, fallback: string): string =>
  parseHost(text) === null ? fallback : text;

/**
 * Decides where a viewer comes from; never throws. `X-Forwarded-For` of a trusted peer is
 * walked from the right over trusted addresses, all its lines as one list, and appended to.
 * A Unix peer has no address and so is never trusted; the backend is told `unknown` (RFC 7239 6.2).
 */
export const viewerAddress = ({
  peer,
  rawHeaders,
  secure = false,
  trusted,
}: Arrival): Forwarded => {
  const own = secure ? 'https' : 'http';
  const host = hostOr(valuesOf(rawHeaders, 'host')[0] ?? '', '');
  const address = peerAddress({ peer });
  if (address === null) {
    return { remote: 'unix', forwardedFor: 'unknown', proto: own, host };
  }
  const nearest: Hop = { address, port: peer.port ?? null };
  if (!trusted(address)) {
    return { remote: hopText(nearest), forwardedFor: address, proto: own, host };
  }
  const entries = elementsOf(rawHeaders, 'x-forwarded-for');
  const printable = entries.filter((entry) => /^[\x21-\x7e]+$/.test(entry));
  return {
    remote: hopText(walk(nearest, entries, trusted)),
    forwardedFor: [...printable, address].join(', '),
    proto: PROTOS.get(firstOf(rawHeaders, 'x-forwarded-proto').toLowerCase()) ?? own,
    host: hostOr(firstOf(rawHeaders, 'x-forwarded-host'), host),
  };
};
