/**
 * The one place where a test waits. Waiting is always for an event; the time below only bounds
 * a wait that will never end, so that it fails with words instead of with the runner's timeout.
 */

/** Longest wait for one event, in milliseconds: far beyond what a loaded machine needs. */
export const patienceMs = 10_000;

/** How a wait that ends in vain explains itself. */
export type Patience = {
  /** Default `patienceMs`. */
  readonly ms?: number;
  /** What had happened instead, asked only on failure. */
  readonly saw?: () => string;
};

/** Settles as `promise` does, or rejects after `ms` with what it was waiting for. */
export const within = async <T>(
  what: string,
  promise: Promise<T>,
  { ms = patienceMs, saw }: Patience = {},
): Promise<T> => {
  // Made here, not in the timer, so that the stack names the test that waits.
  const failure = new Error(`waited ${ms} ms in vain for ${what}`);
  let timer: NodeJS.Timeout | undefined;
  const bound = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      if (saw !== undefined) failure.message += `\n${saw()}`;
      reject(failure);
    }, ms);
  });
  try {
    return await Promise.race([promise, bound]);
  } finally {
    clearTimeout(timer);
  }
};
