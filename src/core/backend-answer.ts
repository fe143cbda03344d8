/**
 * The answer of a backend to the request for a WebSocket, read strictly: only a 101 that agrees
 * to what the viewer offered becomes a relay. And the 101 that the viewer gets in turn.
 * Details are words of our own: what a backend says is never shown or logged.
 */
import type { Offers } from './backend-request.ts';
import { DEFLATE, parseExtensions } from './extensions.ts';
import {
  elementsOf,
  endingHere,
  hasToken,
  headOf,
  HOP_BY_HOP,
  isFieldValue,
  isToken,
  keptFields,
  type RawHeaders,
  trimmed,
  valuesOf,
} from './headers.ts';

/** What the answer is measured against. */
export type AnswerTerms = {
  /** The `Sec-WebSocket-Accept` that the key asks for (RFC 6455 4.2.2). */
  readonly expectedAccept: string;
  readonly offers: Pick<Offers, 'subprotocols' | 'deflate'>;
};

/** A valid answer: what the backend chose, and where its first frame begins. */
export type Agreement = {
  readonly kind: 'ok';
  /** Bytes of the head; what follows it are frames. */
  readonly headLength: number;
  readonly subprotocol: string | null;
  /** As the backend wrote it. */
  readonly extensions: string | null;
  /** Whether permessage-deflate was agreed. */
  readonly deflate: boolean;
  /** End-to-end headers for the viewer, such as `Set-Cookie`. */
  readonly headers: RawHeaders;
};

/** What the bytes so far say; `detail` is a clause for events. */
export type AnswerReading =
  | { readonly kind: 'more' }
  | { readonly kind: 'bad'; readonly detail: string }
  | Agreement;

/** Longest head of an answer, its empty line included, in bytes. */
export const MAX_ANSWER_HEAD = 16_384;

const START = 'HTTP/1.';
const WHOLE = /^HTTP\/1\.[^\0\r\n]*(?:\r\n[^\0\r\n]+)*\r\n\r\n/;
/** What can still become one. */
const SO_FAR = /^[^\0\r\n]*(?:\r\n[^\0\r\n]*)*\r?$/;

/**
 * What is not passed on besides the hop-by-hop fields: the answer's own handshake, and lengths,
 * which a 101 cannot have.
 */
const ENDS_HERE: ReadonlySet<string> = new Set([
  ...HOP_BY_HOP,
  'content-length',
  'sec-websocket-accept',
  'sec-websocket-extensions',
  'sec-websocket-protocol',
]);

type Bad = { readonly kind: 'bad'; readonly detail: string };

const bad = (detail: string): Bad => ({ kind: 'bad', detail });

/**
 * A complete head, its empty line included. The first offence in the order of the bytes decides,
 * each visible from the bytes before it alone, so that it does not matter how they were cut.
 */
const headIn = (bytes: Buffer): string | Bad | null => {
  const text = bytes.toString('latin1', 0, MAX_ANSWER_HEAD);
  const [whole] = WHOLE.exec(text) ?? [];
  if (whole !== undefined) return whole;
  if (!START.startsWith(text.slice(0, START.length))) return bad('the answer is not HTTP/1.1');
  if (!SO_FAR.test(text)) return bad('the answer has a malformed line');
  return text.length === MAX_ANSWER_HEAD ? bad('the answer has headers of more than 16 KiB') : null;
};

/** Names and values in turn; null where a line is no `name: value`, folded ones included. */
const readFields = (lines: readonly string[]): RawHeaders | null => {
  const flat: string[] = [];
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0));
    const value = trimmed(line.slice(colon + 1));
    if (!isToken(name) || !isFieldValue(value)) return null;
    flat.push(name, value);
  }
  return flat;
};

/** What is wrong with the handshake itself, without what was negotiated; null for nothing. */
const handshakeFault = (fields: RawHeaders, expectedAccept: string): string | null => {
  const upgrades = elementsOf(fields, 'upgrade');
  if (upgrades.length !== 1 || upgrades[0]?.toLowerCase() !== 'websocket') {
    return 'the answer does not upgrade to websocket';
  }
  if (!hasToken(fields, 'connection', 'upgrade')) {
    return 'the answer has no Connection: Upgrade';
  }
  const accepts = valuesOf(fields, 'sec-websocket-accept');
  return accepts.length === 1 && accepts[0] === expectedAccept
    ? null
    : 'the answer has a wrong Sec-WebSocket-Accept';
};

const subprotocolFault = (chosen: readonly string[], offered: readonly string[]): string | null =>
  chosen.length <= 1 && chosen.every((each) => offered.includes(each))
    ? null
    : 'the answer chooses a subprotocol that was not offered';

/** In an answer the header stands at most once (RFC 6455 11.3.2). */
const extensionFault = (chosen: readonly string[], offered: string | null): string | null => {
  const [value, ...others] = chosen;
  if (value === undefined) return null;
  const extensions = parseExtensions(value);
  if (others.length > 0 || extensions === null) return 'the answer has malformed extensions';
  return extensions.length === 1 && extensions[0]?.name === DEFLATE && offered !== null
    ? null
    : 'the answer chooses an extension that was not offered';
};

/**
 * Reads the bytes that came so far, from the first one on; never throws. `more` until the head
 * is complete or cannot become one. `Content-Length` and `Transfer-Encoding` are ignored, since
 * a 101 ends with its head whatever they say (RFC 9112 6.3), and not passed on.
 */
export const readAnswer = (
  bytes: Buffer,
  { expectedAccept, offers }: AnswerTerms,
): AnswerReading => {
  const head = headIn(bytes);
  if (head === null) return { kind: 'more' };
  if (typeof head !== 'string') return head;

  const [statusLine = '', ...lines] = head.slice(0, -4).split('\r\n');
  const [, minor, status] = /^HTTP\/1\.([01]) ([0-9]{3})(?: .*)?$/.exec(statusLine) ?? [];
  if (status === undefined) return bad('the answer has a malformed status line');
  if (status !== '101') return bad(`the answer has status ${status} instead of 101`);
  if (minor !== '1') return bad('the answer is not HTTP/1.1');

  const fields = readFields(lines);
  if (fields === null) return bad('the answer has a malformed header');
  const subprotocols = valuesOf(fields, 'sec-websocket-protocol');
  const extensions = valuesOf(fields, 'sec-websocket-extensions');
  const fault =
    handshakeFault(fields, expectedAccept) ??
    subprotocolFault(subprotocols, offers.subprotocols) ??
    extensionFault(extensions, offers.deflate);
  if (fault !== null) return bad(fault);

  const dropped = endingHere(fields, ENDS_HERE);
  return {
    kind: 'ok',
    headLength: head.length,
    subprotocol: subprotocols[0] ?? null,
    extensions: extensions[0] ?? null,
    deflate: extensions.length > 0,
    headers: keptFields(fields, (name) => !dropped.has(name.toLowerCase())),
  };
};

/** What a viewer's 101 says. For one that the proxy makes itself: no extensions, no headers. */
export type ViewerTerms = {
  /** The `Sec-WebSocket-Accept` for the viewer's key. */
  readonly accept: string;
  readonly subprotocol: string | null;
  readonly extensions: string | null;
  readonly headers: RawHeaders;
};

/** The head of a viewer's 101, its empty line included; write it as latin1. */
export const viewerAnswer = ({ accept, subprotocol, extensions, headers }: ViewerTerms): string => {
  const chosen = subprotocol === null ? [] : ['Sec-WebSocket-Protocol', subprotocol];
  if (extensions !== null) chosen.push('Sec-WebSocket-Extensions', extensions);
  const own = ['Upgrade', 'websocket', 'Connection', 'Upgrade', 'Sec-WebSocket-Accept', accept];
  return headOf('HTTP/1.1 101 Switching Protocols', own, chosen, headers);
};
