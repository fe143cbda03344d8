/**
 * Where a command writes. Whoever reads may be slow, and is waited for; or has gone, as `head`
 * does, and then the command has nothing more to do and says nothing about it. A file that takes
 * no more is another matter: whoever reads it later has to know that it is not whole.
 */
import { once } from 'node:events';

/** The part of a stream that is needed; `process.stdout` has it. */
export type OutStream = NodeJS.EventEmitter & {
  readonly write: (text: string) => boolean;
  readonly destroyed: boolean;
  readonly writableNeedDrain: boolean;
};

/** A command's stdout. */
export class Outlet {
  readonly color: boolean;
  /** Aborted when nobody reads any more. */
  readonly gone: AbortSignal;
  readonly #stream: OutStream;
  #failure: string | null = null;

  constructor(stream: OutStream, color: boolean) {
    this.#stream = stream;
    this.color = color;
    const leaving = new AbortController();
    this.gone = leaving.signal;
    stream.on('error', ({ code = '' }: NodeJS.ErrnoException) => {
      if (code !== 'EPIPE') this.#failure ??= code;
      leaving.abort();
    });
    stream.on('close', () => leaving.abort());
  }

  /** Writes a text and waits until it is taken. */
  async text(text: string): Promise<void> {
    if (this.gone.aborted || text === '' || this.#stream.write(text)) return;
    try {
      await once(this.#stream, 'drain', { signal: this.gone });
    } catch {
      // Nobody reads any more.
    }
  }

  /** Writes lines. */
  async lines(lines: readonly string[]): Promise<void> {
    await this.text(lines.map((line) => `${line}\n`).join(''));
  }

  /** Why something was not written, as the system calls it; null where all was that is read. */
  async failure(): Promise<string | null> {
    // Node writes a file at once, and says a turn later what came of it.
    await new Promise<void>((resolve) => setImmediate(resolve));
    return this.#failure;
  }
}
