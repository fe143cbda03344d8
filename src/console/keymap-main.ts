/** The keys of the lists; part of the one table in `keymap.ts`. */
import { type Binding, interrupt } from './keymap-dialogs.ts';

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
  | 'tag'
  | 'evict'
  | 'open'
  | 'undo'
  | 'bulk'
  | 'keep'
  | 'mark'
  | 'mark-all'
  | 'clear-marks'
  | 'next-problem'
  | 'previous-problem'
  | 'cap-up'
  | 'cap-down'
  | 'cap'
  | 'filter'
  | 'sort'
  | 'reverse'
  | 'kinds'
  | 'pause'
  | 'copy'
  | 'export'
  | 'log'
  | 'palette'
  | 'redraw'
  | 'help'
  | 'back'
  | 'quit'
  | 'interrupt';

/** All of them; those with a hint in the order of the last line of the screen. */
export const main: readonly Binding<MainAct>[] = [
  {
    act: 'tag',
    keys: ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
    label: '1-9',
    help: 'evict the viewer with this digit in 3 s; once more: it stays',
    hint: 'evict tagged',
    group: 'Evict',
    changes: true,
  },
  {
    act: 'evict',
    keys: ['e'],
    label: 'e',
    help: 'evict this viewer, or all marked ones, in 3 s; on a session: go to its viewers',
    hint: 'evict',
    group: 'Evict',
    changes: true,
  },
  {
    act: 'undo',
    keys: ['u', 'ctrl-z'],
    label: 'u',
    help: 'undo the newest eviction, else the last cap change (60 s); ctrl-z too, also in dialogs',
    hint: 'undo',
    group: 'Evict',
    changes: true,
  },
  {
    act: 'open',
    keys: ['enter'],
    label: 'enter',
    help: 'on a viewer that is being evicted: now; else all about it; in the events: its viewer',
    group: 'Evict',
  },
  {
    act: 'cap',
    keys: ['c'],
    label: 'c',
    help: 'set the cap, with a preview',
    hint: 'cap',
    group: 'Caps',
    changes: true,
  },
  {
    act: 'cap-up',
    keys: ['+'],
    label: '+ -',
    help: 'one slot more or less in every session; evicts nobody',
    group: 'Caps',
    changes: true,
  },
  { act: 'cap-down', keys: ['-'], label: '-', changes: true },
  {
    act: 'filter',
    keys: ['/'],
    label: '/',
    help: 'filter: ada, !10.8., state:late, who:mira, rtt>100, buf>1M, left<10s',
    hint: 'filter',
    group: 'Look',
  },
  {
    act: 'sort',
    keys: ['s'],
    label: 's',
    help: 'sort this list by the next column',
    hint: 'sort',
    group: 'Look',
  },
  { act: 'reverse', keys: ['S'], label: 'S', help: 'sort the other way round', group: 'Look' },
  {
    act: 'next-problem',
    keys: ['n'],
    label: 'n',
    help: 'next viewer that needs you, in any session',
    hint: 'next bad',
    group: 'Move',
  },
  {
    act: 'previous-problem',
    keys: ['N'],
    label: 'N',
    help: 'the viewer before that needs you',
    group: 'Move',
  },
  {
    act: 'bulk',
    keys: ['E'],
    label: 'E',
    help: 'evict all marked viewers, or else the stuck ones of this session, after a question',
    group: 'Evict',
    changes: true,
  },
  {
    act: 'keep',
    keys: ['K'],
    label: 'K',
    help: 'keep this viewer: no deadline evicts it for 5 min; once more: they hold again',
    group: 'Evict',
    changes: true,
  },
  {
    act: 'mark',
    keys: ['space'],
    label: 'space',
    help: 'mark this viewer, and on to the next',
    group: 'Evict',
  },
  {
    act: 'mark-all',
    keys: ['*'],
    label: '* \\',
    help: 'mark all listed viewers of this session; clear all marks',
    group: 'Evict',
  },
  { act: 'clear-marks', keys: ['\\'], label: '\\' },
  {
    act: 'pause',
    keys: ['p'],
    label: 'p',
    help: 'hold the picture still; the proxy and the keys go on',
    hint: 'pause',
    group: 'Look',
  },
  {
    act: 'kinds',
    keys: ['f'],
    label: 'f',
    help: 'events: all, or refusals, evictions, visits, states, backends, operator',
    group: 'Look',
  },
  {
    act: 'next-pane',
    keys: ['tab'],
    label: 'tab',
    help: 'next of sessions, viewers, events; shift-tab goes back',
    hint: 'pane',
    group: 'Move',
  },
  { act: 'previous-pane', keys: ['backtab'], label: 'shift-tab' },
  {
    act: 'down',
    keys: ['j', 'down'],
    label: 'j k',
    help: 'next row, row before; arrows too',
    group: 'Move',
  },
  { act: 'up', keys: ['k', 'up'], label: 'k' },
  {
    act: 'page-down',
    keys: ['pagedown'],
    label: 'PgDn PgUp',
    help: 'a page on, a page back',
    group: 'Move',
  },
  { act: 'page-up', keys: ['pageup'], label: 'PgUp' },
  {
    act: 'first',
    keys: ['g', 'home'],
    label: 'g G',
    help: 'first row, last row; in the events G follows the newest',
    group: 'Move',
  },
  { act: 'last', keys: ['G', 'end'], label: 'G' },
  {
    act: 'copy',
    keys: ['y'],
    label: 'y',
    help: 'copy id and address of this viewer, or the name of this session',
    group: 'Look',
  },
  {
    act: 'export',
    keys: ['w'],
    label: 'w',
    help: 'write a picture of everything to a JSON file',
    group: 'Look',
  },
  {
    act: 'palette',
    keys: [':'],
    label: ':',
    help: 'type a command: cap 6, evict v42, export',
    group: 'The program',
  },
  {
    act: 'log',
    keys: ['l'],
    label: 'l',
    help: 'lines instead of the screen; enter comes back',
    group: 'The program',
  },
  {
    act: 'redraw',
    keys: ['ctrl-l'],
    label: 'ctrl-l',
    help: 'draw the screen anew',
    group: 'The program',
  },
  {
    act: 'back',
    keys: ['esc'],
    label: 'esc',
    help: 'close what is open, clear the filter, clear the marks, back to the sessions',
    group: 'Move',
  },
  { act: 'help', keys: ['?'], label: '?', help: 'this help', hint: 'help', group: 'The program' },
  {
    act: 'quit',
    keys: ['q'],
    label: 'q',
    help: 'quit, after a question',
    hint: 'quit',
    group: 'The program',
    changes: true,
  },
  interrupt,
];
