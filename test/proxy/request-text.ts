/** Requests as text, to the last byte: those that no client would send are made of these. */

/** A request line and headers, each with its end, and the empty line behind them. */
export const crlf = (...lines: readonly string[]): string => [...lines, '', ''].join('\r\n');

export const HOST = 'Host: localhost';
export const UPGRADE = 'Upgrade: websocket';
export const KEY = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
export const VERSION = 'Sec-WebSocket-Version: 13';

/** The headers of an upgrade that is one; the Host is the first, `UPGRADE` the second. */
export const SHAKE: readonly string[] = [HOST, UPGRADE, 'Connection: Upgrade', KEY, VERSION];
