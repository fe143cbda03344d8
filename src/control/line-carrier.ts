/**
 * A control link over a socket: one message to a line. Whoever is at the other end may be slow,
 * gone or hostile: a line is bounded, one message is dealt with at a time, and none is read while
 * the answers to those before it have not been taken.
 */
import type { Socket } from 'node:net';
import type { Carrier } from './carrier.ts';

/** Bytes that wait for the other end before nothing more is read of it. */
const MOST_WAITING = 1024 * 1024;

/** How a carrier begins. */
export type LineOptions = {
  /** What was read before the link began. */
  readonly head: Buffer;
  /** A longer line ends the link. */
  readonly mostLineBytes: number;
};

/** What a closed link may take to be closed at the other end too, in milliseconds. */
const LINGER_MS = 2_000;

const NEWLINE = 0x0a;

class Lines implements Carrier {
  readonly #socket: Socket;
  readonly #most: number;
  #parts: Buffer[] = [];
  #bytes = 0;
  /** Whole lines that came, and where the next begins. */
  #came: Buffer = Buffer.alloc(0);
  #at = 0;
  #handler: ((text: unknown) => void) | null = null;
  #onClose: (() => void) | null = null;
  #turn = false;
  /** Nothing more is taken, nor sent. */
  #over = false;

  constructor(socket: Socket, { head, mostLineBytes }: LineOptions) {
    this.#socket = socket;
    this.#most = mostLineBytes;
    socket.on('error', () => socket.destroy());
    socket.on('end', () => {
      if (!this.#isPending) socket.end();
    });
    socket.on('close', () => this.#next());
    socket.on('drain', () => this.#next());
    if (head.length > 0) socket.unshift(head);
  }

  /** Whole lines that came and were not dealt with. */
  get #isPending(): boolean {
    return !this.#over && this.#at < this.#came.length;
  }

  readonly send = (text: string): void => {
    if (!this.#over && this.#socket.writable) this.#socket.write(`${text}\n`);
  };

  readonly onMessage = (handler: (text: unknown) => void): void => {
    this.#handler = handler;
    this.#socket.on('data', (chunk: Buffer) => this.#take(chunk));
    this.#socket.resume();
  };

  readonly onClose = (handler: () => void): void => {
    this.#onClose = handler;
    if (this.#socket.destroyed) setImmediate(() => this.#next());
  };

  readonly close = (): void => {
    if (this.#over) return;
    this.#over = true;
    this.#socket.end();
    // What still comes is thrown away: closing on it could take back what was sent.
    this.#socket.resume();
    this.#socket.setTimeout(LINGER_MS, () => this.#socket.destroy());
  };

  #take(chunk: Buffer): void {
    if (this.#over) return;
    const end = chunk.lastIndexOf(NEWLINE);
    this.#parts.push(chunk);
    this.#bytes += chunk.length;
    if (end < 0) {
      if (this.#bytes > this.#most) this.#socket.destroy();
      return;
    }
    const all = Buffer.concat(this.#parts, this.#bytes);
    const rest = chunk.length - end - 1;
    const whole = all.length - rest;
    this.#came = all.subarray(0, whole);
    this.#at = 0;
    this.#parts = [all.subarray(whole)];
    this.#bytes = rest;
    this.#socket.pause();
    this.#next();
  }

  /** Deals with one line, and with the next only in another turn of the event loop. */
  #next(): void {
    const { destroyed, writableLength } = this.#socket;
    if (this.#turn || (!destroyed && writableLength > MOST_WAITING)) return;
    if (!this.#isPending) {
      if (destroyed) this.#tellEnd();
      else if (this.#handler !== null) this.#rest();
      return;
    }
    const end = this.#came.indexOf(NEWLINE, this.#at);
    if (end - this.#at > this.#most) {
      this.#over = true;
      this.#socket.destroy();
      return;
    }
    const line = this.#came.toString('utf8', this.#at, end);
    this.#at = end + 1;
    this.#turn = true;
    setImmediate(() => {
      this.#turn = false;
      this.#next();
    });
    this.#handler?.(line);
  }

  /** All lines are dealt with: reads on, or ends where the other end has. */
  #rest(): void {
    if (this.#socket.readableEnded) this.#socket.end();
    else this.#socket.resume();
  }

  #tellEnd(): void {
    this.#over = true;
    const tell = this.#onClose;
    this.#onClose = null;
    tell?.();
  }
}

/** One end of a link over a socket that is open; lines end with a line feed. */
export const lineCarrier = (socket: Socket, options: LineOptions): Carrier =>
  new Lines(socket, options);
