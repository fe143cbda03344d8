/**
 * Whether a connection takes what waits for it. Node's own counters move in steps of a third
 * of a kernel buffer of megabytes, so that a slow reader looks stuck for half a minute; what
 * the kernel still holds (`tx_queue`) settles it where it can be read.
 */

/** `idle`: nothing waits. `suspect`: nothing was seen to be taken since the last look. */
export type WriteState = 'idle' | 'flowing' | 'suspect';

/** Watches one connection; all times are milliseconds of one monotonic clock. */
export class WriteWatch {
  #waitingSince: number | null = null;
  #taken = 0;
  #inNode = false;
  #kernel: number | null = null;
  /** What the kernel's next word is compared with; null where nothing fits. */
  #compared: number | null = null;

  /**
   * Looks at Node's counters: `waiting` bytes not yet taken, `inNode` of them in Node itself,
   * `taken` bytes handed over so far. Where none wait in Node, handing over is no progress: it
   * only piles up in the kernel. A suspect is to be confirmed, where that can be, before
   * `waitedMs` is believed. In doubt data was taken just now: that costs two looks, and where
   * data comes to wait in Node too, what it has waited in the kernel alone.
   */
  look(now: number, waiting: number, taken: number, inNode = waiting): WriteState {
    const moved = taken !== this.#taken && inNode > 0;
    const begins = this.#waitingSince === null;
    if (moved || begins || inNode > 0 !== this.#inNode) this.#compared = null;
    this.#taken = taken;
    this.#inNode = inNode > 0;
    if (waiting === 0) {
      this.#waitingSince = null;
      this.#kernel = null;
      return 'idle';
    }
    if (!moved && !begins) return 'suspect';
    this.#waitingSince = now;
    return 'flowing';
  }

  /**
   * The kernel holds `queued` bytes that the far side has not taken. While data waits in Node
   * this buffer only changes when bytes move, whichever way the number goes; otherwise it grows
   * by what is handed over, and only what is missing of that has been acknowledged.
   */
  confirm(now: number, queued: number): void {
    if (this.#waitingSince === null) return;
    this.#kernel = queued;
    const before = this.#compared;
    const current = this.#inNode ? queued : this.#taken - queued;
    if (before !== null && (this.#inNode ? current === before : current <= before)) return;
    this.#compared = current;
    this.#waitingSince = now;
  }

  /** The kernel's share as last seen; 0 where it is not known. */
  get kernelBytes(): number {
    return this.#kernel ?? 0;
  }

  /** How long data has waited without any being taken; 0 where none waits. */
  waitedMs(now: number): number {
    return this.#waitingSince === null ? 0 : Math.max(0, now - this.#waitingSince);
  }
}

/** As many bytes as systems keep for a program that reads slowly: 6 MiB on Linux, 16 on Windows. */
const UNREAD_BYTES = 16 * 1024 * 1024;

/** What has been written to a connection, where of that a Ping begins, and what still waits. */
export type Written = {
  readonly written: number;
  readonly startsAt: number;
  /** Bytes that wait in Node, and in the kernel. */
  readonly inNode: number;
  readonly inKernel: number;
};

/** Whether a Ping can have been read. */
export type Reach = {
  /** Bytes ahead of it that the far side has not acknowledged. */
  readonly aheadBytes: number;
  /**
   * The far side's kernel may have it unread: data still waits behind it, so that what is taken
   * makes room by being read, and no more was taken since than a kernel keeps. Who then takes
   * nothing is judged by the write deadline.
   */
  readonly mayLieUnread: boolean;
};

/** How far a Ping has come. */
export const reachOf = ({ written, startsAt, inNode, inKernel }: Written): Reach => {
  const waiting = inNode + inKernel;
  const sinceThePing = written - startsAt;
  return {
    aheadBytes: Math.max(0, waiting - sinceThePing),
    mayLieUnread: inNode > 0 && sinceThePing - waiting < UNREAD_BYTES,
  };
};

/** After how long without progress a viewer counts as stuck. */
export const stuckAfterMs = (writeTimeoutMs: number): number => Math.min(5_000, writeTimeoutMs / 4);
