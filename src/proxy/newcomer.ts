/**
 * What becomes of a newcomer whose request is in order: a viewer that dials, or an answer that
 * says why there is no slot. The one is as good as the other after a while of waiting.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Holder, SessionId } from '../contract.ts';
import { CLOSE } from '../core/close-codes.ts';
import type { Forwarded } from '../core/forwarded.ts';
import type { RawHeaders } from '../core/headers.ts';
import type { Admission, NoSlot } from '../core/ledger.ts';
import type { ClosePut } from '../events.ts';
import type { House } from './house.ts';
import { Viewer } from './viewer.ts';
import type { ViewerIds } from './viewer-ids.ts';

/** An upgrade that would be a viewer. */
export type Newcomer = {
  readonly session: SessionId;
  readonly query: string;
  readonly forwarded: Forwarded;
  /** What a trusted proxy calls the viewer; null: nothing. */
  readonly who: string | null;
  /** Without what must not be believed of who the viewer is. */
  readonly rawHeaders: RawHeaders;
  readonly request: IncomingMessage;
  readonly socket: Socket;
  /** Bytes that came behind the request. */
  readonly head: Buffer;
};

/** What seats and refusals need besides the house. */
export type Hall = {
  readonly house: House;
  readonly ids: ViewerIds;
  /** Lists the viewer. */
  readonly admit: (viewer: Viewer) => void;
  /** Who holds the slots of a session. */
  readonly holders: (session: SessionId) => readonly Holder[];
};

/** A slot that was just taken. */
type Granted = Extract<Admission, { readonly ok: true }>;

/** Makes a viewer of a newcomer that has a slot; returns once it dials. */
export const seat = (
  { house, ids, admit }: Hall,
  newcomer: Newcomer,
  { slot, viewers, cap }: Granted,
  heldMs: number | null,
): void => {
  const { session, query, forwarded, who, rawHeaders, request, socket, head } = newcomer;
  const number = ids.next();
  const { remote } = forwarded;
  // All that was sent, for the answer: what the backend gets may be less.
  const sent = request.rawHeaders;
  const viewer = new Viewer(
    { number, slot, remote, who, heldMs, rawHeaders: sent, socket, head },
    house,
  );
  admit(viewer);
  if (viewers === cap) house.board.record({ event: 'session.full', session, viewers, cap });
  viewer.dial({ session, query, rawHeaders, forwarded, request });
};

/** Why a newcomer gets no slot, and how long it waited to hear that. */
export type TurnedAway = {
  readonly cause: NoSlot | 'shutdown';
  readonly heldMs: number | null;
};

/** Records a refusal, and what was put on the wire. */
const recordRefusal = (
  { house, holders }: Hall,
  { session, forwarded: { remote }, who }: Newcomer,
  { cause, heldMs }: TurnedAway,
  put: ClosePut & { readonly status?: number },
): void => {
  const { board, ledger } = house;
  const { time } = board;
  const event = 'viewer.refused' as const;
  const viewers = ledger.viewers(session);
  const cap = ledger.capOf(session);
  const begun =
    who === null
      ? { time, event, session, remote, viewers, cap, cause }
      : { time, event, session, remote, who, viewers, cap, cause };
  const held = heldMs === null ? {} : { heldMs };
  board.put({ ...begun, ...held, ...put }, () => (cause === 'cap' ? holders(session) : []));
};

const WORDS = {
  cap: CLOSE.sessionFull,
  'max-viewers': CLOSE.proxyFull,
  locked: CLOSE.sessionLocked,
  draining: CLOSE.draining,
  shutdown: CLOSE.shuttingDown,
} as const;

/** Refuses a newcomer, with the words for the cause. */
export const turnAway = (hall: Hall, newcomer: Newcomer, why: TurnedAway): void => {
  const { request, socket, head } = newcomer;
  const how = { words: WORDS[why.cause], status: 503 };
  const put = hall.house.refusals.refuse(request.rawHeaders, socket, head, how);
  recordRefusal(hall, newcomer, why, put);
};

/** A newcomer went while it waited: it was refused without a word. */
export const gaveUp = (hall: Hall, newcomer: Newcomer, why: TurnedAway): void =>
  recordRefusal(hall, newcomer, why, { closeSent: false });
