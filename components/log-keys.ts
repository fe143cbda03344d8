/**
 * From what the terminal sends to the keys of a line that is typed in log mode. A line is carried
 * out only where somebody has typed it: what a paste brings stays in the line.
 */
import { longestTyped } from '../src/console/raw-keys.ts';

/** What was typed, or pasted. */
export type Typed = { readonly key: string } | { readonly pasted: string };

const escape = '\u001B';
const pasteBegins = `${escape}[200~`;
const pasteEnds = `${escape}[201~`;

const pasted = String.raw`${escape}\[200~([\s\S]*?)${escape}\[201~`;
const sequence = String.raw`${escape}(?:\[[0-9;?<=>]*[ -/]*[@-~]|O[\s\S])`;

/** A whole paste; the sequence of a key; anything else, one by one. */
const pieces = new RegExp(String.raw`${pasted}|${sequence}|\r\n|[\s\S]`, 'gu');
const pastes = new RegExp(pasted, 'gu');

/** The beginning of a sequence whose rest is still to come; Escape alone is a key. */
const unfinished = new RegExp(String.raw`${escape}(?:\[[0-9;?<=>]*[ -/]*|O)$`, 'u');

const names: Readonly<Record<string, string>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\r\n': 'enter',
  '\u007F': 'backspace',
  '\b': 'backspace',
  '\u001B': 'esc',
  '\u0003': 'ctrl-c',
  '\u000C': 'ctrl-l',
  '\u0015': 'ctrl-u',
  '\u0017': 'ctrl-w',
  '\u001A': 'ctrl-z',
};

/** Reads what comes in pieces, as it comes. */
export class LogKeys {
  #rest = '';

  /** The keys and pastes in the next piece. */
  readonly read = (chunk: string): readonly Typed[] => {
    const all = this.#rest + chunk;
    const open = all.lastIndexOf(pasteBegins);
    const inPaste = open >= 0 && !all.includes(pasteEnds, open);
    const cut = inPaste ? open : all.length - (unfinished.exec(all)?.[0].length ?? 0);
    // A paste that never ends must not take the keyboard away, nor the memory.
    this.#rest = all.length - cut > 64 * 1024 ? '' : all.slice(cut);
    return this.#typedIn(all.slice(0, cut));
  };

  #typedIn(text: string): readonly Typed[] {
    const typed = text.replaceAll(pastes, '');
    // In a longer piece a line break is pasted.
    const byHand = typed.length <= longestTyped || new Set(typed).size === 1;
    return Array.from(text.matchAll(pieces), ([piece, pasted]): Typed | null => {
      if (pasted !== undefined) return { pasted };
      const key = names[piece] ?? (/^[\x20-\x7e]$/.test(piece) ? piece : null);
      if (key === null) return null;
      return byHand || key !== 'enter' ? { key } : { pasted: '\n' };
    }).filter((one) => one !== null);
  }
}
