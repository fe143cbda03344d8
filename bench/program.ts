/** What every benchmark does as a program: it says how far it is, reads numbers, and ends well. */
import { cleanUp } from '../test/support/cleanup.ts';

const began = performance.now();

let interrupted = false;

/** Whether the run was interrupted; what is being ended has nothing to say any more. */
export const isOver = (): boolean => interrupted;

/** Says something on stderr, with the seconds since the beginning. */
export const say = (line: string): void => {
  const seconds = Math.round((performance.now() - began) / 1000);
  process.stderr.write(`${String(seconds).padStart(4)} s  ${line}\n`);
};

/** The value of the option `name`: 1 to 999,999, null where it is not given; throws otherwise. */
export const count = (name: string, text: string | undefined): number | null => {
  if (text === undefined) return null;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new Error(`--${name} ${text}: a number from 1 on is needed`);
};

/** Runs it, and ends what it started: after it, and when it is interrupted. */
export const runProgram = async (run: () => Promise<void>): Promise<void> => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (interrupted) process.exit(130);
      interrupted = true;
      say('ending what was started; once more to end at once');
      void cleanUp().finally(() => process.exit(130));
    });
  }
  try {
    await run();
  } catch (error) {
    if (!interrupted) {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    }
  } finally {
    if (!interrupted) await cleanUp();
  }
};
