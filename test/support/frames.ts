/**
 * Builds WebSocket frames byte by byte, illegal ones too, which a library refuses to do. It
 * shares no code with what reads frames in `src/core`, so that neither can hide a mistake of
 * the other.
 */

/** What a frame is made of. Everything but the opcode has a default that is legal. */
export type FrameParts = {
  /** 0 to 15: one of `opcodes` (frame-reader.ts), or a reserved one. */
  readonly opcode: number;
  /** As it is before masking; a string is UTF-8. Default: empty. */
  readonly payload?: Uint8Array | string;
  /** The last frame of its message. Default: true. */
  readonly fin?: boolean;
  readonly rsv1?: boolean;
  readonly rsv2?: boolean;
  readonly rsv3?: boolean;
  /** True masks with a fixed key, 4 bytes are the key itself. Default: false, as a backend does. */
  readonly masked?: boolean | Uint8Array;
  /** The length that the header claims, up to 2^64 - 1, whatever the payload has. */
  readonly claims?: number | bigint;
  /** Bits of the length field. Default: the fewest that hold the length, as RFC 6455 wants it. */
  readonly lengthBits?: 7 | 16 | 64;
};

const FIXED_KEY = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);

const shortestBits = (length: bigint): 7 | 16 | 64 => {
  if (length < 126n) return 7;
  return length < 65536n ? 16 : 64;
};

const lengthField = (length: bigint, bits: 7 | 16 | 64, maskBit: number): Buffer => {
  if (bits === 7) return Buffer.from([maskBit | Number(length)]);
  const field = Buffer.alloc(bits === 16 ? 3 : 9);
  field[0] = maskBit | (bits === 16 ? 126 : 127);
  if (bits === 16) field.writeUInt16BE(Number(length), 1);
  else field.writeBigUInt64BE(length, 1);
  return field;
};

/** The header alone, masking key included. */
export const frameHeader = (parts: FrameParts): Buffer => {
  const { opcode, fin = true, masked = false } = parts;
  const reserved = (parts.rsv1 ? 0x40 : 0) | (parts.rsv2 ? 0x20 : 0) | (parts.rsv3 ? 0x10 : 0);
  const length = BigInt(parts.claims ?? Buffer.from(parts.payload ?? '').length);
  const key = masked === true ? FIXED_KEY : masked;
  return Buffer.concat([
    Buffer.from([(fin ? 0x80 : 0) | reserved | opcode]),
    lengthField(length, parts.lengthBits ?? shortestBits(length), key === false ? 0 : 0x80),
    key === false ? Buffer.alloc(0) : key,
  ]);
};

/**
 * One frame as on the wire: `frame({ opcode: opcodes.text, payload: 'hi', masked: true })` is what a
 * viewer sends, without `masked` what a backend sends.
 */
export const frame = (parts: FrameParts): Buffer => {
  const header = frameHeader(parts);
  const payload = Buffer.from(parts.payload ?? '');
  if (parts.masked) {
    const key = header.subarray(-4);
    for (let i = 0; i < payload.length; i += 1) payload[i]! ^= key[i % 4]!;
  }
  return Buffer.concat([header, payload]);
};

/** The payload of a Close frame, whatever the code: `frame({ opcode: opcodes.close, payload: closing(1000) })`. */
export const closing = (code: number, reason: Uint8Array | string = ''): Buffer => {
  const payload = Buffer.concat([Buffer.alloc(2), Buffer.from(reason)]);
  payload.writeUInt16BE(code, 0);
  return payload;
};
