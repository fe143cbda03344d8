import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLOSE, closePayload, mayBeSent, readClosePayload } from '../../src/core/close-codes.ts';

describe('the table of what the proxy says on closing', () => {
  it('holds the codes and reasons that pages and backends rely on', () => {
    expect(CLOSE).toEqual({
      sessionFull: { code: 1013, reason: 'too many connections for this session' },
      proxyFull: { code: 1013, reason: 'too many connections' },
      sessionLocked: { code: 1013, reason: 'session locked' },
      draining: { code: 1013, reason: 'proxy is draining' },
      serviceRestart: { code: 1012, reason: 'service restart' },
      backendUnavailable: { code: 1011, reason: 'backend unavailable' },
      backendLost: { code: 1011, reason: 'backend lost' },
      pongTimeout: { code: 1001, reason: 'pong timeout' },
      evictedByOperator: { code: 1008, reason: 'evicted by operator' },
      messageTooBig: { code: 1009, reason: 'message too big' },
      protocolError: { code: 1002, reason: 'protocol error' },
      shuttingDown: { code: 1001, reason: 'proxy is shutting down' },
      viewerLost: { code: 1001, reason: 'viewer lost' },
      viewerEvicted: { code: 1001, reason: 'viewer evicted' },
    });
  });

  it.each(Object.entries(CLOSE))('can be put on the wire whole: %s', (_name, words) => {
    expect(readClosePayload(closePayload(words.code, words.reason))).toEqual(words);
  });
});

describe('mayBeSent', () => {
  it.each([1000, 1001, 1002, 1003, 1007, 1008, 1010, 1011, 1012, 1013, 1014, 3000, 4000, 4999])(
    'allows %i',
    (code) => {
      expect(mayBeSent(code)).toBe(true);
    },
  );

  it.each([
    -1,
    0,
    1,
    999,
    1004,
    1005,
    1006,
    1015,
    1016,
    1999,
    2000,
    2999,
    5000,
    65_535,
    66_536,
    1000.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ])('keeps %d off the wire', (code) => {
    expect(mayBeSent(code)).toBe(false);
  });
});

describe('closePayload', () => {
  it('puts the code in two bytes ahead of the reason', () => {
    expect(closePayload(1013, 'full')).toEqual(Buffer.from([0x03, 0xf5, ...Buffer.from('full')]));
  });

  it.each([
    ['no code', null],
    ['a code that may not be sent', 1006],
    ['a code that is no integer', 1000.5],
    ['a code beyond two bytes', 70_000],
  ])('is empty with %s', (_name, code) => {
    expect(closePayload(code, 'a reason without a code cannot be said')).toHaveLength(0);
  });

  it('keeps a reason of 123 bytes whole', () => {
    expect(closePayload(1000, 'x'.repeat(123)).subarray(2).toString()).toBe('x'.repeat(123));
  });

  it.each([
    ['one byte', 'x'.repeat(200), 'x'.repeat(123)],
    ['two bytes, the 123rd byte its first', `${'x'.repeat(122)}éé`, 'x'.repeat(122)],
    ['three bytes', '€'.repeat(60), '€'.repeat(41)],
    ['three bytes, cut after two', `xx${'€'.repeat(60)}`, `xx${'€'.repeat(40)}`],
    ['four bytes', '😀'.repeat(40), '😀'.repeat(30)],
  ])('cuts a longer reason between characters of %s', (_name, reason, kept) => {
    expect(closePayload(1000, reason).subarray(2).toString()).toBe(kept);
  });

  it('is legal and at most 125 bytes for any code and any reason', () => {
    const reasons = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      // Half characters, which no UTF-8 can hold.
      fc
        .array(fc.integer({ min: 0xd7f0, max: 0xe010 }), { maxLength: 80 })
        .map((units) => String.fromCharCode(...units)),
    );
    fc.assert(
      fc.property(
        fc.option(fc.oneof(fc.integer(), fc.integer({ min: 990, max: 5010 }))),
        reasons,
        (code, reason) => {
          const payload = closePayload(code, reason);
          const read = readClosePayload(payload);
          expect(payload.length).toBeLessThanOrEqual(125);
          expect(read?.code).toBe(code !== null && mayBeSent(code) ? code : null);
          const said = read?.code === null ? '' : Buffer.from(reason).toString();
          expect(said.startsWith(read?.reason ?? '?')).toBe(true);
          // No character is longer than 4 bytes, so a cut loses at most 3 of the 125.
          expect(payload.length).toBeGreaterThanOrEqual(
            said === '' ? 0 : Math.min(122, 2 + Buffer.byteLength(said)),
          );
        },
      ),
    );
  });
});

describe('readClosePayload', () => {
  it('reads an empty payload as a close without a code', () => {
    expect(readClosePayload(Buffer.alloc(0))).toEqual({ code: null, reason: '' });
  });

  it('reads a code without a reason', () => {
    expect(readClosePayload(Buffer.from([0x03, 0xe8]))).toEqual({ code: 1000, reason: '' });
  });

  it.each([
    ['two, three and four bytes a character', 'é€😀'],
    ['a byte order mark', '\uFEFFbye'],
    ['the replacement character itself', '\uFFFD'],
    ['a NUL', 'a\0b'],
  ])('reads a reason with %s as it was sent', (_name, reason) => {
    const payload = Buffer.concat([Buffer.from([0x0f, 0xa0]), Buffer.from(reason)]);
    expect(readClosePayload(payload)).toEqual({ code: 4000, reason });
  });

  it.each([
    ['half a code', [0x03]],
    ['1005, which says that there was none', [0x03, 0xed]],
    ['1006, which says that there was no close', [0x03, 0xee]],
    ['1015, which says that TLS failed', [0x03, 0xf7]],
    ['2999', [0x0b, 0xb7]],
    ['5000', [0x13, 0x88]],
  ])('takes no payload with %s', (_name, bytes) => {
    expect(readClosePayload(Buffer.from(bytes))).toBeNull();
  });

  it('takes any reason, and reads what is not UTF-8 as a lenient decoder does', () => {
    const lenient = new TextDecoder('utf-8', { ignoreBOM: true });
    const byte = fc.oneof(
      fc.constantFrom(0x41, 0x80, 0xbf, 0xc3, 0xe2, 0xed, 0xef, 0xf0, 0xf4),
      fc.nat(255),
    );
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 8 }), (bytes) => {
        const read = readClosePayload(Buffer.from([0x03, 0xe8, ...bytes]));
        expect(read).toEqual({ code: 1000, reason: lenient.decode(Uint8Array.from(bytes)) });
      }),
      { numRuns: 2000 },
    );
  });
});
