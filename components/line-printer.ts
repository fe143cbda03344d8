/**
 * Lines on a terminal below which somebody types. A terminal that is behind gets no more of them:
 * they are counted, and where the gap is a line says how many are missing.
 */
import { plural } from '../src/console/format.ts';
import { sevenBit } from '../src/console/text.ts';

/** Bytes that may wait for a slow terminal. */
const mostWaiting = 256 * 1024;

const clearRow = '\r\u001B[K';

/** Whatever the text is made of, it is one line and cannot steer the terminal. */
const oneLine = (text: string, inSevenBits: boolean): string => {
  const safe = text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '?');
  return inSevenBits ? sevenBit(safe) : safe;
};

/** Prints lines, and below them the line that is being typed, while there is one. */
export class LinePrinter {
  readonly #stdout: NodeJS.WriteStream;
  readonly #inSevenBits: boolean;
  #typed = '';
  #dropped = 0;

  /** With `inSevenBits` letters lose their accents, and what has none becomes `?`. */
  constructor(stdout: NodeJS.WriteStream, inSevenBits: boolean) {
    this.#stdout = stdout;
    this.#inSevenBits = inSevenBits;
  }

  /** A line, or a count where the terminal cannot take it. */
  print(text: string): void {
    if (this.#stdout.writableLength > mostWaiting) {
      this.#dropped += 1;
      return;
    }
    const gap =
      this.#dropped === 0 ? '' : `${plural(this.#dropped, 'line')} lost: the terminal was behind\n`;
    this.#dropped = 0;
    this.#stdout.write(
      `${this.#erased()}${gap}${oneLine(text, this.#inSevenBits)}\n${this.#shown()}`,
    );
  }

  /** Shows what has been typed so far. */
  type(text: string): void {
    const erased = this.#erased();
    this.#typed = text;
    if (erased !== '' || text !== '') this.#stdout.write(`${erased}${this.#shown()}`);
  }

  /** The typed line is complete and stays on the terminal. */
  enter(): void {
    if (this.#typed !== '') this.#stdout.write('\n');
    this.#typed = '';
  }

  #erased(): string {
    return this.#typed === '' ? '' : clearRow;
  }

  /** Its end, in one row: a row that has wrapped could not be erased. */
  #shown(): string {
    const room = Math.max(1, (this.#stdout.columns || 80) - 3);
    return this.#typed === '' ? '' : `> ${oneLine(this.#typed, this.#inSevenBits).slice(-room)}`;
  }
}
