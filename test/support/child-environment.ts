/** The environment in which tests run the real program: a user's, not the test runner's. */
import { fileURLToPath } from 'node:url';

/** The program's entry. It runs what `npm run build` made. */
export const programFile = fileURLToPath(new URL('../../bin/wsbouncer.js', import.meta.url));

/** What changes the program's behaviour and must come from the test alone. */
const foreign =
  /^(CI|NO_COLOR|FORCE_COLOR|COLORTERM|NODE_ENV|NODE_OPTIONS|LC_.*|VITEST.*|TEST|WSBOUNCER_.*|COLUMNS|LINES)$/;

/** This process's environment without what is foreign, with a UTF-8 locale, and then `extra`. */
export const childEnvironment = (
  extra: Readonly<Record<string, string>> = {},
): Record<string, string> => {
  const kept = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined || foreign.test(name) ? [] : [[name, value] as const],
  );
  return { ...Object.fromEntries(kept), LANG: 'C.UTF-8', ...extra };
};
