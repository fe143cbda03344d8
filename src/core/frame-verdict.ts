/**
 * What the relay is told about the bytes it received, and the reading of control frames, the
 * only frames whose payload the proxy looks at.
 */
import { readClosePayload } from './close-codes.ts';
import { OPCODES, type FrameHeader, type HeaderFault } from './frame-header.ts';

/** Why a direction of a connection is ended for what was sent in it. */
export type FailCause = 'protocol-error' | 'message-too-big';

/** The offence in words; nothing of what was sent. */
export type FailDetail =
  | HeaderFault
  | 'close frame with an illegal payload'
  | 'message over the limit';

/**
 * What to do next. `bytes` may be a part of the chunk that was scanned: whoever reuses the
 * chunk's memory copies them first.
 */
export type Verdict =
  | {
      /** Pass `bytes` on unchanged. */
      readonly kind: 'pass';
      readonly bytes: Buffer;
      /** All that was passed on up to here ends at a frame boundary: a frame may be put in. */
      readonly boundary: boolean;
    }
  | {
      /** A whole control frame, of which nothing was passed on yet; at a frame boundary. */
      readonly kind: 'ping' | 'pong';
      /** The frame as on the wire. */
      readonly bytes: Buffer;
      /** Unmasked, 0 to 125 bytes. */
      readonly payload: Buffer;
    }
  | {
      /** A whole, legal Close frame; at a frame boundary. No verdict follows. */
      readonly kind: 'close';
      /** The frame as on the wire. */
      readonly bytes: Buffer;
      /** Null where the frame has no payload. */
      readonly code: number | null;
      readonly reason: string;
    }
  | {
      /** Nothing more may be passed on; at a frame boundary. No verdict follows. */
      readonly kind: 'fail';
      readonly cause: FailCause;
      readonly detail: FailDetail;
    };

const unmasked = (frame: Buffer, size: number): Buffer => {
  const key = frame.readUInt32BE(size - 4);
  const payload = Buffer.from(frame.subarray(size));
  for (let i = 0; i < payload.length; i += 1) {
    payload.writeUInt8(payload.readUInt8(i) ^ ((key >>> (24 - 8 * (i & 3))) & 0xff), i);
  }
  return payload;
};

/** The verdict on an offence. */
export const failVerdict = (detail: FailDetail): Verdict => ({
  kind: 'fail',
  cause: detail === 'message over the limit' ? 'message-too-big' : 'protocol-error',
  detail,
});

/** The verdict on a control frame, `bytes` from its first to its last. */
export const controlVerdict = (bytes: Buffer, header: FrameHeader, masked: boolean): Verdict => {
  const payload = masked ? unmasked(bytes, header.size) : bytes.subarray(header.size);
  if (header.opcode === OPCODES.ping) return { kind: 'ping', bytes, payload };
  if (header.opcode === OPCODES.pong) return { kind: 'pong', bytes, payload };
  const words = readClosePayload(payload);
  if (words === null) return failVerdict('close frame with an illegal payload');
  return { kind: 'close', bytes, code: words.code, reason: words.reason };
};
