/**
 * The clipboard of whoever sits at the terminal, over any number of hops: OSC 52 of xterm's
 * control sequences. The terminal may ignore it, and never answers.
 */
import { isBehind } from './terminal.ts';

/** Longest text in bytes; terminals drop long sequences, or stall on them. */
const mostBytes = 100 * 1024;

/**
 * Puts `text` into the clipboard of the terminal. In base64 nothing of it can steer the terminal.
 * Returns null, or in words why it was not written.
 */
export const copyTo = (stdout: NodeJS.WriteStream, text: string): string | null => {
  const bytes = Buffer.from(text);
  if (bytes.length > mostBytes) return 'the text is too long';
  if (isBehind(stdout)) return 'the terminal is behind; press the key again';
  stdout.write(`\u001B]52;c;${bytes.toString('base64')}\u0007`);
  return null;
};
