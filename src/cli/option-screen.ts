/** How the console looks and what it lets the operator do, as the options say. */
import type { Accent, ScreenOptions } from '../contract.ts';
import { parseTitle } from './option-names.ts';
import type { OptionReader } from './option-reader.ts';
import { parseChoice, parseSwitch } from './option-values.ts';

const ACCENTS: readonly Accent[] = ['red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

/**
 * Reads what is for the console alone. It is read without one, too: the environment of a service
 * may say it for a console that is started by hand.
 */
export const readScreen = (reader: OptionReader): ScreenOptions => ({
  readOnly: reader.one('read-only', parseSwitch, false),
  ascii: reader.one('ascii', parseSwitch, false),
  color: !reader.one('no-color', parseSwitch, false),
  name: reader.one<string | null>('name', parseTitle, null),
  accent: reader.one<Accent | null>('accent', (text) => parseChoice(text, ACCENTS), null),
  confirm: reader.one('confirm', (text) => parseChoice(text, ['undo', 'always']), 'undo'),
});
