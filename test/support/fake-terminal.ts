/**
 * A terminal in memory: streams for the console at one end, a real terminal's picture of what
 * was written at the other. It can fall behind, stop taking anything, and be resized.
 */
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import type { Terminal } from '@xterm/headless';
import { newTerminal, rowsOf, type Run, runsOf } from './screen.ts';
import { untilTrue } from './turns.ts';

/** Streams and screen of a terminal of the given size. */
export class FakeTerminal {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  /** Everything written so far. */
  written = '';
  /** The last raw mode that was set; null before the first. */
  raw: boolean | null = null;
  /** What `_handle.setBlocking` was called with; null before the first. */
  blocking: boolean | null = null;
  /** Bytes that the terminal has not taken yet. */
  waiting = 0;
  /** Takes nothing any more: no write ever comes to its end. */
  stalled = false;
  readonly #terminal: Terminal;
  readonly #size: { columns: number; rows: number };

  constructor(columns: number, rows: number) {
    this.#terminal = newTerminal(columns, rows);
    // What the terminal driver makes of a line feed.
    this.#terminal.options.convertEol = true;
    this.#size = { columns, rows };
    this.stdin = Object.assign(new PassThrough(), {
      isTTY: true,
      setRawMode: (raw: boolean) => void (this.raw = raw),
      ref: () => {},
      unref: () => {},
    }) as unknown as NodeJS.ReadStream;
    this.stdout = Object.defineProperties(new EventEmitter(), {
      isTTY: { value: true },
      writable: { value: true },
      write: { value: this.#write },
      columns: { get: () => this.#size.columns },
      rows: { get: () => this.#size.rows },
      writableLength: { get: () => this.waiting },
      _handle: { value: { setBlocking: (blocking: boolean) => void (this.blocking = blocking) } },
    }) as unknown as NodeJS.WriteStream;
  }

  /** Types keys, as the bytes that a terminal would send. */
  readonly type = (bytes: string): void => {
    this.stdin.push(bytes);
  };

  /** Gives the terminal another size. */
  readonly resize = (columns: number, rows: number): void => {
    Object.assign(this.#size, { columns, rows });
    this.#terminal.resize(columns, rows);
    this.stdout.emit('resize');
  };

  /** The rows of the screen, once everything written is in it. */
  readonly rows = async (): Promise<readonly string[]> => {
    await this.#drawn();
    return rowsOf(this.#terminal);
  };

  /** Waits until the screen, its rows joined by line breaks, matches. */
  readonly until = (pattern: RegExp): Promise<void> =>
    untilTrue(
      `${pattern} on the screen`,
      async () => pattern.test((await this.rows()).join('\n')),
      async () => (await this.rows()).join('\n'),
    );

  /** The rows of the screen as runs of one look. */
  readonly runs = async (): Promise<readonly Run[]> => {
    await this.#drawn();
    return runsOf(this.#terminal).flat();
  };

  /** Which of a terminal's two screens is shown. */
  readonly shows = async (): Promise<'normal' | 'alternate'> => {
    await this.#drawn();
    return this.#terminal.buffer.active.type;
  };

  readonly #write = (text: string, encoding?: unknown, callback?: unknown): boolean => {
    this.written += text;
    const taken = typeof encoding === 'function' ? encoding : callback;
    this.#terminal.write(text, () => {
      if (typeof taken === 'function' && !this.stalled) taken();
    });
    return true;
  };

  readonly #drawn = (): Promise<void> =>
    new Promise((resolve) => this.#terminal.write('', resolve));
}
