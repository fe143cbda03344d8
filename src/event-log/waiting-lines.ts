/**
 * Lines that wait for a file. They are bounded in bytes; beyond that they are lost and counted,
 * from the first lost one until the gap has been told of, so that all that is missing is missing
 * in one place. What a write took is counted in bytes, because a disk that fills up takes half
 * a line.
 */

/** What a disk that takes nothing may hold in memory, in bytes: some 4,000 events. */
const mostWaitingBytes = 1024 * 1024;

/** Lines on their way to a file. */
export class WaitingLines {
  readonly #most: number;
  #lines: Buffer[] = [];
  #bytes = 0;
  /** Bytes of the first line that the file has already. */
  #begun = 0;
  #lost = 0;

  constructor(most: number = mostWaitingBytes) {
    this.#most = most;
  }

  /** How many wait. */
  get count(): number {
    return this.#lines.length;
  }

  /** How many were lost since the last `tellLost`. */
  get lost(): number {
    return this.#lost;
  }

  /** Bytes that wait. */
  get bytes(): number {
    return this.#bytes - this.#begun;
  }

  /** Bytes of the line that is to be begun next; 0 without one, or in the middle of one. */
  get nextBytes(): number {
    return this.#begun > 0 ? 0 : (this.#lines[0]?.length ?? 0);
  }

  /** Lets a line wait; false where it is lost. Where nothing waits, any line fits. */
  add(line: string): boolean {
    const bytes = Buffer.from(line);
    const fits = this.#lines.length === 0 || this.#bytes + bytes.length <= this.#most;
    if (this.#lost > 0 || !fits) {
      this.#lost += 1;
      return false;
    }
    this.#push(bytes);
    return true;
  }

  /** Lets a line wait that says what happens to the others: it is never lost, and rare. */
  addOwn(line: string): void {
    this.#push(Buffer.from(line));
  }

  /** How many were lost; from now on lines are taken again. */
  tellLost(): number {
    const lost = this.#lost;
    this.#lost = 0;
    return lost;
  }

  /** The next lines, whole, of at most `most` bytes together, but one at least. */
  next(most: number): Buffer {
    let bytes = -this.#begun;
    let until = 0;
    for (const line of this.#lines) {
      if (until > 0 && bytes + line.length > most) break;
      bytes += line.length;
      until += 1;
    }
    return Buffer.concat(this.#lines.slice(0, until)).subarray(this.#begun);
  }

  /** So many bytes of them are in the file. */
  written(bytes: number): void {
    let left = this.#begun + bytes;
    let until = 0;
    for (const line of this.#lines) {
      if (left < line.length) break;
      left -= line.length;
      this.#bytes -= line.length;
      until += 1;
    }
    this.#lines = this.#lines.slice(until);
    this.#begun = left;
  }

  /** The first line is begun anew, in another file; returns how many bytes of it the old one has. */
  restart(): number {
    const begun = this.#begun;
    this.#begun = 0;
    return begun;
  }

  #push(line: Buffer): void {
    this.#lines.push(line);
    this.#bytes += line.length;
  }
}
