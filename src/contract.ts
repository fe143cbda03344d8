/**
 * The words and shapes that the proxy and every screen share. Types only: nothing here runs.
 * `ProxyControl` is the one interface between them, in one process or over a carrier.
 */
import type { ProxyEvent } from './events.ts';
import type { SessionId, ViewerId } from './ids.ts';
import type { Snapshot, ViewerRow } from './picture.ts';
import type { Filter, Sort, View, ViewerSort } from './view.ts';

export type { SessionId, ViewerId } from './ids.ts';
export type * from './picture.ts';
export type * from './view.ts';

/** Where somebody listens: TCP or a Unix socket. */
export type Address =
  | { readonly host: string; readonly port: number }
  | { readonly socketPath: string };

/** Where the proxy listens: an address of its own, or a socket that whoever started it has open. */
export type ListenAddress = Address | { readonly fd: number };

/** A backend URL in which `{session}` may stand in `target` or in a socket path. */
export type BackendTemplate = {
  /** TCP or Unix socket; `socketPath` may contain `{session}`. */
  readonly address: Address;
  readonly tls: boolean;
  /** Path and query, from the first `/` on; may contain `{session}`. */
  readonly target: string;
};

/** How a proxy runs; defaults and ranges are those of the command line (`options.ts`). */
export type ProxyOptions = {
  readonly listen: ListenAddress;
  readonly backend: BackendTemplate;
  /** The `Host` that the backend gets; null: the viewer's own. */
  readonly backendHost: string | null;
  /** Path of the upgrades, with or without `{session}`. */
  readonly path: string;
  /** Viewers per session. */
  readonly cap: number;
  /** Viewers in all sessions together. */
  readonly maxViewers: number;
  readonly refuseWith: 'close' | 'http';
  /**
   * How long a newcomer at a full session waits while viewers that are late are asked once more
   * whether they live; 0: it is refused at once.
   */
  readonly probeOnFullMs: number;
  /** The longest that a newcomer who comes back too soon waits for its next refusal; 0: never. */
  readonly refuseHoldMs: number;
  readonly pingIntervalMs: number;
  readonly pongTimeoutMs: number;
  readonly writeTimeoutMs: number;
  /** A Ping to a backend over TCP that is silent; 0: none, and its silence is no fault. */
  readonly backendPingIntervalMs: number;
  readonly dialTimeoutMs: number;
  /** Dials at once; further viewers wait for their turn, with their slot, in the dial timeout. */
  readonly maxDials: number;
  readonly handshakeTimeoutMs: number;
  /** Bytes of one message from a viewer, all fragments together, as on the wire. */
  readonly maxViewerMessage: number;
  /** Bytes of one message from a backend, likewise. */
  readonly maxBackendMessage: number;
  /** Origins that may connect whatever the `Host` says; `*` is all. */
  readonly allowOrigins: readonly string[];
  /** CIDR ranges of peers whose `X-Forwarded-*` are believed. */
  readonly trustProxies: readonly string[];
  /** Lower-case name of the header that says who a viewer is, believed from those peers only. */
  readonly whoHeader: string | null;
  /** What is served at `/`, as HTML; null: nothing. */
  readonly page: string | null;
};

/** Where programs and other consoles reach a running proxy. */
export type ControlOptions = {
  /** Of the Unix socket; the word `default`: by user and port; null: there is none. */
  readonly socketPath: string | null;
  /** Over TCP, for those who have a token; null: not at all. */
  readonly listen: { readonly host: string; readonly port: number } | null;
  /** Others than this machine may reach it. */
  readonly isPublic: boolean;
  /** The file that has the tokens; null: `token` is the only one. */
  readonly tokenFile: string | null;
  /** What the environment says; null: nothing, or it does not count. */
  readonly token: string | null;
  /** Event streams at once from one address, over TCP. */
  readonly maxStreamsPerAddress: number;
};

/** Where events are kept, and how much of them. */
export type EventLogOptions = {
  /** As it was typed. */
  readonly path: string;
  /** Bytes after which a new file is begun; 0: never. */
  readonly size: number;
  /** How many files there are at most, the one that is written included. */
  readonly files: number;
};

/** Where the control of a running proxy can be had. */
export type ControlDoors = {
  /** Path of the Unix socket; null: there is none. */
  readonly socketPath: string | null;
  /** `127.0.0.1:9000`, with the real port; null: not over TCP. */
  readonly tcp: string | null;
};

/** One of the 16 colours that every terminal has, by name. */
export type Accent = 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan' | 'white';

/** How the console looks and what it lets the operator do. */
export type ScreenOptions = {
  /** Nothing that changes or stops the proxy. */
  readonly readOnly: boolean;
  /** 7-bit signs, whatever the locale says. */
  readonly ascii: boolean;
  readonly color: boolean;
  /** A title for this instance. */
  readonly name: string | null;
  /** Colour of the title. */
  readonly accent: Accent | null;
  /** `undo`: an eviction waits 3 s; `always`: a question comes first. */
  readonly confirm: 'undo' | 'always';
};

/** Something an operator wants done. `actor` says who, in events: `console`. */
export type Command =
  | {
      readonly do: 'evict';
      readonly viewer: ViewerId;
      readonly actor: string;
      /** Why, in at most 80 characters: for the viewer's Close and for the events. */
      readonly reason?: string;
    }
  /** For `forMs`, an hour at most, no deadline evicts the viewer; 0 ends that. */
  | {
      readonly do: 'keep';
      readonly viewer: ViewerId;
      readonly forMs: number;
      readonly actor: string;
    }
  /** Viewers, by age unless `sort` says otherwise, oldest first; changes nothing. */
  | {
      readonly do: 'list';
      /** Null: of all sessions. */
      readonly session: SessionId | null;
      readonly filter: Filter;
      /** Only those that came after this one; null starts with the oldest. */
      readonly after: ViewerId | null;
      /** At most so many, 1 to 1,000. */
      readonly most: number;
      /** Another order than by age; `after` is then who stands before the first. */
      readonly sort?: Sort<ViewerSort>;
      /** With `sort`: how many to leave out where `after` has gone, or is null. */
      readonly skip?: number;
    }
  | {
      readonly do: 'set-cap';
      readonly cap: number;
      /** Only for this session; absent: the default for all. */
      readonly session?: SessionId;
      readonly actor: string;
    }
  /** The session goes by the default again. */
  | { readonly do: 'lift-cap'; readonly session: SessionId; readonly actor: string }
  /** What `set-cap` would do; changes nothing. */
  | { readonly do: 'preview-cap'; readonly cap: number; readonly session?: SessionId }
  /** Newcomers are refused; nobody is evicted. Null: in all sessions. Twice is once. */
  | { readonly do: 'lock'; readonly session: SessionId | null; readonly actor: string }
  /** Null: no session is locked any more, whether all were or each alone. Twice is once. */
  | { readonly do: 'unlock'; readonly session: SessionId | null; readonly actor: string }
  /**
   * Refuses newcomers, lets viewers finish, closes those who are left spread evenly over the
   * window, 24 hours at most, and stops when nobody is left; answered as soon as it has begun.
   * 0 closes all at once. Another one while it runs sets a new window, from then on.
   */
  | { readonly do: 'drain'; readonly windowMs: number; readonly actor: string }
  /** Says, for others to see, whom an operator is about to evict; changes nothing. */
  | {
      readonly do: 'intend';
      readonly what: 'armed' | 'undone';
      /** Those that are not known are passed over; at most 10,000. */
      readonly viewers: readonly ViewerId[];
      /** Until it is carried out; without a meaning for what is undone. */
      readonly dueMs: number;
      readonly actor: string;
    }
  /** Close every viewer with 1001 and end; `now` does not wait for the close handshakes. */
  | {
      readonly do: 'stop';
      readonly now: boolean;
      /** Absent: whoever it was has no name. */
      readonly actor?: string;
    };

/** What a cap would mean for the sessions of this moment. Lowering evicts nobody. */
export type CapPreview = {
  readonly cap: number;
  /** The sessions that would be above it, fullest first, at most 10. */
  readonly over: readonly { readonly session: SessionId; readonly viewers: number }[];
  /** How many there are in all. */
  readonly overCount: number;
  /** Free slots of the sessions of this moment, or of the one that is asked about, now and then. */
  readonly freeNow: number;
  readonly freeThen: number;
};

/** What came of a command. `reason` is a sentence for the operator. */
export type CommandResult =
  | {
      readonly ok: true;
      readonly preview?: CapPreview;
      /** Of `list`; `more` is whether others follow. */
      readonly viewers?: readonly ViewerRow[];
      readonly more?: boolean;
    }
  | { readonly ok: false; readonly reason: string };

/** How the cursor in a log that is replayed is moved. */
export type LogMove =
  /** So many events on, or back; time stands still then. */
  | { readonly do: 'step'; readonly by: number }
  /** So much time on, or back. */
  | { readonly do: 'skip'; readonly byMs: number }
  /** To a wall-clock time, milliseconds since 1970; as far as the log goes. */
  | { readonly do: 'jump'; readonly time: number }
  /** Time runs, or stands still if it ran. */
  | { readonly do: 'play' }
  /** Time runs at the next speed: 1, 10, 60 and 600 times as fast, and then 1 again. */
  | { readonly do: 'faster' };

/** A running watch. */
export type Watch = {
  /**
   * Looks elsewhere from the next picture on, which comes at once; with `later` it comes when it
   * would have come: for what a picture asks for, and nobody waits for.
   */
  readonly look: (view: View, later?: boolean) => void;
  readonly close: () => void;
};

/** The proxy as every screen sees it. */
export type ProxyControl = {
  /**
   * Calls `onSnapshot` with a first picture soon, and then at most 4 times a second while
   * anything may have changed. Where it returns a promise, the next picture is built only
   * after that has settled, so that a slow watcher holds one picture and never a backlog.
   */
  readonly watch: (view: View, onSnapshot: (snapshot: Snapshot) => void | Promise<void>) => Watch;
  /** Calls `onEvent` for every event from now on, in order; returns what ends it. */
  readonly events: (onEvent: (event: ProxyEvent) => void) => () => void;
  /** Never rejects: a lost link is a result with `ok: false`. */
  readonly command: (command: Command) => Promise<CommandResult>;
  /**
   * Settles, with the reason in words, when the proxy has stopped or its link is lost. `drained`
   * is the word for a proxy that stopped by itself, because a drain had come to its end.
   */
  readonly closed: Promise<string>;
};
