/**
 * A line of text that is being typed, as a value: what stands in it and where the next character
 * goes. Only printable ASCII gets in: one cell each, and nothing that could steer the terminal.
 */

/** A line and the place of its cursor, 0 to its length. */
export type Prompt = { readonly text: string; readonly at: number };

/** Longest line; nothing that is typed here needs more. */
export const longestLine = 200;

/** An empty line. */
export const emptyPrompt: Prompt = { text: '', at: 0 };

const printable = (text: string): string => text.replaceAll(/[^\x20-\x7e]/gu, '');

/** A line with its cursor at the end. */
export const promptOf = (text: string): Prompt => inserted(emptyPrompt, text);

/** The line with `typed` put in at the cursor, as much of it as the line takes. */
export const inserted = ({ text, at }: Prompt, typed: string): Prompt => {
  const fresh = printable(typed).slice(0, Math.max(0, longestLine - text.length));
  return { text: text.slice(0, at) + fresh + text.slice(at), at: at + fresh.length };
};

const wordBefore = (text: string, at: number): number =>
  text.slice(0, at).trimEnd().lastIndexOf(' ') + 1;

/** The line after a key; null for a key that means nothing in a line. */
export const edited = (prompt: Prompt, key: string): Prompt | null => {
  const { text, at } = prompt;
  const cut = (from: number, to: number): Prompt => ({
    text: text.slice(0, from) + text.slice(to),
    at: from,
  });
  if (key.length === 1) return inserted(prompt, key);
  switch (key) {
    case 'space':
      return inserted(prompt, ' ');
    case 'backspace':
      return cut(Math.max(0, at - 1), at);
    case 'delete':
      // Some terminals send it for the key that takes away what is before the cursor.
      return at < text.length ? cut(at, at + 1) : cut(Math.max(0, at - 1), at);
    case 'ctrl-u':
      return cut(0, at);
    case 'ctrl-k':
      return cut(at, text.length);
    case 'ctrl-w':
      return cut(wordBefore(text, at), at);
    case 'left':
    case 'ctrl-b':
      return { text, at: Math.max(0, at - 1) };
    case 'right':
    case 'ctrl-f':
      return { text, at: Math.min(text.length, at + 1) };
    case 'home':
    case 'ctrl-a':
      return { text, at: 0 };
    case 'end':
    case 'ctrl-e':
      return { text, at: text.length };
    default:
      return null;
  }
};
