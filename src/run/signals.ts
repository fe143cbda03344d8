/**
 * The signals that end the program, and those that must not. `timeout`, a shell and a parent process each pass a signal
 * on, so that one wish may arrive as several signals at the same moment; only a later one, or
 * another one, means that somebody has lost patience.
 */
import type { Clock } from '../clock.ts';

const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** A signal that ends the program. */
export type StopSignal = (typeof STOP_SIGNALS)[number];

/** The same signal again within this time, in milliseconds, is the same wish. */
const SAME_WISH_MS = 250;

/** The part of a process that signals need. */
export type SignalSource = {
  readonly on: (signal: StopSignal, listener: () => void) => unknown;
};

/**
 * Goes on whatever the terminal says: who presses Ctrl-Z in a console that has failed means the
 * console, and would stop the proxy.
 */
export const ignoreSuspension = (source: {
  readonly on: (signal: 'SIGTSTP', listener: () => void) => unknown;
}): void => {
  source.on('SIGTSTP', () => {});
};

/** Calls `onStop` for every wish to stop, from now on; the process no longer dies of them. */
export const onStopSignals = (
  source: SignalSource,
  clock: Clock,
  onStop: (signal: StopSignal) => void,
): void => {
  for (const signal of STOP_SIGNALS) {
    let last = -Infinity;
    source.on(signal, () => {
      const again = clock.now() - last < SAME_WISH_MS;
      last = clock.now();
      if (!again) onStop(signal);
    });
  }
};

/** Calls `onReopen` when somebody has moved a log away; without a log the process lives on too. */
export const onReopenSignal = (
  source: { readonly on: (signal: 'SIGUSR2', listener: () => void) => unknown },
  onReopen: () => void,
): void => {
  source.on('SIGUSR2', onReopen);
};
