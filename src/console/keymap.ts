/**
 * Which key does what: the one table from which keys are looked up and the help, the hints and
 * the README are made, so that none of them can promise what the others do not keep.
 */
import {
  type Binding,
  bulk,
  cap,
  confirm,
  detach,
  detail,
  drain,
  entry,
  filter,
  type Group,
  help,
  palette,
  quit,
  stop,
} from './keymap-dialogs.ts';
import type {
  BulkAct,
  CapAct,
  ConfirmAct,
  DetachAct,
  DetailAct,
  DrainAct,
  EntryAct,
  HelpAct,
  PromptAct,
  QuitAct,
  StopAct,
} from './keymap-dialogs.ts';
import { main, type MainAct } from './keymap-main.ts';
import { replay, type ReplayAct } from './keymap-replay.ts';

export type { Binding } from './keymap-dialogs.ts';
export type { MainAct } from './keymap-main.ts';
export type { ReplayAct } from './keymap-replay.ts';

/** What a key asks for, by what is open. */
export type Acts = {
  main: MainAct;
  cap: CapAct;
  quit: QuitAct;
  detach: DetachAct;
  stop: StopAct;
  drain: DrainAct;
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
  detach,
  stop,
  drain,
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
  detach: indexed(detach),
  stop: indexed(stop),
  drain: indexed(drain),
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

const replayIndex = indexed(replay);

/** What `key` asks for while a log is replayed; null for a key that has its usual meaning. */
export const lookUpReplay = (key: string): ReplayAct | null => replayIndex.get(key)?.act ?? null;

/** Keys for one purpose, as the help and the README have them. */
export type KeyGroup = {
  readonly group: Group;
  readonly bindings: readonly { readonly label: string; readonly help: string }[];
};

const grouped = (groups: readonly Group[], all: readonly Binding<unknown>[]): KeyGroup[] =>
  groups.map((group) => ({
    group,
    bindings: all.flatMap(({ group: own, label, help: text }) =>
      own === group && text !== undefined ? [{ label, help: text }] : [],
    ),
  }));

const groups: readonly Group[] = ['Evict', 'Look', 'Move', 'Caps', 'The program'];

/** The keys of the lists: by what they are for. */
export const keyGroups: readonly KeyGroup[] = grouped(groups, main);

/** The keys that there are besides while a log is replayed. */
export const replayKeys: KeyGroup = {
  group: 'Replay',
  bindings: grouped(['Replay'], replay)[0]?.bindings ?? [],
};

/** Whether a key of the lists is one in a replay, too: it changes nothing, and means nothing else. */
export const isOfReplay = ({ keys, changes: isChange }: Binding<unknown>): boolean =>
  isChange !== true && !keys.some((key) => replayIndex.has(key));

/** What is left of the keys of the lists while a log is replayed. */
export const quietKeyGroups: readonly KeyGroup[] = grouped(groups, main.filter(isOfReplay)).filter(
  ({ bindings }) => bindings.length > 0,
);

/** The table of `replayKeys`, with what each of them asks for. */
export { replay as replayBindings } from './keymap-replay.ts';
