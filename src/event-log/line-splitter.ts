/** Bytes to lines, however they were cut; what is longer than a line may be is passed over. */

/** Far beyond the longest event; what is longer is no event, and is not held. */
export const mostLineBytes = 64 * 1024;

const NEWLINE = 0x0a;

/** A line of a file; null text: longer than any event. */
export type RawLine = { readonly text: string | null; readonly torn: boolean };

/** Splits at line breaks. */
export class LineSplitter {
  readonly #decoder = new TextDecoder();
  #parts: Uint8Array[] = [];
  #bytes = 0;

  /** The lines that end in this piece; empty ones are none. */
  take(piece: Uint8Array): readonly RawLine[] {
    const lines: RawLine[] = [];
    let from = 0;
    for (let at = piece.indexOf(NEWLINE); at >= 0; at = piece.indexOf(NEWLINE, from)) {
      this.#keep(piece.subarray(from, at));
      if (this.#bytes > 0) lines.push(this.#line(false));
      from = at + 1;
    }
    this.#keep(piece.subarray(from));
    return lines;
  }

  /** What is left at the end: a line that was not written whole; null where there is none. */
  end(): RawLine | null {
    return this.#bytes > 0 ? this.#line(true) : null;
  }

  #keep(part: Uint8Array): void {
    this.#bytes += part.length;
    if (this.#bytes > mostLineBytes) this.#parts = [];
    else if (part.length > 0) this.#parts.push(part.slice());
  }

  #line(torn: boolean): RawLine {
    const whole = new Uint8Array(this.#bytes > mostLineBytes ? 0 : this.#bytes);
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    const text = this.#bytes > mostLineBytes ? null : this.#decoder.decode(whole);
    this.#parts = [];
    this.#bytes = 0;
    return { text, torn };
  }
}
