import { describe, expect, it } from 'vitest';
import { FrameScanner, type ScanRules, type Verdict } from '../../src/core/frames.ts';
import { opcodes } from '../support/frame-reader.ts';
import { frame, frameHeader, type FrameParts } from '../support/frames.ts';

const { continuation, text, binary, close, ping, pong } = opcodes;

const scanner = (rules: Partial<ScanRules> = {}): FrameScanner =>
  new FrameScanner({ masked: false, maxMessage: 1_000_000, deflate: false, ...rules });

const fail = (detail: string): object => ({ kind: 'fail', cause: 'protocol-error', detail });

const scanAll = (subject: FrameScanner, ...chunks: Buffer[]): Verdict[] =>
  chunks.flatMap((chunk) => subject.scan(chunk, false));

const passed = (verdicts: readonly Verdict[]): Buffer =>
  Buffer.concat(verdicts.flatMap((each) => (each.kind === 'pass' ? [each.bytes] : [])));

describe('legality of frames', () => {
  const started: FrameParts = { opcode: text, payload: 'a', fin: false };
  type Case = {
    rules?: Partial<ScanRules>;
    before?: FrameParts[];
    bad: FrameParts;
    detail: string;
  };

  const reserved = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode): [string, Case] => [
    `opcode ${opcode}`,
    { bad: { opcode }, detail: 'reserved opcode' },
  ]);

  it.each<[string, Case]>([
    [
      'an unmasked frame of a viewer',
      { rules: { masked: true }, bad: { opcode: text, payload: 'a' }, detail: 'frame not masked' },
    ],
    [
      'an unmasked frame of a viewer without payload',
      { rules: { masked: true }, bad: { opcode: text }, detail: 'frame not masked' },
    ],
    [
      'an unmasked Ping of a viewer',
      { rules: { masked: true }, bad: { opcode: ping }, detail: 'frame not masked' },
    ],
    [
      'a masked frame of a backend',
      { bad: { opcode: text, payload: 'a', masked: true }, detail: 'frame masked' },
    ],
    [
      'a masked Close of a backend',
      { bad: { opcode: close, masked: true }, detail: 'frame masked' },
    ],
    ...reserved,
    ['RSV2', { bad: { opcode: text, rsv2: true }, detail: 'reserved bit set' }],
    ['RSV3', { bad: { opcode: text, rsv3: true }, detail: 'reserved bit set' }],
    [
      'RSV2 with compression agreed',
      { rules: { deflate: true }, bad: { opcode: text, rsv2: true }, detail: 'reserved bit set' },
    ],
    [
      'RSV1 without compression agreed',
      { bad: { opcode: text, rsv1: true }, detail: 'reserved bit set' },
    ],
    [
      'RSV1 on a continuation',
      {
        rules: { deflate: true },
        before: [{ ...started, rsv1: true }],
        bad: { opcode: continuation, rsv1: true },
        detail: 'reserved bit set',
      },
    ],
    [
      'RSV1 on a Ping',
      { rules: { deflate: true }, bad: { opcode: ping, rsv1: true }, detail: 'reserved bit set' },
    ],
    [
      'RSV1 on a Close',
      { rules: { deflate: true }, bad: { opcode: close, rsv1: true }, detail: 'reserved bit set' },
    ],
    [
      '125 bytes in a length of 16 bits',
      {
        bad: { opcode: text, payload: Buffer.alloc(125), lengthBits: 16 },
        detail: 'length not in its shortest form',
      },
    ],
    [
      '0 bytes in a length of 64 bits',
      { bad: { opcode: text, lengthBits: 64 }, detail: 'length not in its shortest form' },
    ],
    [
      '65,535 bytes in a length of 64 bits',
      {
        bad: { opcode: text, payload: Buffer.alloc(65_535), lengthBits: 64 },
        detail: 'length not in its shortest form',
      },
    ],
    [
      '2^53 bytes',
      {
        rules: { maxMessage: Number.POSITIVE_INFINITY },
        bad: { opcode: text, claims: 2n ** 53n },
        detail: 'length of 2^53 or more',
      },
    ],
    ['2^63 bytes', { bad: { opcode: text, claims: 2n ** 63n }, detail: 'length of 2^53 or more' }],
    [
      '2^64 - 1 bytes',
      { bad: { opcode: text, claims: 2n ** 64n - 1n }, detail: 'length of 2^53 or more' },
    ],
    [
      'a continuation without a message',
      { bad: { opcode: continuation }, detail: 'continuation without a message' },
    ],
    [
      'a continuation of a message that has ended',
      {
        before: [started, { opcode: continuation }],
        bad: { opcode: continuation },
        detail: 'continuation without a message',
      },
    ],
    [
      'a text frame inside a fragmented message',
      { before: [started], bad: { opcode: text }, detail: 'new message inside a fragmented one' },
    ],
    [
      'a binary frame inside a fragmented message',
      {
        before: [started, { opcode: ping }],
        bad: { opcode: binary },
        detail: 'new message inside a fragmented one',
      },
    ],
    [
      'a fragmented Ping',
      { bad: { opcode: ping, fin: false }, detail: 'fragmented control frame' },
    ],
    [
      'a fragmented Close',
      { bad: { opcode: close, fin: false }, detail: 'fragmented control frame' },
    ],
    [
      'a Ping of 126 bytes',
      { bad: { opcode: ping, payload: Buffer.alloc(126) }, detail: 'control frame over 125 bytes' },
    ],
    [
      'a Pong of 70,000 bytes',
      {
        bad: { opcode: pong, payload: Buffer.alloc(70_000) },
        detail: 'control frame over 125 bytes',
      },
    ],
  ])('fails on %s without passing a byte of it', (_name, { rules, before = [], bad, detail }) => {
    const start = before.map(frame);
    const bytes = frame(bad);
    const after = frame({ opcode: text, payload: 'after' });

    const whole = scanner(rules);
    const verdicts = scanAll(whole, Buffer.concat([...start, bytes, after]), after);
    expect(verdicts.at(-1)).toEqual(fail(detail));
    expect(whole.atBoundary).toBe(true);

    const cut = scanner(rules);
    scanAll(cut, ...start);
    const singly = [...bytes].flatMap((byte) => cut.scan(Buffer.from([byte]), false));
    expect(singly).toEqual([fail(detail)]);

    const data = start.filter((_, i) => before[i]!.opcode < close);
    expect(passed(verdicts)).toEqual(Buffer.concat(data));
  });

  it.each<[string, Partial<ScanRules>, FrameParts[]]>([
    [
      'a compressed message, only its first fragment marked',
      { deflate: true },
      [{ ...started, rsv1: true }, { opcode: ping }, { opcode: continuation }],
    ],
    [
      'a message left uncompressed though compression was agreed',
      { deflate: true },
      [{ opcode: text, payload: 'plain' }],
    ],
    ['126 bytes in a length of 16 bits', {}, [{ opcode: text, payload: Buffer.alloc(126) }]],
    ['65,535 bytes in a length of 16 bits', {}, [{ opcode: text, payload: Buffer.alloc(65_535) }]],
    ['65,536 bytes in a length of 64 bits', {}, [{ opcode: text, payload: Buffer.alloc(65_536) }]],
    [
      'a masking key of zeros',
      { masked: true },
      [{ opcode: text, payload: 'a', masked: Buffer.alloc(4) }],
    ],
  ])('takes %s', (_name, rules, parts) => {
    const subject = scanner(rules);
    const verdicts = scanAll(subject, ...parts.map(frame));
    const data = parts.filter(({ opcode }) => opcode < close).map(frame);
    expect(subject.messages).toBe(1);
    expect(passed(verdicts)).toEqual(Buffer.concat(data));
  });

  it('takes a length just below 2^53 where no limit is in the way', () => {
    const header = frameHeader({ opcode: binary, claims: 2 ** 53 - 1 });
    const subject = scanner({ maxMessage: Number.MAX_SAFE_INTEGER });
    expect(passed(scanAll(subject, header))).toEqual(header);
    expect(subject.atBoundary).toBe(false);
  });

  it('takes nothing that follows a header that was cut and turns out wrong', () => {
    const subject = scanner();
    const legal = Buffer.concat(Array.from({ length: 200 }, () => frame({ opcode: text })));
    scanAll(subject, Buffer.from([0x81]));
    const rest = Buffer.concat([Buffer.from([0x80]), legal]);
    expect(scanAll(subject, rest, legal)).toEqual([fail('frame masked')]);
    expect(subject.messages).toBe(0);
  });

  it('fails on the first byte that is wrong and waits for no more', () => {
    expect(scanAll(scanner(), Buffer.from('G'))).toEqual([fail('reserved opcode')]);
    expect(scanAll(scanner(), Buffer.from([0x81, 0x80]))).toEqual([fail('frame masked')]);
  });
});
