/**
 * Moves the frames of one direction unchanged, and knows where a frame of the proxy's own may
 * go in between. It stops reading while the writing side is full, so that it holds about one
 * socket's buffer and nothing grows.
 */
import type { Socket } from 'node:net';
import { FrameScanner, type FailCause, type ScanRules, type Verdict } from '../core/frames.ts';

/** A Close frame as it was received; `code` null where it has none. */
export type ReceivedClose = { readonly frame: Buffer; readonly code: number | null };

/** What a direction reports; nothing of it waits. */
export type DirectionEvents = {
  /** A Ping was passed on, in a frame of `size` bytes. */
  readonly ping: (payload: Buffer, size: number) => void;
  /** A Pong came; true takes it out of the stream. */
  readonly pong: (payload: Buffer) => boolean;
  /** The sender closes; the frame has not been passed on. */
  readonly close: (close: ReceivedClose) => void;
  /** The sender broke the rules; nothing more of it is passed on. */
  readonly fail: (cause: FailCause) => void;
  /** Reading stopped because the receiver is full, or goes on. */
  readonly paused: (paused: boolean) => void;
};

/** Chunks from this size on are given back by hand; the collector does well with smaller ones. */
const LARGE = 16 * 1024;

/** A whole chunk, as it was read: a part of one may have other readers. */
const isWorthFreeing = (bytes: Buffer): boolean =>
  bytes.length >= LARGE && bytes.length === bytes.buffer.byteLength;

/** Nobody else is given what comes from there; a program may listen to the sockets it hands in. */
const isReadOnce = (socket: Socket): boolean => socket.listenerCount('data') <= 1;

/**
 * Gives a chunk's memory back once the kernel has its bytes. For memory outside its heap V8
 * collects the whole heap every few dozen MiB, which cost more than the relaying itself.
 */
const free = ({ buffer }: Buffer, error: Error | null | undefined): void => {
  // A write that failed may still be under way.
  if (!error && buffer instanceof ArrayBuffer) buffer.transfer(0);
};

/** One direction: from the socket that is read to the socket that is written. */
export class Direction {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #scanner: FrameScanner;
  readonly #events: DirectionEvents;
  /** Writes the frame that waits for a boundary. */
  #wanted: (() => void) | null = null;
  #shut = false;
  #paused = false;
  /** What the receiver was sent before the relay may wait, too. */
  #mayWait = true;
  #written = 0;
  #relayed = 0;
  /** Not a number where that has been taken; whoever wants to know asks, since few do. */
  #heardAt = Number.NaN;
  readonly #now: () => number;
  #onHeard: (() => void) | null = null;

  constructor(
    from: Socket,
    to: Socket,
    rules: ScanRules,
    now: () => number,
    events: DirectionEvents,
  ) {
    this.#from = from;
    this.#to = to;
    this.#scanner = new FrameScanner(rules);
    this.#now = now;
    this.#events = events;
  }

  /** Begins with the bytes that came before the relay did. */
  start(early: Buffer): void {
    if (early.length > 0) this.#receive(early);
    this.#from.on('data', (chunk: Buffer) => this.#receive(chunk));
    if (!this.#paused) this.#from.resume();
  }

  /** The bytes passed on end at a frame boundary: a frame may be put in. */
  get atBoundary(): boolean {
    return this.#scanner.atBoundary;
  }

  /** Reading stands still because the receiver is full. */
  get isPaused(): boolean {
    return this.#paused;
  }

  /** Bytes may wait in Node for the receiver: some did after a write since `weigh` saw none. */
  get mayWait(): boolean {
    return this.#mayWait;
  }

  /** The bytes that wait in Node for the receiver; for the one who looks while they may. */
  weigh(): number {
    const { writableLength } = this.#to;
    this.#mayWait = writableLength > 0;
    return writableLength;
  }

  /** When bytes last came; null where none came since this was asked before. */
  takeHeard(): number | null {
    const at = this.#heardAt;
    if (Number.isNaN(at)) return null;
    this.#heardAt = Number.NaN;
    return at;
  }

  /** Calls back once, with the next bytes that come; null: nobody any more. */
  set onHeard(heard: (() => void) | null) {
    this.#onHeard = heard;
  }

  /** All bytes written in this direction, frames put in included. */
  get written(): number {
    return this.#written;
  }

  /** Bytes passed on. */
  get relayed(): number {
    return this.#relayed;
  }

  /** Data messages passed on whole. */
  get messages(): number {
    return this.#scanner.messages;
  }

  /**
   * Puts a frame in, now or at the next boundary, and calls `put` right before it is written.
   * One frame at most waits: a later one takes its place.
   */
  insert(frame: Buffer, put: () => void): void {
    if (this.#shut) return;
    this.#putAtBoundary(() => {
      put();
      this.#to.write(frame);
      this.#written += frame.length;
      this.#mayWait = true;
    });
  }

  /**
   * Puts the last frame in, a Close. After it nothing follows: what is read is discarded.
   * `flushed` is called when the kernel has it, with false where the socket broke before.
   */
  insertLast(frame: Buffer, flushed: (whole: boolean) => void): void {
    if (this.#shut) return;
    this.#putAtBoundary(() => {
      this.#shut = true;
      this.#to.write(frame, (error) => flushed(!error));
      this.#resume();
    });
  }

  /** Passes nothing on any more; what is read is discarded. */
  shut(): void {
    this.#shut = true;
    this.#wanted = null;
    this.#resume();
  }

  #receive(chunk: Buffer): void {
    this.#heardAt = this.#now();
    if (this.#onHeard !== null) this.#tellHeard();
    if (this.#scanner.passes(chunk)) this.#pass(chunk, this.atBoundary);
    else this.#scan(chunk);
    // What the kernel has taken needs no drain, however much it was.
    if (this.#to.writableLength === 0) return;
    this.#mayWait = true;
    if (!this.#shut && this.#to.writableNeedDrain) this.#pause();
  }

  #tellHeard(): void {
    const tell = this.#onHeard;
    this.#onHeard = null;
    tell?.();
  }

  #scan(chunk: Buffer): void {
    const verdicts = this.#scanner.scan(chunk, this.#wanted !== null);
    const several = verdicts.length > 1;
    if (several) this.#to.cork();
    for (const verdict of verdicts) this.#obey(verdict);
    if (several) this.#to.uncork();
  }

  #obey(verdict: Verdict): void {
    switch (verdict.kind) {
      case 'pass':
        this.#pass(verdict.bytes, verdict.boundary);
        return;
      case 'ping':
        this.#write(verdict.bytes);
        this.#events.ping(verdict.payload, verdict.bytes.length);
        return;
      case 'pong':
        if (!this.#events.pong(verdict.payload)) this.#write(verdict.bytes);
        return;
      case 'close':
        this.#events.close({ frame: verdict.bytes, code: verdict.code });
        return;
      case 'fail':
        this.#events.fail(verdict.cause);
        return;
      default:
        verdict satisfies never;
    }
  }

  #pass(bytes: Buffer, boundary: boolean): void {
    this.#write(bytes);
    if (boundary) this.#putWanted();
  }

  #write(bytes: Buffer): void {
    // Asks the state that `write` asks, and not `destroyed`, which asks that of the reading too.
    if (this.#shut || !this.#to.writable) return;
    if (isWorthFreeing(bytes) && isReadOnce(this.#from))
      this.#to.write(bytes, (error) => free(bytes, error));
    else this.#to.write(bytes);
    this.#written += bytes.length;
    this.#relayed += bytes.length;
  }

  #putAtBoundary(write: () => void): void {
    this.#wanted = write;
    if (this.atBoundary) this.#putWanted();
  }

  #putWanted(): void {
    const write = this.#wanted;
    if (write === null || this.#shut) return;
    this.#wanted = null;
    write();
  }

  #pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#from.pause();
    this.#to.once('drain', () => this.#resume());
    this.#events.paused(true);
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#from.resume();
    this.#events.paused(false);
  }
}
