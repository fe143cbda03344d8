/**
 * The keys that move the cursor in a log that is replayed; part of the one table in `keymap.ts`.
 * They hold in the lists and on the pages, and there before the keys of the lists: marks are for
 * evicting, and a pause is what standing still is here.
 */
import type { Binding } from './keymap-dialogs.ts';

/** What a key asks for while a log is replayed. */
export type ReplayAct =
  | 'event-on'
  | 'event-back'
  | 'minute-on'
  | 'minute-back'
  | 'play'
  | 'faster'
  | 'log-start'
  | 'log-end'
  | 'leave';

/** All of them; those with a hint in the order of the last line of the screen. */
export const replay: readonly Binding<ReplayAct>[] = [
  {
    act: 'event-on',
    keys: ['.'],
    label: '. ,',
    help: 'one event on, one event back',
    hint: 'event',
    group: 'Replay',
  },
  { act: 'event-back', keys: [','], label: ',' },
  {
    act: 'minute-on',
    keys: ['>'],
    label: '> <',
    help: 'a minute on, a minute back',
    hint: 'minute',
    group: 'Replay',
  },
  { act: 'minute-back', keys: ['<'], label: '<' },
  {
    act: 'play',
    keys: ['space', 'p'],
    label: 'space',
    help: 'in a replay: time runs, or stands still; p too',
    hint: 'play',
    group: 'Replay',
  },
  {
    act: 'faster',
    keys: ['*'],
    label: '*',
    help: 'in a replay: time runs 10, 60, 600 times as fast, and then as fast as it was',
    hint: 'faster',
    group: 'Replay',
  },
  {
    act: 'log-start',
    keys: ['['],
    label: '[ ]',
    help: 'to the first event of the log, to the last',
    hint: 'ends',
    group: 'Replay',
  },
  { act: 'log-end', keys: [']'], label: ']' },
  {
    act: 'leave',
    keys: ['ctrl-c'],
    label: 'q ctrl-c',
    help: 'leave the replay; q on a page goes back to the lists',
    group: 'Replay',
  },
];
