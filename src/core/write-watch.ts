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
  #kernel: number | null = null;

  /**
   * Looks at Node's counters: `waiting` bytes not yet taken, `taken` bytes handed over so far.
   * A suspect is to be confirmed, where that can be, before `waitedMs` is believed.
   */
  look(now: number, waiting: number, taken: number): WriteState {
    if (waiting === 0) {
      this.#waitingSince = null;
      this.#kernel = null;
      this.#taken = taken;
      return 'idle';
    }
    if (this.#waitingSince === null || taken !== this.#taken) {
      this.#taken = taken;
      this.#waitingSince = now;
      return 'flowing';
    }
    return 'suspect';
  }

  /**
   * The kernel holds `queued` bytes that the far side has not taken. While data waits in Node
   * this buffer only changes when bytes move, whichever way the number goes.
   */
  confirm(now: number, queued: number): void {
    if (this.#waitingSince === null) return;
    if (this.#kernel !== null && this.#kernel !== queued) this.#waitingSince = now;
    this.#kernel = queued;
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

/** After how long without progress a viewer counts as stuck. */
export const stuckAfterMs = (writeTimeoutMs: number): number => Math.min(5_000, writeTimeoutMs / 4);
