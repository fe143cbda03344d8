/** The options of how it runs: with or without a terminal, on record, controlled by others. */
import type { OptionRow } from './option-row.ts';

/** In the order of the help text. */
export const runRows: readonly OptionRow[] = [
  {
    name: 'headless',
    placeholder: null,
    byDefault: null,
    meaning: 'no console: events as JSON lines on stdout',
  },
  {
    name: 'background',
    placeholder: null,
    byDefault: null,
    meaning: 'runs on when the terminal has gone; attaches the console where there is one',
  },
  {
    name: 'no-attach',
    placeholder: null,
    byDefault: null,
    meaning: 'with --background: says where it runs, and ends',
  },
  {
    name: 'keep-on-hangup',
    placeholder: null,
    byDefault: null,
    meaning: 'goes on without a console when the terminal goes away; else that ends it',
  },
  {
    name: 'event-log',
    placeholder: '<file>',
    byDefault: null,
    meaning: 'appends every event to it as a JSON line; SIGUSR2 opens it anew',
    values: 'files',
  },
  {
    name: 'event-log-size',
    placeholder: '<size>',
    byDefault: '10MiB',
    meaning: 'begins a new file at this size and keeps the old one as <file>.1; 0 for never',
  },
  {
    name: 'event-log-files',
    placeholder: '<n>',
    byDefault: '5',
    meaning: 'how many files it is at most, 1 to 1000',
  },
  {
    name: 'control',
    placeholder: '<path>',
    byDefault: 'by user and port, in $XDG_RUNTIME_DIR/wsbouncer or /tmp/wsbouncer-<uid>',
    meaning: 'the Unix socket on which programs control the proxy; none for none',
    values: 'files',
  },
  {
    name: 'control-listen',
    placeholder: '<host:port>',
    byDefault: 'none',
    meaning: 'the same over TCP, for those who have a token',
  },
  {
    name: 'control-token-file',
    placeholder: '<file>',
    byDefault: 'the environment',
    meaning: 'tokens for it, one a line, or name:token; else WSBOUNCER_CONTROL_TOKEN is the one',
    values: 'files',
  },
  {
    name: 'control-public',
    placeholder: null,
    byDefault: null,
    meaning: 'lets --control-listen be an address that others than this machine can reach',
  },
  {
    name: 'max-streams-per-address',
    placeholder: '<n>',
    byDefault: '4',
    meaning: 'event streams at once to one address, over TCP',
  },
  {
    name: 'for',
    placeholder: '<duration>',
    byDefault: null,
    meaning: 'demo only: ends by itself after this time',
    only: 'demo',
  },
];
