import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { BackendTemplate, ProxyOptions } from '../../src/contract.ts';
import type { DialCause } from '../../src/events.ts';
import {
  echoBackend,
  hangingBackend,
  missingSocketBackend,
  rawBackend,
  refusingBackend,
  statusBackend,
  wrongAcceptBackend,
} from '../support/backends.ts';
import { named } from '../support/events.ts';
import { opcodes } from '../support/frame-reader.ts';
import { closing, frame } from '../support/frames.ts';
import { acceptFor } from '../support/http-head.ts';
import { withProxy } from '../support/proxy.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { connectRaw } from '../support/raw-viewer.ts';
import { closeOf, connectViewer, echo } from '../support/viewer.ts';
import { within } from '../support/within.ts';

type Failing = { readonly template: BackendTemplate };

const unavailable: readonly (readonly [string, DialCause, () => Promise<Failing>])[] = [
  ['refuses the connection', 'refused', refusingBackend],
  ['has no socket', 'refused', missingSocketBackend],
  ['has a socket path that is too long', 'error', async () => ({ template: longPath })],
  ['answers 404', 'bad-answer', () => statusBackend(404)],
  ['answers 500', 'bad-answer', () => statusBackend(500)],
  ['answers 200', 'bad-answer', () => statusBackend(200)],
  ['answers with a wrong Sec-WebSocket-Accept', 'bad-answer', wrongAcceptBackend],
  ['answers without Upgrade', 'bad-answer', () => answering({ Upgrade: null })],
  ['answers without Connection', 'bad-answer', () => answering({ Connection: 'close' })],
  [
    'chooses a subprotocol that was not offered',
    'bad-answer',
    () => answering({ 'Sec-WebSocket-Protocol': 'secret' }),
  ],
  [
    'chooses an extension that was not offered',
    'bad-answer',
    () => answering({ 'Sec-WebSocket-Extensions': 'permessage-deflate' }),
  ],
  ['answers with headers of 17 KiB', 'bad-answer', () => answering({ X: 'x'.repeat(17 * 1024) })],
  ['speaks something else', 'bad-answer', () => rawBackend({ answer: 'secret 1.0\r\n\r\n' })],
  ['closes without an answer', 'bad-answer', () => rawBackend({ answer: '', onConnection: end })],
  ['answers never', 'timeout', hangingBackend],
  ['stops in the middle of its answer', 'timeout', () => rawBackend({ answer: 'HTTP/1.1 101 ' })],
];

const longPath: BackendTemplate = {
  address: { socketPath: `/tmp/${'long/'.repeat(40)}{session}.sock` },
  tls: false,
  target: '/',
};
const answering = (extraHeaders: Record<string, string | null>) => rawBackend({ extraHeaders });
const end = ({ socket }: { socket: Socket }): void => void socket.end();

describe('a backend that is unavailable', () => {
  it.each(unavailable)('that %s: 1011, slot back', async (_how, cause, start) => {
    const { template } = await start();
    const dialTimeoutMs = cause === 'timeout' ? 100 : 10_000;
    const proxy = await withProxy({ backend: template, cap: 1, dialTimeoutMs });
    const viewer = await connectViewer(proxy.url('a'), { protocols: ['chat'] });

    expect(await closeOf(viewer)).toEqual({ code: 1011, reason: 'backend unavailable' });
    const event = await proxy.events.next(named('backend.unavailable'));
    expect(event).toEqual({
      event: 'backend.unavailable',
      time: expect.any(String),
      session: 'a',
      viewer: 'v1',
      remote: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      viewers: 0,
      cap: 1,
      cause,
      detail: expect.any(String),
      dialMs: expect.any(Number),
      code: 1011,
      reason: 'backend unavailable',
      closeSent: true,
    });
    expect(Number.isInteger(event.dialMs)).toBe(true);
    // What a backend says is never logged.
    expect(event.detail).not.toContain('secret');
    expect((await proxy.snapshot()).totals).toMatchObject({ sessions: 0, viewers: 0 });
    expect(proxy.events.all.map((each) => each.event)).toEqual([
      'proxy.listening',
      'session.full',
      'backend.unavailable',
    ]);
  });

  it('does not keep others from another session', async () => {
    const backend = await echoBackend({ on: { sessions: ['up'] } });
    const proxy = await withProxy({ backend: backend.template });
    expect((await closeOf(await connectViewer(proxy.url('down')))).code).toBe(1011);
    await echo(await connectViewer(proxy.url('up')), 'hello');
  });
});

describe('a viewer that leaves while the backend is dialled', () => {
  const early = frame({ opcode: opcodes.text, payload: 'early', masked: true });
  it.each([
    ['ends TCP', { early: Buffer.alloc(0) }, 'end'],
    ['ends TCP after early bytes', { early }, 'end'],
    ['is reset', { early: Buffer.alloc(0) }, 'reset'],
    ['is reset after early bytes', { early }, 'reset'],
  ] as const)('and %s: the dial is aborted and its slot usable', async (_how, said, how) => {
    const backend = await hangingBackend();
    const proxy = await withProxy({ backend: backend.template, cap: 1 });
    const viewer = connectRaw(proxy.url('a'), said);
    await backend.dials.next();
    if (how === 'end') viewer.socket.end();
    else viewer.reset();

    const event = await proxy.events.next(named('backend.unavailable'));
    expect(event).toMatchObject({ cause: 'aborted', viewer: 'v1', viewers: 0 });
    await backend.tally.until((tally) => tally.open('any') === 0, 'the dial to end');
    connectRaw(proxy.url('a'));
    await backend.dials.next();
    const { totals } = await proxy.snapshot();
    expect(totals).toMatchObject({ viewers: 1, refused: 0 });
  });
});

/** Resolves when the whole head of a request has come, and nothing behind it. */
const requestOn = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    let head = '';
    const take = (chunk: Buffer): void => {
      head += chunk.toString('latin1');
      if (!head.endsWith('\r\n\r\n')) return;
      socket.off('data', take);
      resolve();
    };
    socket.on('data', take);
  });

const key = Buffer.alloc(16, 'k').toString('base64');

/** A proxy whose backend answers when the test says so. */
const suspended = async (options: Partial<ProxyOptions> = {}) => {
  const backend = await hangingBackend();
  const proxy = await withProxy({ backend: backend.template, ...options });
  const join = async (session: string, early: Buffer = Buffer.alloc(0)) => {
    const extraHeaders = { 'Sec-WebSocket-Key': key };
    const viewer = connectRaw(proxy.url(session), { extraHeaders, early, answerClose: false });
    const socket = await backend.dials.next();
    await within('the request of the dial', requestOn(socket));
    const answer = (rest: Buffer = Buffer.alloc(0)): RawPeer => {
      const head = [
        'HTTP/1.1 101 Switching Protocols',
        'Upgrade: websocket',
        'Connection: Upgrade',
        `Sec-WebSocket-Accept: ${acceptFor(key)}`,
      ];
      socket.write(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), rest]));
      return new RawPeer('backend', socket, { answerClose: false });
    };
    return { viewer, answer };
  };
  return { backend, proxy, join };
};

const text = (payload: string, masked: boolean): Buffer =>
  frame({ opcode: opcodes.text, payload, masked });

const texts = async (peer: RawPeer, count: number): Promise<string[]> => {
  const all: string[] = [];
  while (all.length < count) all.push((await peer.nextData()).payload.toString());
  return all;
};

const close = (code: number, masked: boolean): Buffer =>
  frame({ opcode: opcodes.close, payload: closing(code), masked });

describe('early bytes', () => {
  it('of both sides arrive, in order', async () => {
    const { join } = await suspended();
    const { viewer, answer } = await join('a', Buffer.concat([text('1', true), text('2', true)]));
    viewer.send(text('3', true));
    const cut = text('4 is cut in the middle', true);
    viewer.send(cut.subarray(0, 9));
    const backend = answer(Buffer.concat([text('one', false), text('two', false)]));
    viewer.send(cut.subarray(9));
    backend.send(text('three', false));
    viewer.send(text('5', true));
    expect(await texts(backend, 5)).toEqual(['1', '2', '3', '4 is cut in the middle', '5']);
    expect(await texts(viewer, 3)).toEqual(['one', 'two', 'three']);
  });

  it('get a viewer nothing before the backend has answered', async () => {
    const { proxy, join } = await suspended();
    const { viewer, answer } = await join('a', text('1', true));
    expect((await proxy.snapshot()).viewers.rows).toMatchObject([
      { id: 'v1', state: 'dialling', rttMs: null, deadlineMs: null },
    ]);
    expect(viewer.bytesRead).toBe(0);
    expect(proxy.events.all.filter(named('viewer.admitted'))).toEqual([]);
    answer();
    expect((await viewer.open()).status).toBe(101);
    expect(await proxy.events.next(named('viewer.admitted'))).toMatchObject({ viewer: 'v1' });
  });

  it('that are a Close of either side end both, and count as one leaving', async () => {
    const { proxy, join } = await suspended();
    const both = await join('a', close(4001, true));
    both.answer(close(4002, false));
    expect((await both.viewer.closed()).close).toEqual({ code: 4002, reason: '' });
    expect(await proxy.events.next(named('viewer.left'))).toMatchObject({ viewer: 'v1' });

    // Were it counted twice, a stop would no longer wait for this one to close.
    const slow = await join('b');
    const backend = slow.answer();
    await slow.viewer.open();
    const stopped = proxy.control.command({ do: 'stop', now: false });
    await slow.viewer.nextFrame(({ opcode }) => opcode === opcodes.close);
    slow.viewer.send(close(1001, true));
    await backend.nextFrame(({ opcode }) => opcode === opcodes.close);
    backend.send(close(1001, false));
    expect((await slow.viewer.closed()).how).toBe('fin');
    expect((await backend.closed()).how).toBe('fin');
    await stopped;
    expect(proxy.events.all.filter(named('viewer.left'))).toHaveLength(2);
  });

  it('are bounded by the message limit of viewers', async () => {
    const { proxy, backend, join } = await suspended({ maxViewerMessage: 1_000 });
    const { viewer } = await join('a');
    viewer.send(Buffer.alloc(1_000));
    viewer.send(Buffer.alloc(1));
    const { close: said } = await viewer.closed();
    expect(said).toEqual({ code: 1009, reason: 'message too big' });
    const event = await proxy.events.next(named('backend.unavailable'));
    expect(event).toMatchObject({ cause: 'aborted', viewers: 0, code: 1009 });
    await backend.tally.until((tally) => tally.open('any') === 0, 'the dial to end');
  });

  it('of as much as the limit all arrive', async () => {
    const payload = Buffer.alloc(992, 'x');
    const whole = frame({ opcode: opcodes.binary, payload, masked: true });
    expect(whole).toHaveLength(1_000);
    const { join } = await suspended({ maxViewerMessage: 1_000 });
    const { answer } = await join('a', whole);
    expect((await answer().nextData()).payload).toEqual(payload);
  });

  it('that are too many in the first packet dial nobody', async () => {
    const { proxy, backend } = await suspended({ maxViewerMessage: 1_000, refuseWith: 'http' });
    const viewer = connectRaw(proxy.url('a'), { early: Buffer.alloc(1_001) });
    expect((await viewer.open()).status).toBe(400);
    const event = await proxy.events.next(named('backend.unavailable'));
    expect(event).toMatchObject({ cause: 'aborted', status: 400, closeSent: false, viewers: 0 });
    expect(backend.dials.all).toEqual([]);
  });
});
