/** What the benchmark tells its processes to do, and what comes back. */
import type { Times } from '../relay/orders.ts';

/** To the process of the newcomers; each order has one answer. */
export type StormOrder =
  /** So many at once at one session; the answer is `Storm`. */
  | { readonly do: 'storm'; readonly port: number; readonly newcomers: number }
  /** Ends all connections. */
  | { readonly do: 'leave' };

/** How a storm ended: each newcomer had its message echoed, or was refused with 1013. */
export type Storm = { readonly admitted: number; readonly refused: number };

/** To the process that stands for a shared ledger: listens at a socket. */
export type LedgerOrder = { readonly do: 'serve'; readonly path: string };

/** To the process that asks. */
export type AskerOrder =
  /** Requests to the ledger for so long, so many under way; the answer is `Asked`. */
  | { readonly do: 'ask'; readonly path: string; readonly ms: number; readonly atOnce: number }
  /** There and back between two threads; the answer is `Asked`. */
  | { readonly do: 'thread'; readonly by: 'wait' | 'port'; readonly ms: number }
  /** Reserves and releases in shared memory; the answer is the nanoseconds of both together. */
  | { readonly do: 'cell'; readonly isContended: boolean; readonly ms: number };

/** Round trips. */
export type Asked = {
  readonly perSecond: number;
  readonly times: Times;
  /** Requests that were answered: what the CPU time is divided by. */
  readonly count: number;
};
