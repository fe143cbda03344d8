/**
 * The relay's view of one direction of one connection (RFC 6455 section 5): it reads frame
 * headers only, so that frames pass through as they came, while the proxy knows where it may
 * put in a frame of its own, takes out control frames, counts messages and holds them to a
 * limit. No byte of a header gets out before the whole header is known to be legal.
 */
import {
  isShortMessage,
  MAX_CONTROL_FRAME,
  readHeader,
  type FrameHeader,
  type HeaderRules,
} from './frame-header.ts';
import { controlVerdict, failVerdict, type FailDetail, type Verdict } from './frame-verdict.ts';

export type { FailCause, FailDetail, Verdict } from './frame-verdict.ts';

/**
 * Frames without payload that one message may have. They cost whoever receives them something
 * and add nothing to its length, so that without a bound a message need never end.
 */
const MAX_EMPTY_FRAGMENTS = 65_536;

/** What a scanner holds its direction to. */
export type ScanRules = HeaderRules & {
  /** Payload bytes that the frames of one message may have together, as on the wire. */
  readonly maxMessage: number;
};

const isDataHeader = (reading: FrameHeader | FailDetail | null): reading is FrameHeader =>
  reading !== null && typeof reading !== 'string' && !reading.control;

const pushRun = (
  verdicts: Verdict[],
  chunk: Buffer,
  from: number,
  to: number,
  boundary: boolean,
): void => {
  if (from === to) return;
  const bytes = from === 0 && to === chunk.length ? chunk : chunk.subarray(from, to);
  verdicts.push({ kind: 'pass', bytes, boundary });
};

/** Scans what one side sends, chunk by chunk as received. */
export class FrameScanner {
  readonly #rules: ScanRules;
  /** The beginning of a header or control frame that the last chunk cut, or null. */
  #held: Buffer | null = null;
  #heldBytes = 0;
  /** The header of a data frame has been passed on, but not all of its payload. */
  #inFrame = false;
  #left = 0;
  #fin = false;
  #midMessage = false;
  #messageBytes = 0;
  #emptyFragments = 0;
  #messages = 0;
  #ended = false;

  constructor(rules: ScanRules) {
    this.#rules = rules;
  }

  /** What was passed on ends at a frame boundary, whatever else has been received. */
  get atBoundary(): boolean {
    return !this.#inFrame;
  }

  /** A data message was passed on in part: the rest of its frame, or more frames, are due. */
  get midMessage(): boolean {
    return this.#midMessage;
  }

  /** Data messages passed on whole. */
  get messages(): number {
    return this.#messages;
  }

  /**
   * Takes the next chunk where all of it belongs to one data frame, as small messages mostly do,
   * and is to be passed on whole: then nothing has to be allocated. False: nothing was taken, and
   * `scan` gives the verdicts.
   */
  passes(chunk: Buffer): boolean {
    if (this.#ended || this.#held !== null) return false;
    if (!this.#midMessage && isShortMessage(chunk, this.#rules)) {
      if (chunk.length > this.#rules.maxMessage) return false;
      this.#messages += 1;
      return true;
    }
    if (this.#inFrame) {
      if (chunk.length > this.#left) return false;
      this.#advance(chunk.length);
      return true;
    }
    const header = this.#read(chunk, 0, chunk.length);
    if (!isDataHeader(header) || header.size + header.length < chunk.length) return false;
    this.#begin(header);
    this.#advance(chunk.length - header.size);
    return true;
  }

  /**
   * The verdicts on the next chunk, in stream order; none ever again after `close` and `fail`.
   * Runs of data frames are as long as the chunk allows. With `split`, the first frame boundary
   * that the chunk reaches ends one, so that a frame can be put in there.
   */
  scan(chunk: Buffer, split: boolean): Verdict[] {
    const verdicts: Verdict[] = [];
    if (this.#ended) return verdicts;
    let at = this.#held === null ? 0 : this.#resume(this.#held, chunk, verdicts);
    // The end of a data frame's header whose beginning was held belongs to the run.
    let from = this.#inFrame ? 0 : at;
    let maySplit = split;
    for (;;) {
      if (this.#inFrame) {
        at += this.#advance(chunk.length - at);
        if (this.#inFrame) break;
        if (maySplit) {
          pushRun(verdicts, chunk, from, at, true);
          from = at;
          maySplit = false;
        }
      }
      if (at === chunk.length) break;
      const header = this.#read(chunk, at, chunk.length);
      if (isDataHeader(header)) {
        this.#begin(header);
        at += header.size;
        continue;
      }
      pushRun(verdicts, chunk, from, at, true);
      from = at + this.#settle(header, chunk, at, chunk.length, verdicts);
      if (this.#ended) return verdicts;
      if (from === at) {
        this.#held = Buffer.alloc(MAX_CONTROL_FRAME);
        this.#heldBytes = chunk.copy(this.#held, 0, at);
        return verdicts;
      }
      at = from;
    }
    pushRun(verdicts, chunk, from, at, !this.#inFrame);
    return verdicts;
  }

  /** Goes on with what was held; returns how much of the chunk that took. */
  #resume(held: Buffer, chunk: Buffer, verdicts: Verdict[]): number {
    const before = this.#heldBytes;
    const end = before + chunk.copy(held, before);
    const header = this.#read(held, 0, end);
    if (isDataHeader(header)) {
      this.#held = null;
      pushRun(verdicts, held, 0, before, false);
      this.#begin(header);
      return header.size - before;
    }
    const settled = this.#settle(header, held, 0, end, verdicts);
    if (settled === 0) {
      this.#heldBytes = end;
      return chunk.length;
    }
    this.#held = null;
    return this.#ended ? chunk.length : settled - before;
  }

  /** The header at `at`, what is wrong with it, or null where it is cut and legal so far. */
  #read(bytes: Buffer, at: number, end: number): FrameHeader | FailDetail | null {
    const header = readHeader(bytes, at, end, this.#rules, this.#midMessage);
    return isDataHeader(header) && this.#isOver(header) ? 'message over the limit' : header;
  }

  #isOver({ length }: FrameHeader): boolean {
    return length === 0
      ? this.#emptyFragments === MAX_EMPTY_FRAGMENTS
      : this.#messageBytes + length > this.#rules.maxMessage;
  }

  /** Gives the verdict on anything but a data frame; returns its bytes, 0 while it is cut. */
  #settle(
    header: FrameHeader | FailDetail | null,
    bytes: Buffer,
    at: number,
    end: number,
    verdicts: Verdict[],
  ): number {
    if (header === null) return 0;
    if (typeof header === 'string') {
      verdicts.push(failVerdict(header));
      this.#ended = true;
      return end - at;
    }
    const size = header.size + header.length;
    if (size > end - at) return 0;
    const verdict = controlVerdict(bytes.subarray(at, at + size), header, this.#rules.masked);
    verdicts.push(verdict);
    this.#ended = verdict.kind === 'close' || verdict.kind === 'fail';
    return size;
  }

  #begin(header: FrameHeader): void {
    this.#inFrame = true;
    this.#left = header.length;
    this.#fin = header.fin;
    this.#midMessage = true;
    this.#messageBytes += header.length;
    if (header.length === 0) this.#emptyFragments += 1;
  }

  /** Takes what there is of the current frame's payload; returns how much that is. */
  #advance(available: number): number {
    const taken = Math.min(this.#left, available);
    this.#left -= taken;
    if (this.#left > 0) return taken;
    this.#inFrame = false;
    if (this.#fin) {
      this.#midMessage = false;
      this.#messageBytes = 0;
      this.#emptyFragments = 0;
      this.#messages += 1;
    }
    return taken;
  }
}
