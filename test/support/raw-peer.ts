/**
 * One end of a WebSocket connection over a bare socket: every byte that goes out is the test's
 * own, reading can stop or go at an even pace, and how the connection ended is told apart.
 */
import type { Socket } from 'node:net';
import { closeOfPayload, type Frame, FrameReader, opcodes, showFrame } from './frame-reader.ts';
import { closing, frame, type FrameParts } from './frames.ts';
import { Inbox } from './inbox.ts';
import { type Patience, within } from './within.ts';

/** What an end does by itself. */
export type Manners = {
  /** Default true. */
  readonly answerPings?: boolean;
  /** Echo a Close (default true); a backend then ends the connection too. */
  readonly answerClose?: boolean;
};

/** How a connection ended. */
export type RawEnd = {
  /** The Close frame that came; null: cut without one. */
  readonly close: { readonly code: number; readonly reason: string } | null;
  /** `fin`: the other side ended it; `reset`: the other side broke it; `here`: this one did. */
  readonly how: 'fin' | 'reset' | 'here';
};

/** A viewer's end or a backend's; which of the two decides about masks and who ends first. */
export class RawPeer {
  /** Frames as they came, control frames included. */
  readonly frames: Inbox<Frame>;
  readonly socket: Socket;
  answerPings: boolean;
  answerClose: boolean;
  /** Bytes read off the socket so far. */
  bytesRead = 0;

  readonly #side: 'viewer' | 'backend';
  readonly #reader = new FrameReader();
  readonly #closed = Promise.withResolvers<RawEnd>();
  #close: RawEnd['close'] = null;
  #how: RawEnd['how'] = 'here';
  /** Bytes that may still be read now. */
  #budget = Number.POSITIVE_INFINITY;
  #pace: NodeJS.Timeout | undefined;

  constructor(side: 'viewer' | 'backend', socket: Socket, manners: Manners = {}) {
    this.#side = side;
    this.socket = socket;
    this.frames = new Inbox(`frames of a raw ${side}`, showFrame);
    this.answerPings = manners.answerPings ?? true;
    this.answerClose = manners.answerClose ?? true;
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET' || error.code === 'EPIPE') this.#how = 'reset';
    });
    socket.on('end', () => {
      if (this.#how === 'here') this.#how = 'fin';
    });
    socket.on('close', () => {
      clearInterval(this.#pace);
      this.frames.end('the connection has ended');
      this.#closed.resolve({ close: this.#close, how: this.#how });
    });
    socket.on('readable', () => this.#pump());
  }

  /** Takes out the next frame, the next that matches where that is given. */
  readonly nextFrame = (matches?: (frame: Frame) => boolean, what?: string): Promise<Frame> =>
    this.frames.next(matches, what ?? 'a frame');

  /** Takes out the next text, binary or continuation frame. */
  readonly nextData = (): Promise<Frame> =>
    this.frames.next(({ opcode }) => opcode < opcodes.close, 'a data frame');

  /** Resolves once the connection is gone. One that is not read does not learn of its end. */
  readonly closed = (patience: Patience = {}): Promise<RawEnd> =>
    within(`the end of a raw ${this.#side}`, this.#closed.promise, {
      saw: () => `frames: ${this.frames.all.slice(-20).map(showFrame).join('; ') || 'none'}`,
      ...patience,
    });

  /** Puts bytes on the wire; false: the kernel has not taken them all yet. */
  readonly send = (bytes: Uint8Array): boolean => this.socket.write(bytes);

  /** Puts one frame on the wire; a viewer's is masked unless `masked` is false. */
  readonly sendFrame = (parts: FrameParts): boolean =>
    this.send(frame({ masked: this.#side === 'viewer', ...parts }));

  /** Resolves when the kernel has taken all that was sent, or the connection is gone. */
  readonly flushed = async (patience?: Patience): Promise<void> => {
    const taken = new Promise<void>((resolve) => {
      this.socket.write(Buffer.alloc(0), () => resolve());
    });
    await within(
      'the kernel to take what was sent',
      Promise.race([taken, this.#closed.promise]),
      patience,
    );
  };

  /** Stops reading: the kernel's buffers fill, and then the other side's. */
  readonly pause = (): void => this.#read(0);

  /** Reads whatever there is again. */
  readonly resume = (): void => this.#read(Number.POSITIVE_INFINITY);

  /** Reads at an even pace, whatever waits, until `pause` or `resume`. */
  readonly readSteadily = (bytesPerSecond: number): void => {
    this.#read(0);
    this.#pace = setInterval(() => {
      this.#budget = Math.ceil(bytesPerSecond / 20);
      this.#pump();
    }, 50);
  };

  /** Sends a Close and waits for the end. */
  readonly leave = (code = 1000, reason = ''): Promise<RawEnd> => {
    this.sendFrame({ opcode: opcodes.close, payload: closing(code, reason) });
    return this.closed();
  };

  /** Ends the connection at once, without a Close: FIN, or RST if bytes were not read. */
  readonly destroy = (): void => {
    this.socket.destroy();
  };

  /** Breaks the connection with RST, as a machine that fell over. TCP only. */
  readonly reset = (): void => {
    this.socket.resetAndDestroy();
  };

  /** What is read before frames begin; a viewer's handshake overrides it. */
  protected take(chunk: Buffer): void {
    for (const one of this.#reader.feed(chunk)) this.#react(one);
  }

  #read(budget: number): void {
    clearInterval(this.#pace);
    this.#budget = budget;
    this.#pump();
  }

  #pump(): void {
    while (this.#budget > 0) {
      // `read(0)` on an empty buffer is what makes the end of the stream known.
      const size = Math.min(this.#budget, this.socket.readableLength);
      const chunk = this.socket.read(size) as Buffer | null;
      if (chunk === null) return;
      this.#budget -= chunk.length;
      this.bytesRead += chunk.length;
      this.take(chunk);
    }
  }

  #react(one: Frame): void {
    if (one.opcode === opcodes.ping && this.answerPings) {
      this.sendFrame({ opcode: opcodes.pong, payload: one.payload });
    }
    if (one.opcode === opcodes.close) {
      this.#close ??= closeOfPayload(one.payload);
      if (this.answerClose) {
        this.sendFrame({ opcode: opcodes.close, payload: one.payload });
        if (this.#side === 'backend') this.socket.end();
      }
    }
    this.frames.push(one);
  }
}
