/**
 * The pure decisions of the HTTP front: which request becomes a session, from which page, from
 * where, what its backend is told, and which answer of a backend is believed.
 */
import { isIP } from 'node:net';
import { readAnswer, type AnswerReading } from '../../src/core/backend-answer.ts';
import { backendRequest } from '../../src/core/backend-request.ts';
import { viewerAddress } from '../../src/core/forwarded.ts';
import { mayConnect } from '../../src/core/origin.ts';
import { routePlain, routeUpgrade, type Answer } from '../../src/core/route.ts';
import { type Random, randomFrom } from '../support/random.ts';
import { type Head, headOf, scratched, textOf } from './heads.ts';
import { broken, type Target } from './target.ts';

const OPTIONS = { path: '/ws/{session}' };
const LINE = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+: [\t\x20-\x7e\x80-\xff]*$/;

const checkAnswer = (answer: Answer, seen: object): void => {
  const { status, body, headers } = answer;
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const fine =
    [200, 400, 404, 405, 426, 431].includes(status) &&
    /^[\x20-\x7e]+\n$/.test(body) === (status !== 200) &&
    fields.every((line) => LINE.test(line));
  if (!fine) broken('an answer is malformed', { answer, ...seen });
};

/** Every upgrade is one, nothing else is, and what is no upgrade has an answer. */
const checkRoute = (head: Head): void => {
  const { request, session, isUpgrade } = head;
  const route = routeUpgrade(request, OPTIONS);
  const admitted = route.kind === 'session';
  if (admitted !== isUpgrade || (admitted && route.session !== session)) {
    broken('an upgrade is not told from what is none', { head, route });
  }
  if (!admitted) checkAnswer(route, { head });
  checkAnswer(routePlain(request, OPTIONS), { head });
};

/** A request that nobody planned: whatever is admitted has at least these. */
const checkScratched = (random: Random, head: Head): void => {
  const [first = '', ...lines] = scratched(random, textOf(head)).split('\r\n');
  const [method = '', target = '', version = ''] = first.split(' ');
  const rawHeaders = lines.flatMap((line) =>
    line === '' ? [] : [line.split(':')[0] ?? '', line.slice(line.indexOf(':') + 1)],
  );
  const request = {
    method,
    target,
    httpVersion: /^HTTP\/(.*)$/.exec(version)?.[1] ?? '',
    rawHeaders,
  };
  const route = routeUpgrade(request, OPTIONS);
  if (route.kind === 'answer') {
    checkAnswer(route, { request });
    return;
  }
  const path = target.split('?')[0] ?? '';
  const count = (name: string): number =>
    rawHeaders.filter((each, at) => at % 2 === 0 && each.toLowerCase() === name).length;
  const fine =
    method === 'GET' &&
    version === 'HTTP/1.1' &&
    /^\/ws\/(?:[\w.~-]|%[0-9a-f]{2})+$/i.test(path) &&
    decodeURIComponent(path.slice(4)) === route.session &&
    /^[A-Za-z0-9][\w.~-]{0,127}$/.test(route.session) &&
    ['host', 'sec-websocket-key', 'sec-websocket-version'].every((name) => count(name) === 1) &&
    count('content-length') + count('transfer-encoding') === 0;
  if (!fine) broken('something is admitted that is no upgrade', { request, route });
};

/** The one request that the backend gets of it. */
const checkRequest = (random: Random, { request, session }: Head): void => {
  const { rawHeaders } = request;
  const peer = { address: random.pick(['127.0.0.1', '10.0.0.1', '::1']), port: 5 };
  const forwarded = viewerAddress({ peer, rawHeaders, trusted: () => random.chance(0.5) });
  const backend = { address: { host: 'b', port: 1 }, tls: false, target: '/x/{session}?y' };
  const query = random.chance(0.5) ? '' : scratched(random, 'a=b&c=d');
  const { head } = backendRequest({
    template: backend,
    session: session as never,
    query,
    rawHeaders,
    backendHost: random.chance(0.5) ? null : 'b:1',
    forwarded,
  });
  const [first = '', ...lines] = head.slice(0, -4).split('\r\n');
  const names = lines.map((line) =>
    (line.split(':')[0] ?? '').toLowerCase().replaceAll(/[^a-z0-9]/g, '-'),
  );
  const once = ['host', 'upgrade', 'connection', 'sec-websocket-key', 'sec-websocket-version'];
  const fine =
    head.endsWith('\r\n\r\n') &&
    /^GET \/x\/[\w.~-]+\?y[\x21\x22\x24-\x7e]* HTTP\/1\.1$/.test(first) &&
    lines.every((line) => LINE.test(line)) &&
    [...once, 'x-forwarded-for', 'x-forwarded-proto'].every(
      (name) => names.filter((each) => each === name).length === 1,
    ) &&
    !names.some((name) => name === 'content-length' || name === 'transfer-encoding');
  if (!fine) broken('the backend is told something else', { rawHeaders, query, head });
};

const ORIGINS = [
  'http://localhost',
  'https://a.example',
  'http://a.example:8080',
  'http://[::1]:1',
];
const STRANGE = ['null', '', 'file://', 'http://', 'http://a b', 'https://a.example/', 'a.example'];
const PAGES = [...ORIGINS, ...STRANGE, 'http://evil.example', 'http://localhost.evil.example'];
const SITES = [
  'localhost',
  'a.example',
  'a.example:8080',
  '[::1]:1',
  'localhost:80',
  'evil.example',
];

/** Host and port as the URL standard reads them; the text where it reads nothing. */
const siteOf = (url: string): string => {
  const text = url.toLowerCase().replace(/\.(?=(?::\d*)?$)/, '');
  return URL.canParse(text)
    ? new URL(text).host
    : text.replace(/^[a-z]+:\/\//, '').replace(/:$/, '');
};

const isLocal = (site: string): boolean => {
  const name = site.replace(/:\d+$/, '');
  return /^(?:.+\.)?localhost$/.test(name) || isIP(name.replaceAll(/[[\]]/g, '')) !== 0;
};

/** Nobody gets in from a page that is neither allowed nor the host itself. */
const checkOrigin = (random: Random): void => {
  const stroke = (text: string): string => (random.chance(0.3) ? scratched(random, text) : text);
  const origins = Array.from({ length: random.chance(0.1) ? 2 : 1 }, () =>
    stroke(random.pick(PAGES)),
  );
  const host = stroke(random.pick(SITES));
  const allowOrigins = random.chance(0.3) ? [random.pick(ORIGINS)] : [];
  const loopback = random.chance(0.5);
  const rawHeaders = [...origins.flatMap((origin) => ['Origin', origin]), 'Host', host];
  const verdict = mayConnect({ rawHeaders, loopback, allowOrigins });
  const seen = { rawHeaders, allowOrigins, loopback, verdict };
  if (!verdict.ok) {
    if (!/^[\x20-\x7e]{1,799}\n$/.test(verdict.body)) broken('a 403 is malformed', seen);
    return;
  }
  const origin = (origins[0] ?? '').replaceAll(/^[ \t]+|[ \t]+$/g, '');
  const scheme = /^https?:\/\//i.exec(origin)?.[0] ?? 'none://';
  const site = siteOf(origin);
  const isAllowed = allowOrigins.some(
    (allowed) => allowed.startsWith(scheme.toLowerCase()) && siteOf(allowed) === site,
  );
  const isSame = site === siteOf(`${scheme}${host.replaceAll(/^[ \t]+|[ \t]+$/g, '')}`);
  const fine = origins.length === 1 && (isAllowed || (isSame && (!loopback || isLocal(site))));
  if (!fine) broken('a page gets in that has no business here', { ...seen, site });
};

const ENTRIES = [
  '192.0.2.1',
  '10.0.0.9',
  '192.0.2.1:80',
  '[2001:db8::1]:9',
  '2001:db8::1',
  'unknown',
];

/** Whoever is not trusted is believed nothing; and all that is told is printable. */
const checkAddress = (random: Random): void => {
  const trusts = random.chance(0.5);
  const entries = Array.from({ length: random.between(0, 3) }, () =>
    random.chance(0.3) ? scratched(random, random.pick(ENTRIES)) : random.pick(ENTRIES),
  );
  const proto = random.pick(['https', 'wss', 'ftp', '\x1b', '']);
  const rawHeaders = Object.entries({
    'X-Forwarded-For': entries.join(','),
    'X-Forwarded-Proto': proto,
    'X-Forwarded-Host': scratched(random, 'a.example'),
    Host: scratched(random, 'b.example'),
  }).flat();
  const trusted = (address: string): boolean => trusts && /^10\.|^127\./.test(address);
  const peer = { address: '127.0.0.1', port: 5 };
  const told = viewerAddress({ peer, rawHeaders, trusted });
  const address = told.remote.replace(/^\[(.*)\](?::\d+)?$/, '$1').replace(/^([\d.]+):\d+$/, '$1');
  const fine =
    isIP(address) !== 0 &&
    (trusts ||
      (told.remote === '127.0.0.1:5' &&
        told.forwardedFor === '127.0.0.1' &&
        told.proto === 'http')) &&
    /^[\x21-\x7e]+(?:, [\x21-\x7e]+)*$/.test(told.forwardedFor) &&
    /^[\w.:[\]-]*$/.test(told.host);
  if (!fine) broken('an address is not what it should be', { rawHeaders, trusts, told });
};

const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';
const TERMS = {
  expectedAccept: ACCEPT,
  offers: { subprotocols: ['chat', 'b'], deflate: 'permessage-deflate' },
};
const STATUSES = ['HTTP/1.1 101 Switching Protocols', 'HTTP/1.1 101', 'HTTP/1.1 101 \x80'];
const WRONG_STATUSES = [
  'HTTP/1.0 101 OK',
  'HTTP/1.1 200 OK',
  'HTTP/2 101',
  'http/1.1 101',
  'HTTP/1.1 0101',
];
const ANSWERS: readonly (readonly [
  name: string,
  right: readonly string[],
  wrong: readonly string[],
])[] = [
  ['Upgrade', ['websocket', 'WebSocket'], ['h2c', '', 'websocket, h2c', 'websockets']],
  ['Connection', ['Upgrade', 'keep-alive, upgrade'], ['close', '', 'upgrades']],
  ['Sec-WebSocket-Accept', [ACCEPT], ['', 'x', ACCEPT.toLowerCase(), `${ACCEPT}=`]],
];
const CHOICES = [
  ['Sec-WebSocket-Protocol: chat', true],
  ['Sec-WebSocket-Protocol: Chat', false],
  ['Sec-WebSocket-Protocol: chat, b', false],
  ['Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover', true],
  ['Sec-WebSocket-Extensions: x-other', false],
  ['Sec-WebSocket-Extensions: permessage-deflate, permessage-deflate', false],
  ['X-A: b', true],
  ['Set-Cookie: a=\xff', true],
  ['Content-Length: 3', true],
  [' folded', false],
  ['X-A : b', false],
  ['no colon', false],
  [`Sec-WebSocket-Accept: ${ACCEPT}`, false],
] as const;

const checkBackend = (random: Random): void => {
  const wrong = random.chance(0.5) ? 0 : 0.15;
  let isRight = !random.chance(wrong);
  const lines: string[] = [random.pick(isRight ? STATUSES : WRONG_STATUSES)];
  for (const [name, right, others] of ANSWERS) {
    const fails = random.chance(wrong);
    lines.push(`${name}: ${random.pick(fails ? others : right)}`);
    isRight &&= !fails;
  }
  const seen = new Set<string>();
  for (let more = random.between(0, 2); more > 0; more -= 1) {
    const [line, good] = random.pick(CHOICES);
    const name = line.split(':')[0] ?? '';
    if ((!good && wrong === 0) || seen.has(name)) continue;
    seen.add(name);
    lines.push(line);
    isRight &&= good;
  }
  const text = [...lines, '', ''].join('\r\n');
  const whole = Buffer.from(`${text}\x81\x00`, 'latin1');
  const reading = readAnswer(whole, TERMS);
  if (
    (reading.kind === 'ok') !== isRight ||
    (reading.kind === 'ok' && reading.headLength !== text.length)
  ) {
    broken('an answer is believed or not, wrongly', { text, reading });
  }
  const bytes = random.chance(0.5) ? whole : Buffer.from(scratched(random, text), 'latin1');
  const last = readAnswer(bytes, TERMS);
  const parts: AnswerReading[] = Array.from({ length: 3 }, () =>
    readAnswer(bytes.subarray(0, random.between(0, bytes.length)), TERMS),
  );
  const differs = parts.some(
    (part) => part.kind !== 'more' && JSON.stringify(part) !== JSON.stringify(last),
  );
  const isWordy = last.kind === 'bad' && !/^[ \w./:-]{1,80}$/.test(last.detail);
  if (differs || isWordy)
    broken('an answer reads differently in parts', { text: bytes.toString('latin1'), last, parts });
};

/** One request, one page, one address and one answer. */
export const frontTarget: Target = {
  name: 'front',
  run: (seed) => {
    const random = randomFrom(seed);
    const head = headOf(random);
    checkRoute(head);
    checkScratched(random, head);
    if (head.isUpgrade) checkRequest(random, head);
    checkOrigin(random);
    checkAddress(random);
    checkBackend(random);
  },
};
