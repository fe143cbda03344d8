/**
 * The HTTP front over sockets: a real proxy is sent whole requests, good ones, bad ones and ones
 * with strokes that nobody planned. Only an upgrade that is one in every piece gets a 101, and
 * whatever gets something else gets a well-formed answer, or none, and an end.
 */
import { connect } from 'node:net';
import { rawBackend } from '../support/backends.ts';
import { withProxy } from '../support/proxy.ts';
import { within } from '../support/within.ts';
import { type Random, randomFrom } from '../support/random.ts';
import { headOf, scratched, textOf } from './heads.ts';
import { broken, FailedCase } from './target.ts';

/** At once, so that they meet at the door. */
const BATCH = 100;

const ANSWER =
  /^HTTP\/1\.1 ([1-5]\d\d) [^\r\n]*\r\n((?:[!#$%&'*+.^_`|~0-9A-Za-z-]+: [\t\x20-\x7e\x80-\xff]*\r\n)*)\r\n/;

/** Sends one request and resolves with all that came back, once it has ended. */
const ask = (port: number, request: string): Promise<string> => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => {
    answer += text;
    if (!answer.includes('\r\n\r\n')) return;
    if (answer.startsWith('HTTP/1.1 101 ')) socket.destroy();
    else socket.end();
  });
  // A proxy that has had enough may break the connection.
  socket.on('error', () => undefined);
  socket.on('close', () => resolve(answer));
  socket.write(Buffer.from(request, 'latin1'));
  // What is no whole request is answered at its end.
  if (!request.includes('\r\n\r\n')) socket.end();
  return within('an end', promise, { saw: () => JSON.stringify({ request, answer }) });
};

/** What every request must have that gets a 101, however it came about. */
const couldBe = (request: string): boolean => {
  const [head = ''] = request.replace(/^(?:\r\n)+/, '').split('\r\n\r\n');
  const [line = '', ...fields] = head.split('\r\n');
  const values = (name: string): readonly string[] =>
    fields.flatMap((field) => {
      const [, key = '', value = ''] = /^([^:]*):[ \t]*(.*?)[ \t]*$/s.exec(field) ?? [];
      return key.toLowerCase() === name ? [value] : [];
    });
  const lists = (name: string, token: string): boolean =>
    values(name).some((value) =>
      value.split(',').some((each) => each.trim().toLowerCase() === token),
    );
  const [key = '', ...keys] = values('sec-websocket-key');
  return (
    /^GET +\/ws\/(?:[A-Za-z0-9]|%[0-9A-Fa-f]{2})(?:[\w.~-]|%[0-9A-Fa-f]{2})*(?:\?[\x21-\x7e]*)? +HTTP\/1\.1$/.test(
      line,
    ) &&
    fields.every((field) => /^[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*$/.test(field)) &&
    values('host').length === 1 &&
    values('sec-websocket-version').join() === '13' &&
    keys.length === 0 &&
    Buffer.from(key, 'base64').length === 16 &&
    lists('upgrade', 'websocket') &&
    lists('connection', 'upgrade') &&
    values('content-length').length + values('transfer-encoding').length === 0
  );
};

/** A whole answer of at least a head, and as long as it says. */
const isWellFormed = (answer: string): boolean => {
  const [head, status, fields = ''] = ANSWER.exec(answer) ?? [];
  if (head === undefined || status === undefined) return false;
  if (status === '101' || status === '100') return true;
  const length = /^content-length: (\d+)\r$/im.exec(fields)?.[1];
  const rest = answer.slice(head.length);
  // An answer to HEAD says how long it would be; behind one answer there may be another.
  const isWhole = length === undefined || rest.length >= Number(length);
  return isWhole || rest === '' || ANSWER.test(rest);
};

type Case = { readonly request: string; readonly wanted: boolean | null };

const caseOf = (random: Random, seed: number): Case => {
  const head = headOf(random, `s${seed}x`);
  const text = textOf(head);
  const isScratched = random.chance(0.4);
  const request = isScratched ? scratched(random, text) : text;
  return { request, wanted: isScratched ? null : head.isUpgrade };
};

/**
 * Runs the cases of these seeds, and reports each; throws after the batch in which one failed.
 * The sockets, the proxy and its backend are ended by `cleanUp`.
 */
export const runDoorstep = async (
  seeds: Iterable<number>,
  report: (done: number) => void,
): Promise<void> => {
  const backend = await rawBackend();
  const proxy = await withProxy({
    backend: backend.template,
    cap: 100_000,
    maxViewers: 100_000,
    allowOrigins: ['*'],
    handshakeTimeoutMs: 10_000,
  });
  const port = Number(/\d+$/.exec(proxy.address)?.[0]);
  let admitted = 0;
  let done = 0;
  const check = async ({ request, wanted }: Case): Promise<void> => {
    const answer = await ask(port, request);
    const isAdmitted = answer.startsWith('HTTP/1.1 101 ');
    if (isAdmitted) admitted += 1;
    const seen = { request, answer };
    if (wanted !== null && isAdmitted !== wanted) broken('wrongly admitted or refused', seen);
    if (isAdmitted && !couldBe(request)) broken('admitted, though it is no upgrade', seen);
    if (answer === '' ? wanted !== null : !isWellFormed(answer)) broken('a malformed answer', seen);
  };
  const runBatch = async (batch: readonly number[]): Promise<void> => {
    await Promise.all(
      batch.map((seed) =>
        check(caseOf(randomFrom(seed), seed)).catch((error: unknown) => {
          throw new FailedCase(seed, error);
        }),
      ),
    );
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
  if (backend.connections.all.length !== admitted) {
    broken('dials and answers differ', { dials: backend.connections.all.length, admitted });
  }
};
