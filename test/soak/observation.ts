/** What the soak sees, as values: the invariants are decided on these alone. */
import type { ProxyEvent } from '../../src/events.ts';

/** Slots and the viewers that hold them, at one instant of the proxy. */
export type Slots = {
  /** Taken, as the ledger says. */
  readonly taken: number;
  /** Viewers in these states, as the registry says. */
  readonly dialling: number;
  readonly open: number;
};

/** The connections that the proxy has to one session's backend, and what bounds them. */
export type Backends = {
  readonly session: string;
  readonly connections: number;
  readonly slots: number;
  readonly cap: number;
};

/** What a process at rest consists of. */
export type Figures = {
  /** Open descriptors; null where the machine does not tell. */
  readonly descriptors: number | null;
  /** What keeps the loop alive, by kind: timers, sockets, servers. */
  readonly resources: Readonly<Record<string, number>>;
  /** Listeners on the process and on the server, by event. */
  readonly listeners: Readonly<Record<string, number>>;
  readonly slots: number;
  /** Sessions that the ledger has an entry for. */
  readonly sessions: number;
  /** Viewers of any kind that something is left of. */
  readonly remaining: number;
  readonly backendConnections: number;
  readonly viewerConnections: number;
  /** After a collection; bytes. */
  readonly heap: number;
  /** What the engine keeps for its heap, used or not. */
  readonly heapKept: number;
  readonly external: number;
  readonly arrayBuffers: number;
  readonly resident: number;
};

/** One thing that was seen; `at` is milliseconds from the soak's beginning. */
export type Observation = { readonly at: number } & (
  | { readonly on: 'event'; readonly event: ProxyEvent }
  | ({ readonly on: 'slots' } & Slots)
  /** `dials`: at the instant of a dial, its own connection included. */
  | ({ readonly on: 'backends'; readonly dials: boolean } & Backends)
  /** A good viewer was ended, or what it sent was changed, in words. */
  | { readonly on: 'lost' | 'changed'; readonly remote: string; readonly what: string }
  /** The process of the actors and backends itself got no time, until now. */
  | { readonly on: 'stood-still'; readonly forMs: number }
  /** A good viewer left by itself, everything it sent having come back. */
  | {
      readonly on: 'farewell';
      readonly remote: string;
      readonly sent: number;
      readonly received: number;
    }
  /** An actor waited in vain for what the proxy owes it. */
  | { readonly on: 'overdue'; readonly actor: string; readonly what: string }
  /** The proxy wrote to stderr, warned, or ended. */
  | { readonly on: 'fault'; readonly what: string }
  /** All actors are gone; `left` says what of theirs is not. */
  | { readonly on: 'drained'; readonly left: string | null }
  | { readonly on: 'figures'; readonly round: number; readonly figures: Figures }
);

/** An invariant that did not hold. */
export type Violation = {
  readonly at: number;
  readonly what: string;
  /** The last events about the same viewer or session; else the last ones of all. */
  readonly events: readonly ProxyEvent[];
};
