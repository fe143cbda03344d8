/**
 * Where a token comes from, for the proxy that asks for one and for the commands that send one:
 * a file or the environment. A flag would show it to everybody on the machine.
 */
import { bad, good, type Checked } from './option-values.ts';

/** The token where no file has one. */
export const TOKEN_VARIABLE = 'WSBOUNCER_CONTROL_TOKEN';

/** Reads the path of a file of tokens. */
export const parseTokenFile = (text: string): Checked<string> =>
  text.includes('\0') ? bad('has a NUL in its path', 'leave it out') : good(text);
