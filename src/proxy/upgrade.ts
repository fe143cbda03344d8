/**
 * The door: every upgrade that Node hands over goes through here, from the bare request to a
 * viewer that dials, to a newcomer that waits, or to an answer that says what is wrong.
 */
import type { IncomingMessage } from 'node:http';
import { BlockList, isIPv6, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { isTrustedPeer, viewerAddress } from '../core/forwarded.ts';
import { mayConnect } from '../core/origin.ts';
import { routeUpgrade } from '../core/route.ts';
import { nameFrom, nameViewer } from '../core/who.ts';
import { guarded, reportFault } from './guarded.ts';
import { type Hall, seat, turnAway } from './newcomer.ts';
import { answerHttp } from './refuse.ts';
import type { Waiting } from './waiting.ts';

/** Whether an address is one of `--trust-proxy`. */
export const trustedBy = (ranges: readonly string[]): ((address: string) => boolean) => {
  if (ranges.length === 0) return () => false;
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return (address) => list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
};

/** What the door needs to know besides what seats and refusals do. */
export type Door = Hall & {
  readonly trusted: (address: string) => boolean;
  readonly waiting: Waiting;
  readonly isDraining: () => boolean;
  readonly hooks: DoorHooks;
};

/** What the program may decide itself that the proxy is part of. */
export type DoorHooks = {
  /** The session id of an upgrade, whatever its path; null: that is not proxied. */
  readonly session?: (request: IncomingMessage) => string | null;
  /** Who a viewer is; null: what the header says, if anything. */
  readonly nameViewer?: (request: IncomingMessage) => string | null;
};

/** One upgrade, as Node hands it over. */
export type Upgrade = {
  readonly request: IncomingMessage;
  readonly socket: Socket;
  /** Bytes that came behind the request. */
  readonly head: Buffer;
  /** The server listens on loopback; see `mayConnect`. */
  readonly loopback: boolean;
};

/** What a hook says; null where it says nothing, fails, or says something else than a text. */
const said = (
  hooks: DoorHooks,
  name: 'session' | 'nameViewer',
  request: IncomingMessage,
): string | null => {
  if (hooks[name] === undefined) return null;
  const text: unknown = guarded(() => hooks[name]?.(request));
  if (text instanceof Promise) reportFault(`${name} returned a promise: it has to return a text`);
  return typeof text === 'string' ? text : null;
};

/** Takes one upgrade in; returns once the viewer dials, waits or is answered. */
export const enter = (door: Door, { request, socket, head, loopback }: Upgrade): void => {
  const { house, hooks } = door;
  const { method = '', httpVersion, url = '', rawHeaders } = request;
  const { path, whoHeader } = house.options;
  const usual = { path, draining: door.isDraining() };
  const options =
    hooks.session === undefined ? usual : { ...usual, session: said(hooks, 'session', request) };
  const route = routeUpgrade({ method, httpVersion, target: url, rawHeaders }, options);
  if (route.kind === 'answer') {
    answerHttp(socket, house.clock, route);
    return;
  }
  const { allowOrigins } = house.options;
  const origin = mayConnect({ rawHeaders, loopback, allowOrigins });
  if (!origin.ok) {
    answerHttp(socket, house.clock, { status: 403, body: origin.body });
    return;
  }
  const peer = { address: socket.remoteAddress, port: socket.remotePort };
  const { trusted } = door;
  const secure = socket instanceof TLSSocket;
  const forwarded = viewerAddress({ peer, rawHeaders, secure, trusted });
  const isTrusted = whoHeader !== null && isTrustedPeer({ peer, trusted });
  const named = nameViewer(rawHeaders, whoHeader, isTrusted);
  const own = said(hooks, 'nameViewer', request);
  const who = (own === null ? null : nameFrom(own)) ?? named.who;
  const { session, query } = route;
  const arrival = { session, query, forwarded, who, rawHeaders: named.rawHeaders };
  const newcomer = { ...arrival, request, socket, head };
  const admission = house.ledger.reserve(session);
  if (admission.ok) seat(door, newcomer, admission, null);
  else if (!door.waiting.hold(newcomer, admission.cause)) {
    turnAway(door, newcomer, { cause: admission.cause, heldMs: null });
  }
};
