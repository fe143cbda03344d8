/**
 * The door: every upgrade that Node hands over goes through here, from the bare request to a
 * viewer that dials, to a newcomer that waits, or to an answer that says what is wrong.
 */
import type { IncomingMessage } from 'node:http';
import { BlockList, isIPv6, type Socket } from 'node:net';
import { isTrustedPeer, viewerAddress } from '../core/forwarded.ts';
import { mayConnect } from '../core/origin.ts';
import { routeUpgrade } from '../core/route.ts';
import { nameViewer } from '../core/who.ts';
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
  /** The proxy listens on loopback; see `mayConnect`. */
  readonly loopback: boolean;
  readonly waiting: Waiting;
};

/** Takes one upgrade in; returns once the viewer dials, waits or is answered. */
export const enter = (door: Door, request: IncomingMessage, socket: Socket, head: Buffer): void => {
  const { house } = door;
  const { method = '', httpVersion, url = '', rawHeaders } = request;
  const route = routeUpgrade({ method, httpVersion, target: url, rawHeaders }, house.options);
  if (route.kind === 'answer') {
    answerHttp(socket, house.clock, route);
    return;
  }
  const { allowOrigins } = house.options;
  const origin = mayConnect({ rawHeaders, loopback: door.loopback, allowOrigins });
  if (!origin.ok) {
    answerHttp(socket, house.clock, { status: 403, body: origin.body });
    return;
  }
  const peer = { address: socket.remoteAddress, port: socket.remotePort };
  const { trusted } = door;
  const forwarded = viewerAddress({ peer, rawHeaders, trusted });
  const isTrusted = isTrustedPeer({ peer, trusted });
  const named = nameViewer(rawHeaders, house.options.whoHeader, isTrusted);
  const { who } = named;
  const { session, query } = route;
  const arrival = { session, query, forwarded, who, rawHeaders: named.rawHeaders };
  const newcomer = { ...arrival, request, socket, head };
  const admission = house.ledger.reserve(session);
  if (admission.ok) seat(door, newcomer, admission, null);
  else if (!door.waiting.hold(newcomer, admission.cause)) {
    turnAway(door, newcomer, { cause: admission.cause, heldMs: null });
  }
};
