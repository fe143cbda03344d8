/** The files of a log, read from the oldest line to the newest. */
import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import type { ProxyEvent } from '../events.ts';
import { fileName } from './rotation.ts';
import { LineSplitter } from './line-splitter.ts';
import { type LogLine, readLogLine } from './log-line.ts';

/** Lines that are no events and are shown: more help nobody. */
const MOST_TOLD = 100;

/** A line, and where it stands: its file, and its number there, from 1 on, without empty ones. */
export type PlacedLine = {
  readonly path: string;
  readonly number: number;
  /** The end of the file came before the end of the line. */
  readonly torn: boolean;
  readonly line: LogLine;
};

type SizedLine = PlacedLine & { readonly length: number };

const isThere = async (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** The names of a log's files that are there, the oldest first, the one that is written last. */
export const logFiles = async (path: string): Promise<readonly string[]> => {
  const paths = [path];
  for (let age = 1; await isThere(fileName(path, age)); age += 1) {
    paths.unshift(fileName(path, age));
  }
  return paths;
};

/** Every line of what comes in pieces; `path` is what it is called. */
async function* readLogPieces(
  pieces: AsyncIterable<unknown>,
  path: string,
): AsyncGenerator<SizedLine> {
  const splitter = new LineSplitter();
  let number = 0;
  const placed = ({ text, torn }: { text: string | null; torn: boolean }): SizedLine => {
    number += 1;
    const line: LogLine =
      text === null ? { ok: false, error: 'the line is longer than any event' } : readLogLine(text);
    return { path, number, torn, line, length: text?.length ?? 0 };
  };
  for await (const piece of pieces) {
    for (const raw of splitter.take(piece as Uint8Array)) yield placed(raw);
  }
  const rest = splitter.end();
  if (rest !== null) yield placed(rest);
}

/** Every line of one file; rejects where it cannot be read. */
export async function* readLogFile(path: string): AsyncGenerator<PlacedLine> {
  for await (const { length: _, ...placed } of readLogPieces(createReadStream(path), path)) {
    yield placed;
  }
}

/** A log as it could be read. */
export type ReadLog = {
  /** In the order of the lines; of a log with more of them than asked for, the newest. */
  readonly events: readonly ProxyEvent[];
  /** How many older ones were left out. */
  readonly older: number;
  /** Lines that are no events, the first hundred of them. */
  readonly wrong: readonly PlacedLine[];
  /** How many there are in all; a last line that is being written is none of them. */
  readonly wrongCount: number;
};

/** How much of a log is held. */
export type LogBounds = {
  readonly events: number;
  /** Characters of their lines: what nobody knows of a line is held with it. */
  readonly characters: number;
};

/** The newest events of a log, within bounds. */
class NewestEvents {
  readonly #most: LogBounds;
  #events: ProxyEvent[] = [];
  #lengths: number[] = [];
  #characters = 0;
  #older = 0;

  constructor(most: LogBounds) {
    this.#most = most;
  }

  get older(): number {
    return this.#older;
  }

  add(event: ProxyEvent, length: number): void {
    this.#events.push(event);
    this.#lengths.push(length);
    this.#characters += length;
    // A quarter more, so that most of them are moved rarely.
    const { events, characters } = this.#most;
    if (this.#events.length > 1.25 * events || this.#characters > 1.25 * characters) this.all();
  }

  /** Those that count. */
  all(): readonly ProxyEvent[] {
    const { events, characters } = this.#most;
    let from = Math.max(0, this.#events.length - events);
    for (let at = 0; at < from; at += 1) this.#characters -= this.#lengths[at] ?? 0;
    while (this.#characters > characters && from < this.#events.length) {
      this.#characters -= this.#lengths[from] ?? 0;
      from += 1;
    }
    if (from > 0) {
      this.#events = this.#events.slice(from);
      this.#lengths = this.#lengths.slice(from);
      this.#older += from;
    }
    return this.#events;
  }
}

const read = async (
  sources: readonly AsyncIterable<SizedLine>[],
  most: LogBounds,
): Promise<ReadLog> => {
  const newest = new NewestEvents(most);
  let wrongCount = 0;
  const wrong: PlacedLine[] = [];
  for (const [at, source] of sources.entries()) {
    for await (const { length, ...placed } of source) {
      if (placed.line.ok) newest.add(placed.line.event, length);
      else if (!placed.torn || at < sources.length - 1) {
        wrongCount += 1;
        if (wrong.length < MOST_TOLD) wrong.push(placed);
      }
    }
  }
  return { events: newest.all(), older: newest.older, wrong, wrongCount };
};

const unbounded = Number.POSITIVE_INFINITY;

const boundsOf = (most: number | LogBounds): LogBounds =>
  typeof most === 'number' ? { events: most, characters: unbounded } : most;

/** A log with all its files, of at most `most` events; rejects where it cannot be read. */
export const readLog = async (path: string, most: number | LogBounds): Promise<ReadLog> => {
  const files = await logFiles(path);
  return read(
    files.map((file) => readLogPieces(createReadStream(file), file)),
    boundsOf(most),
  );
};

/** The same of what comes in pieces, without other files. */
export const readLogFrom = (
  pieces: AsyncIterable<unknown>,
  path: string,
  most: LogBounds,
): Promise<ReadLog> => read([readLogPieces(pieces, path)], most);
