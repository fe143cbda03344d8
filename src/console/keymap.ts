/**
 * Which key does what: the one table from which keys are looked up and the help, the hints and
 * the README are made, so that none of them can promise what the others do not keep.
 */
import {
  type Binding,
  bulk,
  cap,
  confirm,
  detail,
  entry,
  filter,
  type Group,
  help,
  palette,
  quit,
} from './keymap-dialogs.ts';
import type {
  BulkAct,
  CapAct,
  ConfirmAct,
  DetailAct,
  EntryAct,
  HelpAct,
  PromptAct,
  QuitAct,
} from './keymap-dialogs.ts';
import { main, type MainAct } from './keymap-main.ts';

export type { Binding } from './keymap-dialogs.ts';
export type { MainAct } from './keymap-main.ts';

/** What a key asks for, by what is open. */
export type Acts = {
  main: MainAct;
  cap: CapAct;
  quit: QuitAct;
  help: HelpAct;
  filter: PromptAct;
  palette: PromptAct;
  bulk: BulkAct;
  confirm: ConfirmAct;
  detail: DetailAct;
  entry: EntryAct;
};

/** The whole table, by what is open. */
export const keymap: { readonly [Mode in keyof Acts]: readonly Binding<Acts[Mode]>[] } = {
  main,
  cap,
  quit,
  help,
  filter,
  palette,
  bulk,
  confirm,
  detail,
  entry,
};

const indexed = <Act>(bindings: readonly Binding<Act>[]): ReadonlyMap<string, Binding<Act>> =>
  new Map(bindings.flatMap((binding) => binding.keys.map((key) => [key, binding] as const)));

const index: { readonly [Mode in keyof Acts]: ReadonlyMap<string, Binding<Acts[Mode]>> } = {
  main: indexed(main),
  cap: indexed(cap),
  quit: indexed(quit),
  help: indexed(help),
  filter: indexed(filter),
  palette: indexed(palette),
  bulk: indexed(bulk),
  confirm: indexed(confirm),
  detail: indexed(detail),
  entry: indexed(entry),
};

/** What `key` asks for; null for a key without a meaning. */
export const lookUp = <Mode extends keyof Acts>(mode: Mode, key: string): Acts[Mode] | null =>
  index[mode].get(key)?.act ?? null;

/** Whether `key` would change or stop the proxy, or opens what does. */
export const changes = (mode: keyof Acts, key: string): boolean =>
  index[mode].get(key)?.changes === true;

const groups: readonly Group[] = ['Evict', 'Look', 'Move', 'Caps', 'The program'];

/** The keys of the lists as the help and the README have them: by what they are for. */
export const keyGroups: readonly {
  readonly group: Group;
  readonly bindings: readonly { readonly label: string; readonly help: string }[];
}[] = groups.map((group) => ({
  group,
  bindings: main.flatMap(({ group: own, label, help: text }) =>
    own === group && text !== undefined ? [{ label, help: text }] : [],
  ),
}));
