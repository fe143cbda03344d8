import { describe, expect, it } from 'vitest';
import { FrameScanner, type ScanRules, type Verdict } from '../../src/core/frames.ts';
import { opcodes } from '../support/frame-reader.ts';
import { closing, frame, frameHeader, type FrameParts } from '../support/frames.ts';

const { continuation, text, binary, close, ping, pong } = opcodes;

const LIMIT = 1_000_000;
const scanner = (rules: Partial<ScanRules> = {}): FrameScanner =>
  new FrameScanner({ masked: false, maxMessage: LIMIT, deflate: false, ...rules });

const pass = (bytes: Uint8Array, boundary: boolean): Verdict => ({
  kind: 'pass',
  bytes: Buffer.from(bytes),
  boundary,
});

const fail = (detail: string): object => ({ kind: 'fail', cause: 'protocol-error', detail });
const tooBig = { kind: 'fail', cause: 'message-too-big', detail: 'message over the limit' };

/** Scans each chunk without a split; the verdicts of all. */
const scanAll = (subject: FrameScanner, ...chunks: Uint8Array[]): Verdict[] =>
  chunks.flatMap((chunk) => subject.scan(Buffer.from(chunk), false));

const kinds = (verdicts: readonly Verdict[]): string[] => verdicts.map((verdict) => verdict.kind);

describe('passing data frames on', () => {
  it('passes a chunk of many whole frames as one run, which is the chunk itself', () => {
    const subject = scanner();
    const chunk = Buffer.concat([
      frame({ opcode: text, payload: 'one' }),
      frame({ opcode: binary, payload: Buffer.alloc(300, 7) }),
      frame({ opcode: text }),
    ]);
    const verdicts = subject.scan(chunk, false);
    expect(verdicts).toEqual([pass(chunk, true)]);
    expect(verdicts[0]).toHaveProperty(
      'bytes',
      expect.toSatisfy((bytes) => bytes === chunk),
    );
    expect(subject.messages).toBe(3);
  });

  it('passes a chunk inside a payload as one run, which is the chunk itself', () => {
    const subject = scanner();
    subject.scan(frameHeader({ opcode: binary, claims: 100 }), false);
    const chunk = Buffer.alloc(40, 0xff);
    const verdicts = subject.scan(chunk, false);
    expect(verdicts).toEqual([pass(chunk, false)]);
    expect(verdicts[0]).toHaveProperty(
      'bytes',
      expect.toSatisfy((bytes) => bytes === chunk),
    );
  });

  it('passes the rest of a cut header, its payload and the next frames as one run', () => {
    const subject = scanner();
    const bytes = Buffer.concat([
      frame({ opcode: binary, payload: Buffer.alloc(70_000, 1) }),
      frame({ opcode: binary, payload: 'next' }),
    ]);
    expect(subject.scan(bytes.subarray(0, 4), false)).toEqual([]);
    const rest = bytes.subarray(4);
    const verdicts = subject.scan(rest, false);
    expect(verdicts).toEqual([pass(bytes.subarray(0, 4), false), pass(rest, true)]);
    expect(verdicts[1]).toHaveProperty(
      'bytes',
      expect.toSatisfy((bytes) => bytes === rest),
    );
  });

  it('keeps what it holds when the memory of the chunk is used again', () => {
    const subject = scanner();
    const bytes = frame({ opcode: binary, payload: Buffer.alloc(70_000, 1) });
    const chunk = Buffer.from(bytes.subarray(0, 4));
    subject.scan(chunk, false);
    chunk.fill(0);
    expect(subject.scan(bytes.subarray(4), false)[0]).toEqual(pass(bytes.subarray(0, 4), false));
  });

  it('keeps what it handed out when it holds the next cut header', () => {
    const subject = scanner();
    const first = frame({ opcode: binary, payload: Buffer.alloc(200, 1) });
    const second = frame({ opcode: text, payload: Buffer.alloc(300, 2) });
    subject.scan(first.subarray(0, 3), false);
    const [handed] = subject.scan(Buffer.concat([first.subarray(3), second.subarray(0, 2)]), false);
    subject.scan(second.subarray(2), false);
    expect(handed).toEqual(pass(first.subarray(0, 3), false));
  });

  it('holds a header back until its last byte, the masking key included', () => {
    const subject = scanner({ masked: true });
    const bytes = frame({ opcode: binary, payload: Buffer.alloc(70_000, 1), masked: true });
    for (let at = 0; at < 13; at += 1) {
      expect(subject.scan(bytes.subarray(at, at + 1), false)).toEqual([]);
      expect(subject.atBoundary).toBe(true);
      expect(subject.midMessage).toBe(false);
    }
    expect(subject.scan(bytes.subarray(13, 14), false)).toEqual([
      pass(bytes.subarray(0, 13), false),
      pass(bytes.subarray(13, 14), false),
    ]);
    expect(subject.atBoundary).toBe(false);
    expect(subject.midMessage).toBe(true);
  });

  it('ends a run at the last boundary when the chunk ends inside the next header', () => {
    const subject = scanner();
    const whole = frame({ opcode: text, payload: 'whole' });
    const cut = frameHeader({ opcode: binary, claims: 70_000 }).subarray(0, 9);
    expect(scanAll(subject, Buffer.concat([whole, cut]))).toEqual([pass(whole, true)]);
    expect(subject.atBoundary).toBe(true);
  });

  it('makes nothing of an empty chunk, wherever it comes', () => {
    const subject = scanner();
    const bytes = frame({ opcode: text, payload: 'abc' });
    const empty = Buffer.alloc(0);
    expect(subject.scan(empty, true)).toEqual([]);
    subject.scan(bytes.subarray(0, 1), false);
    expect(subject.scan(empty, true)).toEqual([]);
    subject.scan(bytes.subarray(1, 3), false);
    expect(subject.scan(empty, true)).toEqual([]);
    expect(subject.scan(bytes.subarray(3), true)).toEqual([pass(bytes.subarray(3), true)]);
  });

  it('counts a fragmented message once, when its last fragment has ended', () => {
    const subject = scanner();
    const steps: [FrameParts, number, boolean][] = [
      [{ opcode: text, payload: 'a', fin: false }, 0, true],
      [{ opcode: continuation, fin: false }, 0, true],
      [{ opcode: ping, payload: 'p' }, 0, true],
      [{ opcode: continuation, payload: 'b' }, 1, false],
      [{ opcode: binary }, 2, false],
    ];
    for (const [parts, messages, midMessage] of steps) {
      subject.scan(frame(parts), false);
      expect(subject).toMatchObject({ messages, midMessage, atBoundary: true });
    }
  });
});

describe('splitting for a frame of the proxy', () => {
  const one = frame({ opcode: text, payload: 'one' });
  const two = frame({ opcode: text, payload: 'two' });
  const three = frame({ opcode: text, payload: 'three' });

  it('ends the run at the first boundary and goes on with one run', () => {
    expect(scanner().scan(Buffer.concat([one, two, three]), true)).toEqual([
      pass(one, true),
      pass(Buffer.concat([two, three]), true),
    ]);
  });

  it('ends the run where the frame ends that began in an earlier chunk', () => {
    const subject = scanner();
    subject.scan(one.subarray(0, 3), false);
    expect(subject.scan(Buffer.concat([one.subarray(3), two, three.subarray(0, 4)]), true)).toEqual(
      [pass(one.subarray(3), true), pass(Buffer.concat([two, three.subarray(0, 4)]), false)],
    );
  });

  it('ends the run behind a frame whose header was cut', () => {
    const subject = scanner();
    subject.scan(one.subarray(0, 1), false);
    expect(subject.scan(Buffer.concat([one.subarray(1), two]), true)).toEqual([
      pass(one.subarray(0, 1), false),
      pass(one.subarray(1), true),
      pass(two, true),
    ]);
  });

  it('ends the run behind a frame without payload', () => {
    const empty = frame({ opcode: binary });
    expect(scanner().scan(Buffer.concat([empty, one]), true)).toEqual([
      pass(empty, true),
      pass(one, true),
    ]);
  });

  it('ends the run between two fragments', () => {
    const first = frame({ opcode: text, payload: 'x', fin: false });
    const last = frame({ opcode: continuation, payload: 'y' });
    expect(scanner().scan(Buffer.concat([first, last]), true)).toEqual([
      pass(first, true),
      pass(last, true),
    ]);
  });

  it('passes a chunk without a boundary as the chunk itself', () => {
    const subject = scanner();
    const chunk = frame({ opcode: binary, payload: Buffer.alloc(500) }).subarray(0, 400);
    expect(subject.scan(chunk, true)).toEqual([pass(chunk, false)]);
  });
});

describe('control frames', () => {
  const key = Buffer.from([0x00, 0xff, 0x10, 0x81]);

  it.each<[string, FrameParts, string]>([
    ['a Ping of a backend', { opcode: ping, payload: 'abc' }, 'ping'],
    ['a Pong of a backend', { opcode: pong, payload: 'abcdefgh' }, 'pong'],
    ['a Ping of a viewer', { opcode: ping, payload: 'abcdefg', masked: key }, 'ping'],
    ['a Pong of a viewer', { opcode: pong, payload: 'abcdefgh', masked: key }, 'pong'],
    ['a Pong without payload', { opcode: pong }, 'pong'],
    ['a masked Ping without payload', { opcode: ping, masked: key }, 'ping'],
    ['a Ping of 125 bytes', { opcode: ping, payload: Buffer.alloc(125, 3), masked: key }, 'ping'],
  ])('holds %s until it is whole and gives it as on the wire', (_name, parts, kind) => {
    const bytes = frame(parts);
    const verdict = { kind, bytes, payload: Buffer.from(parts.payload ?? '') };
    const rules = { masked: parts.masked !== undefined };
    expect(scanAll(scanner(rules), bytes)).toEqual([verdict]);

    const subject = scanner(rules);
    for (const byte of bytes.subarray(0, -1)) {
      expect(subject.scan(Buffer.from([byte]), true)).toEqual([]);
      expect(subject.atBoundary).toBe(true);
    }
    expect(subject.scan(bytes.subarray(-1), true)).toEqual([verdict]);
    expect(subject).toMatchObject({ messages: 0, midMessage: false });
  });

  it('leaves the bytes of a masked frame as they are on the wire', () => {
    const chunk = frame({ opcode: ping, payload: 'abc', masked: key });
    const before = Buffer.from(chunk);
    scanner({ masked: true }).scan(chunk, false);
    expect(chunk).toEqual(before);
  });

  it('ends the run ahead of a control frame and begins one behind it', () => {
    const first = frame({ opcode: text, payload: 'first', fin: false });
    const between = frame({ opcode: pong, payload: 'p' });
    const last = frame({ opcode: continuation, payload: 'last' });
    expect(scanAll(scanner(), Buffer.concat([first, between, last]))).toEqual([
      pass(first, true),
      { kind: 'pong', bytes: between, payload: Buffer.from('p') },
      pass(last, true),
    ]);
  });

  it('takes a control frame and data behind it out of one chunk after a cut', () => {
    const subject = scanner();
    const bytes = frame({ opcode: ping, payload: 'cut' });
    const data = frame({ opcode: text, payload: 'data' });
    subject.scan(bytes.subarray(0, 3), false);
    expect(scanAll(subject, Buffer.concat([bytes.subarray(3), data]))).toEqual([
      { kind: 'ping', bytes, payload: Buffer.from('cut') },
      pass(data, true),
    ]);
  });
});

describe('close frames', () => {
  it.each([
    ['without a payload', Buffer.alloc(0), null, ''],
    ['with a code', closing(1000), 1000, ''],
    ['with a code and a reason', closing(4321, 'au revoir, été'), 4321, 'au revoir, été'],
    ['with the longest reason', closing(1011, 'x'.repeat(123)), 1011, 'x'.repeat(123)],
  ])('reads one %s', (_name, payload, code, reason) => {
    for (const masked of [false, true]) {
      const bytes = frame({ opcode: close, payload, masked });
      const verdict = { kind: 'close', bytes, code, reason };
      expect(scanAll(scanner({ masked }), bytes)).toEqual([verdict]);
      const bytewise = Array.from(bytes, (byte) => Buffer.from([byte]));
      expect(scanAll(scanner({ masked }), ...bytewise)).toEqual([verdict]);
    }
  });

  it.each([
    ['half a code', Buffer.from([3])],
    ['code 1005', closing(1005)],
    ['code 1006', closing(1006, 'lost')],
    ['code 1015', closing(1015)],
    ['code 2000', closing(2000)],
  ])('fails one with %s', (_name, payload) => {
    const bytes = frame({ opcode: close, payload });
    expect(scanAll(scanner(), bytes)).toEqual([fail('close frame with an illegal payload')]);
  });

  it('takes nothing that follows one, in the same chunk or later', () => {
    const subject = scanner();
    const data = frame({ opcode: text, payload: 'late' });
    expect(kinds(scanAll(subject, Buffer.concat([frame({ opcode: close }), data]), data))).toEqual([
      'close',
    ]);
    expect(subject.messages).toBe(0);
  });

  it('takes nothing that follows one in the chunk that completes it', () => {
    const subject = scanner();
    const bytes = frame({ opcode: close, payload: closing(1000) });
    subject.scan(bytes.subarray(0, 3), false);
    const data = frame({ opcode: text, payload: 'late' });
    expect(kinds(scanAll(subject, Buffer.concat([bytes.subarray(3), data])))).toEqual(['close']);
    expect(subject.messages).toBe(0);
  });

  it('takes one between the fragments of a message', () => {
    const first = frame({ opcode: text, payload: 'begun', fin: false });
    const verdicts = scanAll(scanner(), Buffer.concat([first, frame({ opcode: close })]));
    expect(kinds(verdicts)).toEqual(['pass', 'close']);
  });
});

describe('the limit of a message', () => {
  it('takes a message of exactly the limit', () => {
    const bytes = frame({ opcode: binary, payload: '0123456789' });
    expect(scanAll(scanner({ maxMessage: 10 }), bytes)).toEqual([pass(bytes, true)]);
  });

  it('fails on the header of a message one byte over it', () => {
    const header = frameHeader({ opcode: binary, claims: 11 });
    expect(scanAll(scanner({ maxMessage: 10 }), header)).toEqual([tooBig]);
  });

  it('adds up the fragments, and not the control frames between them', () => {
    const subject = scanner({ maxMessage: 10 });
    const fragments = [
      { opcode: text, payload: '01234', fin: false },
      { opcode: ping, payload: 'as long as it likes' },
      { opcode: continuation, payload: '56789', fin: false },
      { opcode: continuation, fin: false },
    ];
    expect(kinds(scanAll(subject, ...fragments.map(frame)))).toEqual([
      'pass',
      'ping',
      'pass',
      'pass',
    ]);
    expect(scanAll(subject, frame({ opcode: continuation, payload: 'x' }))).toEqual([tooBig]);
    expect(subject.messages).toBe(0);
  });

  it('begins anew with every message', () => {
    const subject = scanner({ maxMessage: 10 });
    const bytes = frame({ opcode: text, payload: '0123456789' });
    expect(scanAll(subject, bytes, bytes, bytes)).toHaveLength(3);
    expect(subject.messages).toBe(3);
  });

  it('takes 65,536 fragments without payload, and not one more', () => {
    const subject = scanner();
    const first = frame({ opcode: text, fin: false });
    const more = frame({ opcode: continuation, fin: false });
    scanAll(subject, Buffer.concat([first, ...Array<Buffer>(65_535).fill(more)]));
    const full = frame({ opcode: continuation, payload: 'x', fin: false });
    expect(scanAll(subject, full)).toEqual([pass(full, true)]);
    expect(scanAll(subject, more)).toEqual([tooBig]);
  });

  it('counts the fragments without payload anew with every message', () => {
    const subject = scanner();
    const message = [{ opcode: text, fin: false }, { opcode: continuation }].map(frame);
    scanAll(subject, Buffer.concat(Array.from({ length: 65_536 }, () => message).flat()));
    expect(subject.messages).toBe(65_536);
  });

  it('is not escaped by lengths whose sum a number cannot hold', () => {
    const subject = scanner({ maxMessage: Number.MAX_SAFE_INTEGER });
    scanAll(subject, frame({ opcode: text, payload: 'x', fin: false }));
    const header = frameHeader({ opcode: continuation, claims: Number.MAX_SAFE_INTEGER });
    expect(scanAll(subject, header)).toEqual([tooBig]);
  });

  it('counts compressed bytes as they are on the wire', () => {
    const subject = scanner({ maxMessage: 10, deflate: true });
    const bytes = frame({ opcode: text, payload: '0123456789', rsv1: true });
    expect(scanAll(subject, bytes)).toEqual([pass(bytes, true)]);
  });
});
