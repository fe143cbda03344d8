/** Group 7: how a connection ends (RFC 6455 5.5.1 and 7). */
import { opcodes } from '../support/frame-reader.ts';
import { closing } from '../support/frames.ts';
import {
  anyFrame,
  aPong,
  aText,
  binary,
  close,
  continuation,
  type Draft,
  ends,
  fragments,
  leave,
  leaveInPieces,
  offence,
  ping,
  rawClose,
  send,
  shown,
  text,
  until,
} from './case.ts';

const words = Array.from({ length: 10 }, (_, nth) => `word ${nth}`);

/** Codes that may stand in a Close (RFC 6455 7.4 and the registry). */
const CODES = [
  1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999,
];
const ILLEGAL = [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535];

const REASONS: readonly (readonly [string, string])[] = [
  ['of one byte', '.'],
  ['in words', 'going home'],
  ['of two-byte characters', 'größer als früher'],
  ['of four-byte characters', '\u{1f44b}\u{1f6aa}'],
  ['of 122 bytes', 'r'.repeat(122)],
  ['of 123 bytes', 'r'.repeat(123)],
  ['of 123 bytes in 41 characters', '漢'.repeat(41)],
];

const BAD_REASONS: readonly (readonly [string, readonly number[]])[] = [
  ['that is cut', [0x6f, 0x6b, 0xe2, 0x82]],
  ['with a lone continuation', [0x80]],
  ['with a surrogate', [0xed, 0xa0, 0x80]],
  ['that is overlong', [0xc0, 0xaf]],
];

/** Every end says why, and says it to both sides. */
export const closings: readonly Draft[] = [
  ends('answers a Close without a code', [leave(rawClose())], 1005),
  ...CODES.map((code) => ends(`answers a Close with ${code}`, [leave(close(code))], code)),
  ...REASONS.map(([name, reason]) =>
    ends(`answers a Close with a reason ${name}`, [leave(close(4000, reason))], 4000),
  ),
  ends('answers a Close that comes byte by byte', [leaveInPieces(1, close(3001, 'slow'))], 3001),
  ends(
    'answers a message and the Close behind it in one write',
    [leave(text('last words'), close(1000))],
    1000,
    [aText('last words')],
    { only: 'ws' },
  ),
  ends(
    'answers many messages and the Close behind them in one write',
    [leave(...words.map((each) => text(each)), close(4321, 'all said'))],
    4321,
    words.map(aText),
    { only: 'ws' },
  ),
  ends(
    'answers a Ping and the Close behind it in one write',
    [leave(ping('quick'), close(1000))],
    1000,
    [aPong('quick')],
    { only: 'ws' },
  ),
  ends('answers no message behind a Close', [leave(close(1000), text('late'))], 1000),
  ends('answers no Ping behind a Close', [leave(close(1000), ping('late'))], 1000),
  ends('answers no second Close', [leave(close(1000), close(1001))], 1000),
  ends('answers no message after a Close', [leave(close(1000)), send(text('late'))], 1000),
  ends(
    'answers a Close inside a message',
    [leave(text('half', { fin: false }), close(1000))],
    1000,
  ),
  ends(
    'answers no rest of a message behind a Close inside it',
    [leave(text('half', { fin: false }), close(1001), continuation(' more'))],
    1001,
  ),
  ends(
    'answers a Close after a Ping inside a message',
    [send(binary('half', { fin: false }), ping('?')), until(1), leave(close(1000))],
    1000,
    [aPong('?')],
  ),
  offence('takes no Close of one byte', [leave(rawClose(Buffer.from([0x03])))]),
  offence('takes no Close of 126 bytes', [leave(rawClose(closing(1000, 'r'.repeat(124))))]),
  offence('takes no Close that is not final', [
    leave(rawClose(closing(1000), { fin: false }), continuation()),
  ]),
  ...ILLEGAL.map((code) => offence(`takes no Close with ${code}`, [leave(close(code, 'why'))])),
  offence(
    'takes no Close with 1005 after a message',
    [send(text('hello')), until(1), leave(close(1005))],
    [aText('hello')],
  ),
  ...BAD_REASONS.map(([name, reason]) =>
    ends(`refuses a reason ${name}`, [leave(close(1000, Buffer.from(reason)))], 1007),
  ),
  ...[1000, 1001, 1003, 1008, 1011, 3000, 4000, 4999].map((code) =>
    ends(`closes with ${code} of its own`, [send(text(`backend: close ${code} as told`))], code),
  ),
  ends('closes without a code of its own', [send(text('backend: close'))], 1005, [], {
    only: 'ws',
  }),
  ends(
    'closes with a reason of 123 bytes of its own',
    [send(text(`backend: close 4001 ${'r'.repeat(123)}`))],
    4001,
  ),
  ends(
    'closes after the messages that it said before',
    [send(text('one'), binary('two')), until(2), send(text('backend: close 4002 said'))],
    4002,
    [aText('one'), shown('binary', 'two')],
  ),
  ends(
    'says no more to what comes behind its own Close',
    [send(text('backend: close 4003 enough'), text('late'), ping('late'))],
    4003,
    [],
    { only: 'ws' },
  ),
  ends(
    'closes while a message of the viewer is under way',
    [
      send(text('backend: close 4004 now')),
      send(...fragments(opcodes.text, ['a', 'b']).slice(0, 1)),
    ],
    4004,
  ),
  ends(
    'closes at the same time as the viewer',
    [leave(text('backend: close 4005 me first'), close(4006, 'no, me'))],
    4005,
    [],
    { only: 'ws' },
  ),
  offence('takes no Close in two frames', [
    leave(anyFrame({ opcode: opcodes.close, fin: false, payload: closing(1000) })),
  ]),
];
