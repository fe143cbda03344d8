import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_ANSWER_HEAD, readAnswer, viewerAnswer } from '../../src/core/backend-answer.ts';

const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';
const TERMS = {
  expectedAccept: ACCEPT,
  offers: { subprotocols: ['chat', 'b'], deflate: 'permessage-deflate' },
};
const NOTHING_OFFERED = { ...TERMS, offers: { subprotocols: [], deflate: null } };
const GOOD = {
  Upgrade: 'websocket',
  Connection: 'Upgrade',
  'Sec-WebSocket-Accept': ACCEPT,
};

/** A head with `GOOD`, changed by name (null for without it), and lines after it. */
const answer = (
  changes: Readonly<Record<string, string | null>> = {},
  more: readonly string[] = [],
  status = 'HTTP/1.1 101 Switching Protocols',
): string => {
  const lines = Object.entries({ ...GOOD, ...changes }).flatMap(([name, value]) =>
    value === null ? [] : [`${name}: ${value}`],
  );
  return [status, ...lines, ...more, '\r\n'].join('\r\n');
};

const read = (text: string, terms: Parameters<typeof readAnswer>[1] = TERMS) =>
  readAnswer(Buffer.from(text, 'latin1'), terms);

describe('readAnswer', () => {
  it('reads a plain agreement', () => {
    expect(read(answer())).toEqual({
      kind: 'ok',
      headLength: answer().length,
      subprotocol: null,
      extensions: null,
      deflate: false,
      headers: [],
    });
  });

  it('leaves the frames behind the head alone', () => {
    expect(read(`${answer()}\x81\x02\r\n\0\r\n\r\n`)).toMatchObject({
      kind: 'ok',
      headLength: answer().length,
    });
  });

  it.each([
    [{ upgrade: 'WebSocket', Upgrade: null }],
    [{ Connection: 'keep-alive, UPGRADE' }],
    [{ 'Content-Length': '0' }],
    [{ 'Transfer-Encoding': 'chunked' }],
    [{ 'Content-Length': 'x' }],
  ])('takes %j', (changes) => {
    expect(read(answer(changes))).toMatchObject({ kind: 'ok', headers: [] });
  });

  it('takes a status line without a reason', () => {
    expect(read(answer({}, [], 'HTTP/1.1 101')).kind).toBe('ok');
  });

  it('reads what the backend chose', () => {
    const extensions = 'permessage-deflate; server_max_window_bits="10"';
    const chosen = { 'Sec-WebSocket-Protocol': 'b', 'Sec-WebSocket-Extensions': extensions };
    expect(read(answer(chosen))).toMatchObject({ subprotocol: 'b', extensions, deflate: true });
  });

  it('keeps end-to-end headers for the viewer, doubles included, and no others', () => {
    const more = [
      'Set-Cookie: a=1',
      'set-cookie: b=2',
      'Server:x',
      'X-Empty:',
      'X-Hop: 1',
      'Keep-Alive: 1',
      'Transfer-Encoding: chunked',
      'Content-Length: 5',
    ];
    expect(read(answer({ Connection: 'Upgrade, X-Hop' }, more))).toMatchObject({
      headers: [
        ['Set-Cookie', 'a=1'],
        ['set-cookie', 'b=2'],
        ['Server', 'x'],
        ['X-Empty', ''],
      ].flat(),
    });
  });

  it.each([
    ['another status', answer({}, [], 'HTTP/1.1 404 secret'), 'status 404'],
    ['an early hint', answer({}, [], 'HTTP/1.1 103 secret'), 'status 103'],
    ['HTTP/1.0', answer({}, [], 'HTTP/1.0 101 secret'), 'not HTTP/1.1'],
    ['a failure by HTTP/1.0', answer({}, [], 'HTTP/1.0 502 secret'), 'status 502'],
    ['HTTP/2', answer({}, [], 'HTTP/2 101 secret'), 'not HTTP/1.1'],
    ['HTTP/1.2', answer({}, [], 'HTTP/1.2 101 secret'), 'status line'],
    ['a status of four digits', answer({}, [], 'HTTP/1.1 1010 secret'), 'status line'],
    ['two blanks', answer({}, [], 'HTTP/1.1  101 secret'), 'status line'],
    ['another protocol', 'SSH-2.0-secret', 'not HTTP/1.1'],
    ['no Upgrade', answer({ Upgrade: null }), 'does not upgrade'],
    ['another Upgrade', answer({ Upgrade: 'secret' }), 'does not upgrade'],
    ['two Upgrades', answer({ Upgrade: 'websocket, secret' }), 'does not upgrade'],
    ['no Connection', answer({ Connection: null }), 'Connection'],
    ['another Connection', answer({ Connection: 'secret' }), 'Connection'],
    ['no accept value', answer({ 'Sec-WebSocket-Accept': null }), 'Accept'],
    ['another accept value', answer({ 'Sec-WebSocket-Accept': 'secret' }), 'Accept'],
    [
      'an accept value in other case',
      answer({ 'Sec-WebSocket-Accept': ACCEPT.toUpperCase() }),
      'Accept',
    ],
    ['two accept values', answer({}, [`sec-websocket-accept: ${ACCEPT}`]), 'Accept'],
    ['another subprotocol', answer({ 'Sec-WebSocket-Protocol': 'secret' }), 'subprotocol'],
    ['a subprotocol in other case', answer({ 'Sec-WebSocket-Protocol': 'CHAT' }), 'subprotocol'],
    ['two subprotocols', answer({ 'Sec-WebSocket-Protocol': 'chat, b' }), 'subprotocol'],
    [
      'two lines of subprotocols',
      answer({ 'Sec-WebSocket-Protocol': 'b' }, ['Sec-WebSocket-Protocol: b']),
      'subprotocol',
    ],
    ['an empty subprotocol', answer({ 'Sec-WebSocket-Protocol': '' }), 'subprotocol'],
    ['another extension', answer({ 'Sec-WebSocket-Extensions': 'secret' }), 'not offered'],
    [
      'a second extension',
      answer({ 'Sec-WebSocket-Extensions': 'permessage-deflate, secret' }),
      'not offered',
    ],
    [
      'permessage-deflate twice',
      answer({ 'Sec-WebSocket-Extensions': 'permessage-deflate, permessage-deflate' }),
      'not offered',
    ],
    ['no extension at all', answer({ 'Sec-WebSocket-Extensions': '' }), 'not offered'],
    [
      'malformed extensions',
      answer({ 'Sec-WebSocket-Extensions': 'permessage-deflate; secret=' }),
      'malformed extensions',
    ],
    [
      'two lines of extensions',
      answer({ 'Sec-WebSocket-Extensions': 'permessage-deflate' }, [
        'Sec-WebSocket-Extensions: permessage-deflate',
      ]),
      'malformed extensions',
    ],
    ['a folded line', answer({}, ['X: 1', ' secret']), 'malformed header'],
    ['a line without a colon', answer({}, ['secret']), 'malformed header'],
    ['a blank before the colon', answer({}, ['X : secret']), 'malformed header'],
    ['an empty name', answer({}, [': secret']), 'malformed header'],
    ['a control in a value', answer({}, ['X: secret\x1b[31m']), 'malformed header'],
    ['NUL', answer({}, ['X: \0secret']), 'malformed line'],
    ['a bare LF', answer({}, ['X: 1\nSecret: 2']), 'malformed line'],
    ['a bare CR', answer({}, ['X: 1\rSecret: 2']), 'malformed line'],
    ['lines that end in LF', answer().replaceAll('\r', ''), 'malformed line'],
  ])('finds %s bad, in words of its own', (_what, text, detail) => {
    const reading = read(text);
    expect(reading).toMatchObject({ kind: 'bad', detail: expect.stringContaining(detail) });
    expect(JSON.stringify(reading)).not.toMatch(/secret/i);
  });

  it.each([
    ['a subprotocol', { 'Sec-WebSocket-Protocol': 'chat' }],
    ['an extension', { 'Sec-WebSocket-Extensions': 'permessage-deflate' }],
  ])('finds %s bad where none was offered', (_what, changes) => {
    expect(read(answer(changes)).kind).toBe('ok');
    expect(read(answer(changes), NOTHING_OFFERED).kind).toBe('bad');
  });

  it.each(['', 'H', 'HTTP/1.1 101', answer().slice(0, -1), answer().slice(0, -2)])(
    'waits for more after %j',
    (text) => {
      expect(read(text)).toEqual({ kind: 'more' });
    },
  );

  it.each(['X', 'HTTP/2', 'HTTP/1.1 101 x\n', 'HTTP/1.1 101 x\r\r'])(
    'does not wait after %j, which can become no answer',
    (text) => {
      expect(read(text).kind).toBe('bad');
    },
  );

  it('takes a head of 16 KiB and not one byte more', () => {
    const filler = MAX_ANSWER_HEAD - answer({}, ['X: ']).length;
    const most = answer({}, [`X: ${'x'.repeat(filler)}`]);
    expect(most.length).toBe(16_384);
    expect(read(most)).toMatchObject({ kind: 'ok', headLength: 16_384 });
    expect(read(`${most}\x81\x00`)).toMatchObject({ kind: 'ok', headLength: 16_384 });
    const detail = expect.stringContaining('16 KiB');
    expect(read(answer({}, [`X: ${'x'.repeat(filler + 1)}`]))).toMatchObject({
      kind: 'bad',
      detail,
    });
    expect(read(most.slice(0, -1))).toEqual({ kind: 'more' });
    expect(read('HTTP/1.1 101 '.padEnd(16_384, 'x'))).toMatchObject({ kind: 'bad', detail });
  });

  it('says the same however the bytes were cut', () => {
    const bit = fc.constantFrom(
      'HTTP/1.1 101 x',
      'HTTP/1.1 404',
      '\r\n',
      '\r\n',
      '\r\n\r\n',
      '\r',
      '\n',
      '\0',
      'Upgrade: websocket\r\n',
      'x: y',
    );
    const texts = fc.oneof(
      fc.array(bit).map((bits) => bits.join('')),
      fc
        .tuple(fc.nat(200), bit)
        .map(([at, text]) => answer().slice(0, at) + text + answer().slice(at)),
      fc.string({ unit: 'binary-ascii' }).map((text) => answer() + text),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const whole = read(text);
        let decided = false;
        for (let at = 0; at <= text.length; at += 1) {
          const reading = read(text.slice(0, at));
          if (reading.kind !== 'more') decided = true;
          expect(reading).toEqual(decided ? whole : { kind: 'more' });
        }
        expect(decided).toBe(whole.kind !== 'more');
      }),
    );
  });

  it('never throws, and never says more than the status', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (before, after) => {
        for (const start of ['', 'HTTP/1.1 101 ', answer().slice(0, -2)]) {
          const bytes = Buffer.concat([Buffer.from(start), before, Buffer.from('\r\n\r\n'), after]);
          const reading = readAnswer(bytes, TERMS);
          const detail = reading.kind === 'bad' ? reading.detail : 'the answer is fine';
          expect(detail).toMatch(/^the answer [A-Za-z0-9 :/.-]+$/);
        }
      }),
    );
  });
});

describe('viewerAnswer', () => {
  it('writes what the backend chose', () => {
    expect(
      viewerAnswer({
        accept: ACCEPT,
        subprotocol: 'chat',
        extensions: 'permessage-deflate',
        headers: ['Set-Cookie', 'a=1'],
      }),
    ).toBe(
      answer(
        { 'Sec-WebSocket-Protocol': 'chat', 'Sec-WebSocket-Extensions': 'permessage-deflate' },
        ['Set-Cookie: a=1'],
      ),
    );
  });

  it('writes nothing that was not chosen, and nothing that breaks out of its line', () => {
    const headers = ['X', '1\r\nY: 2'];
    const nothing = { accept: ACCEPT, subprotocol: null, extensions: null };
    expect(viewerAnswer({ ...nothing, headers })).toBe(answer());
  });

  it('is read back as it was written', () => {
    const name = fc.stringMatching(/^X-[A-Za-z]{1,8}$/);
    const value = fc.stringMatching(/^([\x21-\x7e]([\x20-\x7e]{0,8}[\x21-\x7e])?)?$/);
    const terms = fc.record({
      accept: fc.constant(ACCEPT),
      subprotocol: fc.constantFrom(null, 'chat', 'b'),
      extensions: fc.constantFrom(null, 'permessage-deflate'),
      headers: fc.array(fc.tuple(name, value)).map((fields) => fields.flat()),
    });
    fc.assert(
      fc.property(terms, (given) => {
        const { subprotocol, extensions, headers } = given;
        expect(read(viewerAnswer(given))).toMatchObject({ subprotocol, extensions, headers });
      }),
    );
  });
});
