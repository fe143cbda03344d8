/**
 * The file that is written, with everything that the file system does about it: opened so that
 * no pipe can hold a thread of the pool for ever, appended to, closed for rotation, and found
 * out when somebody moved it away. Every method settles; errors are the system's own.
 */
import { constants } from 'node:fs';
import { access, type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { EventLogOptions } from '../contract.ts';
import { codeOf } from './file-trouble.ts';
import { fileName, isDue, movesFor } from './rotation.ts';

// Without O_NONBLOCK, opening a pipe waits for its reader, and so would the end of the process.
const FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;

const NEWLINE = 0x0a;

const passOver =
  (wanted: string) =>
  (error: unknown): void => {
    if (codeOf(error) !== wanted) throw error;
  };

/** Whether a file ends in the middle of a line; true where it may not be read: a blank line is no harm. */
const isTorn = async (path: string, size: number): Promise<boolean> => {
  let file: FileHandle | null = null;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const { bytesRead, buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
    return bytesRead === 1 && buffer[0] !== NEWLINE;
  } catch {
    return true;
  } finally {
    await file?.close();
  }
};

type Identity = { readonly dev: number; readonly ino: number };

/** An open file of a log. */
export class LogFile {
  readonly #handle: FileHandle;
  readonly #settings: EventLogOptions;
  /** What the file system calls it; null: no regular file, and so never rotated. */
  readonly #identity: Identity | null;
  #bytes: number;

  private constructor(
    handle: FileHandle,
    settings: EventLogOptions,
    identity: Identity | null,
    bytes: number,
  ) {
    this.#handle = handle;
    this.#settings = settings;
    this.#identity = identity;
    this.#bytes = bytes;
  }

  /** Opens it, mode 0600 where it is new; what is there is appended to, on a line of its own. */
  static async open(settings: EventLogOptions): Promise<LogFile> {
    const handle = await open(settings.path, FLAGS, 0o600);
    try {
      const found = await handle.stat();
      const identity = found.isFile() ? { dev: found.dev, ino: found.ino } : null;
      const size = identity === null ? 0 : found.size;
      const file = new LogFile(handle, settings, identity, size);
      if (size > 0 && (await isTorn(settings.path, size))) await file.write(Buffer.from('\n'));
      return file;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Bytes that it has. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes until a new file is due. */
  get room(): number {
    const { size } = this.#settings;
    return size === 0 || this.#identity === null ? Infinity : size - this.#bytes;
  }

  /** Whether a line of so many bytes belongs into a new file. */
  isDue(bytes: number): boolean {
    return this.#identity !== null && isDue(this.#settings.size, this.#bytes, bytes);
  }

  /** Appends; resolves with how many bytes were taken, on a disk that fills up not all. */
  async write(bytes: Buffer): Promise<number> {
    const { bytesWritten } = await this.#handle.write(bytes);
    this.#bytes += bytesWritten;
    return bytesWritten;
  }

  /** Whether its name still means this file; notes what others have appended to it. */
  async isInPlace(): Promise<boolean> {
    if (this.#identity === null) return true;
    try {
      const found = await stat(this.#settings.path);
      const { dev, ino } = this.#identity;
      if (found.dev !== dev || found.ino !== ino) return false;
      this.#bytes = found.size;
      return true;
    } catch (error) {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return false;
      throw error;
    }
  }

  /**
   * Closes it, without its last `torn` bytes: the beginning of a line that is written anew later.
   * They stay where others have written behind them, or where it cannot be cut.
   */
  async close(torn = 0): Promise<void> {
    const bytes = this.#bytes;
    try {
      const isOurs = torn > 0 && this.#identity !== null;
      if (isOurs && (await this.#handle.stat()).size === bytes) {
        await this.#handle.truncate(bytes - torn);
      }
    } catch {
      // Whoever opens it next puts a line break behind what is there.
    } finally {
      await this.#handle.close();
    }
  }
}

/** Moves the files of a log up by one, so that its name is free. */
export const rotateFiles = async ({ path, files }: EventLogOptions): Promise<void> => {
  const there = new Set<number>();
  for (let age = 1; age < files; age += 1) {
    const exists = await access(fileName(path, age)).then(
      () => true,
      (error: unknown) => {
        passOver('ENOENT')(error);
        return false;
      },
    );
    if (!exists) break;
    there.add(age);
  }
  for (const move of movesFor(path, files, (age) => there.has(age))) {
    if (move.do === 'remove') await rm(move.path, { force: true });
    else await rename(move.from, move.to).catch(passOver('ENOENT'));
  }
};

/** Rejects where files could not be moved beside this one: better at the start than one night. */
export const checkRotation = async (
  file: Pick<LogFile, 'room'>,
  settings: EventLogOptions,
): Promise<void> => {
  if (settings.size > 0 && file.room !== Infinity) {
    await access(dirname(settings.path), constants.W_OK | constants.X_OK);
  }
};
