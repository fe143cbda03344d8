/**
 * The words and shapes that the proxy and every screen share. Types only: nothing here runs.
 * `ProxyControl` is the one interface between them, in one process or over a carrier.
 */
import type { ProxyEvent } from './events.ts';
import type { SessionId, ViewerId } from './ids.ts';

export type { SessionId, ViewerId } from './ids.ts';

/** Where the proxy listens, or where a backend is: TCP or a Unix socket. */
export type Address =
  | { readonly host: string; readonly port: number }
  | { readonly socketPath: string };

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
  readonly listen: Address;
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
  readonly pingIntervalMs: number;
  readonly pongTimeoutMs: number;
  readonly writeTimeoutMs: number;
  readonly dialTimeoutMs: number;
  readonly handshakeTimeoutMs: number;
  /** Bytes of one message from a viewer, all fragments together, as on the wire. */
  readonly maxViewerMessage: number;
  /** Bytes of one message from a backend, likewise. */
  readonly maxBackendMessage: number;
  /** Origins that may connect whatever the `Host` says; `*` is all. */
  readonly allowOrigins: readonly string[];
  /** CIDR ranges of peers whose `X-Forwarded-*` are believed. */
  readonly trustProxies: readonly string[];
};

/** What a viewer is doing, the worst last; `dialling` has a slot and no relay yet. */
export type ViewerState = 'dialling' | 'ok' | 'late' | 'expiring' | 'stuck';

/** The worst viewer of a session; where all are well, whether it is over its cap or full. */
export type SessionState = 'ok' | 'full' | 'over' | 'late' | 'expiring' | 'stuck';

/** One viewer at the moment of a snapshot. */
export type ViewerRow = {
  readonly id: ViewerId;
  readonly session: SessionId;
  readonly remote: string;
  readonly state: ViewerState;
  /** The last round trip; null before the first Pong. */
  readonly rttMs: number | null;
  /** Smoothed round trip (RFC 6298 weights); null before the first Pong. */
  readonly smoothedRttMs: number | null;
  /** The newest round trips, oldest first, at most 8. */
  readonly recentRttsMs: readonly number[];
  /** Time left to the pong deadline, 0 or more; null while dialling. */
  readonly deadlineMs: number | null;
  /** The deadline stands still: the proxy or the path keeps the viewer from being heard. */
  readonly deadlineHeld: boolean;
  /** Bytes that wait for the viewer, the kernel's share included where it is known. */
  readonly queuedBytes: number;
  /** How long data has waited without any being taken; 0 where it flows. */
  readonly stuckMs: number;
  readonly ageMs: number;
  readonly bytesToViewer: number;
  readonly bytesToBackend: number;
};

/** One session at the moment of a snapshot. */
export type SessionRow = {
  readonly id: SessionId;
  readonly state: SessionState;
  /** Slots taken: viewers dialling and open. */
  readonly viewers: number;
  readonly dialling: number;
  readonly cap: number;
  /** The cap was set for this session alone. */
  readonly capIsOwn: boolean;
  /** 95th percentile of the viewers' last round trips; null without any. */
  readonly p95RttMs: number | null;
  readonly queuedBytes: number;
  /** Refusals of the last 5 minutes. */
  readonly refused: number;
  readonly ageMs: number;
};

/** Counts over everything, whatever is on the screen. */
export type Totals = {
  readonly sessions: number;
  /** Slots taken in all sessions. */
  readonly viewers: number;
  readonly late: number;
  readonly expiring: number;
  readonly stuck: number;
  /** Sessions with as many viewers as their cap. */
  readonly full: number;
  /** Sessions with more viewers than their cap, after it was lowered. */
  readonly over: number;
  /** In the last 5 minutes. */
  readonly refused: number;
  /** In the last 5 minutes. */
  readonly evicted: number;
};

/**
 * A part of a longer, sorted list. With `anchor` in the list: that row with `before` rows
 * ahead of it and `after` behind. Otherwise the `before + after + 1` rows at `edge`.
 */
export type Window<Id> = {
  readonly anchor: Id | null;
  readonly edge: 'first' | 'last';
  readonly before: number;
  readonly after: number;
};

/** What a watcher looks at; it gets that and no more. */
export type View = {
  readonly sessions: Window<SessionId>;
  /** Whose viewers are listed; null lists those of the first session in `sessions`. */
  readonly session: SessionId | null;
  readonly viewers: Window<ViewerId>;
  /** How many of the worst viewers of all sessions. */
  readonly worst: number;
  /** The `rows` events up to and including `upTo`; null follows the newest. */
  readonly events: { readonly rows: number; readonly upTo: number | null };
};

/** Rows `from` to `from + rows.length` of a list of `total`. */
export type Slice<Row> = {
  readonly from: number;
  readonly total: number;
  readonly rows: readonly Row[];
};

/** An event with its number in the feed; numbers count up by one. */
export type FeedEntry = { readonly seq: number; readonly event: ProxyEvent };

/** An immutable picture of what a watcher looks at. */
export type Snapshot = {
  /** Counts up by one from watcher to watcher; tells two pictures apart. */
  readonly seq: number;
  /** Wall-clock time of the picture, milliseconds since 1970. */
  readonly at: number;
  /** Wall-clock time of the start. */
  readonly startedAt: number;
  /** Where viewers connect: `127.0.0.1:8080`, `[::1]:8080` or `unix:/path.sock`. */
  readonly address: string;
  /** The default cap. */
  readonly cap: number;
  readonly maxViewers: number;
  readonly pingIntervalMs: number;
  readonly pongTimeoutMs: number;
  readonly writeTimeoutMs: number;
  /** 99th percentile of the relay thread's event-loop delay since the last picture. */
  readonly loopP99Ms: number | null;
  readonly totals: Totals;
  /** Worst first: stuck, expiring, late, over, full, ok; ties by id. */
  readonly sessions: Slice<SessionRow>;
  /** The session whose viewers are listed; null without sessions. */
  readonly session: SessionId | null;
  /** Worst first; ties by age, oldest first. */
  readonly viewers: Slice<ViewerRow>;
  /** The worst viewers of all sessions that are late, expiring or stuck, worst first. */
  readonly worst: readonly ViewerRow[];
  /** Oldest first. */
  readonly events: readonly FeedEntry[];
  /** Number of the newest event; 0 before the first. */
  readonly newestEvent: number;
};

/** Something an operator wants done. `actor` says who, in events: `console`. */
export type Command =
  | { readonly do: 'evict'; readonly viewer: ViewerId; readonly actor: string }
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
  /** Close every viewer with 1001 and end; `now` does not wait for the close handshakes. */
  | { readonly do: 'stop'; readonly now: boolean };

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
  | { readonly ok: true; readonly preview?: CapPreview }
  | { readonly ok: false; readonly reason: string };

/** A running watch. */
export type Watch = {
  /** Looks elsewhere from the next picture on, which comes at once. */
  readonly look: (view: View) => void;
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
  /** Settles, with the reason in words, when the proxy has stopped or its link is lost. */
  readonly closed: Promise<string>;
};
