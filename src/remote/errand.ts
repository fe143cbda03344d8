/** What every command works with, and how they end. */
import type { Clock } from '../clock.ts';
import type { Asker } from './ask.ts';
import type { Outlet } from './outlet.ts';

/** How a command ended; see `--help`. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5;

/** Who asks whom, and where what comes of it is written. */
export type Errand = {
  readonly asker: Asker;
  readonly out: Outlet;
  /** Writes a line to stderr. */
  readonly say: (line: string) => void;
  readonly clock: Clock;
  /** Reads all of stdin. */
  readonly readAll: () => Promise<string>;
};
