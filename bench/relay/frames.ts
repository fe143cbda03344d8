/**
 * The frames of the load, made once and sent over and over: what the load costs is taken from
 * the same machine as the proxy under test. Whoever receives them looks at the first bytes and
 * counts; only what is not as expected is walked through header by header (RFC 6455 5.2).
 */

/** The opcodes that the load meets. */
export const opcodes = { binary: 2, close: 8, ping: 9, pong: 10 } as const;

const MASK = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);

const headOf = (opcode: number, length: number, masked: boolean): Buffer => {
  const bit = masked ? 0x80 : 0;
  if (length < 126) return Buffer.from([0x80 | opcode, bit | length]);
  if (length < 65_536) {
    const head = Buffer.from([0x80 | opcode, bit | 126, 0, 0]);
    head.writeUInt16BE(length, 2);
    return head;
  }
  const head = Buffer.alloc(10);
  head[0] = 0x80 | opcode;
  head[1] = bit | 127;
  head.writeBigUInt64BE(BigInt(length), 2);
  return head;
};

/** A frame as a viewer sends it: masked. */
export const viewerFrame = (opcode: number, payload: Buffer): Buffer =>
  Buffer.concat([
    headOf(opcode, payload.length, true),
    MASK,
    payload.map((byte, at) => byte ^ MASK[at & 3]!),
  ]);

/** A frame as a backend sends it. */
export const backendFrame = (opcode: number, payload: Buffer): Buffer =>
  Buffer.concat([headOf(opcode, payload.length, false), payload]);

/** The message of all echoes: 64 bytes. */
export const MESSAGE = Buffer.from('0123456789abcdef'.repeat(4));

/** Payloads up to this size are handed over; of longer ones only the length. */
const KEPT = 125;

const NOTHING = Buffer.alloc(0);

/** Takes a frame: `payload` is unmasked, and empty for one of more than 125 bytes. */
export type OnFrame = (opcode: number, length: number, payload: Buffer) => void;

/** Walks through frames in whatever pieces they come, and never copies a long payload. */
export class FrameWalk {
  readonly #onFrame: OnFrame;
  readonly #head = Buffer.alloc(14);
  #have = 0;
  #need = 2;
  #left = 0;
  #length = 0;
  #payload = NOTHING;

  constructor(onFrame: OnFrame) {
    this.#onFrame = onFrame;
  }

  /** Whether the next byte begins a frame. */
  get isBetweenFrames(): boolean {
    return this.#have === 0;
  }

  /** Takes a chunk; it is not held on to. */
  feed(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#have === this.#need) {
        const taken = Math.min(this.#left, chunk.length - at);
        if (this.#length <= KEPT) {
          this.#payload.set(chunk.subarray(at, at + taken), this.#length - this.#left);
        }
        this.#left -= taken;
        at += taken;
      } else {
        this.#head[this.#have] = chunk[at]!;
        this.#have += 1;
        at += 1;
        if (this.#have === 2) this.#need = this.#headLength();
        if (this.#have === this.#need) this.#begin();
      }
      if (this.#have === this.#need && this.#left === 0) this.#end();
    }
  }

  get #isMasked(): boolean {
    return (this.#head[1]! & 0x80) !== 0;
  }

  #headLength(): number {
    const short = this.#head[1]! & 0x7f;
    return 2 + (short === 126 ? 2 : short === 127 ? 8 : 0) + (this.#isMasked ? 4 : 0);
  }

  #begin(): void {
    const short = this.#head[1]! & 0x7f;
    this.#length =
      short === 126
        ? this.#head.readUInt16BE(2)
        : short === 127
          ? Number(this.#head.readBigUInt64BE(2))
          : short;
    this.#left = this.#length;
    this.#payload =
      this.#length === 0 || this.#length > KEPT ? NOTHING : Buffer.alloc(this.#length);
  }

  #end(): void {
    if (this.#isMasked) {
      const mask = this.#head.subarray(this.#need - 4, this.#need);
      for (let at = 0; at < this.#payload.length; at += 1) {
        this.#payload[at] = this.#payload[at]! ^ mask[at & 3]!;
      }
    }
    const opcode = this.#head[0]! & 0x0f;
    this.#have = 0;
    this.#need = 2;
    this.#onFrame(opcode, this.#length, this.#payload);
  }
}
