import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as ws from 'ws';
import { FrameScanner, type ScanRules, type Verdict } from '../../src/core/frames.ts';
import { opcodes } from '../support/frame-reader.ts';
import { closing, frame, frameHeader, type FrameParts } from '../support/frames.ts';

const { continuation, text, binary, close, ping, pong } = opcodes;

/** One frame of a legal stream, and where it stands in it. */
type Item = {
  readonly parts: FrameParts;
  readonly bytes: Buffer;
  readonly headerBytes: number;
  readonly start: number;
  readonly control: boolean;
};

type Stream = {
  readonly rules: ScanRules;
  readonly items: readonly Item[];
  readonly bytes: Buffer;
};

const shortLength = fc.nat(20);
const length = fc.oneof(
  { weight: 6, arbitrary: shortLength },
  { weight: 3, arbitrary: fc.constantFrom(124, 125, 126, 127, 300) },
  { weight: 1, arbitrary: fc.constantFrom(65_535, 65_536, 65_537) },
);
const pattern = fc.uint8Array({ minLength: 1, maxLength: 5 });
const payloadOf = (lengths: fc.Arbitrary<number>): fc.Arbitrary<Buffer> =>
  fc.tuple(lengths, pattern).map(([bytes, fill]) => Buffer.alloc(bytes, fill));

const controls = fc.array(
  fc.record({ opcode: fc.constantFrom(ping, pong), payload: fc.uint8Array({ maxLength: 125 }) }),
  { maxLength: 2, size: 'small' },
);

const messageOf = (lengths: fc.Arbitrary<number>): fc.Arbitrary<FrameParts[]> =>
  fc
    .record({
      opcode: fc.constantFrom(text, binary),
      rsv1: fc.boolean(),
      fragments: fc.array(fc.record({ payload: payloadOf(lengths), before: controls }), {
        minLength: 1,
        maxLength: 3,
      }),
      after: controls,
    })
    .map(({ opcode, rsv1, fragments, after }) =>
      fragments
        .flatMap(({ payload, before }, i): FrameParts[] => {
          const first = i === 0;
          const fin = i === fragments.length - 1;
          const part = { opcode: first ? opcode : continuation, rsv1: rsv1 && first, fin, payload };
          return [...before, part];
        })
        .concat(after),
    );

const streamOf = (
  lengths: fc.Arbitrary<number>,
  masked: boolean,
  deflate: boolean,
): fc.Arbitrary<Stream> =>
  fc
    .record({
      messages: fc.array(messageOf(lengths), { maxLength: 3 }),
      ending: fc.option(fc.constantFrom(Buffer.alloc(0), closing(1000), closing(4000, 'é'))),
      keys: fc.array(fc.uint8Array({ minLength: 4, maxLength: 4 }), { minLength: 1 }),
    })
    .map(({ messages, ending, keys }) => {
      const frames = messages.flat();
      if (ending !== null) frames.push({ opcode: close, payload: ending });
      let start = 0;
      const items = frames.map((plain, i): Item => {
        const key = keys[i % keys.length]!;
        const parts = { ...plain, rsv1: deflate && plain.rsv1 === true, masked: masked && key };
        const bytes = frame(parts);
        start += bytes.length;
        return {
          parts,
          bytes,
          headerBytes: frameHeader(parts).length,
          start: start - bytes.length,
          control: parts.opcode >= close,
        };
      });
      const rules = { masked, maxMessage: 400_000, deflate };
      return { rules, items, bytes: Buffer.concat(items.map(({ bytes }) => bytes)) };
    });

/** Cuts anywhere, and close around the beginnings of frames, where it matters. */
const cutsOf = ({ items, bytes }: Stream): fc.Arbitrary<number[]> =>
  fc
    .array(
      fc.oneof(
        fc.nat(bytes.length),
        fc
          .tuple(
            fc.constantFrom(0, ...items.map(({ start }) => start)),
            fc.integer({ min: -2, max: 16 }),
          )
          .map(([start, offset]) => Math.min(Math.max(start + offset, 0), bytes.length)),
      ),
      { maxLength: 24, size: 'large' },
    )
    .map((cuts) => cuts.concat(bytes.length).sort((a, b) => a - b));

const everyCut = ({ bytes }: Stream): number[] => Array.from(bytes, (_, i) => i + 1);

/** What must have been made of the first `received` bytes of a legal stream. */
const expectedAt = ({ items }: Stream, received: number): object => {
  const state = { passed: 0, controls: 0, atBoundary: true, midMessage: false, messages: 0 };
  for (const { parts, bytes, headerBytes, start, control } of items) {
    const there = received - start;
    if (control) {
      if (there >= bytes.length) state.controls += 1;
    } else if (there >= headerBytes) {
      const whole = there >= bytes.length;
      state.passed += Math.min(there, bytes.length);
      state.atBoundary = whole;
      state.midMessage = !(whole && parts.fin);
      if (whole && parts.fin) state.messages += 1;
    }
  }
  return state;
};

const controlOf = ({ parts, bytes }: Item): Verdict => {
  const payload = Buffer.from(parts.payload ?? '');
  if (parts.opcode !== close) {
    return { kind: parts.opcode === ping ? 'ping' : 'pong', bytes, payload };
  }
  const code = payload.length === 0 ? null : payload.readUInt16BE(0);
  return { kind: 'close', bytes, code, reason: payload.toString('utf8', 2) };
};

/** Scans chunk by chunk, holding all against the stream; gives the bytes passed and taken. */
const scanned = (
  stream: Stream,
  cuts: readonly number[],
  split: (chunk: number) => boolean,
): number => {
  const subject = new FrameScanner(stream.rules);
  const data = stream.items.filter(({ control }) => !control);
  const dataBytes = Buffer.concat(data.map(({ bytes }) => bytes));
  let end = 0;
  const ends = data.map(({ bytes }) => (end += bytes.length));
  const awaited = stream.items.filter(({ control }) => control);

  let from = 0;
  let passed = 0;
  let taken = 0;
  cuts.forEach((cut, i) => {
    const atChunk = passed;
    const runs: number[] = [];
    const controlsBefore = taken;
    for (const verdict of subject.scan(stream.bytes.subarray(from, cut), split(i))) {
      if (verdict.kind === 'pass') {
        const due = dataBytes.subarray(passed, passed + verdict.bytes.length);
        passed += verdict.bytes.length;
        runs.push(passed);
        expect(verdict.bytes.length).toBeGreaterThan(0);
        expect(verdict.bytes.equals(due)).toBe(true);
        expect(verdict.boundary).toBe(ends.includes(passed));
      } else {
        const item = awaited[taken]!;
        const ahead = data.filter(({ start }) => start < item.start);
        expect(verdict).toEqual(controlOf(item));
        expect(passed).toBe(ends[ahead.length - 1] ?? 0);
        taken += 1;
      }
    }
    const { atBoundary, midMessage, messages } = subject;
    const state = { passed, controls: taken, atBoundary, midMessage, messages };
    expect(state).toEqual(expectedAt(stream, cut));

    const firstEnd = ends.find((each) => each > atChunk && each <= passed);
    if (split(i) && firstEnd !== undefined) expect(runs).toContain(firstEnd);
    // One run for what was held, one between any two control frames, one more for the split.
    expect(runs.length).toBeLessThanOrEqual(2 + taken - controlsBefore + (split(i) ? 1 : 0));
    from = cut;
  });
  return awaited.slice(0, taken).reduce((sum, { bytes }) => sum + bytes.length, passed);
};

/**
 * What a scanner that first tries to pass each chunk whole makes of a stream, what one that only
 * scans makes of it, and how many chunks were passed whole.
 */
const bothWays = (
  rules: ScanRules,
  bytes: Buffer,
  cuts: readonly number[],
  split: (chunk: number) => boolean,
): { quick: unknown[]; plain: unknown[]; whole: number } => {
  const quick = new FrameScanner(rules);
  const plain = new FrameScanner(rules);
  const made = { quick: [] as unknown[], plain: [] as unknown[], whole: 0 };
  let from = 0;
  cuts.forEach((cut, i) => {
    const chunk = bytes.subarray(from, cut);
    from = cut;
    if (chunk.length === 0) return;
    const isWhole = quick.passes(chunk);
    if (isWhole) made.whole += 1;
    made.quick.push(
      isWhole
        ? [{ kind: 'pass', bytes: chunk, boundary: quick.atBoundary }]
        : quick.scan(chunk, split(i)),
      [quick.atBoundary, quick.midMessage, quick.messages],
    );
    made.plain.push(plain.scan(chunk, split(i)), [
      plain.atBoundary,
      plain.midMessage,
      plain.messages,
    ]);
  });
  return made;
};

describe.each([
  ['viewer', true],
  ['backend', false],
])('any legal stream of a %s, however it is cut', (_side, masked) => {
  const cutStream = fc
    .boolean()
    .chain((deflate) => streamOf(length, masked, deflate))
    .chain((stream) => fc.tuple(fc.constant(stream), cutsOf(stream)));

  it('passes the same bytes, takes out the same control frames, and no header byte early', () => {
    fc.assert(
      fc.property(cutStream, ([stream, cuts]) => {
        expect(scanned(stream, cuts, () => false)).toBe(stream.bytes.length);
      }),
      { numRuns: 300 },
    );
  });

  it('does so byte by byte', () => {
    fc.assert(
      fc.property(streamOf(fc.constantFrom(0, 1, 2, 7, 125, 126), masked, true), (stream) => {
        expect(scanned(stream, everyCut(stream), () => false)).toBe(stream.bytes.length);
      }),
      { numRuns: 40 },
    );
  });

  it('ends a run at the first boundary of a chunk that is split, and changes nothing else', () => {
    fc.assert(
      fc.property(cutStream, fc.nat(0xffffff), ([stream, cuts], splits) => {
        const split = (chunk: number): boolean => ((splits >> (chunk % 24)) & 1) === 1;
        expect(scanned(stream, cuts, split)).toBe(stream.bytes.length);
      }),
      { numRuns: 300 },
    );
  });

  it('is passed on by the chunk exactly as the scan would pass it on', () => {
    fc.assert(
      fc.property(cutStream, fc.nat(0xffffff), ([stream, cuts], splits) => {
        const split = (chunk: number): boolean => ((splits >> (chunk % 24)) & 1) === 1;
        const { quick, plain } = bothWays(stream.rules, stream.bytes, cuts, split);
        expect(quick).toEqual(plain);
      }),
      { numRuns: 300 },
    );
  });

  it('is passed on by the chunk wherever a chunk is one data frame, or lies inside one', () => {
    fc.assert(
      fc.property(streamOf(shortLength, masked, true), fc.boolean(), (stream, halves) => {
        const data = stream.items.filter(({ control }) => !control);
        const cuts = stream.items.flatMap(({ bytes, headerBytes, start, control }) =>
          halves && !control ? [start + headerBytes, start + bytes.length] : [start + bytes.length],
        );
        const inHalves = data.filter(({ bytes, headerBytes }) => bytes.length > headerBytes);
        expect(bothWays(stream.rules, stream.bytes, cuts, () => true).whole).toBe(
          data.length + (halves ? inHalves.length : 0),
        );
      }),
      { numRuns: 100 },
    );
  });

  it('is not changed by the scan', () => {
    fc.assert(
      fc.property(cutStream, ([stream]) => {
        const before = Buffer.from(stream.bytes);
        new FrameScanner(stream.rules).scan(stream.bytes, false);
        expect(stream.bytes.equals(before)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });
});

describe('any message against the limit', () => {
  it('is decided at the byte, before anything of the fragment over it is passed on', () => {
    fc.assert(
      fc.property(
        messageOf(shortLength),
        fc.nat(80),
        fc.boolean(),
        (frames, maxMessage, masked) => {
          const subject = new FrameScanner({ masked, maxMessage, deflate: true });
          let sum = 0;
          for (const parts of frames) {
            const verdicts = subject.scan(frame({ ...parts, masked }), false);
            const data = parts.opcode < close;
            if (data) sum += Buffer.from(parts.payload ?? '').length;
            const over = sum > maxMessage;
            const kind = data ? 'pass' : parts.opcode === ping ? 'ping' : 'pong';
            expect(verdicts.map((verdict) => verdict.kind)).toEqual([over ? 'fail' : kind]);
            if (over) return;
          }
          expect(subject.messages).toBe(1);
        },
      ),
    );
  });
});

/** Bytes that are nonsense from the start, or a legal stream with bytes written over. */
const nonsense: fc.Arbitrary<{ rules: ScanRules; bytes: Buffer }> = fc.oneof(
  fc.record({
    rules: fc.record({
      masked: fc.boolean(),
      maxMessage: fc.nat(300),
      deflate: fc.constant(false),
    }),
    bytes: fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)),
  }),
  fc
    .boolean()
    .chain((masked) => streamOf(fc.constantFrom(0, 1, 2, 9, 125, 126), masked, false))
    .filter(({ items }) => items.length > 0)
    .chain((stream) =>
      fc
        .array(
          fc.record({
            item: fc.nat(stream.items.length - 1),
            offset: fc.nat(9),
            byte: fc.oneof(fc.nat(255), fc.constantFrom(0x00, 0x01, 0x80, 0x7e, 0x7f, 0xfe, 0xff)),
          }),
          { minLength: 1, maxLength: 3 },
        )
        .map((strokes) => {
          const bytes = Buffer.from(stream.bytes);
          for (const { item, offset, byte } of strokes) {
            const at = stream.items[item]!.start + offset;
            if (at < bytes.length) bytes[at] = byte;
          }
          return { rules: { ...stream.rules, maxMessage: 260 }, bytes };
        }),
    ),
);

/** Verdicts with neighbouring runs joined, and what the getters say. */
const outcome = (rules: ScanRules, bytes: Buffer, cuts: readonly number[]): unknown => {
  const subject = new FrameScanner(rules);
  const parts: unknown[] = [];
  let run = '';
  let from = 0;
  for (const cut of cuts) {
    for (const verdict of subject.scan(bytes.subarray(from, cut), false)) {
      if (verdict.kind === 'pass') run += verdict.bytes.toString('hex');
      else {
        parts.push(run, verdict);
        run = '';
      }
    }
    from = cut;
  }
  const { atBoundary, midMessage, messages } = subject;
  return { parts, run, atBoundary, midMessage, messages };
};

type Witness = NodeJS.EventEmitter & {
  readonly errored: (Error & { code?: string }) | null;
  write: (bytes: Buffer) => void;
};

/** The parser of ws, which it exports and its types leave out. */
const { Receiver } = ws as unknown as { Receiver: new (options: object) => Witness };

/** What ws makes of a stream: its messages, and the code of its complaint. */
const askWs = (rules: ScanRules, bytes: Buffer): { messages: number; complaint: string | null } => {
  const receiver = new Receiver({
    isServer: rules.masked,
    maxPayload: rules.maxMessage,
    skipUTF8Validation: true,
  });
  let messages = 0;
  receiver.on('message', () => (messages += 1));
  receiver.on('error', () => {});
  receiver.write(bytes);
  return { messages, complaint: receiver.errored?.code ?? null };
};

describe('nonsense', () => {
  it('never throws, and nothing follows a fail or a close', () => {
    fc.assert(
      fc.property(nonsense, fc.boolean(), ({ rules, bytes }, split) => {
        const subject = new FrameScanner(rules);
        const verdicts = [...bytes].flatMap((byte) => subject.scan(Buffer.from([byte]), split));
        const last = verdicts.findIndex(({ kind }) => kind === 'fail' || kind === 'close');
        if (last === -1) return;
        expect(last).toBe(verdicts.length - 1);
        expect(subject.atBoundary).toBe(true);
        expect(subject.scan(frame({ opcode: text, masked: rules.masked }), split)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('is passed on by the chunk exactly as the scan would pass it on', () => {
    const cut = fc.array(fc.nat(300), { maxLength: 12 });
    fc.assert(
      fc.property(nonsense, cut, fc.boolean(), ({ rules, bytes }, cuts, split) => {
        const inBounds = cuts.map((each) => Math.min(each, bytes.length)).sort((a, b) => a - b);
        for (const each of [[...inBounds, bytes.length], Array.from(bytes, (_, i) => i + 1)]) {
          const { quick, plain } = bothWays(rules, bytes, each, () => split);
          expect(quick).toEqual(plain);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is judged the same, to the word, however it is cut', () => {
    fc.assert(
      fc.property(nonsense, fc.array(fc.nat(300), { maxLength: 12 }), ({ rules, bytes }, cuts) => {
        const whole = outcome(rules, bytes, [bytes.length]);
        const inBounds = cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b);
        expect(outcome(rules, bytes, [...inBounds, bytes.length])).toEqual(whole);
        expect(
          outcome(
            rules,
            bytes,
            Array.from(bytes, (_, i) => i + 1),
          ),
        ).toEqual(whole);
      }),
      { numRuns: 300 },
    );
  });

  it('is refused wherever ws refuses it, and for lengths and reasons that ws lets by', () => {
    const stricter = new Set([
      'length not in its shortest form',
      'close frame with an illegal payload',
    ]);
    const seen = { refused: 0, taken: 0 };
    fc.assert(
      fc.property(nonsense, (sample) => {
        const rules = { ...sample.rules, maxMessage: sample.rules.maxMessage + 1 };
        const subject = new FrameScanner(rules);
        const verdicts = subject.scan(sample.bytes, false);
        const { messages, complaint } = askWs(rules, sample.bytes);
        const done = verdicts.reduce(
          (sum, each) => sum + (each.kind === 'fail' ? 0 : each.bytes.length),
          0,
        );
        const last = verdicts.at(-1);
        const open = sample.bytes.length - done;
        // A header that the stream ends in: one of the two may want more of it than the other.
        if (open > 0 && open < 14) return;
        if (last?.kind === 'fail' && stricter.has(last.detail)) return;
        seen[complaint === null ? 'taken' : 'refused'] += 1;
        expect(last?.kind === 'fail').toBe(complaint !== null);
        expect(subject.messages).toBe(messages);
        expect(last?.kind === 'fail' && last.cause === 'message-too-big').toBe(
          complaint === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH',
        );
      }),
      { numRuns: 1000 },
    );
    expect(seen.refused).toBeGreaterThan(50);
    expect(seen.taken).toBeGreaterThan(50);
  });
});
