/** The part of HTTP/1.1 that a WebSocket handshake needs, read and written without judging. */
import { createHash } from 'node:crypto';

/** Start line and headers as they came; names in lower case, repeated ones joined with `, `. */
export type Head = {
  readonly startLine: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Every byte of the head, the empty line included. */
  readonly raw: string;
};

/** Splits what has come so far at the first empty line; null while that has not come. */
export const splitHead = (bytes: Buffer): { head: Head; rest: Buffer } | null => {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const raw = bytes.toString('latin1', 0, end + 4);
  const [startLine = '', ...lines] = raw.slice(0, end).split('\r\n');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  return { head: { startLine, headers, raw }, rest: bytes.subarray(end + 4) };
};

/** A header's value, several for a header that is repeated, null for one that is left out. */
export type HeaderValue = string | readonly string[] | null;

/** A head with `defaults`, in which `extra` replaces what has the same name, whatever its case. */
export const writeHead = (
  startLine: string,
  defaults: Readonly<Record<string, string>>,
  extra: Readonly<Record<string, HeaderValue>> = {},
): string => {
  const replaced = new Set(Object.keys(extra).map((name) => name.toLowerCase()));
  const kept = Object.entries(defaults).filter(([name]) => !replaced.has(name.toLowerCase()));
  const lines = [...kept, ...Object.entries(extra)].flatMap(([name, value]) =>
    value === null ? [] : [value].flat().map((one) => `${name}: ${one}\r\n`),
  );
  return `${startLine}\r\n${lines.join('')}\r\n`;
};

/** The `Sec-WebSocket-Accept` that answers a key (RFC 6455 4.2.2). */
export const acceptFor = (key: string): string =>
  createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
