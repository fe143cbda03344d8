/** The keys of the dialogs and prompts; part of the one table in `keymap.ts`. */
import type { Motion } from './cursor.ts';

/** What the keys of the lists are for: the titles of the help. */
export type Group = 'Evict' | 'Look' | 'Move' | 'Caps' | 'The program' | 'Replay';

/** One line of the table. */
export type Binding<Act> = {
  readonly act: Act;
  /** A printable character, or a name: `up`, `enter`, `ctrl-c`; a space is `space`. */
  readonly keys: readonly string[];
  /** How the keys are written. */
  readonly label: string;
  /** A sentence without a stop for the help; absent: not worth a line. */
  readonly help?: string;
  /** A word or three for the last line of the screen, the most useful bindings first. */
  readonly hint?: string;
  /** Of a key of the lists that has a line in the help. */
  readonly group?: Group;
  /** It changes or stops the proxy, or opens what does: not for a read-only console. */
  readonly changes?: true;
};

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

/** What a key asks for in the question whether to leave a proxy that runs elsewhere running. */
export type DetachAct = 'leave' | 'stop' | 'cancel' | 'interrupt';

/** What a key asks for in the question whether to stop a proxy that runs elsewhere. */
export type StopAct = 'confirm' | 'cancel' | 'interrupt';

/** What a key asks for in the question whether to drain. */
export type DrainAct = 'confirm' | 'cancel' | 'interrupt';

/** What a key asks for in the help. */
export type HelpAct = Motion | 'search' | 'close' | 'interrupt';

/** What a key asks for in a line that is typed; all other keys edit it. */
export type PromptAct =
  | 'apply'
  | 'cancel'
  | 'next'
  | 'previous'
  | 'complete'
  | 'undo'
  | 'interrupt';

/** What a key asks for in the dialog that evicts several. */
export type BulkAct = Motion | 'confirm' | 'reason' | 'cancel' | 'interrupt';

/** What a key asks for in the question whether to evict. */
export type ConfirmAct = 'confirm' | 'cancel' | 'interrupt';

/** What a key asks for on the page of a viewer. */
export type DetailAct =
  | 'tag'
  | 'evict'
  | 'now'
  | 'undo'
  | 'keep'
  | 'copy'
  | 'next-problem'
  | 'previous-problem'
  | 'palette'
  | 'help'
  | 'close'
  | 'interrupt';

/** What a key asks for on the page of a line of the feed. */
export type EntryAct = Motion | 'tag' | 'undo' | 'palette' | 'help' | 'close' | 'interrupt';

/** Ctrl-C, which means the same everywhere. */
export const interrupt = {
  act: 'interrupt',
  keys: ['ctrl-c'],
  label: 'ctrl-c',
  help: 'ask to quit; a second one within 2 s quits',
  group: 'The program',
  changes: true,
} as const;

const scroll: readonly Binding<Motion>[] = [
  { act: 'down', keys: ['j', 'down'], label: 'j k', hint: 'scroll' },
  { act: 'up', keys: ['k', 'up'], label: 'k' },
  { act: 'page-down', keys: ['pagedown'], label: 'PgDn' },
  { act: 'page-up', keys: ['pageup'], label: 'PgUp' },
  { act: 'first', keys: ['g', 'home'], label: 'g' },
  { act: 'last', keys: ['G', 'end'], label: 'G' },
];

export const cap: readonly Binding<CapAct>[] = [
  { act: 'apply', keys: ['enter'], label: 'enter', hint: 'apply', changes: true },
  { act: 'cancel', keys: ['esc', 'q'], label: 'esc', hint: 'cancel (default)' },
  {
    act: 'scope',
    keys: ['tab', 'backtab'],
    label: 'tab',
    help: 'the cap of all sessions, or of the one under the cursor alone',
  },
  {
    act: 'lift',
    keys: ['d'],
    label: 'd',
    help: "lift a session's own cap: the default holds again",
    changes: true,
  },
  { act: 'up', keys: ['up', '+', 'k'], label: 'up' },
  { act: 'down', keys: ['down', '-', 'j'], label: 'down' },
  { act: 'digit', keys: Array.from({ length: 10 }, (_, digit) => String(digit)), label: '0-9' },
  { act: 'erase', keys: ['backspace', 'delete'], label: 'backspace' },
  interrupt,
];

export const quit: readonly Binding<QuitAct>[] = [
  { act: 'confirm', keys: ['y'], label: 'y', hint: 'quit', changes: true },
  { act: 'cancel', keys: ['esc', 'n', 'q', 'enter'], label: 'esc', hint: 'cancel (default)' },
  interrupt,
];

/** Leaving changes nothing for the proxy, so enter may do it, and a console that only looks. */
export const detach: readonly Binding<DetachAct>[] = [
  { act: 'leave', keys: ['enter', 'y'], label: 'enter', hint: 'quit (default)' },
  { act: 'stop', keys: ['s'], label: 's', hint: 'stop the proxy', changes: true },
  { act: 'cancel', keys: ['esc', 'n', 'q'], label: 'esc', hint: 'stay' },
  interrupt,
];

export const stop: readonly Binding<StopAct>[] = [
  { act: 'confirm', keys: ['y'], label: 'y', hint: 'stop', changes: true },
  { act: 'cancel', keys: ['esc', 'n', 'q', 'enter'], label: 'esc', hint: 'cancel (default)' },
  interrupt,
];

export const drain: readonly Binding<DrainAct>[] = [
  { act: 'confirm', keys: ['y'], label: 'y', hint: 'drain', changes: true },
  { act: 'cancel', keys: ['esc', 'n', 'q', 'enter'], label: 'esc', hint: 'cancel (default)' },
  interrupt,
];

export const help: readonly Binding<HelpAct>[] = [
  { act: 'close', keys: ['esc', '?', 'q', 'enter'], label: 'esc', hint: 'close' },
  {
    act: 'search',
    keys: ['/'],
    label: '/',
    help: 'search the help; esc shows all of it again',
    hint: 'search',
  },
  ...scroll,
  interrupt,
];

export const filter: readonly Binding<PromptAct>[] = [
  {
    act: 'apply',
    keys: ['enter'],
    label: 'enter',
    help: 'the filter stays, until esc clears it',
    hint: 'keep',
  },
  {
    act: 'cancel',
    keys: ['esc'],
    label: 'esc',
    help: 'the filter that held before',
    hint: 'as before',
  },
  {
    act: 'next',
    keys: ['down'],
    label: 'down up',
    help: 'next row, row before',
  },
  { act: 'previous', keys: ['up'], label: 'up' },
  { act: 'undo', keys: ['ctrl-z'], label: 'ctrl-z', changes: true },
  interrupt,
];

export const palette: readonly Binding<PromptAct>[] = [
  {
    act: 'apply',
    keys: ['enter'],
    label: 'enter',
    help: 'do what is typed; on a choice: take it into the line',
    hint: 'do it',
  },
  {
    act: 'complete',
    keys: ['tab'],
    label: 'tab',
    help: 'complete the word: commands, viewers, sessions, columns',
    hint: 'complete',
  },
  { act: 'next', keys: ['down'], label: 'down', help: 'choose below', hint: 'choose' },
  { act: 'previous', keys: ['up'], label: 'up' },
  { act: 'cancel', keys: ['esc'], label: 'esc', hint: 'close' },
  { act: 'undo', keys: ['ctrl-z'], label: 'ctrl-z', changes: true },
  interrupt,
];

export const bulk: readonly Binding<BulkAct>[] = [
  {
    act: 'confirm',
    keys: ['y'],
    label: 'y',
    help: 'evict those that are listed, ten a second',
    hint: 'evict',
    changes: true,
  },
  { act: 'cancel', keys: ['esc', 'n', 'q'], label: 'esc', hint: 'cancel (default)' },
  {
    act: 'reason',
    keys: ['r', 'tab'],
    label: 'r',
    help: 'type a reason, which the viewers and the events get',
    hint: 'reason',
  },
  ...scroll,
  interrupt,
];

export const confirm: readonly Binding<ConfirmAct>[] = [
  { act: 'confirm', keys: ['y'], label: 'y', hint: 'evict', changes: true },
  { act: 'cancel', keys: ['esc', 'n', 'q', 'enter'], label: 'n', hint: 'cancel (default)' },
  interrupt,
];

/** They leave the page for what they open, so that nothing typed there presses keys of the page. */
const openers: readonly Binding<'palette' | 'help'>[] = [
  { act: 'palette', keys: [':'], label: ':' },
  { act: 'help', keys: ['?'], label: '?', hint: 'help' },
];

export const detail: readonly Binding<DetailAct>[] = [
  { act: 'close', keys: ['esc', 'q'], label: 'esc', hint: 'back' },
  {
    act: 'tag',
    keys: ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
    label: '1-9',
    changes: true,
  },
  {
    act: 'evict',
    keys: ['e'],
    label: 'e',
    help: 'evict this viewer in 3 s; enter: now',
    hint: 'evict',
    changes: true,
  },
  { act: 'now', keys: ['enter'], label: 'enter', changes: true },
  { act: 'undo', keys: ['u', 'ctrl-z'], label: 'u', hint: 'undo', changes: true },
  {
    act: 'keep',
    keys: ['K'],
    label: 'K',
    help: 'keep this viewer, or end that',
    hint: 'keep',
    changes: true,
  },
  { act: 'copy', keys: ['y'], label: 'y', help: 'copy its id and address', hint: 'copy' },
  {
    act: 'next-problem',
    keys: ['n'],
    label: 'n N',
    help: 'the page of the next viewer that needs you; of the one before',
    hint: 'next bad',
  },
  { act: 'previous-problem', keys: ['N'], label: 'N' },
  ...openers,
  interrupt,
];

export const entry: readonly Binding<EntryAct>[] = [
  { act: 'close', keys: ['esc', 'q', 'enter'], label: 'esc', hint: 'back' },
  ...scroll,
  {
    act: 'tag',
    keys: ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
    label: '1-9',
    changes: true,
  },
  { act: 'undo', keys: ['u', 'ctrl-z'], label: 'u', changes: true },
  ...openers,
  interrupt,
];
