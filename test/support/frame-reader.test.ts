import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closeOfPayload, FrameReader, opcodes, showFrame } from './frame-reader.ts';
import { closing, frame } from './frames.ts';

const cut = (bytes: Buffer, cuts: readonly number[]): Buffer[] => {
  const at = [0, ...cuts.map((one) => one % (bytes.length + 1)), bytes.length].sort(
    (a, b) => a - b,
  );
  return at.slice(1).map((end, before) => Buffer.from(bytes.subarray(at[before], end)));
};

describe('FrameReader', () => {
  it('reads back whatever was built, legal or not, however it was cut', () => {
    const anyFrame = fc.record({
      opcode: fc.integer({ min: 0, max: 15 }),
      fin: fc.boolean(),
      rsv1: fc.boolean(),
      rsv3: fc.boolean(),
      masked: fc.boolean(),
      lengthBits: fc.constantFrom(16 as const, 64 as const),
      payload: fc.uint8Array({ maxLength: 300 }),
    });
    fc.assert(
      fc.property(fc.array(anyFrame), fc.array(fc.nat()), (built, cuts) => {
        const reader = new FrameReader();
        const bytes = Buffer.concat(built.map(frame));
        const read = cut(bytes, cuts).flatMap(reader.feed);
        expect(reader.heldBytes).toBe(0);
        expect(read).toEqual(
          built.map(({ opcode, fin, rsv1, rsv3, masked, payload }) => ({
            opcode,
            fin,
            rsv: (rsv1 ? 4 : 0) + (rsv3 ? 1 : 0),
            masked,
            payload: Buffer.from(payload),
          })),
        );
      }),
    );
  });

  it('says how much it holds of a frame that is not complete', () => {
    const reader = new FrameReader();
    expect(reader.feed(Buffer.from([0x82, 5, 1, 2]))).toEqual([]);
    expect(reader.heldBytes).toBe(4);
  });
});

describe('showing a frame', () => {
  it('names a close with its code, and one without', () => {
    const [close] = new FrameReader().feed(
      frame({ opcode: opcodes.close, payload: closing(1013, 'later') }),
    );
    expect(showFrame(close!)).toBe('close, 7 bytes: {"code":1013,"reason":"later"}');
    expect(closeOfPayload(Buffer.alloc(0))).toEqual({ code: 1005, reason: '' });
  });
});
