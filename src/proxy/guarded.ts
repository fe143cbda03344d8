/**
 * Calls of code that only looks on. What it throws is its own defect: it is reported, and
 * neither the relay nor another onlooker pays for it.
 */

/** Reports a defect of an onlooker, as a warning of the process. */
export const reportFault = (fault: unknown): void => {
  process.emitWarning(fault instanceof Error ? fault : String(fault));
};

/** What `call` returns; undefined where it throws. What a promise of it rejects with is reported. */
export const guarded = <Result>(call: () => Result): Result | undefined => {
  try {
    const result = call();
    // Nobody waits for an onlooker: without this, its rejection would end the process.
    if (result instanceof Promise) result.catch(reportFault);
    return result;
  } catch (error) {
    reportFault(error);
    return undefined;
  }
};
