/** The options of the console. */
import type { OptionRow } from './option-row.ts';

/** In the order of the help text. */
export const screenRows: readonly OptionRow[] = [
  {
    name: 'read-only',
    placeholder: null,
    byDefault: null,
    meaning: 'no key or command evicts, changes a cap, or stops the proxy',
    screen: true,
  },
  {
    name: 'confirm',
    placeholder: '<undo|always>',
    byDefault: 'undo',
    meaning: 'an eviction waits 3s for an undo, or a question comes before it',
    screen: true,
    values: ['undo', 'always'],
  },
  {
    name: 'name',
    placeholder: '<text>',
    byDefault: null,
    meaning: 'a name for this instance in the title, at most 32 characters',
    screen: true,
  },
  {
    name: 'accent',
    placeholder: '<color>',
    byDefault: null,
    meaning: 'its color: red, green, yellow, blue, magenta, cyan or white',
    screen: true,
    values: ['red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'],
  },
  {
    name: 'ascii',
    placeholder: null,
    byDefault: null,
    meaning: 'draw with 7-bit signs, whatever the locale says',
    screen: true,
  },
  {
    name: 'no-color',
    placeholder: null,
    byDefault: null,
    meaning: 'draw without colors, as with NO_COLOR set',
    screen: true,
  },
];
