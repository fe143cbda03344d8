/** How a test ends a program that it started and that still runs. */
import { within } from './within.ts';

/**
 * Asks it to stop, twice, which means at once, so that it removes its temporary files; kills it
 * where that does not help. Resolves when `ended` does.
 */
export const endProgram = async (
  kill: (signal: NodeJS.Signals) => unknown,
  ended: Promise<unknown>,
): Promise<void> => {
  const tell = (signal: NodeJS.Signals): void => {
    try {
      kill(signal);
    } catch {
      // It has just ended by itself, and `ended` is on its way.
    }
  };
  tell('SIGTERM');
  tell('SIGTERM');
  try {
    await within('the program to end', ended, { ms: 3000 });
  } catch {
    tell('SIGKILL');
    await ended;
  }
};
