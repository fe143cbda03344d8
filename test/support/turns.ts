/** Waiting for what comes of itself, by the event loop's turns: drawing, promises, Ink's timers. */
import { patienceMs } from './within.ts';

/** One turn of the event loop. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Turns until `holds`; fails with `what` and what `saw` says when it never does. */
export const untilTrue = async (
  what: string,
  holds: () => boolean | Promise<boolean>,
  saw: () => string | Promise<string> = () => '',
): Promise<void> => {
  // Made here, so that the stack names the test that waits.
  const failure = new Error(`waited ${patienceMs} ms in vain for ${what}`);
  for (const end = performance.now() + patienceMs; !(await holds()); await turn()) {
    if (performance.now() < end) continue;
    failure.message += `\n${await saw()}`;
    throw failure;
  }
};
