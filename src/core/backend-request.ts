/**
 * The request that asks a backend for a WebSocket on behalf of a viewer. The backend is to see
 * the viewer as if no proxy were there: end-to-end headers pass as they came. What belongs to
 * one connection is replaced, so that no viewer can speak for the proxy.
 */
import type { Address, BackendTemplate, SessionId } from '../contract.ts';
import { DEFLATE, formatExtensions, parseExtensions } from './extensions.ts';
import type { Forwarded } from './forwarded.ts';
import {
  elementsOf,
  endingHere,
  headOf,
  HOP_BY_HOP,
  keptFields,
  type RawHeaders,
  valuesOf,
  variableName,
} from './headers.ts';
import { isIpv4, isIpv6 } from './host.ts';

/** Everything a request is made of. The upgrade has passed `routeUpgrade`. */
export type DialOrder = {
  readonly template: BackendTemplate;
  readonly session: SessionId;
  /** The viewer's query without the `?`. */
  readonly query: string;
  readonly rawHeaders: RawHeaders;
  /** The `Host` that the backend gets; null: the viewer's own. */
  readonly backendHost: string | null;
  readonly forwarded: Forwarded;
};

/** What a viewer offered, of which the backend may choose. */
export type Offers = {
  /** In the viewer's order of preference. */
  readonly subprotocols: readonly string[];
  /** The permessage-deflate offers, as a header's value; null for none. */
  readonly deflate: string | null;
  /** `Sec-WebSocket-Key`: the backend gets the viewer's, so one accept value fits both. */
  readonly key: string;
};

/** Where to dial, and what to say there. */
export type BackendRequest = {
  readonly address: Address;
  /** The whole head; one character is one byte: write it as latin1. */
  readonly head: string;
  readonly offers: Offers;
};

/**
 * Replaced or set by the proxy, or without meaning for an upgrade, and whatever passes for it.
 */
const REPLACED: ReadonlySet<string> = new Set([
  'content-length',
  'expect',
  'host',
  'sec-websocket-extensions',
  'sec-websocket-key',
  'sec-websocket-version',
  'transfer-encoding',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
]);

/** What does not pass as it came, by its usual names. */
const ENDS_HERE: ReadonlySet<string> = new Set([...HOP_BY_HOP, ...REPLACED]);

const PLACEHOLDER = '{session}';

/** The alphabet of a session id needs no escaping here. */
const fill = (template: string, session: SessionId): string =>
  template.replaceAll(PLACEHOLDER, () => session);

const addressOf = ({ address }: BackendTemplate, session: SessionId): Address =>
  'socketPath' in address ? { socketPath: fill(address.socketPath, session) } : address;

/** The name of a host for TLS (SNI); null for an address, which has none (RFC 6066 3). */
export const servernameOf = (host: string): string | null => {
  const name = host.replace(/^\[|\]$/g, '');
  return isIpv4(name) || isIpv6(name) ? null : name;
};

const ODD_IN_TARGET = /[^\x21\x22\x24-\x7e]/;

/** Percent-encodes whatever could end the request line or the target, or is no ASCII. */
const inRequestLine = (target: string): string => {
  if (!ODD_IN_TARGET.test(target)) return target;
  return target.replace(/[^\x21\x22\x24-\x7e]/gu, (character) =>
    encodeURIComponent(character.toWellFormed()),
  );
};

const targetOf = (template: string, session: SessionId, query: string): string => {
  const target = fill(template, session);
  if (query === '') return inRequestLine(target);
  return inRequestLine(`${target}${target.includes('?') ? '&' : '?'}${query}`);
};

/** What a viewer offers. Malformed extensions are no offer; a refusal's 101 needs this too. */
export const offersOf = (rawHeaders: RawHeaders): Offers => {
  const offered = valuesOf(rawHeaders, 'sec-websocket-extensions');
  const extensions = offered.length === 0 ? [] : (parseExtensions(offered.join(',')) ?? []);
  const deflates = extensions.filter(({ name }) => name === DEFLATE);
  return {
    subprotocols: elementsOf(rawHeaders, 'sec-websocket-protocol').filter((each) =>
      /^[\x21-\x7e]+$/.test(each),
    ),
    deflate: deflates.length === 0 ? null : formatExtensions(deflates),
    key: valuesOf(rawHeaders, 'sec-websocket-key')[0] ?? '',
  };
};

/** Never empty, and never more than the one line. */
const hostOf = ({ backendHost, rawHeaders }: DialOrder): string =>
  (backendHost ?? valuesOf(rawHeaders, 'host')[0] ?? '').replace(/[^\x21-\x7e]/g, '') ||
  'localhost';

/** The viewer's end-to-end headers, in the order and spelling received. */
const endToEnd = (rawHeaders: RawHeaders): RawHeaders => {
  const dropped = endingHere(rawHeaders, ENDS_HERE);
  return keptFields(rawHeaders, (name) => {
    const lower = name.toLowerCase();
    return !dropped.has(lower) && !REPLACED.has(variableName(lower));
  });
};

/**
 * The request for one dial; never throws. `Host` comes first, then the viewer's headers, then
 * what the proxy says itself.
 */
export const backendRequest = (order: DialOrder): BackendRequest => {
  const { template, session, query, rawHeaders, forwarded } = order;
  const offers = offersOf(rawHeaders);
  const { deflate, key } = offers;
  const extensions = deflate === null ? [] : ['Sec-WebSocket-Extensions', deflate];
  const host = forwarded.host === '' ? [] : ['X-Forwarded-Host', forwarded.host];
  const own = [
    'Sec-WebSocket-Version',
    '13',
    'Sec-WebSocket-Key',
    key,
    ...extensions,
    'Connection',
    'Upgrade',
    'Upgrade',
    'websocket',
    'X-Forwarded-For',
    forwarded.forwardedFor,
    'X-Forwarded-Proto',
    forwarded.proto,
    ...host,
  ];
  const target = targetOf(template.target, session, query);
  return {
    address: addressOf(template, session),
    head: headOf(`GET ${target} HTTP/1.1`, ['Host', hostOf(order)], endToEnd(rawHeaders), own),
    offers,
  };
};
