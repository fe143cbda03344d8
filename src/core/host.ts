/**
 * What stands in `Host`, and after `//` in `Origin`: a name or an address, and a port. By hand
 * and strict, because two readings of one name are how a page gets where it has no business.
 */
import type { Address } from '../contract.ts';

/** A host in lower case, without the dot at its end; an IPv6 address keeps its brackets. */
export type Host = {
  readonly name: string;
  /** Null where none is written. */
  readonly port: number | null;
};

const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?)(?::([0-9]{0,5}))?$/i;
const OCTET = '(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);

/** Whether `text` is an IPv4 address in dotted decimals. */
export const isIpv4 = (text: string): boolean => IPV4.test(text);

/** Whether `text` is an IPv6 address, without brackets and without a zone. */
export const isIpv6 = (text: string): boolean =>
  /^[0-9a-f:.]{2,45}$/i.test(text) && text.includes(':') && URL.canParse(`http://[${text}]/`);

/** Both in one word, an IPv6 address in brackets: `127.0.0.1:80`, `[::1]:80`. */
export const hostAndPort = (host: string, port: number): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

/** Where something listens, in words: the path of a socket, or host and port. */
export const placeText = (place: Address): string =>
  'socketPath' in place ? place.socketPath : hostAndPort(place.host, place.port);

/** Whether an address can be reached from this machine alone; also where IPv6 wraps an IPv4 one. */
export const isLoopback = (address: string): boolean =>
  address === '::1' || /^(?:::ffff:)?127\./i.test(address);

/** Reads `name`, `name:port`, `[v6]` or `[v6]:port`; null for anything else. */
export const parseHost = (text: string): Host | null => {
  const [, name, port] = HOST.exec(text) ?? [];
  if (name === undefined || name.length > 255) return null;
  if (name.startsWith('[') && !isIpv6(name.slice(1, -1))) return null;
  if (Number(port ?? 0) > 65_535) return null;
  const lower = name.toLowerCase();
  return {
    name: lower.endsWith('.') ? lower.slice(0, -1) : lower,
    port: port === undefined || port === '' ? null : Number(port),
  };
};

/** Whether a name can only mean this machine, or is no name at all: nothing to resolve. */
export const needsNoResolver = ({ name }: Host): boolean =>
  name === 'localhost' || name.endsWith('.localhost') || name.startsWith('[') || isIpv4(name);
