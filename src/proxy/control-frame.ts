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

/** An unmasked Ping for a viewer (RFC 6455 5.5.2). */
export const pingFrame = (payload: Buffer): Buffer => frame(0x9, payload, false);

/** A Close of our own; `mask` for a backend, to whom the proxy is the client (RFC 6455 5.1). */
export const closeFrame = ({ code, reason }: CloseWords, mask: boolean): Buffer =>
  frame(0x8, closePayload(code, reason), mask);
