/** How tokens are written down, for those who let somebody in and for those who ask to be. */

/** Characters of a token at most. */
export const LONGEST_TOKEN = 512;

/** A line that counts. */
export type TokenLine = {
  /** From 1 on, as editors count. */
  readonly number: number;
  /** What stands before the token; null where nothing does. */
  readonly name: string | null;
  /** Null where it is no token. */
  readonly token: string | null;
};

const LINE = /^(?:([A-Za-z0-9][\w.@-]{0,63}):)?([\w.~+/=-]+)$/;

/** The lines of a text that count: not the empty ones, and none that begins with `#`. */
export const tokenLines = (text: string): readonly TokenLine[] =>
  text.split('\n').flatMap((each, at) => {
    const line = each.trim();
    if (line === '' || line.startsWith('#')) return [];
    const [, name = null, token = null] = LINE.exec(line) ?? [];
    return [{ number: at + 1, name, token }];
  });
