/** Group 12: what permessage-deflate does to messages (RFC 7692 7.2). */
import {
  aBinary,
  aPong,
  aText,
  binary,
  continuation,
  type Draft,
  ends,
  inPieces,
  ping,
  send,
  talk,
  text,
} from './case.ts';
import { deflatedBinary, deflatedText, json, PLAIN } from './deflated-frames.ts';
import { deflated } from './inflation.ts';

const KIB = 1024;
const offer = { extensions: PLAIN };

/** A compressed text in frames of `size` bytes, with `between` between all of them. */
const inFrames = (payload: Buffer, size: number, between: readonly Buffer[] = []): Buffer[] => {
  const count = Math.max(1, Math.ceil(payload.length / size));
  return Array.from({ length: count }, (_, nth) => {
    const fin = nth === count - 1;
    const bytes = payload.subarray(nth * size, (nth + 1) * size);
    return nth === 0
      ? [text(bytes, { rsv1: true, fin })]
      : [...between, continuation(bytes, { fin })];
  }).flat();
};

/** Bytes that do not compress, the same in every run. */
const noise = (length: number): Buffer => {
  const bytes = Buffer.alloc(length);
  let state = 1;
  for (let at = 0; at < length; at += 1) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    bytes[at] = state >>> 16;
  }
  return bytes;
};

const SIZES = [0, 1, 16, 126, KIB, 8 * KIB, 64 * KIB, 128 * KIB];
const sizeName = (bytes: number): string => (bytes < KIB ? `${bytes} bytes` : `${bytes / KIB} KiB`);

/** What is in compressed messages, and how they are put on the wire. */
export const compression: readonly Draft[] = [
  ...SIZES.map((size) =>
    talk(
      `echoes ${sizeName(size)} of JSON, compressed`,
      [send(deflatedText(json(size)))],
      [aText(json(size))],
      offer,
    ),
  ),
  ...SIZES.map((size) =>
    talk(
      `echoes ${sizeName(size)} of noise, compressed`,
      [send(deflatedBinary(noise(size)))],
      [aBinary(noise(size))],
      offer,
    ),
  ),
  talk(
    'echoes a MiB of zeros in few bytes',
    [send(deflatedBinary(Buffer.alloc(1024 * KIB)))],
    [aBinary(Buffer.alloc(1024 * KIB))],
    offer,
  ),
  talk(
    'echoes what is stored and not compressed',
    [send(deflatedText(json(500), { level: 0 }))],
    [aText(json(500))],
    offer,
  ),
  talk(
    'echoes an empty message of one zero byte',
    [send(text(Buffer.from([0]), { rsv1: true }))],
    [aText('')],
    offer,
  ),
  ...[1, 7, 64, 1000].map((size) =>
    talk(
      `echoes a compressed message in frames of ${size} bytes`,
      [send(...inFrames(deflated(json(4 * KIB)), size))],
      [aText(json(4 * KIB))],
      offer,
    ),
  ),
  talk(
    'echoes a compressed message with an empty last frame',
    [send(text(deflated('almost empty'), { rsv1: true, fin: false }), continuation())],
    [aText('almost empty')],
    offer,
  ),
  talk(
    'echoes a compressed message with an empty first frame',
    [send(text('', { rsv1: true, fin: false }), continuation(deflated('late start')))],
    [aText('late start')],
    offer,
  ),
  talk(
    'answers a Ping between the frames of a compressed message',
    [send(...inFrames(deflated('interrupted'), 8, [ping('in between')]))],
    [aPong('in between'), aText('interrupted')],
    offer,
  ),
  talk(
    'echoes a compressed message byte by byte',
    [inPieces(1, deflatedText(json(300)))],
    [aText(json(300))],
    offer,
  ),
  talk(
    'echoes compressed and other messages in turn',
    [
      send(
        deflatedText('small'),
        text('plain'),
        deflatedBinary('pressed', { after: 'small' }),
        binary('raw'),
      ),
    ],
    [aText('small'), aText('plain'), aBinary('pressed'), aBinary('raw')],
    offer,
  ),
  talk(
    'echoes a message that is not compressed in frames, between two that are',
    [
      send(
        deflatedText('one'),
        text('not ', { fin: false }),
        continuation('this'),
        deflatedText('two', { after: 'one' }),
      ),
    ],
    [aText('one'), aText('not this'), aText('two')],
    offer,
  ),
  talk(
    'echoes messages that refer to those before',
    [
      send(
        deflatedText(json(2 * KIB)),
        deflatedText(json(2 * KIB), { after: json(2 * KIB) }),
        deflatedText(json(3 * KIB), { after: json(2 * KIB) + json(2 * KIB) }),
      ),
    ],
    [aText(json(2 * KIB)), aText(json(2 * KIB)), aText(json(3 * KIB))],
    offer,
  ),
  talk(
    'echoes 200 compressed messages',
    [send(...Array.from({ length: 200 }, (_, nth) => deflatedText(`row ${nth}`)))],
    Array.from({ length: 200 }, (_, nth) => aText(`row ${nth}`)),
    offer,
  ),
  ends(
    'takes no compressed message that is no deflate stream',
    [send(text(Buffer.from([0xff, 0xff, 0xff, 0xff]), { rsv1: true }))],
    1007,
    [],
    { ...offer, codes: { python: 1002 } },
  ),
  ends(
    'takes no compressed text that is not UTF-8',
    [send(text(deflated(Buffer.from([0xff, 0xfe])), { rsv1: true }))],
    1007,
    [],
    offer,
  ),
  talk(
    'hears what the backend says in compressed frames',
    [send(text('backend: fragments one two three'))],
    [aText('onetwothree')],
    offer,
  ),
  talk(
    'hears a MiB of the same from the backend in few bytes',
    [send(text(`backend: send ${1024 * KIB}`))],
    [aText('m'.repeat(1024 * KIB))],
    offer,
  ),
];
