/**
 * The terminal around the drawing: written without ever waiting for it, and given back as it
 * was, whatever happens.
 */

/** Node's own handle of a stream; not part of its interface, so nothing of it is taken for granted. */
type Handle = { readonly setBlocking?: (blocking: boolean) => void };

/**
 * Lets writes return at once. By default Node waits for a terminal to take what is written: one
 * that has stopped reading would stop every timer and every signal handler of this process.
 */
export const neverWait = (stdout: NodeJS.WriteStream): void => {
  const handle = (stdout as { readonly _handle?: Handle | null })._handle;
  handle?.setBlocking?.(false);
};

/** Bytes waiting for the terminal above which nothing more is drawn. */
const mostWaiting = 16 * 1024;

/** The terminal is behind: what is drawn now would only wait in memory. */
export const isBehind = (stdout: NodeJS.WriteStream): boolean =>
  stdout.writableLength > mostWaiting;

const escape = '\u001B';

/** End of a synchronized frame, plain text, cursor, pasted text unmarked. */
const calm = `${escape}[?2026l${escape}[0m${escape}[?25h${escape}[?2004l`;

/** Back to the primary screen. */
const primaryScreen = `${escape}[?1049l`;

/**
 * Empties the screen and leaves the cursor at its beginning, for a frame that follows at once:
 * until then the terminal shows what was there. `clear` is the drawing's own, which forgets with
 * it what it has drawn.
 */
export const blank = (clear: () => void, stdout: NodeJS.WriteStream): void => {
  stdout.write(`${escape}[?2026h`);
  clear();
  stdout.write(`${escape}[H${escape}[J`);
};

const attempt = (action: () => unknown): boolean => {
  try {
    action();
    return true;
  } catch {
    // The terminal may be gone: then there is nothing to give back.
    return false;
  }
};

/**
 * Ends the drawing and gives the terminal back at once, or as soon as it reads again: the writes
 * do not wait. `unmount` normally does all of it; the rest is for when it cannot, or there is none.
 */
export const giveBack = (
  unmount: (() => void) | null,
  stdin: NodeJS.ReadStream,
  stdout: NodeJS.WriteStream,
): void => {
  const unmounted = unmount !== null && attempt(unmount);
  attempt(() => stdin.setRawMode(false));
  attempt(() => stdout.write(unmounted ? calm : `${calm}${primaryScreen}`));
};
