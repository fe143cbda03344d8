/** Group 5: messages in several frames (RFC 6455 5.4). */
import { opcodes } from '../support/frame-reader.ts';
import {
  aBinary,
  aPong,
  aText,
  anyFrame,
  binary,
  continuation,
  type Draft,
  fragments,
  inPieces,
  offence,
  ping,
  pong,
  send,
  talk,
  text,
  until,
} from './case.ts';

const sized = (...lengths: readonly number[]): string[] =>
  lengths.map((length, nth) => String.fromCodePoint(0x61 + nth).repeat(length));

const ARRANGEMENTS: readonly (readonly [string, readonly string[]])[] = [
  ['two frames', ['fragment', 'ation']],
  ['three frames', ['a', 'bb', 'ccc']],
  ['an empty first frame', ['', 'rest']],
  ['an empty last frame', ['start', '']],
  ['an empty frame in the middle', ['start', '', 'end']],
  ['nothing but empty frames', ['', '', '', '']],
  ['frames of 125, 126 and 127 bytes', sized(125, 126, 127)],
  ['frames of 65535, 65536 and 65537 bytes', sized(65_535, 65_536, 65_537)],
  ['a long frame between short ones', sized(1, 65_536, 1)],
  ['1000 frames of one byte', Array.from({ length: 1000 }, (_, nth) => `${nth % 10}`)],
];

const PAIRS = [
  ['text', opcodes.text, aText],
  ['binary', opcodes.binary, aBinary],
] as const;

/** `between` stands between all frames of the message. */
const withBetween = (payloads: readonly string[], between: readonly Buffer[]): Buffer[] =>
  fragments(opcodes.text, payloads).flatMap((frame, nth) =>
    nth === 0 ? [frame] : between.concat(frame),
  );

const open = text('open', { fin: false });
const hello = [send(text('hello')), until(1)];
const heardHello = [aText('hello')];

/** Every arrangement that is legal arrives whole; those that are not end at once. */
export const fragmentation: readonly Draft[] = [
  ...ARRANGEMENTS.flatMap(([name, payloads]) =>
    PAIRS.map(([type, opcode, heard]) =>
      talk(
        `puts a ${type} together from ${name}`,
        [send(...fragments(opcode, payloads))],
        [heard(payloads.join(''))],
      ),
    ),
  ),
  talk(
    'puts a text together from frames in writes of their own',
    fragments(opcodes.text, ['one ', 'by ', 'one']).map((frame) => send(frame)),
    [aText('one by one')],
  ),
  talk(
    'puts a text together from frames byte by byte',
    [inPieces(1, ...fragments(opcodes.text, ['byte ', 'by ', 'byte']))],
    [aText('byte by byte')],
  ),
  talk(
    'puts a binary together from frames in writes across their bounds',
    [inPieces(7, ...fragments(opcodes.binary, ['across ', 'every ', 'bound ', 'of it']))],
    [aBinary('across every bound of it')],
  ),
  talk(
    'puts several messages together in one write',
    [
      send(
        ...fragments(opcodes.text, ['a', 'b']),
        ...fragments(opcodes.binary, ['c', 'd', 'e']),
        text('f'),
        ...fragments(opcodes.text, ['', 'g']),
      ),
    ],
    [aText('ab'), aBinary('cde'), aText('f'), aText('g')],
  ),
  talk(
    'answers a Ping between two frames, before the message',
    [send(...withBetween(['half', 'half'], [ping('between')]))],
    [aPong('between'), aText('halfhalf')],
  ),
  talk(
    'answers a Ping between two frames while the second is not there yet',
    [send(text('first', { fin: false }), ping('so far?')), until(1), send(continuation(' second'))],
    [aPong('so far?'), aText('first second')],
  ),
  talk(
    'answers several Pings between all of five frames',
    [send(...withBetween(['a', 'b', 'c', 'd', 'e'], [ping('1'), ping('2')]))],
    [...Array.from({ length: 4 }, () => [aPong('1'), aPong('2')]).flat(), aText('abcde')],
  ),
  talk(
    'takes a Pong between two frames',
    [send(...withBetween(['half', 'half'], [pong('unasked')]))],
    [aText('halfhalf')],
  ),
  talk(
    'answers a Ping of 125 bytes between frames byte by byte',
    [inPieces(1, ...withBetween(['half', 'half'], [ping('p'.repeat(125))]))],
    [aPong('p'.repeat(125)), aText('halfhalf')],
  ),
  talk(
    'puts together what the backend says in frames',
    [send(text('backend: fragments one two'))],
    [aText('onetwo')],
  ),
  talk(
    'puts together what the backend says in many frames',
    [send(text(`backend: fragments ${'x '.repeat(200).trim()}`))],
    [aText('x'.repeat(200))],
  ),
  offence('takes no continuation of nothing', [send(continuation('of what?'))]),
  offence('takes no empty continuation of nothing', [send(continuation())]),
  offence('takes no continuation of nothing that is not final', [
    send(continuation('a', { fin: false }), continuation('b')),
  ]),
  offence(
    'takes no continuation after a whole message',
    [...hello, send(continuation('more'))],
    heardHello,
  ),
  offence(
    'takes no continuation after the last frame of a message',
    [send(...fragments(opcodes.text, ['a', 'b'])), until(1), send(continuation('c'))],
    [aText('ab')],
  ),
  offence('takes no text inside a message', [send(open, text('inside'))]),
  offence('takes no binary inside a message', [send(open, binary('inside'))]),
  offence('takes no text in frames inside a message', [
    send(open, ...fragments(opcodes.text, ['in', 'side']), continuation('end')),
  ]),
  offence('takes no binary inside a message behind continuations', [
    send(open, continuation('a', { fin: false }), continuation('b', { fin: false }), binary('c')),
  ]),
  offence('takes no text inside a message byte by byte', [inPieces(1, open, text('inside'))]),
  offence(
    'takes no text inside a message behind a Ping',
    [send(open, ping('still?')), until(1), send(text('inside'))],
    [aPong('still?')],
  ),
  ...(['ping', 'pong'] as const).flatMap((name) => [
    offence(`takes no ${name} that is not final`, [
      send(anyFrame({ opcode: opcodes[name], fin: false, payload: 'half' }), continuation('half')),
    ]),
    offence(`takes no ${name} that is not final inside a message`, [
      send(open, anyFrame({ opcode: opcodes[name], fin: false }), continuation('end')),
    ]),
  ]),
];
