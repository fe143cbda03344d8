/**
 * Requests for a WebSocket, made of pieces of which each is known to be right or wrong: so what
 * is to come of the whole is known without reading it.
 */
import type { RequestLine } from '../../src/core/route.ts';
import type { Random } from '../support/random.ts';

/** A request, and whether it is an upgrade in every piece. */
export type Head = {
  readonly request: RequestLine;
  /** The id of its session, where it is one. */
  readonly session: string;
  readonly isUpgrade: boolean;
};

type Piece = readonly [text: string, good: boolean];

const good = (...texts: readonly string[]): Piece[] => texts.map((text) => [text, true]);
const bad = (...texts: readonly string[]): Piece[] => texts.map((text) => [text, false]);

const METHODS = [...good('GET'), ...bad('POST', 'HEAD', 'PUT', 'OPTIONS', 'DELETE', 'PATCH')];
const VERSIONS = [...good('1.1'), ...bad('1.0')];
const BEFORE = [...good('/ws/'), ...bad('/', '/WS/', '//ws/', '/ws//', '/wss/', '/x/../ws/', '*')];
const BEHIND = [
  ...good('', '?', '?a=b', '?a=%zz&b=%00', '?/ws/../?', '?{session}', '?\'!*"<>'),
  ...bad('/', '/b', '#', '?#', '%', '%2', '%zz', '%00', '%2f', '%2e%2f', '\\', ':', '{', '%25'),
];
const HOSTS = [
  ...good('localhost', 'localhost:80', '127.0.0.1:8080', '[::1]:1', 'a.example.', 'A_b-c.example'),
  ...bad('', 'a b', 'a/b', 'a@b', 'a,b', 'a:65536', 'a:b', '[::1', '::1', '[g]', 'a..b', '.a', 'é'),
];
const UPGRADES = [
  ...good('websocket', 'WebSocket', 'h2c, websocket', ' websocket\t', ',websocket,'),
  ...bad('', 'h2c', 'websocket2', 'web socket', 'websocket/13', 'websocket;q=1', '"websocket"'),
];
const CONNECTIONS = [
  ...good('Upgrade', 'upgrade', 'keep-alive, Upgrade', ',,UPGRADE', 'close, upgrade'),
  ...bad('', 'keep-alive', 'upgraded', 'up grade', 'upgrade;', 'close'),
];
const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const KEYS = [
  ...good(KEY, ` ${KEY}\t`, 'AAAAAAAAAAAAAAAAAAAAAA==', '/+/+/+/+/+/+/+/+/+/+/w=='),
  ...bad('', 'AAAA', `${KEY},${KEY}`, KEY.slice(1), `A${KEY}`, KEY.slice(0, -1), `${KEY}=`),
  ...bad('dGhlIHNhbXBsZSBub25jZ_==', 'dGhlIHNhbXBsZSBub25j ZQ='),
];
const PROTOCOLS = [...good('13'), ...bad('', '12', '14', '013', '13.0', '13, 13', '8, 13', '0xd')];
/** Lines that may be there once more; what is wrong about them makes all of it wrong. */
const MORE: readonly (readonly [name: string, value: string, good: boolean])[] = [
  ['Origin', 'http://localhost', true],
  ['X-A', 'b', true],
  ['Cookie', 'a=b; c=\x80\xff', true],
  ['Sec-WebSocket-Protocol', 'a, b', true],
  ['Sec-WebSocket-Extensions', 'permessage-deflate; client_max_window_bits', true],
  ['Upgrade', 'foo', true],
  ['Connection', 'X-A', true],
  ['Host_', 'x', true],
  ['Content_Length', '3', true],
  ['Transfer_Encoding', 'chunked', true],
  ['X_Forwarded_For', '192.0.2.66', true],
  ['Host', 'localhost', false],
  ['hOST', 'evil.example', false],
  ['Sec-WebSocket-Key', KEY, false],
  ['Sec-WebSocket-Version', '13', false],
  ['Content-Length', '0', false],
  ['content-length', '3', false],
  ['Transfer-Encoding', 'chunked', false],
];

const LETTERS = Array.from('ABCXYZabcxyz0189._~-');

const TAILS = ['/', '\0', ' ', '+', 'é', '%', '\\', '\u2028', ':', 'x'.repeat(129)];
const NONE = ['', '.', '..', '-a', '~'];

/** An id that begins with `unique`, or what is none. */
const idOf = (random: Random, unique: string, isGood: boolean): string => {
  const length = random.chance(0.05) ? 128 - unique.length : random.between(0, 8);
  const id = unique + Array.from({ length }, () => random.pick(LETTERS)).join('');
  if (isGood) return id;
  return random.chance(0.3) ? random.pick(NONE) : id + random.pick(TAILS);
};

/** The id as it may be written: some of it escaped, or all that must be. */
const written = (random: Random, id: string): string => {
  const often = random.next() * 0.5;
  const units = Array.from(Buffer.from(id, 'utf8'), (byte) => {
    const plain = String.fromCharCode(byte);
    if (/[\w.~-]/.test(plain) && !random.chance(often)) return plain;
    const hex = byte.toString(16).padStart(2, '0');
    return `%${random.chance(0.5) ? hex : hex.toUpperCase()}`;
  });
  return units.join('');
};

/** Mostly the right one. */
const pieceOf = (random: Random, pieces: readonly Piece[], wrong: number): Piece => {
  const wantsBad = random.chance(wrong);
  const fitting = pieces.filter(([, isGood]) => isGood !== wantsBad);
  return random.pick(fitting);
};

/** Half of them are upgrades; `unique` begins the session id of those. */
export const headOf = (random: Random, unique = 's'): Head => {
  const wrong = random.chance(0.5) ? 0 : 0.08;
  const piece = (pieces: readonly Piece[]): Piece => pieceOf(random, pieces, wrong);
  const method = piece(METHODS);
  const version = piece(VERSIONS);
  const before = piece(BEFORE);
  const behind = piece(BEHIND);
  const isId = !random.chance(wrong);
  const id = idOf(random, unique, isId);
  const shake: [string, Piece][] = [
    ['Host', piece(HOSTS)],
    ['Upgrade', piece(UPGRADES)],
    ['Connection', piece(CONNECTIONS)],
    ['Sec-WebSocket-Key', piece(KEYS)],
    ['Sec-WebSocket-Version', piece(PROTOCOLS)],
  ];
  const dropped = random.chance(wrong) ? random.between(0, shake.length - 1) : -1;
  const fields: [string, string][] = shake
    .filter((_, at) => at !== dropped)
    .map(([name, [value]]) => [random.chance(0.8) ? name : name.toLowerCase(), value]);
  let isUpgrade =
    dropped === -1 &&
    isId &&
    [method, version, before, behind, ...shake.map(([, value]) => value)].every(
      ([, isGood]) => isGood,
    );
  for (let more = random.between(0, 3); more > 0; more -= 1) {
    const [name, value, isGood] = random.pick(MORE);
    const isMissing = shake[dropped]?.[0].toLowerCase() === name.toLowerCase();
    if (isMissing || (!isGood && wrong === 0)) continue;
    fields.splice(random.between(0, fields.length), 0, [name, value]);
    isUpgrade &&= isGood;
  }
  if (random.chance(0.01)) {
    const count = random.pick([200, 201, 400]) - fields.length;
    for (let n = 0; n < count; n += 1) fields.push(['a', 'b']);
    isUpgrade &&= fields.length <= 200;
  }
  const target = before[0] === '*' ? '*' : `${before[0]}${written(random, id)}${behind[0]}`;
  return {
    request: { method: method[0], httpVersion: version[0], target, rawHeaders: fields.flat() },
    session: id,
    isUpgrade,
  };
};

/** The request as it is sent. */
export const textOf = ({ request }: Head): string => {
  const { method, target, httpVersion, rawHeaders } = request;
  const lines = [`${method} ${target} HTTP/${httpVersion}`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
  }
  return [...lines, '', ''].join('\r\n');
};

const SPLINTERS = [
  '\r\n',
  '\n',
  '\r',
  '\0',
  ' ',
  '\t',
  ':',
  ',',
  ';',
  '%',
  '/',
  '?',
  '#',
  '\x1b[2J',
];
const MORE_SPLINTERS = [
  ...SPLINTERS,
  '\x7f',
  '\x80',
  '\xff',
  'Host: a\r\n',
  'HTTP/1.1',
  '\r\n\r\n',
  'GET ',
  '..',
  '"',
];

/** The same text with some strokes that nobody planned. */
export const scratched = (random: Random, text: string): string => {
  let scratch = text;
  for (let strokes = random.between(1, 4); strokes > 0; strokes -= 1) {
    const at = random.between(0, scratch.length);
    const until = at + (random.chance(0.5) ? 0 : random.between(1, 6));
    const splinter = random.chance(0.6)
      ? random.pick(MORE_SPLINTERS)
      : random.bytes(random.between(0, 3)).toString('latin1');
    const repeat = random.chance(0.1) ? scratch.slice(at, at + random.between(1, 40)) : '';
    scratch = scratch.slice(0, at) + splinter + repeat + scratch.slice(until);
  }
  return scratch;
};
