/**
 * permessage-deflate (RFC 7692) with nothing but zlib, one message at a time: what earlier
 * messages leave in the window is handed over as a dictionary. It shares no code with the `ws`
 * that is tested with it.
 */
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';

/** The end of a flush, which the wire leaves out (RFC 7692 7.2.1). */
const TAIL = Buffer.from([0x00, 0x00, 0xff, 0xff]);
const WINDOW = 32 * 1024;
const flush = { finishFlush: constants.Z_SYNC_FLUSH };

/** Messages of a backend that are compressed, in their order. */
export class Inflation {
  readonly #takesOver: boolean;
  #window = Buffer.alloc(0);

  /** `extensions` as the 101 says them. */
  constructor(extensions: string) {
    this.#takesOver = !extensions.includes('server_no_context_takeover');
  }

  of(bytes: Buffer): Buffer {
    const whole = Buffer.concat([bytes, TAIL]);
    const dictionary = this.#window.length > 0 ? { dictionary: this.#window } : {};
    const data = inflateRawSync(whole, { ...flush, ...dictionary });
    if (this.#takesOver) this.#window = Buffer.concat([this.#window, data]).subarray(-WINDOW);
    return data;
  }
}

/** How a message is compressed. */
export type Deflating = {
  /** All that was said compressed before, where the context is taken over. */
  readonly after?: Uint8Array | string;
  /** 9 to 15; default 15. */
  readonly windowBits?: number;
  /** 0, stored as it is, to 9. */
  readonly level?: number;
};

/** The payload of a compressed message. */
export const deflated = (
  data: Uint8Array | string,
  { after = '', windowBits = 15, level = 6 }: Deflating = {},
): Buffer => {
  const window = Buffer.from(after).subarray(-WINDOW);
  const dictionary = window.length > 0 ? { dictionary: window } : {};
  const bytes = deflateRawSync(data, { ...flush, windowBits, level, ...dictionary });
  return bytes.subarray(0, bytes.length - TAIL.length);
};
