/**
 * The few frames that the proxy makes itself: its own Pings, and Closes for either side.
 * `ws` builds them, so that masking and lengths are not ours to get wrong.
 */
import { Sender } from 'ws';
import { closePayload, type CloseWords } from '../core/close-codes.ts';

declare module 'ws' {
  /** Exported by `ws` since 8.19, not yet by its types. */
  export const Sender: {
    readonly frame: (
      data: Buffer,
      options: { fin: boolean; rsv1: boolean; opcode: number; mask: boolean; readOnly: boolean },
    ) => Buffer[];
  };
}

const frame = (opcode: number, payload: Buffer, mask: boolean): Buffer =>
  Buffer.concat(Sender.frame(payload, { fin: true, rsv1: false, opcode, mask, readOnly: true }));

/** A Ping (RFC 6455 5.5.2); `mask` for a backend, to whom the proxy is the client (5.1). */
export const pingFrame = (payload: Buffer, mask: boolean): Buffer => frame(0x9, payload, mask);

/** A Close of our own; `mask` likewise. */
export const closeFrame = ({ code, reason }: CloseWords, mask: boolean): Buffer =>
  frame(0x8, closePayload(code, reason), mask);
