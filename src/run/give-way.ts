/**
 * The thread that draws gives way to the relay's: where cores are short, a frame that waits is
 * noticed by nobody, and one of a viewer's is.
 */
import { constants, getPriority, platform, setPriority } from 'node:os';

/** A third of the usual share of a core that others want, too; all of one that nobody wants. */
const NICER_BY = 5;

/** 0 means whoever asks, which on Linux is the thread alone; elsewhere it is the whole process. */
const THIS_THREAD = 0;

/**
 * Makes the calling thread nicer than those that run already; those it starts later are as nice,
 * a relay that has to be started again included (setpriority(2)). Only Linux has that.
 */
export const giveWay = (): void => {
  if (platform() !== 'linux') return;
  try {
    const niceness = getPriority(THIS_THREAD) + NICER_BY;
    setPriority(THIS_THREAD, Math.min(niceness, constants.priority.PRIORITY_LOW));
  } catch {
    // A sandbox that forbids either call: the threads share alike, as everywhere else.
  }
};
