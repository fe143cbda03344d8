/** Group 2: Pings and Pongs (RFC 6455 5.5.2 and 5.5.3). */
import {
  aPong,
  aText,
  binary,
  type Draft,
  inPieces,
  offence,
  ping,
  pong,
  send,
  shown,
  talk,
  text,
  until,
} from './case.ts';

const PINGS: readonly (readonly [string, Uint8Array | string])[] = [
  ['without a payload', ''],
  ['of one byte', 'x'],
  ['with a text', 'are you there?'],
  ['of 8 bytes, as the proxy sends them', Buffer.from('0123456789abcdef', 'hex')],
  ['with bytes that are no text', Buffer.from([0x00, 0xff, 0xfe, 0xfd, 0xc0, 0x80])],
  ['of 124 bytes', 'p'.repeat(124)],
  ['of 125 bytes', 'p'.repeat(125)],
];

const tens = Array.from({ length: 10 }, (_, nth) => `ping ${nth}`);
const hundreds = Array.from({ length: 300 }, (_, nth) => `${nth}`);

/** A Pong that nobody asked for, told of by the backend. */
const unsolicited = (name: string, payloads: readonly (Uint8Array | string)[]): Draft =>
  talk(
    name,
    [send(text('backend: tell-pongs')), until(1), send(...payloads.map((each) => pong(each)))],
    [
      aText('telling'),
      ...payloads.map((each) => aText(`pong ${Buffer.from(each).toString('hex')}`)),
    ],
    { only: 'ws' },
  );

/** Pings are answered with what they carry, and Pongs with nothing. */
export const pings: readonly Draft[] = [
  ...PINGS.map(([name, payload]) =>
    talk(`answers a Ping ${name}`, [send(ping(payload))], [aPong(payload)]),
  ),
  talk('answers a Ping that comes byte by byte', [inPieces(1, ping('slowly'))], [aPong('slowly')]),
  talk('answers 10 Pings in one write', [send(...tens.map((each) => ping(each)))], tens.map(aPong)),
  talk(
    'answers 10 Pings in writes across their bounds',
    [inPieces(5, ...tens.map((each) => ping(each)))],
    tens.map(aPong),
  ),
  talk(
    'answers 300 Pings one by one',
    hundreds.flatMap((each, nth) => [send(ping(each)), until(nth + 1)]),
    hundreds.map(aPong),
  ),
  talk(
    'answers Pings between messages',
    [send(text('a'), ping('1')), until(2), send(ping('2'), binary('b')), until(4)],
    [aText('a'), aPong('1'), aPong('2'), shown('binary', 'b')],
  ),
  talk('says nothing to a Pong', [send(pong(), text('after'))], [aText('after')]),
  talk(
    'says nothing to a Pong with a payload',
    [send(pong('hm'), text('after'))],
    [aText('after')],
  ),
  talk(
    'says nothing to a Pong of 125 bytes',
    [send(pong('p'.repeat(125)), text('after'))],
    [aText('after')],
  ),
  talk(
    'answers a Ping behind Pongs that nobody asked for',
    [send(pong('1'), pong('2'), ping('3'), pong('4'))],
    [aPong('3')],
  ),
  unsolicited('hears a Pong without a payload', ['']),
  unsolicited('hears a Pong with a payload', ['unasked']),
  unsolicited('hears a Pong of 8 bytes that answers nothing', [
    Buffer.from('fedcba9876543210', 'hex'),
  ]),
  unsolicited('hears the same Pong twice', ['again', 'again']),
  unsolicited(
    'hears 50 Pongs in one write',
    Array.from({ length: 50 }, (_, nth) => `pong ${nth}`),
  ),
  talk(
    'sends a Ping of its own, and hears the Pong',
    [send(text('backend: tell-pongs')), until(1), send(text('backend: ping knock'))],
    [aText('telling'), shown('ping', 'knock'), aText('pong 6b6e6f636b')],
    { only: 'ws' },
  ),
  talk('sends a Ping of its own', [send(text('backend: ping knock'))], [shown('ping', 'knock')]),
  offence('takes no Ping of 126 bytes', [send(ping('p'.repeat(126)))]),
  offence('takes no Pong of 126 bytes', [send(pong('p'.repeat(126)))]),
  offence('takes no Ping of 65536 bytes', [send(ping(Buffer.alloc(65_536)))]),
  offence('takes no Ping of 126 bytes byte by byte', [inPieces(1, ping('p'.repeat(126)))]),
];
