/**
 * The commands to a proxy that runs, each once: their help, their completions and the part of the
 * README about them are made from this table, and what stands here is what is accepted.
 */
import {
  clientOptions,
  type CommandOption,
  flag,
  output,
  screenOptions,
  session,
} from './command-options.ts';

/** The name of a command. */
export type CommandName =
  | 'attach'
  | 'ls'
  | 'show'
  | 'evict'
  | 'cap'
  | 'lock'
  | 'unlock'
  | 'drain'
  | 'events'
  | 'replay'
  | 'completion';

/** A command as it is typed and explained. */
export type CommandRow = {
  readonly name: CommandName;
  /** What follows the name; empty where nothing may. */
  readonly args: string;
  /** How many words may follow. */
  readonly words: { readonly least: number; readonly most: number };
  /** One line. */
  readonly summary: string;
  /** Lines of at most 80 columns; may be empty. */
  readonly more: readonly string[];
  readonly options: readonly CommandOption[];
  /** What its words are, for completions; null: nothing that could be known. */
  readonly completes: NonNullable<CommandOption['values']> | null;
};

const none = { least: 0, most: 0 } as const;
const one = { least: 0, most: 1 } as const;

/** All of them, in the order of the help. */
export const COMMANDS: readonly CommandRow[] = [
  {
    name: 'attach',
    args: '[<socket>]',
    words: one,
    summary: 'the console on a wsbouncer that already runs',
    more: [
      'Screen, keys and flows are those of the console that runs with a proxy. Several',
      'may be attached at once, and see what the others do and are about to do. Quitting',
      'asks: Enter leaves the proxy running, s stops it, after one more question, as :stop',
      'and :drain do. When the link drops, the last picture stays, nothing can be changed,',
      'and it comes back by itself.',
    ],
    options: [...clientOptions, ...screenOptions],
    completes: 'files',
  },
  {
    name: 'ls',
    args: '',
    words: none,
    summary: 'lists viewers, or sessions',
    more: [
      'A filter is written as in the console: state:stuck, who:ann, rtt>200, age<1m,',
      'buf>1M, a part of any name; ! turns a word round. Orders of viewers: age, worst,',
      'id, who, rtt, deadline, buffer, rate; of sessions: worst, name, viewers, rtt,',
      'buffer, refused, rate, age; with - before it, turned round (--sort=-rtt).',
    ],
    options: [
      flag('sessions', 'the sessions in place of the viewers'),
      session('only the viewers of this session'),
      {
        name: 'filter',
        placeholder: '<text>',
        byDefault: null,
        meaning: 'only those that meet it',
      },
      {
        name: 'sort',
        placeholder: '<order>',
        byDefault: 'age; of sessions: worst',
        meaning: 'what comes first',
        values: [
          'age',
          'worst',
          'id',
          'name',
          'who',
          'viewers',
          'rtt',
          'deadline',
          'buffer',
          'rate',
          'refused',
        ],
      },
      { name: 'limit', placeholder: '<n>', byDefault: 'all', meaning: 'at most so many' },
      flag('quiet', 'only the ids, one on each line', 'q'),
      output,
      ...clientOptions,
    ],
    completes: null,
  },
  {
    name: 'show',
    args: '<viewer|session>',
    words: { least: 1, most: 1 },
    summary: 'all about one viewer, also for a while after it left, or one session',
    more: [],
    options: [
      flag('as-session', 'the id is that of a session, though it looks like a viewer'),
      output,
      ...clientOptions,
    ],
    completes: 'viewers and sessions',
  },
  {
    name: 'evict',
    args: '<viewer>...',
    words: { least: 1, most: Number.POSITIVE_INFINITY },
    summary: 'closes viewers, with 1008',
    more: ['With - in place of viewers, their ids are read from stdin. What came of each is told.'],
    options: [
      {
        name: 'reason',
        placeholder: '<text>',
        byDefault: 'evicted by operator',
        meaning: 'why, for the viewers and the events; at most 80 characters',
      },
      {
        name: 'every',
        placeholder: '<duration>',
        byDefault: '100ms',
        meaning: 'from one to the next, so that not all reconnect at once; 0 for no pause',
      },
      output,
      ...clientOptions,
    ],
    completes: 'viewers',
  },
  {
    name: 'cap',
    args: '[<n>]',
    words: one,
    summary: 'shows the cap, or sets it; lowering it evicts nobody',
    more: [],
    options: [
      session('the cap of this session alone'),
      flag('reset', 'with --session: lifts its own cap, and the default holds again'),
      output,
      ...clientOptions,
    ],
    completes: null,
  },
  {
    name: 'lock',
    args: '[<session>]',
    words: one,
    summary: 'refuses newcomers, in one session or in all; evicts nobody',
    more: ['What is locked already stays so, and that is no error.'],
    options: [output, ...clientOptions],
    completes: 'sessions',
  },
  {
    name: 'unlock',
    args: '[<session>]',
    words: one,
    summary: 'lets newcomers in again; alone: nothing is locked any more',
    more: ['What is not locked stays so, and that is no error.'],
    options: [output, ...clientOptions],
    completes: 'sessions',
  },
  {
    name: 'drain',
    args: '',
    words: none,
    summary: 'refuses newcomers, lets viewers finish, and ends the proxy',
    more: [],
    options: [
      {
        name: 'window',
        placeholder: '<duration>',
        byDefault: '30s',
        meaning: 'how long viewers may finish, at most 24h; 0 closes all at once',
      },
      flag('wait', 'comes back only when the proxy has ended'),
      output,
      ...clientOptions,
    ],
    completes: null,
  },
  {
    name: 'events',
    args: '',
    words: none,
    summary: 'what has happened: the newest events that the proxy still has',
    more: ['Each has an id; --since <id> goes on behind it, after a break too.'],
    options: [
      flag('follow', 'goes on with what happens, from now on unless --since says otherwise', 'f'),
      {
        name: 'since',
        placeholder: '<id>',
        byDefault: null,
        meaning: 'only what came after this event; 0 for all that are kept',
      },
      output,
      ...clientOptions,
    ],
    completes: null,
  },
  {
    name: 'replay',
    args: '<file>',
    words: { least: 1, most: 1 },
    summary: 'the console on an event log, with a cursor in time',
    more: [
      'Reads what --event-log wrote, or a headless run to stdout; - is stdin. Files',
      'that were rotated away (<file>.1 and so on) are read before it. Of a long log',
      'the newest 500,000 events are shown. The keys . and , go an event on and back,',
      '> and < a minute; space lets time run, * faster, and :at 12:05 goes there.',
    ],
    options: screenOptions.filter(({ name }) => name !== 'read-only' && name !== 'confirm'),
    completes: 'files',
  },
  {
    name: 'completion',
    args: '<bash|zsh|fish>',
    words: { least: 1, most: 1 },
    summary: 'prints a script that completes commands, options, viewers and sessions',
    more: [
      'bash: source <(wsbouncer completion bash), in ~/.bashrc',
      'zsh:  source <(wsbouncer completion zsh), in ~/.zshrc, after compinit',
      'fish: wsbouncer completion fish > ~/.config/fish/completions/wsbouncer.fish',
    ],
    options: [],
    completes: ['bash', 'zsh', 'fish'],
  },
];

/** What the exit codes of these commands mean. */
export const EXIT_CODES: readonly (readonly [number, string])[] = [
  [0, 'done'],
  [1, 'the machine or the proxy said no, or the connection broke'],
  [2, 'wrong usage, or several run and none was named'],
  [3, 'what was asked for is not there, or has already gone'],
  [4, 'of several only some were done'],
  [5, 'no wsbouncer runs there'],
];

/** What they mean of a replay, which asks no proxy. */
export const REPLAY_EXIT_CODES: readonly (readonly [number, string])[] = [
  [0, 'left by the operator'],
  [1, 'the file cannot be read, or has no event'],
  [2, 'wrong usage, or no terminal'],
];
