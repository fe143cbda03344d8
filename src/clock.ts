/**
 * Time as a value that is handed in. Everything that waits or measures takes a `Clock`,
 * so that tests move time by hand and never sleep.
 */

/** Stops a timer; calling it again, or after the timer fired, does nothing. */
export type Cancel = () => void;

/** Where time comes from. */
export type Clock = {
  /** Monotonic milliseconds since an arbitrary start; never goes backwards. */
  readonly now: () => number;
  /** Wall-clock time, for what people and logs read. */
  readonly date: () => Date;
  /** Calls `run` once, `ms` milliseconds from now. */
  readonly after: (ms: number, run: () => void) => Cancel;
  /** Calls `run` every `ms` milliseconds until cancelled. */
  readonly every: (ms: number, run: () => void) => Cancel;
};

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => new Date(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  every: (ms, run) => {
    const timer = setInterval(run, ms);
    return () => clearInterval(timer);
  },
};
