/**
 * Which key does what: the one table from which keys are looked up and the help and the hints
 * are drawn, so that neither can promise what the other does not keep.
 */

/** What a key asks for while no dialog is open. */
export type MainAct =
  | 'down'
  | 'up'
  | 'page-down'
  | 'page-up'
  | 'first'
  | 'last'
  | 'next-pane'
  | 'previous-pane'
  | 'evict'
  | 'now'
  | 'undo'
  | 'cap-up'
  | 'cap-down'
  | 'cap'
  | 'help'
  | 'back'
  | 'quit'
  | 'interrupt';

/** What a key asks for in the dialog of the cap. */
export type CapAct =
  | 'digit'
  | 'erase'
  | 'up'
  | 'down'
  | 'scope'
  | 'lift'
  | 'apply'
  | 'cancel'
  | 'interrupt';

/** What a key asks for in the question whether to quit. */
export type QuitAct = 'confirm' | 'cancel' | 'interrupt';

/** What a key asks for in the help. */
export type HelpAct =
  | 'down'
  | 'up'
  | 'page-down'
  | 'page-up'
  | 'first'
  | 'last'
  | 'close'
  | 'interrupt';

/** What a key asks for, by what is open. */
export type Acts = { main: MainAct; cap: CapAct; quit: QuitAct; help: HelpAct };

/** One line of the table. */
export type Binding<Act> = {
  readonly act: Act;
  /** A printable character, or a name: `up`, `enter`, `ctrl-c`. */
  readonly keys: readonly string[];
  /** How the keys are written. */
  readonly label: string;
  /** A sentence without a stop for the help; absent: not worth a line. */
  readonly help?: string;
  /** A word or three for the last line of the screen, the most useful bindings first. */
  readonly hint?: string;
};

const interrupt = {
  act: 'interrupt',
  keys: ['ctrl-c'],
  label: 'ctrl-c',
  help: 'ask to quit; a second one within 2 s quits',
} as const;

const main: readonly Binding<MainAct>[] = [
  {
    act: 'evict',
    keys: ['e'],
    label: 'e',
    help: 'evict this viewer in 3 s; on a session: go to its viewers',
    hint: 'evict',
  },
  {
    act: 'undo',
    keys: ['u'],
    label: 'u',
    help: 'undo the newest eviction, else the last cap change (60 s)',
    hint: 'undo',
  },
  {
    act: 'now',
    keys: ['enter'],
    label: 'enter',
    help: 'evict now, on a viewer that is being evicted',
  },
  { act: 'cap', keys: ['c'], label: 'c', help: 'set the cap, with a preview', hint: 'cap' },
  {
    act: 'cap-up',
    keys: ['+'],
    label: '+ -',
    help: 'one slot more or less in every session; evicts nobody',
  },
  { act: 'cap-down', keys: ['-'], label: '-' },
  {
    act: 'next-pane',
    keys: ['tab'],
    label: 'tab',
    help: 'next of sessions, viewers, events; shift-tab goes back',
    hint: 'pane',
  },
  { act: 'previous-pane', keys: ['backtab'], label: 'shift-tab' },
  { act: 'down', keys: ['j', 'down'], label: 'j k', help: 'next row, row before; arrows too' },
  { act: 'up', keys: ['k', 'up'], label: 'k' },
  { act: 'page-down', keys: ['pagedown'], label: 'PgDn PgUp', help: 'a page on, a page back' },
  { act: 'page-up', keys: ['pageup'], label: 'PgUp' },
  {
    act: 'first',
    keys: ['g', 'home'],
    label: 'g G',
    help: 'first row, last row; in the events G follows the newest',
  },
  { act: 'last', keys: ['G', 'end'], label: 'G' },
  { act: 'back', keys: ['esc'], label: 'esc', help: 'close what is open, back to the sessions' },
  { act: 'help', keys: ['?'], label: '?', help: 'this help', hint: 'help' },
  { act: 'quit', keys: ['q'], label: 'q', help: 'quit, after a question', hint: 'quit' },
  interrupt,
];

const cap: readonly Binding<CapAct>[] = [
  { act: 'apply', keys: ['enter'], label: 'enter', hint: 'apply' },
  { act: 'cancel', keys: ['esc', 'q'], label: 'esc', hint: 'cancel (default)' },
  { act: 'scope', keys: ['tab', 'backtab'], label: 'tab' },
  { act: 'lift', keys: ['d'], label: 'd' },
  { act: 'up', keys: ['up', '+', 'k'], label: 'up' },
  { act: 'down', keys: ['down', '-', 'j'], label: 'down' },
  { act: 'digit', keys: Array.from({ length: 10 }, (_, digit) => String(digit)), label: '0-9' },
  { act: 'erase', keys: ['backspace', 'delete'], label: 'backspace' },
  interrupt,
];

const quit: readonly Binding<QuitAct>[] = [
  { act: 'confirm', keys: ['y'], label: 'y', hint: 'quit' },
  { act: 'cancel', keys: ['esc', 'n', 'q', 'enter'], label: 'esc', hint: 'cancel (default)' },
  interrupt,
];

const help: readonly Binding<HelpAct>[] = [
  { act: 'close', keys: ['esc', '?', 'q', 'enter'], label: 'esc', hint: 'close' },
  { act: 'down', keys: ['j', 'down'], label: 'j k', hint: 'scroll' },
  { act: 'up', keys: ['k', 'up'], label: 'k' },
  { act: 'page-down', keys: ['pagedown'], label: 'PgDn' },
  { act: 'page-up', keys: ['pageup'], label: 'PgUp' },
  { act: 'first', keys: ['g', 'home'], label: 'g' },
  { act: 'last', keys: ['G', 'end'], label: 'G' },
  interrupt,
];

/** The whole table, by what is open. */
export const keymap: { readonly [Mode in keyof Acts]: readonly Binding<Acts[Mode]>[] } = {
  main,
  cap,
  quit,
  help,
};

const indexed = <Act>(bindings: readonly Binding<Act>[]): ReadonlyMap<string, Act> =>
  new Map(bindings.flatMap(({ keys, act }) => keys.map((key) => [key, act] as const)));

const index: { readonly [Mode in keyof Acts]: ReadonlyMap<string, Acts[Mode]> } = {
  main: indexed(main),
  cap: indexed(cap),
  quit: indexed(quit),
  help: indexed(help),
};

/** What `key` asks for; null for a key without a meaning, Ctrl-Z among them: it is swallowed. */
export const lookUp = <Mode extends keyof Acts>(mode: Mode, key: string): Acts[Mode] | null =>
  index[mode].get(key) ?? null;
