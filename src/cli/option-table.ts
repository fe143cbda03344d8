/**
 * Every option once: the help text is made from this table, the command line accepts what
 * stands here and nothing else, and the table in the README is held against it.
 */

/** How an option is written and what it means. */
export type OptionRow = {
  /** As on the command line, without its dashes; `WSBOUNCER_` and capitals in the environment. */
  readonly name: string;
  /** What stands for the value; null for a switch. */
  readonly placeholder: string | null;
  /** The default as text; null where the meaning says it, or there is none. */
  readonly byDefault: string | null;
  readonly meaning: string;
  /** May be given more than once; comma-separated in the environment. */
  readonly repeatable?: true;
  /** Belongs to one command only. */
  readonly only?: 'proxy' | 'demo';
  /** Only for the console: without one it is read and has no effect. */
  readonly screen?: true;
};

/** The options in the order of the help text. */
export const OPTION_TABLE: readonly OptionRow[] = [
  {
    name: 'listen',
    placeholder: '<host:port>',
    byDefault: '127.0.0.1:8080',
    meaning:
      'where viewers connect; port 0 takes a free one; unix:/path.sock too; fd:3 for a socket that systemd hands over',
  },
  {
    name: 'backend',
    placeholder: '<url>',
    byDefault: null,
    meaning: 'ws://, wss:// or ws+unix:/dir/{session}.sock:/path; required, except in demo',
    only: 'proxy',
  },
  {
    name: 'backend-host',
    placeholder: '<name>',
    byDefault: "the viewer's Host",
    meaning: 'the Host that the backend gets',
  },
  {
    name: 'path',
    placeholder: '<pattern>',
    byDefault: '/ws/{session}',
    meaning: 'which upgrade paths are proxied; without {session} there is one session',
    only: 'proxy',
  },
  {
    name: 'cap',
    placeholder: '<n>',
    byDefault: '8',
    meaning: 'viewers per session, 1 to 100000',
  },
  {
    name: 'max-viewers',
    placeholder: '<n>',
    byDefault: 'from the descriptor limit',
    meaning: 'viewers in all sessions together',
  },
  {
    name: 'refuse-with',
    placeholder: '<close|http>',
    byDefault: 'close',
    meaning: 'over the cap: complete the handshake and close with 1013, or answer 503',
  },
  {
    name: 'probe-on-full',
    placeholder: '<duration>',
    byDefault: '2s',
    meaning: 'over the cap: time for late viewers to show life before one is refused; 0 for none',
  },
  {
    name: 'refuse-hold',
    placeholder: '<duration>',
    byDefault: '5s',
    meaning: 'the longest wait for a refusal of one who keeps coming back; 0 for none',
  },
  {
    name: 'ping-interval',
    placeholder: '<duration>',
    byDefault: '15s',
    meaning: 'a Ping to each viewer',
  },
  {
    name: 'pong-timeout',
    placeholder: '<duration>',
    byDefault: '3 x the ping interval',
    meaning: 'silence after which a viewer is evicted',
  },
  {
    name: 'write-timeout',
    placeholder: '<duration>',
    byDefault: '20s',
    meaning: 'data waits for a viewer that takes none of it: evicted',
  },
  {
    name: 'backend-ping-interval',
    placeholder: '<duration>',
    byDefault: 'the ping interval',
    meaning: 'a Ping to each silent backend over TCP; 0 for none',
  },
  {
    name: 'dial-timeout',
    placeholder: '<duration>',
    byDefault: '10s',
    meaning: 'connecting to the backend, handshake included',
  },
  {
    name: 'max-dials',
    placeholder: '<n>',
    byDefault: '256',
    meaning: 'backends dialled at once; further viewers wait their turn in the dial timeout',
  },
  {
    name: 'handshake-timeout',
    placeholder: '<duration>',
    byDefault: '10s',
    meaning: "a viewer's request headers, from the connection on",
  },
  {
    name: 'drain-window',
    placeholder: '<duration>',
    byDefault: '0',
    meaning:
      'SIGTERM refuses newcomers and lets viewers finish for so long; 0: closes them at once',
  },
  {
    name: 'max-viewer-message',
    placeholder: '<size>',
    byDefault: '256KiB',
    meaning: 'one message from a viewer, all its fragments together',
  },
  {
    name: 'max-backend-message',
    placeholder: '<size>',
    byDefault: '4MiB',
    meaning: 'one message from a backend',
  },
  {
    name: 'allow-origin',
    placeholder: '<origin>',
    byDefault: null,
    meaning: 'an origin that may connect besides the own one; repeatable; * for all',
    repeatable: true,
  },
  {
    name: 'trust-proxy',
    placeholder: '<cidr>',
    byDefault: 'none',
    meaning: 'peers whose X-Forwarded-* are believed; repeatable',
    repeatable: true,
  },
  {
    name: 'who-header',
    placeholder: '<name>',
    byDefault: 'none',
    meaning: 'the header in which a trusted peer says who a viewer is',
  },
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

/** `cap` as `WSBOUNCER_CAP`. */
export const environmentName = (name: string): string =>
  `WSBOUNCER_${name.toUpperCase().replaceAll('-', '_')}`;

/** An option as it is typed: `--cap <n>`. */
export const spelling = (row: Pick<OptionRow, 'name' | 'placeholder'>): string =>
  row.placeholder === null ? `--${row.name}` : `--${row.name} ${row.placeholder}`;
