/**
 * From what the terminal sends to the keys of the keymap. Several keys may arrive as one string,
 * and a paste may look like keys.
 */

/** A terminal's key as the drawing library reports it. */
export type RawKey = {
  readonly leftArrow: boolean;
  readonly rightArrow: boolean;
  readonly upArrow: boolean;
  readonly downArrow: boolean;
  readonly pageUp: boolean;
  readonly pageDown: boolean;
  readonly home: boolean;
  readonly end: boolean;
  readonly return: boolean;
  readonly escape: boolean;
  readonly tab: boolean;
  readonly shift: boolean;
  readonly backspace: boolean;
  readonly delete: boolean;
  readonly ctrl: boolean;
  readonly meta: boolean;
};

/**
 * Characters of one string beyond which, unless all are equal, nobody has typed them as keys. In
 * a line that is being typed they are its text all the same.
 */
export const longestTyped = 12;

const characters: Readonly<Record<string, string>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  ' ': 'space',
};

/**
 * What a terminal says by itself, or the rest of a key that came in two parts: mouse, focus,
 * `PgUp` as `5~`. There are digits in it, and each of them would arm an eviction.
 */
const reported = /^(?:\[[\x20-\x3f]+[\x40-\x7e]?|\[[\x40-\x7e]|[\d;]+~|[\d;]*;[\d;]*[A-Za-z~])$/;

/**
 * The keys in one report. Held keys, and keys typed over a slow link, arrive as one string; a
 * long string of different characters is a paste in a terminal that does not mark it, and no
 * key at all (null): pasted text must not evict anybody.
 */
export const keysOf = (input: string, key: RawKey): readonly string[] | null => {
  // Escape and a key right after it are one Alt key on the wire: the Escape counts, and of what
  // follows only the way out. An Enter behind it would apply what was to be cancelled.
  if (key.escape || key.meta) return key.ctrl && input === 'c' ? ['esc', 'ctrl-c'] : ['esc'];
  if (key.leftArrow) return ['left'];
  if (key.rightArrow) return ['right'];
  if (key.upArrow) return ['up'];
  if (key.downArrow) return ['down'];
  if (key.pageUp) return ['pageup'];
  if (key.pageDown) return ['pagedown'];
  if (key.home) return ['home'];
  if (key.end) return ['end'];
  if (key.return) return ['enter'];
  if (key.tab) return [key.shift ? 'backtab' : 'tab'];
  if (key.backspace) return ['backspace'];
  if (key.delete) return ['delete'];
  if (key.ctrl) return [`ctrl-${input}`];
  if (reported.test(input)) return [];
  const typed = input.split('');
  if (typed.length > longestTyped && new Set(typed).size > 1) return null;
  return typed
    .map((character) => characters[character] ?? character)
    .filter((name) => name.length > 1 || /[\x20-\x7e]/.test(name));
};
