/**
 * The frame scanner against the reference: streams of frames that are mostly legal, with strokes
 * of what is not, cut in any way. After every chunk both must say the same.
 */
import { FrameScanner, type Verdict } from '../../src/core/frames.ts';
import { type Random, randomFrom } from '../support/random.ts';
import { readWhole, type Reading, type Rules, type Told } from './reference.ts';
import { broken, type Target } from './target.ts';

const LIMITS = [0, 1, 125, 126, 200, 300, 65_535, 65_536, 70_000, 2 ** 40, Number.MAX_SAFE_INTEGER];
const CODES = [
  0, 999, 1000, 1001, 1003, 1004, 1005, 1006, 1007, 1011, 1014, 1015, 1016, 2999, 3000,
];
const MORE_CODES = [...CODES, 3999, 4000, 4999, 5000, 65_535];
const REASONS = ['', 'bye', 'é', '表示', '\u{1f600}', '\ufeffbom', '\0'].map((text) =>
  Buffer.from(text, 'utf8'),
);
const NO_UTF8 = [[0xc3, 0x28], [0xff], [0xed, 0xa0, 0x80], [0xf0, 0x9f], [0xc0, 0x80]];

/** Lengths where the form of the header changes, and the ones next to them. */
const EDGES = [0, 1, 2, 124, 125, 126, 127, 128];
const LONG = [65_534, 65_535, 65_536, 65_537];
const CLAIMS = [0n, 5n, 125n, 126n, 65_535n, 65_536n, 2n ** 32n, 2n ** 53n - 1n, 2n ** 53n];
const MORE_CLAIMS = [...CLAIMS, 2n ** 63n, 2n ** 64n - 1n];
const STROKES = [0x00, 0x01, 0x7d, 0x7e, 0x7f, 0x80, 0x81, 0x88, 0x89, 0xfe, 0xff];

/** A stream is written into this, again and again. */
const paper = Buffer.alloc(600_000);

type Stream = { readonly rules: Rules; readonly bytes: Buffer; readonly starts: readonly number[] };

const lengthOf = (random: Random): number => {
  const kind = random.next();
  if (kind < 0.7) return random.between(0, 12);
  if (kind < 0.995) return random.pick(EDGES);
  return random.pick(LONG);
};

const closePayload = (random: Random): Buffer => {
  const kind = random.next();
  if (kind < 0.2) return Buffer.alloc(0);
  if (kind < 0.25) return Buffer.from([3]);
  const reason = random.chance(0.8) ? random.pick(REASONS) : Buffer.from(random.pick(NO_UTF8));
  const payload = Buffer.alloc(2 + reason.length);
  payload.writeUInt16BE(random.pick(MORE_CODES), 0);
  reason.copy(payload, 2);
  return payload;
};

/** Writes one frame at `at`; returns where it ends. */
const writeFrame = (
  random: Random,
  at: number,
  frame: { readonly first: number; readonly masked: boolean; readonly payload: Buffer },
): number => {
  const { first, masked, payload } = frame;
  let end = at;
  paper[end++] = first;
  const mask = masked ? 0x80 : 0;
  const lies = random.chance(0.03);
  const claims = lies ? random.pick(MORE_CLAIMS) : BigInt(payload.length);
  const shortest = claims < 126n ? 7 : claims < 65_536n ? 16 : 64;
  const bits = random.chance(0.02) ? random.pick([16, 64]) : shortest;
  if (bits === 7) paper[end++] = mask | Number(claims);
  else if (bits === 16) {
    paper[end++] = mask | 126;
    end = paper.writeUInt16BE(Number(claims & 0xffffn), end);
  } else {
    paper[end++] = mask | 127;
    end = paper.writeBigUInt64BE(claims, end);
  }
  const key = masked ? [random.between(0, 255), random.between(0, 255), 0, 0x5a] : [0, 0, 0, 0];
  if (masked) for (const byte of key) paper[end++] = byte;
  for (let n = 0; n < payload.length; n += 1) paper[end++] = (payload[n] ?? 0) ^ (key[n % 4] ?? 0);
  return end;
};

const streamOf = (random: Random): Stream => {
  const rules = {
    masked: random.chance(0.5),
    deflate: random.chance(0.4),
    maxMessage: random.pick(LIMITS),
  };
  const starts: number[] = [];
  let end = 0;
  let open = false;
  for (let left = random.between(0, 6); left > 0; left -= 1) {
    starts.push(end);
    const control = random.chance(0.3);
    const odd = random.chance(0.04);
    const begins = open === odd;
    const data = begins ? random.pick([1, 2]) : 0;
    const opcode = control ? random.pick([8, 9, 9, 9, 10, 10]) : data;
    const fin = control ? !odd : random.chance(0.6);
    const rsv1 = rules.deflate && begins && !control && random.chance(0.5);
    const first = (fin ? 0x80 : 0) | (rsv1 ? 0x40 : 0) | opcode;
    const wild = random.chance(0.03);
    const length = control ? Math.min(lengthOf(random), odd ? 130 : 125) : lengthOf(random);
    end = writeFrame(random, end, {
      first: wild ? random.between(0, 255) : first,
      masked: rules.masked !== random.chance(0.02),
      payload: opcode === 8 ? closePayload(random) : random.bytes(length),
    });
    if (!control) open = !fin;
  }
  if (random.chance(0.1)) {
    const tail = random.bytes(random.between(1, 20));
    end += tail.copy(paper, end);
  }
  for (let strokes = random.chance(0.25) ? random.between(1, 3) : 0; strokes > 0; strokes -= 1) {
    const at = (starts.length > 0 ? random.pick(starts) : 0) + random.between(0, 13);
    if (at < end) paper[at] = random.chance(0.5) ? random.pick(STROKES) : random.between(0, 255);
  }
  if (random.chance(0.3)) end = random.between(0, end);
  return { rules, bytes: Buffer.from(paper.subarray(0, end)), starts };
};

/** Where the stream is cut, in order, its end included. */
const cutsOf = (random: Random, { bytes, starts }: Stream): readonly number[] => {
  const { length } = bytes;
  const kind = random.next();
  if (kind < 0.15) return [length];
  if (kind < 0.3 && length < 120) return Array.from(bytes, (_, at) => at + 1);
  const cuts = Array.from({ length: random.between(1, 6) }, () => {
    const near = starts.length > 0 && random.chance(0.6);
    const at = near ? random.pick(starts) + random.between(-1, 15) : random.between(0, length);
    return Math.min(Math.max(at, 0), length);
  });
  return [...cuts, length].sort((a, b) => a - b);
};

const sameTold = (mine: Told, verdict: Told): boolean => {
  if (mine.kind === 'fail' || verdict.kind === 'fail') {
    return (
      mine.kind === verdict.kind && Reflect.get(mine, 'detail') === Reflect.get(verdict, 'detail')
    );
  }
  if (mine.kind !== verdict.kind || mine.start !== verdict.start || mine.end !== verdict.end) {
    return false;
  }
  if (mine.kind === 'close' && verdict.kind === 'close') {
    return mine.code === verdict.code && mine.reason === verdict.reason;
  }
  return 'payload' in mine && 'payload' in verdict
    ? Buffer.compare(mine.payload, verdict.payload) === 0
    : true;
};

/** The scanner's verdicts in the words of the reference. */
class TellingLedger {
  readonly told: Told[] = [];
  at = 0;
  readonly #stream: Buffer;

  constructor(stream: Buffer) {
    this.#stream = stream;
  }

  add(verdict: Verdict): void {
    if (verdict.kind === 'fail') {
      this.told.push({ kind: 'fail', detail: verdict.detail });
      return;
    }
    const start = this.at;
    const end = start + verdict.bytes.length;
    if (!verdict.bytes.equals(this.#stream.subarray(start, end)))
      broken('other bytes', { start, end });
    this.at = end;
    const last = this.told.at(-1);
    if (verdict.kind === 'pass') {
      if (verdict.bytes.length === 0) broken('an empty run', { start });
      if (last?.kind === 'pass') this.told[this.told.length - 1] = { ...last, end };
      else this.told.push({ kind: 'pass', start, end });
    } else if (verdict.kind === 'close') {
      const { code, reason } = verdict;
      this.told.push({ kind: 'close', start, end, code, reason });
    } else this.told.push({ kind: verdict.kind, start, end, payload: verdict.payload });
  }
}

const compare = (
  stream: Stream,
  upTo: number,
  ledger: TellingLedger,
  subject: FrameScanner,
  wanted: Reading,
): void => {
  const { atBoundary, midMessage, messages } = subject;
  const same =
    wanted.told.length === ledger.told.length &&
    wanted.told.every((told, at) =>
      sameTold(told, ledger.told[at] ?? { kind: 'pass', start: -1, end: -1 }),
    ) &&
    wanted.atBoundary === atBoundary &&
    wanted.midMessage === midMessage &&
    wanted.messages === messages;
  if (same) return;
  broken('the scanner and the reference differ', {
    rules: stream.rules,
    bytes: stream.bytes.subarray(0, upTo).toString('hex').slice(0, 2_000),
    wanted,
    got: { told: ledger.told, atBoundary, midMessage, messages },
  });
};

/** Scans chunk by chunk, and compares after every one, or at the end where there are many. */
const check = (stream: Stream, cuts: readonly number[], splits: number): void => {
  const subject = new FrameScanner(stream.rules);
  const whole = readWhole(stream.bytes, stream.rules);
  const ledger = new TellingLedger(stream.bytes);
  const often = cuts.length < 9;
  let from = 0;
  cuts.forEach((cut, nth) => {
    const chunk = stream.bytes.subarray(from, cut);
    for (const verdict of subject.scan(chunk, ((splits >>> (nth % 31)) & 1) === 1)) {
      ledger.add(verdict);
      if (verdict.kind === 'pass' && verdict.boundary !== whole.ends.has(ledger.at)) {
        broken('a boundary is told wrongly', { at: ledger.at, told: verdict.boundary });
      }
    }
    from = cut;
    if (often || nth === cuts.length - 1) {
      compare(stream, cut, ledger, subject, readWhole(stream.bytes.subarray(0, cut), stream.rules));
    }
  });
};

/** One stream, cut in one way. */
export const scannerTarget: Target = {
  name: 'scanner',
  run: (seed) => {
    const random = randomFrom(seed);
    const stream = streamOf(random);
    const splits = random.chance(0.5) ? 0 : random.between(0, 0x7fffffff);
    check(stream, cutsOf(random, stream), splits);
  },
};
