/** What every benchmark does as a program: it reads options, says how far it is, and ends well. */
import { cleanUp } from '../test/support/cleanup.ts';
import { OPTION_TABLES } from './option-tables.ts';
import { helpOf, Options } from './options.ts';

type Tables = typeof OPTION_TABLES;

const began = performance.now();

let interrupted = false;

/** Whether the run was interrupted; what is being ended has nothing to say any more. */
export const isOver = (): boolean => interrupted;

/** Says something on stderr, with the seconds since the beginning. */
export const say = (line: string): void => {
  const seconds = Math.round((performance.now() - began) / 1000);
  process.stderr.write(`${String(seconds).padStart(4)} s  ${line}\n`);
};

/** What was typed behind the script of that name; where that is `--help`, tells it and ends. */
export const readOptions = <Script extends keyof Tables>(
  script: Script,
): Options<keyof Tables[Script] & string> => {
  const table = OPTION_TABLES[script];
  const args = process.argv.slice(2);
  if (args.includes('--help')) {
    process.stdout.write(helpOf(script, table));
    process.exit(0);
  }
  return new Options<keyof Tables[Script] & string>(script, table, args, process.env);
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
