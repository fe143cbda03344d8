/** Group 6: texts are UTF-8 (RFC 6455 8.1); who reads them says so, and the proxy does not read. */
import { opcodes } from '../support/frame-reader.ts';
import {
  aBinary,
  aText,
  binary,
  type Draft,
  ends,
  fragments,
  inPieces,
  ping,
  send,
  talk,
  text,
  until,
  aPong,
} from './case.ts';

const VALID: readonly (readonly [string, string])[] = [
  ['one NUL', '\u0000'],
  ['all of ASCII', String.fromCodePoint(...Array.from({ length: 128 }, (_, nth) => nth))],
  ['the last of one byte and the first of two', '\u007f\u0080'],
  ['the last of two bytes and the first of three', '\u07ff\u0800'],
  ['the last before the surrogates and the first behind', '\ud7ff\ue000'],
  ['the last of three bytes and the first of four', '\uffff\u{10000}'],
  ['the very last', '\u{10fffd}\u{10ffff}'],
  ['a byte order mark', '\ufeffmark'],
  ['the replacement character', 'no\ufffderror'],
  ['noncharacters', '\ufdd0\ufdef\ufffe\u{1fffe}\u{1ffff}'],
  [
    'every plane',
    Array.from({ length: 17 }, (_, nth) => String.fromCodePoint(nth * 0x10000 + 0x1234)).join(''),
  ],
  [
    'the end of every plane',
    Array.from({ length: 17 }, (_, nth) => String.fromCodePoint(nth * 0x10000 + 0xffff)).join(''),
  ],
  ['Greek', 'Τὸ ἀεροπλάνο πετᾷ χαμηλά'],
  ['Chinese', '漢字かな交じり文'],
  ['writing from right to left', 'שלום, مرحبا'],
  ['combining marks', 'a\u0301\u0323e\u0308\u0301'],
  ['joined emoji', '\u{1f469}\u200d\u{1f52c} \u{1f3f3}\ufe0f\u200d\u{1f308}'],
];

/** Every byte in a frame of its own. */
const byteFrames = (data: Uint8Array | string): Buffer[] => {
  const bytes = [...Buffer.from(data)].map((byte) => Buffer.from([byte]));
  return fragments(opcodes.text, bytes);
};

const INVALID: readonly (readonly [string, readonly number[]])[] = [
  ['a lone continuation byte', [0x80]],
  ['the last continuation byte', [0xbf]],
  ['continuation bytes in a row', [0x80, 0xbf, 0x80, 0xbf]],
  ['all continuation bytes', Array.from({ length: 64 }, (_, nth) => 0x80 + nth)],
  ['a lead of two bytes with a space behind it', [0xc3, 0x20]],
  ['a lead of three bytes with a space behind it', [0xe2, 0x82, 0x20]],
  ['a lead of four bytes with a space behind it', [0xf0, 0x9f, 0x98, 0x20]],
  ['a cut character of two bytes', [0x61, 0xc3]],
  ['a cut character of three bytes', [0x61, 0xe2, 0x82]],
  ['a cut character of four bytes', [0x61, 0xf0, 0x9f, 0x98]],
  ['an overlong slash of two bytes', [0xc0, 0xaf]],
  ['an overlong slash of three bytes', [0xe0, 0x80, 0xaf]],
  ['an overlong slash of four bytes', [0xf0, 0x80, 0x80, 0xaf]],
  ['an overlong NUL', [0xc0, 0x80]],
  ['the longest overlong of two bytes', [0xc1, 0xbf]],
  ['the longest overlong of three bytes', [0xe0, 0x9f, 0xbf]],
  ['the longest overlong of four bytes', [0xf0, 0x8f, 0xbf, 0xbf]],
  ['the first surrogate', [0xed, 0xa0, 0x80]],
  ['the last surrogate', [0xed, 0xbf, 0xbf]],
  ['a pair of surrogates', [0xed, 0xa1, 0x8c, 0xed, 0xbe, 0xb4]],
  ['what is beyond the last', [0xf4, 0x90, 0x80, 0x80]],
  ['a lead beyond the last', [0xf5, 0x80, 0x80, 0x80]],
  ['five bytes', [0xf8, 0x88, 0x80, 0x80, 0x80]],
  ['six bytes', [0xfc, 0x84, 0x80, 0x80, 0x80, 0x80]],
  ['FE', [0xfe]],
  ['FF', [0xff]],
];

const bad = (bytes: readonly number[]): Buffer => Buffer.from([...Buffer.from('ok '), ...bytes]);

const parts = (...payloads: readonly (readonly number[])[]): Buffer[] =>
  fragments(
    opcodes.text,
    payloads.map((bytes) => Buffer.from(bytes)),
  );

/** What is valid comes back, cut wherever; what is not ends with 1007, cut wherever. */
export const utf8: readonly Draft[] = [
  ...VALID.map(([name, data]) => talk(`echoes ${name}`, [send(text(data))], [aText(data)])),
  ...VALID.slice(1).map(([name, data]) =>
    talk(`echoes ${name}, a frame for each byte`, [send(...byteFrames(data))], [aText(data)]),
  ),
  ...VALID.slice(10).map(([name, data]) =>
    talk(`echoes ${name}, a write for each byte`, [inPieces(1, text(data))], [aText(data)]),
  ),
  talk(
    'echoes a character around a Ping',
    [
      send(
        text(Buffer.from([0xe2]), { fin: false }),
        ping('?'),
        ...fragments(0, [Buffer.from([0x82, 0xac])]),
      ),
    ],
    [aPong('?'), aText('€')],
  ),
  talk(
    'echoes 64 KiB of characters of three bytes',
    [inPieces(1000, text('漢'.repeat(21_845)))],
    [aText('漢'.repeat(21_845))],
  ),
  ...INVALID.map(([name, bytes]) => ends(`refuses ${name}`, [send(text(bad(bytes)))], 1007)),
  ...INVALID.filter((_, nth) => nth % 3 === 0).map(([name, bytes]) =>
    ends(`refuses ${name}, a frame for each byte`, [send(...byteFrames(bad(bytes)))], 1007),
  ),
  ...INVALID.filter((_, nth) => nth % 3 === 1).map(([name, bytes]) =>
    ends(`refuses ${name}, a write for each byte`, [inPieces(1, text(bad(bytes)))], 1007),
  ),
  ends('takes no second frame that is invalid', [send(...parts([0x6f, 0x6b], [0xff]))], 1007),
  ends(
    'takes no character whose second frame is another',
    [send(...parts([0xe2, 0x82], [0x61]))],
    1007,
  ),
  ends(
    'takes no character that its last frame leaves cut',
    [send(...parts([0xf0, 0x9f], [0x98]))],
    1007,
  ),
  ends(
    'takes no character that goes on in the next message',
    [send(text(Buffer.from([0xc3])), text(Buffer.from([0xa9])))],
    1007,
  ),
  ends(
    'takes no invalid text after a valid one',
    [send(text('valid')), until(1), send(text(Buffer.from([0xff])))],
    1007,
    [aText('valid')],
  ),
  talk(
    'echoes any bytes where they are binary',
    [send(binary(Buffer.from([0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0, 0x80])))],
    [aBinary(Buffer.from([0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0, 0x80]))],
  ),
];
