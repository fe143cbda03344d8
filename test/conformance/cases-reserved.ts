/** Groups 3 and 4: bits and opcodes that nothing gives a meaning to (RFC 6455 5.2). */
import type { FrameParts } from '../support/frames.ts';
import {
  anyFrame,
  aPong,
  aText,
  binary,
  close,
  continuation,
  type Draft,
  leave,
  offence,
  ends,
  inPieces,
  ping,
  pong,
  rawClose,
  send,
  text,
  until,
} from './case.ts';

const hello = [send(text('hello')), until(1)];
const heardHello = [aText('hello')];

const bitsOf = (rsv: number): Pick<FrameParts, 'rsv1' | 'rsv2' | 'rsv3'> => ({
  rsv1: (rsv & 4) !== 0,
  rsv2: (rsv & 2) !== 0,
  rsv3: (rsv & 1) !== 0,
});

const named = (rsv: number): string =>
  [4, 2, 1].flatMap((bit, nth) => ((rsv & bit) === 0 ? [] : [`RSV${nth + 1}`])).join(' and ');

const DEFLATE = { extensions: 'permessage-deflate' };

/** Bits that nothing gives a meaning to. */
export const reservedBits: readonly Draft[] = [
  ...[1, 2, 3, 4, 5, 6, 7].map((rsv) =>
    offence(`takes no text with ${named(rsv)}`, [send(text('set', bitsOf(rsv)))]),
  ),
  ...[1, 2, 4].map((rsv) =>
    offence(
      `takes no binary with ${named(rsv)} after a message`,
      [...hello, send(binary('set', bitsOf(rsv)))],
      heardHello,
    ),
  ),
  ...[1, 2, 4].map((rsv) =>
    offence(`takes no Ping with ${named(rsv)}`, [send(ping('set', bitsOf(rsv)))]),
  ),
  offence('takes no Pong with RSV1', [send(pong('set', bitsOf(4)))]),
  offence('takes no Close with RSV1', [leave(rawClose(Buffer.from([3, 0xe8]), bitsOf(4)))]),
  offence('takes no Close with RSV3', [leave(rawClose('', bitsOf(1)))]),
  offence('takes no continuation with RSV2', [
    send(text('a', { fin: false }), continuation('b', bitsOf(2))),
  ]),
  offence('takes no RSV1 whose header comes byte by byte', [inPieces(1, text('set', bitsOf(4)))]),
  offence(
    'takes no RSV2 where compression was agreed',
    [send(text('set', bitsOf(2)))],
    [],
    DEFLATE,
  ),
  offence(
    'takes no RSV1 on a Ping where compression was agreed',
    [send(ping('', bitsOf(4)))],
    [],
    DEFLATE,
  ),
  offence(
    'takes no RSV1 on a continuation where compression was agreed',
    [send(text('a', { fin: false }), continuation('b', bitsOf(4)))],
    [],
    DEFLATE,
  ),
  offence(
    'takes no RSV1 on a Close where compression was agreed',
    [leave(rawClose(Buffer.from([3, 0xe8]), bitsOf(4)))],
    [],
    DEFLATE,
  ),
];

const RESERVED = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15];

/** Opcodes that nothing gives a meaning to. */
export const reservedOpcodes: readonly Draft[] = [
  ...RESERVED.map((opcode) =>
    offence(`takes no opcode ${opcode}`, [send(anyFrame({ opcode, payload: 'what' }))]),
  ),
  ...[3, 11].flatMap((opcode) => [
    offence(`takes no empty opcode ${opcode}`, [send(anyFrame({ opcode }))]),
    offence(
      `takes no opcode ${opcode} after a message and a Ping`,
      [send(text('hello'), ping('there')), until(2), send(anyFrame({ opcode, payload: 'x' }))],
      [aText('hello'), aPong('there')],
    ),
    offence(`takes no opcode ${opcode} inside a message`, [
      send(text('a', { fin: false }), anyFrame({ opcode, payload: 'x' }), continuation('b')),
    ]),
    offence(`takes no opcode ${opcode} that is not final`, [
      send(anyFrame({ opcode, fin: false, payload: 'x' })),
    ]),
    offence(`takes no opcode ${opcode} byte by byte`, [
      inPieces(1, anyFrame({ opcode, payload: 'x' })),
    ]),
  ]),
  ends(
    'answers nothing to a reserved opcode after a Close',
    [leave(close(1000), anyFrame({ opcode: 3, payload: 'late' }))],
    1000,
  ),
];
