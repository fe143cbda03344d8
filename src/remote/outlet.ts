/**
 * Where a command writes. Whoever reads may be slow, and is waited for; or has gone, as `head`
 * does, and then the command has nothing more to do and says nothing about it.
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

  constructor(stream: OutStream, color: boolean) {
    this.#stream = stream;
    this.color = color;
    const leaving = new AbortController();
    this.gone = leaving.signal;
    stream.on('error', () => leaving.abort());
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
}
