/**
 * The frames of the load: a viewer's end and a backend's, as cheap as they can be, because what
 * the load costs is taken from the same cores as the proxy under test. Masks are zero, which is
 * legal and changes nothing for a relay that passes frames on as they are.
 */

/** The opcodes of RFC 6455 5.2 that the load uses. */
export const opcodes = { text: 1, close: 8, ping: 9, pong: 10 } as const;

const NO_MASK = Buffer.alloc(4);

/** Payloads are below 126 bytes: one length byte. */
const headOf = (opcode: number, length: number, masked: boolean): Buffer => {
  if (length > 125) throw new Error(`the load sends frames of at most 125 bytes, not ${length}`);
  const head = Buffer.from([0x80 | opcode, (masked ? 0x80 : 0) | length]);
  return masked ? Buffer.concat([head, NO_MASK]) : head;
};

/** A frame as a viewer sends it. */
export const viewerFrame = (opcode: number, payload: Buffer): Buffer =>
  Buffer.concat([headOf(opcode, payload.length, true), payload]);

/** A frame as a backend sends it. */
export const backendFrame = (opcode: number, payload: Buffer): Buffer =>
  Buffer.concat([headOf(opcode, payload.length, false), payload]);

/** Takes what `feed` finds. */
export type OnFrame = (opcode: number, payload: Buffer) => void;

/** Bytes in, frames out, whatever the chunks; only of the kind that the functions above make. */
export class Frames {
  #rest: Buffer | null = null;

  /** Calls `onFrame` for every frame that `chunk` completes. */
  readonly feed = (chunk: Buffer, onFrame: OnFrame): void => {
    const bytes = this.#rest === null ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (at + 2 <= bytes.length) {
      const second = bytes[at + 1]!;
      const length = second & 0x7f;
      if (length > 125) throw new Error('a frame that the load does not send');
      const begins = at + ((second & 0x80) === 0 ? 2 : 6);
      if (begins + length > bytes.length) break;
      onFrame(bytes[at]! & 0x0f, bytes.subarray(begins, begins + length));
      at = begins + length;
    }
    this.#rest = at === bytes.length ? null : bytes.subarray(at);
  };
}
