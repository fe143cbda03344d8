/** Group 1: what a frame is made of (RFC 6455 5.2). */
import { opcodes } from '../support/frame-reader.ts';
import type { FrameParts } from '../support/frames.ts';
import {
  aBinary,
  anyFrame,
  aText,
  binary,
  close,
  type Draft,
  leave,
  offence,
  inPieces,
  ping,
  rawClose,
  send,
  talk,
  text,
  until,
} from './case.ts';

/** Where the form of the length changes, and its neighbours. */
const LENGTHS = [0, 1, 2, 125, 126, 127, 128, 65_535, 65_536, 65_537, 100_000];

/** Of these a byte that is lost, doubled or moved shows. */
const letters = (length: number): Buffer => Buffer.alloc(length, 'abcdefghijklmnopqrstuvwxyz.,');
const octets = (length: number): Buffer =>
  Buffer.alloc(length, Buffer.from(Array.from({ length: 251 }, (_, nth) => nth)));

const MASKS = [
  ['of zeros', [0, 0, 0, 0]],
  ['of ones', [255, 255, 255, 255]],
  ['with one byte set', [0, 0, 1, 0]],
  ['that makes the payload vanish', [0x61, 0x61, 0x61, 0x61]],
] as const;

const tooLong = {
  heard: [],
  code: 1002,
  reason: 'protocol error',
} as const;

const shortest = 'the proxy takes no length that is not in its shortest form (RFC 6455 5.2)';
const countable = 'the proxy calls a length that cannot be counted an offence, backends too big';

const wrongLength = (name: string, parts: FrameParts, data: string): Draft => ({
  name,
  steps: [send(anyFrame({ ...parts, payload: data })), until(1), leave(close(1000))],
  answer: { heard: [aText(data)], code: 1000 },
  rule: { ...tooLong, why: shortest },
});

const endless = (name: string, claims: bigint): Draft => ({
  name,
  steps: [send(anyFrame({ opcode: opcodes.binary, claims }))],
  answer: { heard: [], code: 1009 },
  rule: { ...tooLong, why: countable },
});

const hello = [send(text('hello')), until(1)];
const heardHello = [aText('hello')];

/** Texts and binaries of every form of length, and masks. */
export const framing: readonly Draft[] = [
  ...LENGTHS.map((length) =>
    talk(
      `echoes a text of ${length} bytes`,
      [send(text(letters(length)))],
      [aText(letters(length))],
    ),
  ),
  ...LENGTHS.map((length) =>
    talk(
      `echoes a binary of ${length} bytes`,
      [send(binary(octets(length)))],
      [aBinary(octets(length))],
    ),
  ),
  ...MASKS.map(([name, key]) =>
    talk(
      `unmasks a payload with a key ${name}`,
      [send(text('aaaaaaa', { masked: Buffer.from(key) }))],
      [aText('aaaaaaa')],
    ),
  ),
  talk(
    'keeps the type of each of several messages in one write',
    [send(text('one'), binary('two'), text(''), binary(''), text('three'))],
    [aText('one'), aBinary('two'), aText(''), aBinary(''), aText('three')],
  ),
  talk(
    'keeps the order of 500 messages in one write',
    [send(...Array.from({ length: 500 }, (_, nth) => text(`message ${nth}`)))],
    Array.from({ length: 500 }, (_, nth) => aText(`message ${nth}`)),
  ),
  talk(
    'takes the end of one message and the start of the next in one write',
    [inPieces(70, text(letters(100)), binary(octets(100)), text(letters(100)))],
    [aText(letters(100)), aBinary(octets(100)), aText(letters(100))],
  ),
  wrongLength('takes no 16 bits for 5 bytes', { opcode: 1, lengthBits: 16 }, 'hello'),
  wrongLength('takes no 64 bits for 5 bytes', { opcode: 1, lengthBits: 64 }, 'hello'),
  wrongLength('takes no 16 bits for 125 bytes', { opcode: 1, lengthBits: 16 }, 'x'.repeat(125)),
  wrongLength('takes no 64 bits for 126 bytes', { opcode: 1, lengthBits: 64 }, 'x'.repeat(126)),
  wrongLength(
    'takes no 64 bits for 65535 bytes',
    { opcode: 1, lengthBits: 64 },
    'x'.repeat(65_535),
  ),
  endless('takes no length of 2^53', 2n ** 53n),
  endless('takes no length of 2^63', 2n ** 63n),
  endless('takes no length of 2^64 - 1', 2n ** 64n - 1n),
  offence('takes no text that is not masked', [send(text('bare', { masked: false }))]),
  offence('takes no binary that is not masked', [send(binary('', { masked: false }))]),
  offence('takes no Ping that is not masked', [send(ping('bare', { masked: false }))]),
  offence('takes no Close that is not masked', [
    leave(rawClose(Buffer.from([0x03, 0xe8]), { masked: false })),
  ]),
  offence(
    'takes no unmasked message after a masked one',
    [...hello, send(text('bare', { masked: false }))],
    heardHello,
  ),
];
