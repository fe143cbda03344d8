/** Group 9: how much, and in how many pieces. The proxy's limits are the defaults. */
import { opcodes } from '../support/frame-reader.ts';
import {
  aBinary,
  aPong,
  anyFrame,
  aText,
  binary,
  close,
  type Draft,
  fragments,
  inPieces,
  leave,
  ping,
  send,
  talk,
  text,
  until,
} from './case.ts';

const KIB = 1024;
/** What a viewer may send in one message, and a backend. */
const MOST = 256 * KIB;
const MOST_BACK = 4096 * KIB;

/** No piece of it looks like another. */
const content = (length: number): Buffer => {
  let words = '';
  for (let nth = 0; words.length < length; nth += 1) words += `${nth.toString(36)} `;
  return Buffer.from(words.slice(0, length));
};

const cutInto = (bytes: Buffer, size: number): Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, nth) =>
    bytes.subarray(nth * size, (nth + 1) * size),
  );

const size = (bytes: number): string =>
  bytes % KIB === 0 ? `${bytes / KIB} KiB` : `${bytes} bytes`;

const viewersLimit = '--max-viewer-message: one message from a viewer, all its fragments together';
const backendsLimit = '--max-backend-message: a backend that sends more is lost to its viewer';

const TYPES = [
  ['text', opcodes.text, aText],
  ['binary', opcodes.binary, aBinary],
] as const;

/** The backend echoes it, the proxy does not let it through. */
const tooBig = (name: string, message: readonly Buffer[], heard: string): Draft => ({
  name,
  steps: [send(...message), until(1), leave(close(1000))],
  answer: { heard: [heard], code: 1000 },
  rule: { heard: [], code: 1009, reason: 'message too big', why: viewersLimit },
});

/** Up to the limits everything arrives, however it is cut; a byte beyond is refused. */
export const limits: readonly Draft[] = [
  ...TYPES.flatMap(([type, opcode, heard]) =>
    [16 * KIB, 64 * KIB, 128 * KIB, MOST - 1, MOST].map((length) =>
      talk(
        `echoes a ${type} of ${size(length)}`,
        [send(anyFrame({ opcode, payload: content(length) }))],
        [heard(content(length))],
      ),
    ),
  ),
  ...[
    [1, KIB],
    [2, 2 * KIB],
    [13, 16 * KIB],
    [64, 64 * KIB],
    [997, 64 * KIB],
    [1460, MOST],
    [KIB, MOST],
    [64 * KIB, MOST],
    [65_537, MOST],
  ].map(([pieces = 0, length = 0]) =>
    talk(
      `echoes ${size(length)} in writes of ${size(pieces)}`,
      [inPieces(pieces, text(content(length)))],
      [aText(content(length))],
    ),
  ),
  ...[64, 256, KIB, 4 * KIB, 16 * KIB, 64 * KIB, 128 * KIB].map((frames) =>
    talk(
      `echoes 256 KiB in frames of ${size(frames)}`,
      [send(...fragments(opcodes.binary, cutInto(content(MOST), frames)))],
      [aBinary(content(MOST))],
    ),
  ),
  talk(
    'echoes 64 KiB in frames of 1000 bytes in writes of 333',
    [inPieces(333, ...fragments(opcodes.text, cutInto(content(64 * KIB), 1000)))],
    [aText(content(64 * KIB))],
  ),
  talk(
    'echoes 1000 messages of 1 KiB as they come',
    [send(...Array.from({ length: 1000 }, () => text(content(KIB))))],
    Array.from({ length: 1000 }, () => aText(content(KIB))),
  ),
  talk(
    'echoes eight messages of 256 KiB as they come',
    [send(...Array.from({ length: 8 }, () => binary(content(MOST))))],
    Array.from({ length: 8 }, () => aBinary(content(MOST))),
  ),
  talk(
    'answers a Ping behind a message of 256 KiB',
    [send(binary(content(MOST)), ping('behind'))],
    [aBinary(content(MOST)), aPong('behind')],
  ),
  ...[1_300_000, MOST_BACK - 1, MOST_BACK].map((length) =>
    talk(
      `hears ${size(length)} from the backend`,
      [send(text(`backend: send ${length}`))],
      [aText('m'.repeat(length))],
    ),
  ),
  {
    name: 'hears no 4 MiB and a byte from the backend',
    steps: [send(text(`backend: send ${MOST_BACK + 1}`)), until(1), leave(close(1000))],
    answer: { heard: [aText('m'.repeat(MOST_BACK + 1))], code: 1000 },
    rule: { heard: [], code: 1011, reason: 'backend lost', why: backendsLimit },
  },
  ...TYPES.map(([type, opcode, heard]) =>
    tooBig(
      `lets no ${type} of 256 KiB and a byte through`,
      [anyFrame({ opcode, payload: content(MOST + 1) })],
      heard(content(MOST + 1)),
    ),
  ),
  tooBig(
    'lets no frame through that goes beyond 256 KiB',
    fragments(opcodes.text, cutInto(content(MOST + 1), 64 * KIB)),
    aText(content(MOST + 1)),
  ),
  tooBig('lets no MiB through', [binary(content(1024 * KIB))], aBinary(content(1024 * KIB))),
];
