/**
 * Everything the proxy says when it closes a connection, in one table, and the rules of the
 * wire for close codes. What one side said on closing is carried to the other through
 * `readClosePayload` and `closePayload`, so no code that RFC 6455 keeps off the wire gets out.
 */

/** What a Close frame says. */
export type CloseWords = { readonly code: number; readonly reason: string };

/** The close codes of the proxy itself, by why; reasons are part of the interface. */
export const CLOSE = {
  /** To a viewer: the session has as many viewers as its cap. */
  sessionFull: { code: 1013, reason: 'too many connections for this session' },
  /** To a viewer: all sessions together have as many viewers as the proxy takes. */
  proxyFull: { code: 1013, reason: 'too many connections' },
  /** To a viewer: an operator has locked the session, or all. */
  sessionLocked: { code: 1013, reason: 'session locked' },
  /** To a viewer: the proxy takes nobody any more, because it is about to end. */
  draining: { code: 1013, reason: 'proxy is draining' },
  /** To a viewer: the drain has reached it; it may come back, where another proxy is. */
  serviceRestart: { code: 1012, reason: 'service restart' },
  /** To a viewer: the dial brought no valid answer. */
  backendUnavailable: { code: 1011, reason: 'backend unavailable' },
  /** To a viewer: the backend went without a Close frame, got stuck, or offended. */
  backendLost: { code: 1011, reason: 'backend lost' },
  /** To a viewer: nothing was heard of it until the pong deadline. */
  pongTimeout: { code: 1001, reason: 'pong timeout' },
  /** To a viewer: an operator evicted it. */
  evictedByOperator: { code: 1008, reason: 'evicted by operator' },
  /** To whichever side sent a message over its limit. */
  messageTooBig: { code: 1009, reason: 'message too big' },
  /** To whichever side broke RFC 6455. */
  protocolError: { code: 1002, reason: 'protocol error' },
  /** To both sides: the proxy stops. */
  shuttingDown: { code: 1001, reason: 'proxy is shutting down' },
  /** To a backend: the viewer went without a Close frame, or offended. */
  viewerLost: { code: 1001, reason: 'viewer lost' },
  /** To a backend: the viewer was evicted, by an operator or a deadline. */
  viewerEvicted: { code: 1001, reason: 'viewer evicted' },
} as const satisfies Record<string, CloseWords>;

/** A control frame carries at most 125 bytes, two of which are the code (RFC 6455 5.5). */
const MAX_REASON_BYTES = 123;

/**
 * Whether a code may stand in a Close frame (RFC 6455 7.4 and the IANA registry): 1000 to 1003,
 * 1007 to 1014, 3000 to 4999. The others are reserved, or tell what happened without one.
 */
export const mayBeSent = (code: number): boolean =>
  Number.isInteger(code) &&
  ((code >= 1000 && code <= 1003) ||
    (code >= 1007 && code <= 1014) ||
    (code >= 3000 && code <= 4999));

/**
 * The payload of a Close frame; never throws. Without a code, or with one that may not be sent,
 * it is empty. A reason of more than 123 bytes is cut between two characters.
 */
export const closePayload = (code: number | null, reason: string): Buffer => {
  if (code === null || !mayBeSent(code)) return Buffer.alloc(0);
  const words = Buffer.from(reason, 'utf8');
  let length = Math.min(words.length, MAX_REASON_BYTES);
  if (length < words.length) {
    while (length > 0 && (words.readUInt8(length) & 0xc0) === 0x80) length -= 1;
  }
  const payload = Buffer.alloc(2 + length);
  payload.writeUInt16BE(code, 0);
  words.copy(payload, 2, 0, length);
  return payload;
};

/**
 * What the payload of a received Close frame says, `code` null where it is empty; null where it
 * is illegal: one byte long, or a code that may not be sent (RFC 6455 5.5.1). Whether the reason
 * is UTF-8 is for its reader to judge, who answers with 1007, as for a text; here what is not
 * becomes U+FFFD.
 */
export const readClosePayload = (
  payload: Buffer,
): { readonly code: number | null; readonly reason: string } | null => {
  if (payload.length === 0) return { code: null, reason: '' };
  if (payload.length === 1) return null;
  const code = payload.readUInt16BE(0);
  if (!mayBeSent(code)) return null;
  return { code, reason: payload.toString('utf8', 2) };
};
