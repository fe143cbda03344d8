/**
 * What a test started is ended after it, whether it passed or not, the newest first.
 * Under vitest that happens by itself; a script calls `cleanUp` when it is done.
 */
import { within } from './within.ts';

const jobs: (() => unknown)[] = [];

/** Runs `end` after the present test; what it throws, or a promise it rejects, fails the test. */
export const onCleanup = (end: () => unknown): void => {
  jobs.push(end);
};

/** Runs everything registered so far; each job has a bounded time. */
export const cleanUp = async (): Promise<void> => {
  const errors: unknown[] = [];
  for (let end = jobs.pop(); end !== undefined; end = jobs.pop()) {
    try {
      await within(`the clean-up ${end.toString().slice(0, 80)}`, Promise.resolve(end()));
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new AggregateError(errors, 'several clean-ups failed');
};

// Scripts load these files too, and vitest cannot be imported outside a run.
if (process.env['VITEST'] !== undefined) {
  const { afterEach } = await import('vitest');
  afterEach(cleanUp);
}
