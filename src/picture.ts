/** What a watcher gets to see: rows of viewers and sessions, counts, the feed, one close look. */
import type { EvictionCause, LeaveCause, ProxyEvent } from './events.ts';
import type { SessionId, ViewerId } from './ids.ts';

/** What a viewer is doing, the worst last; `dialling` has a slot and no relay yet. */
export type ViewerState = 'dialling' | 'ok' | 'late' | 'expiring' | 'stuck';

/**
 * The worst viewer of a session; where all are well, whether it is over its cap or full. `empty`
 * has no viewer, and is there for its own cap or lock.
 */
export type SessionState = 'ok' | 'full' | 'over' | 'late' | 'expiring' | 'stuck' | 'empty';

/** One viewer at the moment of a snapshot. */
export type ViewerRow = {
  readonly id: ViewerId;
  readonly session: SessionId;
  readonly remote: string;
  /** What `whoHeader` said, without control characters, at most 64 characters; null: nothing. */
  readonly who: string | null;
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
  /** Time until which no deadline evicts the viewer; null: they hold. */
  readonly keptMs: number | null;
  /** Bytes that wait for the viewer, the kernel's share included where it is known. */
  readonly queuedBytes: number;
  /** How long data has waited without any being taken; 0 where it flows. */
  readonly stuckMs: number;
  readonly ageMs: number;
  readonly bytesToViewer: number;
  readonly bytesToBackend: number;
  /** To the viewer, over the last seconds. */
  readonly bytesPerSecond: number;
  /** Viewers of the same session and origin (who, or else the host) evicted before it came. */
  readonly rejoined: number;
};

/** A viewer that is gone, kept for 10 minutes. */
export type Tombstone = {
  readonly id: ViewerId;
  readonly session: SessionId;
  readonly remote: string;
  readonly who: string | null;
  /** Wall-clock time of the end, milliseconds since 1970. */
  readonly at: number;
  readonly cause: Exclude<LeaveCause, 'evicted'> | EvictionCause;
  /** Who evicted it; null where nobody did. */
  readonly actor: string | null;
  /** As put on the wire; null where the connection was cut without a Close. */
  readonly code: number | null;
  readonly reason: string | null;
  readonly durationMs: number;
  readonly bytesToViewer: number;
  readonly bytesToBackend: number;
};

/** All that is known of one viewer: more than its row, for the one that is looked at. */
export type ViewerDetail =
  | {
      readonly gone: false;
      readonly row: ViewerRow;
      /** Wall-clock time of its arrival, milliseconds since 1970. */
      readonly arrivedAt: number;
      /** Round trips of the last 5 minutes, at most 60, oldest first. */
      readonly rttsMs: readonly number[];
      /** The most bytes that waited in each step of the last 5 minutes, at most 60, oldest first. */
      readonly queues: readonly number[];
      /** Milliseconds of one step of `queues`. */
      readonly queueStepMs: number;
      readonly pingsSent: number;
      /** Pings that another life sign or a later Pong has overtaken: never answered. */
      readonly pingsLost: number;
      readonly messagesToViewer: number;
      readonly messagesToBackend: number;
    }
  | { readonly gone: true; readonly tombstone: Tombstone };

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
  /** Newcomers are refused, here or in all sessions. */
  readonly locked: boolean;
  /** 95th percentile of the viewers' last round trips; null without any. */
  readonly p95RttMs: number | null;
  readonly queuedBytes: number;
  /** To all its viewers, over the last seconds. */
  readonly bytesPerSecond: number;
  /** Refusals of the last 5 minutes. */
  readonly refused: number;
  /** Of its oldest viewer; 0 without any. */
  readonly ageMs: number;
};

/** Counts over everything, whatever is on the screen. */
export type Totals = {
  /** With viewers. */
  readonly sessions: number;
  /** Those without that have a cap or a lock of their own; absent: none. */
  readonly empty?: number;
  /** Slots taken in all sessions. */
  readonly viewers: number;
  readonly late: number;
  readonly expiring: number;
  readonly stuck: number;
  /** Sessions with as many viewers as their cap. */
  readonly full: number;
  /** Sessions with more viewers than their cap, after it was lowered. */
  readonly over: number;
  /** Newcomers are refused in all sessions. */
  readonly locked: boolean;
  /** Sessions that are locked each alone, with viewers or without. */
  readonly locks: number;
  /** The proxy ends when nobody is left, or all the time; null: it does not drain. */
  readonly draining: { readonly leftMs: number; readonly viewers: number } | null;
  /** Newcomers that wait, without a slot, for one or for their refusal. */
  readonly held: number;
  /** In the last 5 minutes. */
  readonly refused: number;
  /** In the last 5 minutes. */
  readonly evicted: number;
  /** The event log has trouble: its lines wait, or its file cannot be rotated. */
  readonly logFails: boolean;
};

/** Rows `from` to `from + rows.length` of a list of `total`. */
export type Slice<Row> = {
  readonly from: number;
  readonly total: number;
  readonly rows: readonly Row[];
};

/** Who held a slot when another was refused. */
export type Holder = {
  readonly viewer: ViewerId;
  readonly who: string | null;
  readonly remote: string;
  readonly state: ViewerState;
};

/**
 * A line of the feed. Refusals of one cause and origin (who, or else the host) within 10 s of the
 * first are one line, at the place of the first; those at a cap only where the session is one.
 */
export type FeedEntry = {
  /** Counts up by one from line to line. */
  readonly seq: number;
  /** The first of them. */
  readonly event: ProxyEvent;
  readonly count: number;
  /** From the first to the newest; 0 for a single one. */
  readonly spanMs: number;
  /** For a refusal at the cap: who had the slots at the first, the oldest first, at most 16. */
  readonly holders: readonly Holder[];
};

/** An eviction that an operator has armed and that is still to come. */
export type Arming = {
  readonly viewer: ViewerId;
  readonly actor: string;
  /** Time left until it is carried out, 0 or more; the operator may undo it until then. */
  readonly leftMs: number;
};

/** Where in a log a picture of the past stands. */
export type LogPosition = {
  /** How many of its events have happened. */
  readonly index: number;
  /** How many there are. */
  readonly count: number;
  /** Wall-clock time of the first event, milliseconds since 1970. */
  readonly startsAt: number;
  /** Wall-clock time of the last event. */
  readonly endsAt: number;
  /** How many times as fast as it did time runs; 0: it stands still. */
  readonly speed: number;
};

/** An immutable picture of what a watcher looks at. */
export type Snapshot = {
  /** Counts up by one; tells two pictures apart. Those who look at the same get the same one. */
  readonly seq: number;
  /** Wall-clock time of the picture, milliseconds since 1970. */
  readonly at: number;
  /** Wall-clock time of the start. */
  readonly startedAt: number;
  /** Where viewers connect: `127.0.0.1:8080`, `[::1]:8080` or `unix:/path.sock`. */
  readonly address: string;
  /** The Unix socket of those who control it; absent: there is none. */
  readonly control?: string;
  /** The default cap. */
  readonly cap: number;
  readonly maxViewers: number;
  readonly pingIntervalMs: number;
  readonly pongTimeoutMs: number;
  readonly writeTimeoutMs: number;
  /** 99th percentile of the relay thread's event-loop delay since the last picture. */
  readonly loopP99Ms: number | null;
  readonly totals: Totals;
  /** In the order that was asked for; ties by id. */
  readonly sessions: Slice<SessionRow>;
  /** The session whose viewers are listed; null without sessions. */
  readonly session: SessionId | null;
  /** In the order that was asked for; ties by age, oldest first. */
  readonly viewers: Slice<ViewerRow>;
  /** The worst viewers of all sessions that are late, expiring or stuck, worst first. */
  readonly worst: readonly ViewerRow[];
  /** Those of the followed viewers that are there, in the order they were asked for. */
  readonly followed: readonly ViewerRow[];
  /** What is known of the viewer that was asked about; null where it is not known any more. */
  readonly detail: ViewerDetail | null;
  /** Of `session`, the newest first. */
  readonly gone: readonly Tombstone[];
  /** Oldest first. */
  readonly events: readonly FeedEntry[];
  /** Number of the newest line of the kind that was asked for; 0 before the first. */
  readonly newestEvent: number;
  /** Evictions that operators have armed; absent: none. */
  readonly armed?: {
    readonly count: number;
    /** At most 128, those of viewers that are in this picture ahead of the others. */
    readonly first: readonly Arming[];
  };
  /** Only of a log that is replayed: what it does not tell is 0, null or empty. */
  readonly replay?: LogPosition;
};

/** All of the proxy in numbers: what there is at this moment, and what was relayed so far. */
export type Measures = {
  /** The default cap. */
  readonly cap: number;
  readonly maxViewers: number;
  readonly totals: Totals;
  /** Viewers in each state; together the slots taken. */
  readonly states: Readonly<Record<ViewerState, number>>;
  /** Bytes that wait for viewers, the kernel's share included where it is known. */
  readonly queuedBytes: number;
  /** Since the start, for viewers that are gone too; none of it ever gets less. */
  readonly relayed: {
    readonly bytesToViewer: number;
    readonly bytesToBackend: number;
    readonly messagesToViewer: number;
    readonly messagesToBackend: number;
  };
};
