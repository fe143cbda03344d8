/** Names as people type them: of a header, and of an instance of the console. */
import { bad, good, type Checked } from './option-values.ts';

/** RFC 9110 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** What they say is not for a screen or a log. */
const SECRETS: ReadonlySet<string> = new Set(['authorization', 'proxy-authorization', 'cookie']);

/**
 * What the handshake needs, or the proxy writes itself: from peers that are not trusted it would
 * be taken away, and no connection come about.
 */
const TAKEN =
  /^(?:host|origin|connection|upgrade|sec-websocket-.*|x-forwarded-(?:for|proto|host))$/;

/** The name of a header (RFC 9110 5.1), in small letters. */
export const parseHeaderName = (text: string): Checked<string> => {
  const name = text.toLowerCase();
  if (!TOKEN.test(name)) {
    return bad('is not the name of a header', 'write it like X-Forwarded-User, without a colon');
  }
  // For CGI-like backends `X_User` and `X-User` are one; the one takes the other away.
  const variable = name.replaceAll(/[^a-z0-9]/g, '-');
  if (TAKEN.test(variable)) {
    return bad('is a header of the connection itself', 'name one like X-Forwarded-User');
  }
  return SECRETS.has(variable)
    ? bad('carries secrets, and its value would be shown', 'name one like X-Forwarded-User')
    : good(name);
};

const LONGEST_TITLE = 32;

/** The name of an instance, for the title: every character takes one cell there. */
export const parseTitle = (text: string): Checked<string> => {
  if (!/^[\x20-\x7e]*$/.test(text)) {
    return bad('has a character that the title cannot show', 'use printable ASCII');
  }
  if (text.trim() === '') return bad('is blank', `use 1 to ${LONGEST_TITLE} characters`);
  return text.length <= LONGEST_TITLE
    ? good(text)
    : bad('is too long', `use at most ${LONGEST_TITLE} characters`);
};
