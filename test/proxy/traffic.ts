/**
 * Random traffic that is the same at every run, and what compares its two ends: frames of all
 * sizes, whole and in fragments, with control frames in between, poured as fast as they are taken.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { FrameReader, opcodes, type Frame } from '../support/frame-reader.ts';
import { frame } from '../support/frames.ts';
import type { RawPeer } from '../support/raw-peer.ts';
import { within } from '../support/within.ts';

/** Numbers that look random (xorshift32), always the same ones for a seed other than 0. */
class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** A whole number from 0 to below `end`. */
  readonly below = (end: number): number => {
    let next = this.#state;
    next ^= next << 13;
    next ^= next >>> 17;
    next ^= next << 5;
    this.#state = next;
    return (next >>> 0) % end;
  };

  /** So many bytes; a multiple of 4. */
  readonly bytes = (length: number): Buffer => {
    const words = new Uint32Array(length / 4);
    for (let at = 0; at < words.length; at += 1) words[at] = this.below(0xffff_ffff);
    return Buffer.from(words.buffer);
  };
}

/** What traffic is made of. */
export type Mixture = {
  readonly seed: number;
  /** Payload of data frames in all. */
  readonly bytes: number;
  /** As a viewer sends it. */
  readonly masked: boolean;
  /** Payload of the longest message. */
  readonly longest: number;
  /** Default true. */
  readonly controlFrames?: boolean;
};

const BLOCK = 1024 * 1024;

const sizeBelow = (dice: Dice, most: number): number => {
  const limits = [126, 4096, 70_000, most];
  return dice.below(Math.min(most, limits[dice.below(4)]!) + 1);
};

/** The frames of a mixture: messages of 1 to 4 fragments, each with a control frame ahead now and then. */
export function* framesOf(mixture: Mixture): Generator<Buffer> {
  const { seed, bytes, masked, longest, controlFrames = true } = mixture;
  const dice = new Dice(seed);
  const block = dice.bytes(BLOCK);
  const slice = (length: number): Buffer => {
    const at = dice.below(BLOCK - length + 1);
    return block.subarray(at, at + length);
  };
  const key = () => (masked ? { masked: slice(4) } : {});
  for (let left = bytes; left > 0;) {
    const fragments = 1 + dice.below(4) * dice.below(2);
    const type = dice.below(2) === 0 ? opcodes.text : opcodes.binary;
    for (let nth = 0; nth < fragments && left > 0; nth += 1) {
      if (controlFrames && dice.below(8) === 0) {
        const opcode = dice.below(2) === 0 ? opcodes.ping : opcodes.pong;
        yield frame({ opcode, payload: slice(dice.below(126)), ...key() });
      }
      const length = Math.min(left, sizeBelow(dice, Math.floor(longest / fragments)));
      left -= length;
      yield frame({
        opcode: nth === 0 ? type : opcodes.continuation,
        fin: nth === fragments - 1 || left === 0,
        payload: slice(length),
        ...key(),
      });
    }
  }
}

/** How much was seen, and what it was. */
export type Digest = { readonly bytes: number; readonly sha256: string };

/** Puts frames on the wire in pieces that are no frames, no faster than they are taken. */
export const pour = async (
  peer: RawPeer,
  frames: Iterable<Buffer>,
  pieceBytes = 300_000,
): Promise<Digest> => {
  const { socket } = peer;
  const hash = createHash('sha256');
  let bytes = 0;
  let piece: Buffer[] = [];
  let held = 0;
  const put = async (): Promise<void> => {
    const chunk = Buffer.concat(piece);
    piece = [];
    held = 0;
    hash.update(chunk);
    bytes += chunk.length;
    if (!socket.write(chunk)) await within('a peer to take its frames', once(socket, 'drain'));
  };
  for (const one of frames) {
    piece.push(one);
    held += one.length;
    if (held >= pieceBytes) await put();
  }
  await put();
  return { bytes, sha256: hash.digest('hex') };
};

/** Digests all bytes that come from now on, in place of reading frames, until there are so many. */
export const digestOf = (peer: RawPeer, bytes: () => Promise<number>): Promise<Digest> => {
  const hash = createHash('sha256');
  let seen = 0;
  let due: number | null = null;
  const { promise, resolve } = Promise.withResolvers<void>();
  peer.socket.removeAllListeners('readable');
  const take = (chunk: Buffer): void => {
    hash.update(chunk);
    seen += chunk.length;
    if (seen === due) resolve();
  };
  peer.socket.on('data', take);
  const all = async (): Promise<Digest> => {
    due = await bytes();
    if (seen !== due) {
      await within('all bytes', promise, { saw: () => `${seen} of ${due} bytes` });
    }
    peer.socket.off('data', take);
    return { bytes: seen, sha256: hash.digest('hex') };
  };
  return all();
};

/** What frames say, kept as a digest of their headers and payloads in order. */
export class FrameDigest {
  readonly #hash = createHash('sha256');
  frames = 0;

  /** Takes a frame in. */
  readonly add = ({ fin, rsv, opcode, masked, payload }: Frame): void => {
    this.#hash.update(`${fin} ${rsv} ${opcode} ${masked} ${payload.length} `);
    this.#hash.update(payload);
    this.frames += 1;
  };

  /** The digest of all frames so far; ends it. */
  readonly end = (): string => this.#hash.digest('hex');
}

/** The frames in bytes that were made by `framesOf`. */
export const readFrames = (bytes: Buffer): Frame[] => new FrameReader().feed(Buffer.from(bytes));
