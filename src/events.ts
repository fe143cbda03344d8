/**
 * The events of the proxy: the lines of a headless run, the console's feed, the audit trail.
 * What viewers and backends say to each other is never part of one.
 */
import type { SessionId, ViewerId } from './ids.ts';

/** Why a newcomer got no slot. */
export type RefusalCause = 'cap' | 'max-viewers' | 'locked' | 'draining' | 'shutdown';

/** Why an admitted viewer was ended by decision. */
export type EvictionCause = 'pong-timeout' | 'write-timeout' | 'operator';

/** Why an admitted viewer is gone. */
export type LeaveCause =
  | 'viewer-closed'
  | 'viewer-lost'
  | 'backend-closed'
  | 'backend-lost'
  | 'evicted'
  | 'message-too-big'
  | 'protocol-error'
  | 'shutdown';

/**
 * Why a dial brought no relay. `aborted`: the viewer left, or was ended, before the answer;
 * `unknown-session`: the program that the proxy is part of has no such session.
 */
export type DialCause =
  | 'refused'
  | 'timeout'
  | 'bad-answer'
  | 'aborted'
  | 'error'
  | 'unknown-session';

/** How a viewer's connection was closed, as put on the wire. */
export type ClosePut = {
  /** RFC 6455 7.4 code; absent where the connection was cut without one. */
  readonly code?: number;
  readonly reason?: string;
  /** Whether the Close frame was handed to the kernel whole. */
  readonly closeSent: boolean;
};

/** The place of a viewer: its session, how full that is, and where the viewer comes from. */
type Place = {
  readonly session: SessionId;
  /** Address and port of the viewer, or what a trusted proxy says. */
  readonly remote: string;
  /** Who the viewer is, as the header that the operator named says. */
  readonly who?: string;
  /** Slots taken in the session after the event. */
  readonly viewers: number;
  readonly cap: number;
};

/** A place and the viewer that has it. */
export type Named = Place & { readonly viewer: ViewerId };

/** Entering a state of liveness, or leaving the last one. */
type StateEvent = Named & {
  /** Milliseconds since the last byte of a frame from the viewer. */
  readonly silentMs: number;
  /** Bytes that wait for the viewer. */
  readonly queuedBytes: number;
};

/** Everything that differs from event to event; `time` is added when it is recorded. */
export type EventBody =
  | {
      readonly event: 'proxy.listening';
      readonly address: string;
      /** The Unix socket of those who control it; absent: there is none. */
      readonly control?: string;
      /** Where the same can be had over TCP, with the real port; absent: nowhere. */
      readonly controlListen?: string;
    }
  | {
      /** It refuses newcomers and ends within the window, as soon as nobody is left. */
      readonly event: 'proxy.draining';
      readonly windowMs: number;
      /** What was left of the window that this one replaces; absent: the drain begins. */
      readonly beforeMs?: number;
      /** Viewers that are there. */
      readonly viewers: number;
      readonly actor: string;
    }
  | {
      readonly event: 'proxy.stopped';
      /** Who asked for that, or for the drain that has come to its end; absent: nobody by name. */
      readonly actor?: string;
    }
  | ({
      readonly event: 'viewer.admitted';
      readonly dialMs: number;
      /** How long it was held at a full session before it took its slot; absent: not at all. */
      readonly heldMs?: number;
    } & Named)
  | ({
      readonly event: 'viewer.refused';
      readonly cause: RefusalCause;
      /** How long it was held before; absent: not at all. */
      readonly heldMs?: number;
      /** HTTP status, where the refusal was one. */
      readonly status?: number;
    } & Place &
      Partial<ClosePut>)
  | ({ readonly event: 'viewer.late' } & StateEvent)
  | ({ readonly event: 'viewer.expiring' } & StateEvent)
  | ({ readonly event: 'viewer.stuck' } & StateEvent)
  | ({ readonly event: 'viewer.recovered' } & StateEvent)
  | ({
      readonly event: 'viewer.kept';
      /** How long no deadline evicts it; 0: they hold again. */
      readonly forMs: number;
      readonly actor: string;
    } & Named)
  | ({
      readonly event: 'viewer.evicted';
      readonly cause: EvictionCause;
      readonly actor?: string;
      /** Why, in the words of who evicted it. */
      readonly note?: string;
    } & Named &
      ClosePut)
  | ({
      readonly event: 'viewer.left';
      readonly cause: LeaveCause;
      readonly durationMs: number;
      readonly bytesToViewer: number;
      readonly bytesToBackend: number;
      readonly messagesToViewer: number;
      readonly messagesToBackend: number;
    } & Named &
      ClosePut)
  | ({
      readonly event: 'backend.unavailable';
      readonly cause: DialCause;
      /** What the machine or the verification said, in words of our own. */
      readonly detail: string;
      readonly dialMs: number;
      /** HTTP status, where the viewer was answered with one. */
      readonly status?: number;
      /** Who evicted the viewer before the backend had answered. */
      readonly actor?: string;
      /** Why, in the words of who evicted it. */
      readonly note?: string;
    } & Named &
      Partial<ClosePut>)
  | {
      readonly event: 'cap.changed';
      readonly from: number;
      /** The new cap; for one session whose own cap was lifted, the default that holds again. */
      readonly to: number;
      readonly actor: string;
      readonly session?: SessionId;
      /** The session's own cap was lifted. */
      readonly lifted?: true;
    }
  | {
      readonly event: 'session.full';
      readonly session: SessionId;
      readonly viewers: number;
      readonly cap: number;
    }
  /** Newcomers are refused; without a session, in all of them. */
  | { readonly event: 'session.locked'; readonly session?: SessionId; readonly actor: string }
  /** Without a session: none is locked any more. */
  | { readonly event: 'session.unlocked'; readonly session?: SessionId; readonly actor: string }
  /** An operator is about to evict viewers. */
  | {
      readonly event: 'eviction.armed';
      /** The first of them, at most 10. */
      readonly viewers: readonly ViewerId[];
      /** How many there are. */
      readonly count: number;
      readonly dueMs: number;
      readonly actor: string;
    }
  /** An operator has thought better of it, or there was nobody left to evict. */
  | {
      readonly event: 'eviction.undone';
      /** The first of them, at most 10. */
      readonly viewers: readonly ViewerId[];
      /** How many there are. */
      readonly count: number;
      readonly actor: string;
    }
  /** What an operator wanted was not done. */
  | {
      readonly event: 'command.refused';
      readonly do: string;
      /** The viewer or the session that was meant, at most 128 characters; absent: none alone. */
      readonly target?: string;
      readonly actor: string;
      /** What the operator was told. */
      readonly reason: string;
    }
  /** Events cannot be written where they should be kept, or their file not rotated; the proxy goes on. */
  | {
      readonly event: 'log.failed';
      readonly path?: string;
      /** What the machine said, in words of our own. */
      readonly detail: string;
    }
  /** The log of events works again; `lost` of them are missing. */
  | { readonly event: 'log.recovered'; readonly lost: number }
  /** The process has no descriptor left: newcomers are dropped by the kernel's door, unheard. */
  | {
      readonly event: 'descriptors.exhausted';
      /** The most that the process may have; absent where it is not known. */
      readonly limit?: number;
    }
  | { readonly event: 'descriptors.recovered'; readonly exhaustedMs: number }
  | { readonly event: 'events.dropped'; readonly count: number };

/** What the keeper of the event log has to say, for all to see. */
export type LogReport = Extract<EventBody, { readonly event: 'log.failed' | 'log.recovered' }>;

/** One event as it is written: `time` is ISO 8601 in UTC. */
export type ProxyEvent = { readonly time: string } & EventBody;
