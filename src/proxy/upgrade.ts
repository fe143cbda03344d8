/**
 * The door: every upgrade that Node hands over goes through here, from the bare request to a
 * viewer that dials, or to an answer that says what is wrong.
 */
import type { IncomingMessage } from 'node:http';
import { BlockList, isIPv6, type Socket } from 'node:net';
import { backendRequest } from '../core/backend-request.ts';
import { CLOSE } from '../core/close-codes.ts';
import { isTrustedPeer, viewerAddress } from '../core/forwarded.ts';
import { mayConnect } from '../core/origin.ts';
import { routeUpgrade } from '../core/route.ts';
import { nameViewer } from '../core/who.ts';
import type { Holder } from '../contract.ts';
import type { House } from './house.ts';
import { answerHttp } from './refuse.ts';
import { Viewer } from './viewer.ts';
import type { ViewerIds } from './viewer-ids.ts';

/** Whether an address is one of `--trust-proxy`. */
export const trustedBy = (ranges: readonly string[]): ((address: string) => boolean) => {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return (address) => list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
};

/** What the door needs to know besides the house. */
export type Door = {
  readonly house: House;
  readonly ids: ViewerIds;
  readonly trusted: (address: string) => boolean;
  /** The proxy listens on loopback; see `mayConnect`. */
  readonly loopback: boolean;
  /** Lists the viewer, and makes room for its backend connection. */
  readonly admit: (viewer: Viewer) => void;
  /** Who holds the slots of a session. */
  readonly holders: (session: Viewer['slot']['session']) => readonly Holder[];
};

const refuse = (
  { house, holders }: Door,
  cause: 'cap' | 'max-viewers',
  place: {
    readonly session: Viewer['slot']['session'];
    readonly remote: string;
    readonly who?: string;
    readonly viewers: number;
    readonly cap: number;
  },
  how: { readonly request: IncomingMessage; readonly socket: Socket; readonly head: Buffer },
): void => {
  const words = cause === 'cap' ? CLOSE.sessionFull : CLOSE.proxyFull;
  const put = house.refusals.refuse(how.request, how.socket, how.head, { words, status: 503 });
  house.board.record({ event: 'viewer.refused', ...place, cause, ...put }, () =>
    cause === 'cap' ? holders(place.session) : [],
  );
};

/** Takes one upgrade in; returns once the viewer dials or is answered. */
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
  const { remote } = forwarded;
  const { session } = route;
  const admission = house.ledger.reserve(session);
  const { viewers, cap } = admission;
  if (!admission.ok) {
    const from = who === null ? { remote } : { remote, who };
    const place = { session, ...from, viewers, cap };
    refuse(door, admission.cause, place, { request, socket, head });
    return;
  }
  const number = door.ids.next();
  const { slot } = admission;
  const viewer = new Viewer({ number, slot, remote, who, request, socket, head }, house);
  door.admit(viewer);
  if (viewers === cap) house.board.record({ event: 'session.full', session, viewers, cap });
  const { backend: template, backendHost } = house.options;
  const { query } = route;
  const order = { template, session, query, rawHeaders: named.rawHeaders, backendHost, forwarded };
  viewer.dial(backendRequest(order));
};
