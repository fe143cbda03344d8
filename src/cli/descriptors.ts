/**
 * How many viewers the process has descriptors for. A viewer needs two, its own connection and
 * the backend's. Without room to spare, a storm of newcomers would take the last ones, and the
 * proxy could then not even refuse.
 */
import { readFileSync } from 'node:fs';
import { descriptorLimit } from '../core/descriptors.ts';

/** What POSIX systems give a process where nobody says otherwise. */
const USUAL_LIMIT = 1024;

/** As many as `--max-viewers` takes. */
const MOST_VIEWERS = 1_000_000;

/**
 * The default of `--max-viewers` for a limit of open descriptors. An eighth of them, at least
 * 64, is left for newcomers that are being refused, connections that are being closed, and Node.
 */
export const maxViewersFor = (descriptors: number): number => {
  const spendable = Math.min(descriptors - 64, (descriptors * 7) / 8);
  return Math.min(MOST_VIEWERS, Math.max(1, Math.floor(spendable / 2)));
};

/** The default of `--max-viewers` on this machine; Node has raised the soft limit to the hard one. */
export const defaultMaxViewers = (): number => {
  try {
    return maxViewersFor(descriptorLimit(readFileSync('/proc/self/limits', 'utf8')) ?? USUAL_LIMIT);
  } catch {
    // No /proc: not Linux.
    return maxViewersFor(USUAL_LIMIT);
  }
};
