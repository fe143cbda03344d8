/**
 * Reads WebSocket frames as loosely as can be: whatever the bits say, it is handed over. It
 * judges nothing, so that a test can look at what a strict parser would have refused.
 */

/** One frame as it stood on the wire; the payload is unmasked. */
export type Frame = {
  readonly fin: boolean;
  /** The three reserved bits, RSV1 being 4; RSV1 marks a compressed message. */
  readonly rsv: number;
  readonly opcode: number;
  readonly masked: boolean;
  readonly payload: Buffer;
};

/** The opcodes of RFC 6455 5.2. */
export const opcodes = {
  continuation: 0,
  text: 1,
  binary: 2,
  close: 8,
  ping: 9,
  pong: 10,
} as const;

/** Code and reason in the payload of a Close frame; 1005 without a code (RFC 6455 7.1.5). */
export const closeOfPayload = (payload: Buffer): { code: number; reason: string } =>
  payload.length < 2
    ? { code: 1005, reason: '' }
    : { code: payload.readUInt16BE(0), reason: payload.toString('utf8', 2) };

/** One frame in words, for messages. */
export const showFrame = ({ fin, rsv, opcode, masked, payload }: Frame): string => {
  const name =
    Object.entries(opcodes).find(([, code]) => code === opcode)?.[0] ?? `opcode ${opcode}`;
  const marks = `${fin ? '' : ' not final'}${rsv === 0 ? '' : ` rsv ${rsv}`}${masked ? ' masked' : ''}`;
  const start = payload.subarray(0, 40);
  const text =
    opcode === opcodes.close ? JSON.stringify(closeOfPayload(payload)) : start.toString('latin1');
  return `${name}${marks}, ${payload.length} bytes: ${text}`;
};

/** In place: the bytes are the reader's own, and tests move many megabytes. */
const unmask = (payload: Buffer, mask: Buffer): void => {
  for (let at = 0; at < payload.length; at += 1) payload[at]! ^= mask[at & 3]!;
};

/** Bytes in, frames out, whatever the chunks. Takes the chunks over and may write into them. */
export class FrameReader {
  #chunks: Buffer[] = [];
  #held = 0;

  /** Bytes of a frame that is not complete yet. */
  get heldBytes(): number {
    return this.#held;
  }

  /** The frames that `chunk` completes. */
  readonly feed = (chunk: Buffer): Frame[] => {
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    const frames: Frame[] = [];
    for (let frame = this.#take(); frame !== null; frame = this.#take()) frames.push(frame);
    return frames;
  };

  #take(): Frame | null {
    const head = this.#peek(14);
    if (head.length < 2) return null;
    const masked = (head[1]! & 0x80) !== 0;
    const short = head[1]! & 0x7f;
    const lengthEnd = short < 126 ? 2 : short === 126 ? 4 : 10;
    const headerEnd = lengthEnd + (masked ? 4 : 0);
    if (head.length < headerEnd) return null;
    const length =
      short < 126 ? short : short === 126 ? head.readUInt16BE(2) : Number(head.readBigUInt64BE(2));
    if (this.#held < headerEnd + length) return null;
    const bytes = this.#peek(headerEnd + length);
    this.#drop(headerEnd + length);
    const payload = bytes.subarray(headerEnd);
    if (masked) unmask(payload, bytes.subarray(lengthEnd, headerEnd));
    return {
      fin: (bytes[0]! & 0x80) !== 0,
      rsv: (bytes[0]! >> 4) & 0x7,
      opcode: bytes[0]! & 0x0f,
      masked,
      payload,
    };
  }

  /** The first bytes, up to `length` of them, without taking them. */
  #peek(length: number): Buffer {
    const first = this.#chunks[0];
    if (first === undefined) return Buffer.alloc(0);
    if (first.length < length && this.#chunks.length > 1) {
      this.#chunks = [Buffer.concat(this.#chunks)];
    }
    return this.#chunks[0]!.subarray(0, length);
  }

  #drop(length: number): void {
    this.#held -= length;
    const rest = this.#chunks[0]!.subarray(length);
    if (rest.length > 0) this.#chunks[0] = rest;
    else this.#chunks.shift();
  }
}
