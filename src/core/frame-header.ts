/**
 * What RFC 6455 5.2 allows in the header of one frame. Faults are found in the order of the
 * bytes, each as soon as its byte is there: so however a stream is cut into chunks, the same
 * fault is named, and a sender of nonsense is not waited for.
 */

/** Header fields as RFC 6455 5.2 numbers them. */
const FIN = 0x80;
const RSV1 = 0x40;
const RSV2_AND_3 = 0x30;
const OPCODE = 0x0f;
const MASK = 0x80;
const LENGTH = 0x7f;

/** The opcodes of RFC 6455 11.8; those from `close` on are control frames. */
export const OPCODES = {
  continuation: 0x0,
  text: 0x1,
  binary: 0x2,
  close: 0x8,
  ping: 0x9,
  pong: 0xa,
} as const;

const LAST_DATA = OPCODES.binary;
const LAST_CONTROL = OPCODES.pong;

/** Payload bytes that a control frame may have (RFC 6455 5.5). */
const MAX_CONTROL_PAYLOAD = 125;

/** Bytes of the longest control frame: its header with a masking key, and the payload. */
export const MAX_CONTROL_FRAME = 2 + 4 + MAX_CONTROL_PAYLOAD;

/** What holds for every frame of one direction of one connection. */
export type HeaderRules = {
  /** Every frame must be masked (a viewer's), or none may be (a backend's). */
  readonly masked: boolean;
  /** permessage-deflate was agreed, so RSV1 may mark the first frame of a message. */
  readonly deflate: boolean;
};

/** A header that is whole and legal. */
export type FrameHeader = {
  readonly opcode: number;
  readonly control: boolean;
  /** The frame is the last of its message. */
  readonly fin: boolean;
  /** Bytes of the header; the last 4 are the masking key where frames are masked. */
  readonly size: number;
  /** Bytes of the payload, below 2^53. */
  readonly length: number;
};

/** Why a header is illegal, in words for events. */
export type HeaderFault =
  | 'reserved bit set'
  | 'reserved opcode'
  | 'fragmented control frame'
  | 'control frame over 125 bytes'
  | 'continuation without a message'
  | 'new message inside a fragmented one'
  | 'frame not masked'
  | 'frame masked'
  | 'length not in its shortest form'
  | 'length of 2^53 or more';

const firstByteFault = (
  first: number,
  deflate: boolean,
  midMessage: boolean,
): HeaderFault | null => {
  const opcode = first & OPCODE;
  if ((first & RSV2_AND_3) !== 0) return 'reserved bit set';
  if (opcode > LAST_CONTROL || (opcode > LAST_DATA && opcode < OPCODES.close)) {
    return 'reserved opcode';
  }
  const startsMessage = opcode === OPCODES.text || opcode === OPCODES.binary;
  if ((first & RSV1) !== 0 && !(deflate && startsMessage)) return 'reserved bit set';
  if (opcode >= OPCODES.close) return (first & FIN) === 0 ? 'fragmented control frame' : null;
  if (startsMessage && midMessage) return 'new message inside a fragmented one';
  if (!startsMessage && !midMessage) return 'continuation without a message';
  return null;
};

const secondByteFault = (second: number, control: boolean, masked: boolean): HeaderFault | null => {
  if (((second & MASK) !== 0) !== masked) return masked ? 'frame not masked' : 'frame masked';
  if (control && (second & LENGTH) > MAX_CONTROL_PAYLOAD) return 'control frame over 125 bytes';
  return null;
};

const longLength = (bytes: Buffer, at: number): number | HeaderFault => {
  const high = bytes.readUInt32BE(at);
  if (high > 0x1fffff) return 'length of 2^53 or more';
  const length = high * 0x1_0000_0000 + bytes.readUInt32BE(at + 4);
  return length > 0xffff ? length : 'length not in its shortest form';
};

const mediumLength = (bytes: Buffer, at: number): number | HeaderFault => {
  const length = bytes.readUInt16BE(at);
  return length > MAX_CONTROL_PAYLOAD ? length : 'length not in its shortest form';
};

/**
 * Reads the header that begins at `at` and of which the bytes up to `end` are there. Null: more
 * are needed, and what is there is legal so far. `midMessage`: a fragmented message is open.
 */
export const readHeader = (
  bytes: Buffer,
  at: number,
  end: number,
  rules: HeaderRules,
  midMessage: boolean,
): FrameHeader | HeaderFault | null => {
  if (end - at < 1) return null;
  const first = bytes.readUInt8(at);
  const firstFault = firstByteFault(first, rules.deflate, midMessage);
  if (firstFault !== null) return firstFault;
  const opcode = first & OPCODE;
  const control = opcode >= OPCODES.close;

  if (end - at < 2) return null;
  const second = bytes.readUInt8(at + 1);
  const secondFault = secondByteFault(second, control, rules.masked);
  if (secondFault !== null) return secondFault;

  let length: number | HeaderFault = second & LENGTH;
  let size = 2;
  if (length === 126) {
    size = 4;
    if (end - at < size) return null;
    length = mediumLength(bytes, at + 2);
  } else if (length === 127) {
    size = 10;
    if (end - at < size) return null;
    length = longLength(bytes, at + 2);
  }
  if (typeof length === 'string') return length;

  if (rules.masked) size += 4;
  if (end - at < size) return null;
  return { opcode, control, fin: (first & FIN) !== 0, size, length };
};

/**
 * Whether the bytes are one whole message in one frame of at most 125 bytes, as most are, and
 * nothing else. False says nothing: `readHeader` tells what they are.
 */
export const isShortMessage = (bytes: Buffer, { masked }: HeaderRules): boolean => {
  const first = bytes[0];
  if (first !== (FIN | OPCODES.text) && first !== (FIN | OPCODES.binary)) return false;
  const length = bytes.length - (masked ? 6 : 2);
  return (
    length > 0 && length <= MAX_CONTROL_PAYLOAD && bytes[1] === (masked ? MASK | length : length)
  );
};
