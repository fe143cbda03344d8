/**
 * The control socket over both of its doors: whole requests made of pieces that are right or
 * wrong, some with strokes that nobody planned, and consoles that say anything. A request that is
 * right in every piece is carried out, and no other is; whatever comes of it is a well-formed
 * answer; and nothing reaches the proxy that a console could not have asked in order.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openApi } from '../../src/api/api.ts';
import { attachProtocol } from '../../src/control/carrier.ts';
import type { Command } from '../../src/contract.ts';
import { decodeToProxy, encode, wireVersion } from '../../src/control/wire.ts';
import { snapshotAt, StubControl } from '../control/stub-control.ts';
import { onCleanup } from '../support/cleanup.ts';
import { type Random, randomFrom } from '../support/random.ts';
import { within } from '../support/within.ts';
import { scratched } from './heads.ts';
import { broken, FailedCase } from './target.ts';

/** At once, so that they meet at the desk; fewer than it has connections for. */
const BATCH = 50;

const TOKEN = 'a-token-for-the-fuzzer';

type Piece = readonly [text: string, good: boolean];
const good = (...texts: readonly string[]): Piece[] => texts.map((text) => [text, true]);
const bad = (...texts: readonly string[]): Piece[] => texts.map((text) => [text, false]);

const SESSIONS = [
  ...good('a', 'A-1.~_', '%61', 's'.repeat(128)),
  ...bad('', '-', '%00', '%', 'é', '%2e%2e', 's'.repeat(129)),
];
const VIEWERS = [
  ...good('v1', 'v999999999999999', '%76%31'),
  ...bad('', 'v', '1', 'v-1', 'V1', 'v1x', 'v1000000000000000'),
];
const CAPS = [
  ...good('{"cap":1}', ' {"cap":100000} '),
  ...bad(
    '',
    '{}',
    '{"cap":0}',
    '{"cap":"4"}',
    '{"cap":1.5}',
    '{"cap":1e999}',
    '[4]',
    '4',
    'null',
    '{"cap":4,"x":1}',
    '{"cap":4',
  ),
];
const NOTHING = [...good('', '{}'), ...bad('{"x":1}', '[]', 'x', '{"__proto__":1}')];
const REASONS = [
  ...good('', '{}', '{"reason":"loud"}', '{"reason":""}'),
  ...bad('{"reason":1}', '{"reason":null,"x":1}', `{"reason":"${'x'.repeat(161)}"}`),
];
const WINDOWS = [
  ...good('', '{}', '{"windowMs":0}', '{"windowMs":86400000}'),
  ...bad('{"windowMs":-1}', '{"windowMs":86400001}', '{"window":1}'),
];
const KEEPS = [
  ...good('{"forMs":1}', '{"forMs":3600000}'),
  ...bad('', '{}', '{"forMs":0}', '{"forMs":"1h"}'),
];
const NO_QUERY = [...good('', '?'), ...bad('?x', '?x=1', '?limit=1')];
const PAGES = [
  ...good(
    '',
    '?limit=1',
    '?limit=1000&sort=-rtt',
    '?filter=state:late%20!x',
    '?filter=',
    '?sort=age',
    '?cursor=MTp2MQ',
  ),
  ...bad(
    '?limit=0',
    '?limit=1001',
    '?limit=',
    '?limit=1&limit=1',
    '?sort=',
    '?sort=--rtt',
    '?filter=state:',
    '?filter=rtt>x',
    '?cursor=',
    '?cursor=%00',
    '?x=1',
  ),
];

type Kind = {
  readonly method: string;
  readonly path: readonly [before: string, ids: readonly Piece[] | null, behind: string];
  readonly queries: readonly Piece[];
  readonly bodies: readonly Piece[] | null;
};

const KINDS: readonly Kind[] = [
  { method: 'GET', path: ['/healthz', null, ''], queries: good('', '?x'), bodies: null },
  { method: 'GET', path: ['/v1/proxy', null, ''], queries: NO_QUERY, bodies: null },
  { method: 'GET', path: ['/v1/sessions', null, ''], queries: PAGES, bodies: null },
  { method: 'GET', path: ['/v1/viewers', null, ''], queries: PAGES, bodies: null },
  { method: 'PUT', path: ['/v1/sessions/', SESSIONS, '/cap'], queries: NO_QUERY, bodies: CAPS },
  {
    method: 'DELETE',
    path: ['/v1/sessions/', SESSIONS, '/cap'],
    queries: NO_QUERY,
    bodies: NOTHING,
  },
  { method: 'PUT', path: ['/v1/sessions/', SESSIONS, '/lock'], queries: NO_QUERY, bodies: NOTHING },
  { method: 'DELETE', path: ['/v1/viewers/', VIEWERS, ''], queries: NO_QUERY, bodies: REASONS },
  { method: 'PUT', path: ['/v1/viewers/', VIEWERS, '/keep'], queries: NO_QUERY, bodies: KEEPS },
  { method: 'PUT', path: ['/v1/cap', null, ''], queries: NO_QUERY, bodies: CAPS },
  { method: 'DELETE', path: ['/v1/lock', null, ''], queries: NO_QUERY, bodies: NOTHING },
  { method: 'POST', path: ['/v1/drain', null, ''], queries: NO_QUERY, bodies: WINDOWS },
];

const TOKENS = [
  ...good(`Bearer ${TOKEN}`, `bearer  ${TOKEN}`),
  ...bad('', 'Bearer', `Bearer ${TOKEN}x`, `Bearer ${TOKEN.slice(1)}`, `Basic ${TOKEN}`, TOKEN),
];
const HOSTS = [
  ...good('localhost', '127.0.0.1:9', '[::1]'),
  ...bad('evil.example', 'a b', 'localhost.evil.example'),
];
const PAGE_MARKS: readonly string[] = [
  'Origin: http://localhost',
  'Sec-Fetch-Site: same-origin',
  'Origin: null',
];
const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'];

type Case = {
  readonly door: 'socket' | 'tcp';
  readonly text: string;
  /** Whether all of it is right; null where nobody knows. */
  readonly isRight: boolean | null;
};

const caseOf = (random: Random, seed: number): Case => {
  const wrong = random.chance(0.5) ? 0 : 0.12;
  let isRight = true;
  const piece = (pieces: readonly Piece[]): string => {
    const wantsBad = random.chance(wrong);
    const fitting = pieces.filter(([, isGood]) => isGood !== wantsBad);
    const [text, isGood] = random.pick(fitting.length > 0 ? fitting : pieces);
    isRight &&= isGood;
    return text;
  };
  const { method, path, queries, bodies } = random.pick(KINDS);
  const [before, ids, behind] = path;
  const target = `${before}${ids === null ? '' : piece(ids)}${behind}${piece(queries)}`;
  const door = random.chance(0.5) ? 'socket' : 'tcp';
  const body = bodies === null ? '' : piece(bodies);
  const otherMethod = random.chance(wrong) ? random.pick(METHODS) : method;
  const fields = [
    `Host: ${door === 'tcp' ? piece(HOSTS) : 'x'}`,
    `X-Wsbouncer-Actor: fuzz ${seed}`,
  ];
  if (door === 'tcp') fields.push(`Authorization: ${piece(TOKENS)}`);
  if (body !== '')
    fields.push('Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`);
  if (random.chance(wrong)) {
    fields.push(random.pick(PAGE_MARKS));
    isRight = false;
  }
  const text = `${[`${otherMethod} ${target} HTTP/1.1`, ...fields].join('\r\n')}\r\n\r\n${body}`;
  const isScratched = random.chance(0.3);
  return {
    door,
    text: isScratched ? scratched(random, text) : text,
    // Another method may well mean something else here.
    isRight: isScratched || otherMethod !== method ? null : isRight,
  };
};

const ANSWER =
  /^HTTP\/1\.1 ([1-5]\d\d) [^\r\n]*\r\n((?:[!#$%&'*+.^_`|~0-9A-Za-z-]+: [\t\x20-\x7e\x80-\xff]*\r\n)*)\r\n/;

/** The statuses that a request may get; 500 is a bug. */
const STATUSES = new Set([200, 202, 204, 400, 401, 403, 404, 405, 408, 409, 413, 415, 426, 431]);

const isFine = (answer: string): boolean => {
  const [head = '', status = '', fields = ''] = ANSWER.exec(answer) ?? [];
  if (head === '' || !STATUSES.has(Number(status))) return false;
  // HTTP/0.9 and what is not HTTP ends the connection after it.
  return Number(status) < 400 || /^Content-Type: application\/problem\+json\r$/m.test(fields);
};

type To = { readonly path: string } | { readonly host: string; readonly port: number };

const ask = (to: To, text: string, isRight: boolean | null): Promise<string> => {
  const endsAlone = isRight === null && !text.endsWith('\r\n\r\n');
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect(to);
  let answer = '';
  socket.setEncoding('latin1');
  socket.on('data', (part: string) => {
    answer += part;
    if (answer.includes('\r\n\r\n')) socket.end();
    if (/text\/event-stream|101 Switching/.test(answer)) socket.destroy();
  });
  socket.on('error', () => undefined);
  socket.on('close', () => resolve(answer));
  socket.write(Buffer.from(text, 'latin1'));
  // What is no whole request is answered at its end.
  if (endsAlone) socket.end();
  return within('an end', promise, { saw: () => JSON.stringify({ text, answer }) });
};

/** What a console may say, and what none should. */
const wordsOf = (random: Random): string => {
  const lines = [
    `{"type":"hello","version":${random.chance(0.9) ? wireVersion : random.between(0, 9)}}`,
  ];
  for (let count = random.between(0, 6); count > 0; count -= 1) {
    const line = random.pick([
      '{"type":"listen"}',
      '{"type":"heard"}',
      '{"type":"command","id":1,"command":{"do":"preview-cap","cap":3}}',
      '{"type":"command","id":2,"command":{"do":"lock","session":null,"actor":"a"}}',
      '{"type":"seen","id":1}',
      '{"type":"unwatch","id":1}',
      'GET / HTTP/1.1',
      '',
    ]);
    lines.push(random.chance(0.3) ? scratched(random, line) : line);
  }
  return `${lines.join('\n')}\n`;
};

const attach = (to: To, words: string): Promise<string> => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect(to);
  let answer = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    answer += text;
  });
  socket.on('error', () => undefined);
  socket.on('close', () => resolve(answer));
  const head = ['GET /v1/attach HTTP/1.1', 'Host: x', 'Connection: Upgrade'];
  socket.end(`${head.join('\r\n')}\r\nUpgrade: ${attachProtocol}\r\n\r\n${words}`);
  return within('the end of a console', promise, { saw: () => JSON.stringify({ words, answer }) });
};

/** The control that stands behind the desk: always the same picture, and all is carried out. */
const stubbed = (): StubControl => {
  const control = new StubControl();
  const watch = control.watch;
  const shown: typeof watch = (view, onSnapshot) => {
    queueMicrotask(() => void onSnapshot(snapshotAt(1)));
    return watch(view, onSnapshot);
  };
  Reflect.set(control, 'watch', shown);
  return control;
};

const isInOrder = (command: Command): boolean =>
  decodeToProxy(encode({ type: 'command', id: 1, command })).ok &&
  (!('cap' in command) || (Number.isInteger(command.cap) && command.cap >= 1));

const failing = (seed: number) => (error: unknown) => {
  throw new FailedCase(seed, error);
};

/**
 * Runs the cases of these seeds, and reports each batch; throws after the one in which one
 * failed. The control socket is closed by `cleanUp`.
 */
export const runDesk = async (
  seeds: Iterable<number>,
  report: (done: number) => void,
): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'wsb-'));
  onCleanup(() => rm(folder, { recursive: true, force: true }));
  const control = stubbed();
  const path = join(folder, 'c.sock');
  const listen = { host: '127.0.0.1', port: 0 };
  const tokens = { tokenFile: null, token: TOKEN, isPublic: false };
  const options = { socketPath: path, listen, ...tokens, maxStreamsPerAddress: 100 };
  const api = await openApi(control, options, { address: '127.0.0.1:1' });
  onCleanup(api.close);
  const tcp = { host: '127.0.0.1', port: Number(/\d+$/.exec(api.tcp ?? '')?.[0]) };
  const check = async (seed: number): Promise<void> => {
    const random = randomFrom(seed);
    const { door, text, isRight } = caseOf(random, seed);
    const answer = await ask(door === 'tcp' ? tcp : { path }, text, isRight);
    const seen = { door, text, answer };
    if (answer === '' ? isRight !== null : !isFine(answer)) broken('a malformed answer', seen);
    if (isRight !== null && isRight !== answer.startsWith('HTTP/1.1 20')) {
      broken('wrongly done or refused', seen);
    }
    if (door === 'tcp' && /^HTTP\/1\.1 [23]/.test(answer) && !text.includes(TOKEN)) {
      broken('something was done without a token', seen);
    }
    if (!random.chance(0.2)) return;
    const words = wordsOf(random);
    const said = await attach({ path }, words);
    const [, ...lines] = said.slice(said.indexOf('\r\n\r\n') + 3).split('\n');
    const isJson = lines.every((line) => line === '' || line.startsWith('{"type":"'));
    const isAttached = said.startsWith('HTTP/1.1 101 ') && said.includes('"hello"');
    if (!isJson || !isAttached) broken('a console is told something malformed', { words, said });
  };
  let done = 0;
  const runBatch = async (batch: readonly number[]): Promise<void> => {
    await Promise.all(batch.map((seed) => check(seed).catch(failing(seed))));
    const wrong = control.commands.splice(0).find((command) => !isInOrder(command));
    if (wrong !== undefined) broken('the proxy is asked something malformed', { wrong });
    control.watches.length = 0;
    done += batch.length;
    report(done);
  };
  let batch: number[] = [];
  for (const seed of seeds) {
    batch.push(seed);
    if (batch.length < BATCH) continue;
    await runBatch(batch);
    batch = [];
  }
  if (batch.length > 0) await runBatch(batch);
};
